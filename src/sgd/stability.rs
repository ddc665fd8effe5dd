//! The largest step sizes under which second moments stay bounded.
//!
//! With directions that do not mix the limit is exact: with
//! d_s = 2λ_s − γ\[(1 − 1/B) λ_s² + (2/B) Σ_i h_i p_i(s)²\], the recursion of
//! [`expected_excess`](super::expected_excess) at a constant step size γ is bounded if and only if
//! every d_s > 0 and the K × K matrix G_ji = (γ/B) Σ_s p_j(s) h_i p_i(s)/d_s has a spectral radius
//! below 1. Under any projection it is enough that
//! γ < 2/\[(1 − 1/B) λ_max(A) + (1/B) max_i (tr A_i + 2 λ_max(A_i))\], with A_i the covariance of
//! domain i as the model sees it and A = Σ_i h_i A_i. Traces are those of the domains, not of the
//! mixture: the samples of a rare domain have its whole trace.

use super::directions::{Directions, mixed};

/// Largest step sizes of a mixture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The step size at which second moments begin to diverge, where it is known.
    pub mean_square: Option<f64>,
    /// A step size up to which they stay bounded under any projection with these covariances.
    pub sufficient: f64,
}

impl Limits {
    /// The smaller of each limit.
    #[must_use]
    pub fn smaller(self, other: Self) -> Self {
        let known = [self.mean_square, other.mean_square];
        Self {
            mean_square: known.into_iter().flatten().reduce(f64::min),
            sufficient: self.sufficient.min(other.sufficient),
        }
    }
}

/// Halvings of the bracket of the limit: to 1e-12 of itself.
const HALVINGS: usize = 40;

/// Steps of a power iteration; the matrix is positive and small.
const POWERS: usize = 300;

/// The limits for batches of `batch` samples of the mixture `weights`.
pub fn limits(directions: &Directions, weights: &[f64], batch: u64) -> Limits {
    let batch = batch as f64;
    let mut high = f64::INFINITY;
    each(directions, weights, |variances, domains| {
        let (mean, squares) = moments(weights, variances, domains);
        if mean > 0.0 {
            let curvature = (1.0 - 1.0 / batch) * mean * mean + 2.0 / batch * squares;
            high = high.min(2.0 * mean / curvature);
        }
    });
    let mut low = 0.0;
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if radius(directions, weights, batch, middle) < 1.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    Limits {
        mean_square: Some(low),
        sufficient: sufficient(directions, weights, batch),
    }
}

/// Variances of a direction under the domains `first..`.
type Domains = std::ops::Range<usize>;

/// Calls `direction` with the variances of every direction and the domains they belong to.
fn each(directions: &Directions, weights: &[f64], mut direction: impl FnMut(&[f64], Domains)) {
    for shared in &directions.shared {
        direction(&shared.variances, 0..weights.len());
    }
    for (domain, own) in directions.own.iter().enumerate() {
        for variance in own {
            direction(&[*variance], domain..domain + 1);
        }
    }
}

/// λ_s and Σ_i h_i p_i(s)² of a direction.
fn moments(weights: &[f64], variances: &[f64], domains: Domains) -> (f64, f64) {
    let weights = &weights[domains];
    let squares = weights.iter().zip(variances).map(|(h, p)| h * p * p).sum();
    (mixed(weights, variances), squares)
}

/// Spectral radius of G at the step size `step`; infinite if some d_s is not above 0.
fn radius(directions: &Directions, weights: &[f64], batch: f64, step: f64) -> f64 {
    let count = weights.len();
    let mut matrix = vec![0.0; count * count];
    let mut bounded = true;
    each(directions, weights, |variances, domains| {
        let (mean, squares) = moments(weights, variances, domains.clone());
        if mean == 0.0 {
            return;
        }
        let left = 2.0 * mean - step * ((1.0 - 1.0 / batch) * mean * mean + 2.0 / batch * squares);
        bounded &= left > 0.0;
        for (j, p_j) in domains.clone().zip(variances) {
            for (i, p_i) in domains.clone().zip(variances) {
                matrix[j * count + i] += step / batch * p_j * weights[i] * p_i / left;
            }
        }
    });
    if bounded {
        largest_eigenvalue(&matrix, count)
    } else {
        f64::INFINITY
    }
}

/// The largest eigenvalue of a matrix without negative entries, by power iteration.
fn largest_eigenvalue(matrix: &[f64], count: usize) -> f64 {
    let mut vector = vec![1.0 / count as f64; count];
    let mut value = 0.0;
    for _ in 0..POWERS {
        let next: Vec<f64> = matrix
            .chunks(count)
            .map(|row| mixed(row, &vector))
            .collect();
        let before = value;
        value = next.iter().sum();
        if value == 0.0 {
            return 0.0;
        }
        vector = next.iter().map(|x| x / value).collect();
        if (value - before).abs() <= 1e-14 * value {
            break;
        }
    }
    value
}

fn sufficient(directions: &Directions, weights: &[f64], batch: f64) -> f64 {
    let count = weights.len();
    let (mut traces, mut largest, mut mixture) = (vec![0.0; count], vec![0.0f64; count], 0.0f64);
    each(directions, weights, |variances, domains| {
        mixture = mixture.max(mixed(&weights[domains.clone()], variances));
        for (domain, variance) in domains.zip(variances) {
            traces[domain] += variance;
            largest[domain] = largest[domain].max(*variance);
        }
    });
    sufficient_step(batch, mixture, traces.into_iter().zip(largest))
}

/// 2/\[(1 − 1/B) λ_max(A) + (1/B) max_i (tr A_i + 2 λ_max(A_i))\], from λ_max(A) and the trace and
/// the largest eigenvalue of each domain.
pub(super) fn sufficient_step(
    batch: f64,
    mixture: f64,
    domains: impl Iterator<Item = (f64, f64)>,
) -> f64 {
    let worst = domains
        .map(|(trace, largest)| trace + 2.0 * largest)
        .fold(0.0, f64::max);
    2.0 / ((1.0 - 1.0 / batch) * mixture + worst / batch)
}
