//! One trained run for directions that do not mix, exact in distribution.
//!
//! The gradient that the m samples of one domain add to a batch depends on them only through a
//! χ² variable and one vector: with δ = v − w*, a = A δ, ρ² = δᵀA δ + s² (A the covariance of the
//! domain, s² the variance of its labels that the model cannot explain) and r the residual
//! ⟨δ, z⟩ − e of a sample,
//!
//! Σ_b z_b r_b = a X + √(ρ² X) (ζ − a r/ρ²), X ~ χ²_m, ζ ~ N(0, A), r = ⟨δ, ζ⟩ + s ε.
//!
//! Given the residuals, each z_b is a r_b/ρ² plus a Gaussian of covariance A − a aᵀ/ρ², and
//! Σ r_b² = ρ² X. The cost of a step depends neither on m nor on the directions that are not seen.

use rand::{Rng, RngExt};
use rand_distr::{Binomial, ChiSquared, Distribution, StandardNormal};

use super::{Directions, Sgd, Watch};

/// Batches up to this size draw the domain of each sample.
const SINGLY: u64 = 16;

/// How many of `batch` samples come from each domain of the mixture `weights`.
pub(super) fn draw_counts<R: Rng + ?Sized>(
    batch: u64,
    weights: &[f64],
    random: &mut R,
    counts: &mut [u64],
) {
    counts.fill(0);
    if batch <= SINGLY {
        for _ in 0..batch {
            let mut left: f64 = random.random();
            let mut domain = 0;
            for (i, weight) in weights.iter().enumerate() {
                if *weight > 0.0 {
                    domain = i;
                    if left < *weight {
                        break;
                    }
                }
                left -= weight;
            }
            counts[domain] += 1;
        }
        return;
    }
    let (mut samples, mut weight_left) = (batch, weights.iter().sum::<f64>());
    for (i, (weight, count)) in weights.iter().zip(counts.iter_mut()).enumerate() {
        let last = weights[i + 1..].iter().all(|later| *later <= 0.0);
        *count = if last && *weight > 0.0 {
            samples
        } else {
            let share = (weight / weight_left).clamp(0.0, 1.0);
            Binomial::new(samples, share).map_or(0, |binomial| binomial.sample(random))
        };
        samples -= *count;
        weight_left -= weight;
    }
}

/// X ~ χ² with `degrees` degrees of freedom, at least 1.
pub(super) fn chi_squared<R: Rng + ?Sized>(degrees: u64, random: &mut R) -> f64 {
    if degrees > 1
        && let Ok(chi_squared) = ChiSquared::new(degrees as f64)
    {
        return chi_squared.sample(random);
    }
    let normal: f64 = StandardNormal.sample(random);
    normal * normal
}

/// A direction, under one domain.
#[derive(Debug, Clone, Copy)]
struct Seen {
    variance: f64,
    deviation: f64,
}

impl Seen {
    fn new(variance: f64) -> Self {
        Self {
            variance,
            deviation: variance.sqrt(),
        }
    }
}

/// A run under way. Errors are δ = v − w*, with all w* ≥ 0: their signs do not matter.
pub(super) struct TopRun<'a> {
    directions: &'a Directions,
    weights: &'a [f64],
    batch: u64,
    noise: f64,
    /// For each domain its view of the shared directions, then its own.
    seen: Vec<Vec<Seen>>,
    shared: Vec<f64>,
    own: Vec<Vec<f64>>,
    counts: Vec<u64>,
    /// Deviates ξ of a step.
    deviates: Vec<f64>,
    /// What a step takes off the shared errors.
    taken: Vec<f64>,
}

impl<'a> TopRun<'a> {
    pub(super) fn new(directions: &'a Directions, sgd: &Sgd, weights: &'a [f64]) -> Self {
        let seen: Vec<Vec<Seen>> = directions
            .own
            .iter()
            .enumerate()
            .map(|(domain, own)| {
                let shared = directions.shared.iter().map(|s| s.variances[domain]);
                shared.chain(own.iter().copied()).map(Seen::new).collect()
            })
            .collect();
        let start = |squares: &Vec<f64>| squares.iter().map(|w| -w.sqrt()).collect();
        Self {
            weights,
            batch: sgd.batch,
            noise: sgd.noise,
            shared: directions.shared.iter().map(|s| -s.weight.sqrt()).collect(),
            own: directions.own_weights.iter().map(start).collect(),
            counts: vec![0; weights.len()],
            deviates: vec![0.0; seen.iter().map(Vec::len).max().unwrap_or(0)],
            taken: vec![0.0; directions.shared.len()],
            seen,
            directions,
        }
    }

    /// One step of size `step`.
    pub(super) fn advance<R: Rng + ?Sized>(&mut self, step: f64, random: &mut R) {
        draw_counts(self.batch, self.weights, random, &mut self.counts);
        let rate = step / self.batch as f64;
        let head = self.shared.len();
        self.taken.fill(0.0);
        for domain in 0..self.counts.len() {
            if self.counts[domain] == 0 {
                continue;
            }
            let seen = &self.seen[domain];
            let own = &mut self.own[domain];
            let errors = || self.shared.iter().chain(own.iter());
            let unexplained = self.noise + self.directions.unseen[domain];
            let mut size = unexplained;
            let epsilon: f64 = StandardNormal.sample(random);
            let mut residual = unexplained.sqrt() * epsilon;
            for ((seen, error), deviate) in seen.iter().zip(errors()).zip(&mut self.deviates) {
                let xi: f64 = StandardNormal.sample(random);
                *deviate = seen.deviation * xi;
                size += seen.variance * error * error;
                residual += *deviate * error;
            }
            // Nothing is left to learn and nothing to be misled by.
            if size == 0.0 {
                continue;
            }
            let chi_squared = chi_squared(self.counts[domain], random);
            let spread = (size * chi_squared).sqrt();
            let along = rate * (chi_squared - spread * residual / size);
            let across = rate * spread;
            let (seen_shared, seen_own) = seen.split_at(head);
            let (shared_deviates, own_deviates) = self.deviates.split_at(head);
            for (((taken, seen), error), deviate) in self
                .taken
                .iter_mut()
                .zip(seen_shared)
                .zip(&self.shared)
                .zip(shared_deviates)
            {
                *taken += along * seen.variance * error + across * deviate;
            }
            for ((error, seen), deviate) in own.iter_mut().zip(seen_own).zip(own_deviates) {
                *error -= along * seen.variance * *error + across * deviate;
            }
        }
        for (error, taken) in self.shared.iter_mut().zip(&self.taken) {
            *error -= taken;
        }
    }

    /// Excess loss of each domain.
    pub(super) fn excess(&self) -> Vec<f64> {
        self.seen
            .iter()
            .zip(&self.own)
            .zip(&self.directions.unseen)
            .map(|((seen, own), unseen)| {
                let errors = self.shared.iter().chain(own);
                let explained: f64 = seen
                    .iter()
                    .zip(errors)
                    .map(|(seen, error)| seen.variance * error * error)
                    .sum();
                explained + unseen
            })
            .collect()
    }
}

/// Excess losses (length K) of one run of `steps` steps on the mixture `weights`, not finite if it
/// diverges.
pub fn trained_excess<R: Rng + ?Sized>(
    directions: &Directions,
    sgd: &Sgd,
    weights: &[f64],
    steps: u64,
    random: &mut R,
    watch: &mut Watch<'_>,
) -> Vec<f64> {
    let mut run = TopRun::new(directions, sgd, weights);
    for t in 0..steps {
        run.advance(
            sgd.step * sgd.schedule.factor(t as f64, steps as f64),
            random,
        );
        watch.after(t + 1, || run.excess());
    }
    run.excess()
}
