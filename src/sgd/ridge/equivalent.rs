//! The mean of ridge regression over samples, to leading order in 1/D and 1/N.
//!
//! Samples of several domains have several covariances A_i. The sample covariance of a mixture acts
//! as Σ_i h_i τ_i A_i: there is one scalar for each domain, τ_i = 1/(1 + δ_i), with
//!
//! δ_i = (1/D) tr A_i Q and Q = (λ + Σ_i h_i τ_i A_i)⁻¹.
//!
//! The model scatters about v̄ = Q Σ_i h_i τ_i g_i. With ℓ_i the loss of v̄ on domain i, label noise
//! included, b_ij = (1/D) tr A_i Q A_j Q and M_ik = b_ik h_k τ_k², the loss of domain j is
//!
//! ℓ_j + Σ_i h_i τ_i² d_ij ℓ_i, where d = (I − M)⁻¹ b.
//!
//! The first term is what more samples do not change at these τ, the second what is learned of the
//! residuals of these samples. The domains need not agree on the best weights. Under random
//! projections every trace and every ℓ_i is in turn replaced by its mean over projections: with κ
//! the root of Σ_s λ_s/(λ_s + κ) + λ N/κ = N, where λ_s = Σ_i h_i τ_i p_i(s),
//!
//! D δ_i = Σ_s p_i/(λ_s + κ) and D b_ij = Σ_s p_i p_j/(λ_s + κ)² + κ² s_i s_j/(N − d₂),
//!
//! with s_i = Σ_s p_i/(λ_s + κ)² and d₂ = Σ_s λ_s²/(λ_s + κ)², and ℓ_i as in
//! [`equivalent_excess`](crate::sgd::equivalent_excess). Directions that do not mix have κ = λ
//! and no second terms.
//!
//! Derivation: with the labels as one more feature, of a penalty μ → ∞, v is the last column of the
//! resolvent of one Gram matrix, and the loss of domain j a derivative of it by a matrix that is
//! added to the penalty. The equivalent of the resolvent of a sum of Wishart matrices is classical
//! (Hachem, Loubaton and Najim 2007; Couillet and Debbah 2011, chapter 6).

use ndarray::{Array1, Array2};

use super::Ridge;
use crate::numeric::linear::solve_square;
use crate::sgd::Directions;
use crate::sgd::classes::{Class, mix, of_directions, of_world};
use crate::sgd::equivalent::resolution;
use crate::world::World;

/// Newton steps for the δ_i. From above they fall towards the root, twice as many digits a step at
/// the end.
const NEWTON_STEPS: usize = 200;

/// Relative change at which the δ_i are found.
const FOUND: f64 = 1e-13;

/// Expected excess losses (length K) for directions that do not mix, after `tokens` samples of the
/// mixture `weights`, which may be unlimited; not finite where no model is found.
pub fn expected_ridge(
    directions: &Directions,
    ridge: &Ridge,
    weights: &[f64],
    tokens: f64,
) -> Vec<f64> {
    let classes = of_directions(directions, weights);
    Equivalent {
        classes,
        rows: None,
        ridge,
        weights,
        tokens,
    }
    .excess(&directions.unseen)
}

/// Expected excess losses (length K) over Gaussian projections to `capacity` dimensions and over
/// `tokens` samples of the mixture `weights`, which may be unlimited.
pub fn equivalent_ridge(
    world: &World,
    ridge: &Ridge,
    weights: &[f64],
    capacity: f64,
    tokens: f64,
) -> Vec<f64> {
    let domains = world.domains().iter().enumerate();
    let unseen: Vec<f64> = domains
        .map(|(i, domain)| domain.cost * world.remainder(i))
        .collect();
    Equivalent {
        classes: of_world(world, weights),
        rows: Some(capacity),
        ridge,
        weights,
        tokens,
    }
    .excess(&unseen)
}

struct Equivalent<'a> {
    classes: Vec<Class>,
    /// Rows N of a random projection; none for directions that do not mix.
    rows: Option<f64>,
    ridge: &'a Ridge,
    weights: &'a [f64],
    /// D.
    tokens: f64,
}

/// Sums over directions at some δ.
struct Sums {
    /// D δ_i as the δ that they are taken at imply it.
    first: Array1<f64>,
    /// D b_ij.
    pairs: Array2<f64>,
    /// Squared error that is filtered out and aliased, for each domain.
    errors: Array1<f64>,
}

impl Equivalent<'_> {
    fn excess(mut self, unseen: &[f64]) -> Vec<f64> {
        let count = self.weights.len();
        let mut delta = Array1::zeros(count);
        if self.tokens.is_finite() {
            // Larger than the root: nothing but the penalty holds the weights back.
            for class in &self.classes {
                for (delta, variance) in delta.iter_mut().skip(class.first).zip(&class.variances) {
                    *delta += class.count * variance / (self.ridge.penalty * self.tokens);
                }
            }
        }
        for _ in 0..NEWTON_STEPS {
            let sums = self.sums(&delta);
            let short = &sums.first / self.tokens - &delta;
            let (_, system) = self.system(&sums, &delta);
            let Some(change) = solve_square(&system, &short.insert_axis(ndarray::Axis(1))) else {
                return vec![f64::NAN; count];
            };
            let mut found = true;
            for (delta, change) in delta.iter_mut().zip(&change) {
                let next: f64 = (*delta + change).max(0.0);
                found &= (next - *delta).abs() <= FOUND * (1.0 + *delta);
                *delta = next;
            }
            if found {
                break;
            }
        }
        let sums = self.sums(&delta);
        let (passed, system) = self.system(&sums, &delta);
        let Some(spread) = solve_square(&system, &(&sums.pairs / self.tokens)) else {
            return vec![f64::NAN; count];
        };
        let losses: Array1<f64> = sums.errors + &Array1::from(unseen.to_vec()) + self.ridge.noise;
        let scattered = spread.t().dot(&(&passed * &losses));
        (losses + scattered - self.ridge.noise).to_vec()
    }

    /// h_i τ_i², and I − M.
    fn system(&self, sums: &Sums, delta: &Array1<f64>) -> (Array1<f64>, Array2<f64>) {
        let passed: Array1<f64> = delta
            .iter()
            .zip(self.weights)
            .map(|(delta, weight)| weight / ((1.0 + delta) * (1.0 + delta)))
            .collect();
        let system = Array2::eye(passed.len()) - &sums.pairs / self.tokens * &passed;
        (passed, system)
    }

    fn sums(&mut self, delta: &Array1<f64>) -> Sums {
        let tilted: Vec<f64> = self
            .weights
            .iter()
            .zip(delta)
            .map(|(weight, delta)| weight / (1.0 + delta))
            .collect();
        mix(&mut self.classes, &tilted);
        let count = tilted.len();
        let penalty = self.ridge.penalty;
        let kappa = self
            .rows
            .map_or(penalty, |rows| resolution(&self.classes, rows, penalty));
        let mut first = Array1::zeros(count);
        let mut second: Array1<f64> = Array1::zeros(count);
        let mut pairs = Array2::zeros((count, count));
        let mut errors = Array1::zeros(count);
        // N − d₂ = Σ λ_s κ/(λ_s + κ)² + λ N/κ.
        let mut free = self
            .rows
            .map_or(f64::INFINITY, |rows| penalty * rows / kappa);
        let mut energy = 0.0;
        for class in &self.classes {
            let inverse = 1.0 / (class.mixed + kappa);
            let share = class.mixed * inverse;
            energy += class.count * share * share * class.weight;
            free += class.count * share * kappa * inverse;
            for (i, variance) in (class.first..).zip(&class.variances) {
                let met = class.count * variance * inverse;
                first[i] += met;
                second[i] += met * inverse;
                errors[i] += met * inverse * kappa * kappa * class.weight;
                for (j, other) in (class.first..).zip(&class.variances) {
                    pairs[[i, j]] += met * inverse * other;
                }
            }
        }
        if free.is_finite() {
            let aliased = kappa * kappa / free;
            for i in 0..count {
                errors[i] += aliased * energy * second[i];
                for j in 0..count {
                    pairs[[i, j]] += aliased * second[i] * second[j];
                }
            }
        }
        Sums {
            first,
            pairs,
            errors,
        }
    }
}
