//! Mixtures that tell most about the parameters of a law.
//!
//! A design is D-optimal where the determinant of its information is largest: then the confidence
//! region of the parameters has the least volume. What a run tells depends on parameters that are
//! not known before the runs, so ln det is averaged over the law fitted to *pilot* worlds of the
//! prior, and the prior of the fit stands in where runs are fewer than parameters (Chaloner and
//! Verdinelli 1995, "Bayesian experimental design"). Mixtures are exchanged for better candidates,
//! one at a time, until none is better (Fedorov 1972).

use ndarray::{Array2, ArrayView1};
use rayon::prelude::*;

use super::design::{Layout, Scales, lay_out, lifted};
use crate::fit::FittedLaw;
use crate::law::Point;
use crate::mixture::Mixture;
use crate::numeric::linear::ln_det_positive;

/// A law fitted to pilot worlds: what a run would tell about its parameters.
pub(super) struct Pilots(pub Vec<FittedLaw>);

/// Scatter of runs about a law, as a share of their losses, in the information of the prior: of the
/// order of the noise of a run and of what the laws leave unexplained.
const SCATTER: f64 = 1e-3;

/// Random candidates, besides corners, edges and the middle.
const RANDOM_CANDIDATES: usize = 96;

/// Most domains whose edges are candidates.
const MOST_WITH_EDGES: usize = 12;

/// Rounds through the mixtures of a design, at most.
const ROUNDS: usize = 10;

/// Rise of ln det that is worth an exchange.
const WORTH_IT: f64 = 1e-6;

/// Seed of the random candidates, apart from those of trial worlds.
const CANDIDATE_STREAM: u64 = 0x6361_6e64;

impl Pilots {
    /// Mean over the pilots of ln det of what a run of each of `mixtures` at all `scales` would tell.
    #[cfg(test)]
    pub(super) fn ln_det(&self, mixtures: &[Mixture], scales: &Scales) -> f64 {
        let mut sum = self.prior();
        for mixture in mixtures {
            add(&mut sum, &self.information(mixture, scales), 1.0);
        }
        self.mean_ln_det(&sum)
    }

    /// One matrix for each pilot and part of the law.
    fn prior(&self) -> Vec<Array2<f64>> {
        let pilots = self.0.iter();
        pilots
            .flat_map(|pilot| pilot.prior_information(SCATTER))
            .collect()
    }

    fn information(&self, mixture: &Mixture, scales: &Scales) -> Vec<Array2<f64>> {
        let mut all = Vec::new();
        for pilot in &self.0 {
            let mut matrices = pilot.prior_information(0.0);
            for (capacity, tokens) in scales.points() {
                let point = Point::new(ArrayView1::from(mixture.weights()), capacity, tokens);
                pilot.add_information(point, &mut matrices);
            }
            all.extend(matrices);
        }
        all
    }

    fn mean_ln_det(&self, matrices: &[Array2<f64>]) -> f64 {
        let sum: f64 = matrices
            .iter()
            .map(|matrix| ln_det_positive(matrix).unwrap_or(f64::NEG_INFINITY))
            .sum();
        sum / self.0.len().max(1) as f64
    }
}

fn add(sum: &mut [Array2<f64>], terms: &[Array2<f64>], factor: f64) {
    for (sum, term) in sum.iter_mut().zip(terms) {
        sum.scaled_add(factor, term);
    }
}

/// A design of as many mixtures as `start`, each weight at least `floor`, that tells at least as much
/// as `start` about the parameters of the law. No candidate is taken twice. It depends on `seed` in
/// the candidates, and not on the number of threads.
pub(super) fn informative(
    pilots: &Pilots,
    start: &[Mixture],
    scales: &Scales,
    floor: f64,
    seed: u64,
) -> Vec<Mixture> {
    let Some(domains) = start.first().map(|mixture| mixture.weights().len()) else {
        return Vec::new();
    };
    let mut pool = start.to_vec();
    pool.extend(candidates(domains, floor, seed));
    let tells: Vec<Vec<Array2<f64>>> = pool
        .par_iter()
        .map(|mixture| pilots.information(mixture, scales))
        .collect();
    let mut chosen: Vec<usize> = (0..start.len()).collect();
    let mut sum = pilots.prior();
    for at in &chosen {
        add(&mut sum, &tells[*at], 1.0);
    }
    let mut reached = pilots.mean_ln_det(&sum);
    for _ in 0..ROUNDS {
        let before = reached;
        for place in 0..chosen.len() {
            let mut rest = sum.clone();
            add(&mut rest, &tells[chosen[place]], -1.0);
            let with: Vec<(usize, f64)> = (0..pool.len())
                .into_par_iter()
                .filter(|at| !chosen.contains(at))
                .map(|at| {
                    let mut with = rest.clone();
                    add(&mut with, &tells[at], 1.0);
                    (at, pilots.mean_ln_det(&with))
                })
                .collect();
            // The first of equals, whatever the thread that found it.
            let best = with
                .into_iter()
                .reduce(|best, other| if other.1 > best.1 { other } else { best });
            if let Some((at, ln_det)) = best
                && ln_det > reached + WORTH_IT
            {
                chosen[place] = at;
                reached = ln_det;
                // Summed anew: differences of sums would gather rounding.
                sum = pilots.prior();
                for at in &chosen {
                    add(&mut sum, &tells[*at], 1.0);
                }
            }
        }
        if reached - before < WORTH_IT {
            break;
        }
    }
    chosen.into_iter().map(|at| pool[at].clone()).collect()
}

/// Corners, middles of edges, the middle, and random mixtures.
fn candidates(domains: usize, floor: f64, seed: u64) -> Vec<Mixture> {
    let corner = |i: usize, j: usize| -> Vec<f64> {
        let share =
            |k: usize| 0.5 * f64::from(u8::from(k == i)) + 0.5 * f64::from(u8::from(k == j));
        (0..domains).map(share).collect()
    };
    let mut all: Vec<Mixture> = (0..domains)
        .flat_map(|i| {
            let last = if domains <= MOST_WITH_EDGES {
                domains
            } else {
                i + 1
            };
            (i..last).filter_map(move |j| lifted(&corner(i, j), floor))
        })
        .collect();
    all.push(Mixture::uniform(domains));
    all.extend(lay_out(
        Layout::LatinHypercube,
        RANDOM_CANDIDATES,
        (domains, floor),
        seed ^ CANDIDATE_STREAM,
    ));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::{Observations, by_name};
    use crate::numeric::random::{Purpose, stream};
    use ndarray::array;

    /// A law with known parameters: BiMix at one scale, two domains.
    fn pilots() -> Pilots {
        let weights = array![[0.2, 0.8], [0.5, 0.5], [0.8, 0.2], [0.4, 0.6]];
        let losses = weights.mapv(|h: f64| 1.0 + 0.5 * h.powf(-0.3));
        let rows = Observations {
            loss_names: vec!["a".into(), "b".into()],
            own_weight: vec![Some(0), Some(1)],
            weights,
            capacity: vec![1.0; 4],
            tokens: vec![1.0; 4],
            losses,
            weight_floor: 1e-3,
        };
        let law = by_name("bimix-floor").unwrap();
        let thetas: Vec<Vec<f64>> = law
            .bind(&rows)
            .unwrap()
            .iter()
            .map(|model| {
                let mut random = stream(0, Purpose::Starts, 0, 0);
                model.start(0, &mut random)
            })
            .collect();
        let fitted = FittedLaw::with_parameters(law.as_ref(), &rows, &thetas);
        Pilots(vec![fitted.unwrap().unwrap()])
    }

    fn scales() -> Scales {
        Scales {
            name: "one".into(),
            capacities: vec![1.0],
            tokens: vec![1.0],
        }
    }

    #[test]
    fn exchanges_tell_more_and_no_mixture_comes_twice() {
        let pilots = pilots();
        for count in [2, 3, 6] {
            let start = lay_out(Layout::Dirichlet, count, (2, 0.05), 5);
            let chosen = informative(&pilots, &start, &scales(), 0.05, 1);
            assert_eq!(chosen.len(), count);
            let (before, after) = (
                pilots.ln_det(&start, &scales()),
                pilots.ln_det(&chosen, &scales()),
            );
            assert!(after > before, "{after} {before}");
            for (index, mixture) in chosen.iter().enumerate() {
                assert!(!chosen[..index].contains(mixture));
                assert!(mixture.weights().iter().all(|h| *h >= 0.05 - 1e-12));
            }
        }
        // The ends tell most: a power law is known from where it is steepest and flattest.
        let chosen = informative(
            &pilots,
            &lay_out(Layout::Dirichlet, 2, (2, 0.05), 5),
            &scales(),
            0.05,
            1,
        );
        let mut ends: Vec<f64> = chosen.iter().map(|mixture| mixture.weights()[0]).collect();
        ends.sort_by(f64::total_cmp);
        assert!(
            (ends[0] - 0.05).abs() < 1e-9 && (ends[1] - 0.95).abs() < 1e-9,
            "{ends:?}"
        );
        assert!(informative(&pilots, &[], &scales(), 0.05, 1).is_empty());
    }
}
