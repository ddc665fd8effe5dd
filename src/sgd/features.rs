//! What a random projection makes of each domain: the moments of its features and labels.
//!
//! With z = S x, the features of domain i have the covariance A_i = S Λ_i Sᵀ and the cross moment
//! g_i = S Λ_i w* with the label. The part of a label that z does not carry is not independent of
//! the directions that are projected: everything follows from (A_i, g_i, E y²) and never from the
//! directions themselves.
//!
//! The columns of S that belong to a tail's low ranks are drawn one by one. Those beyond are so
//! many and so alike that they add a multiple of the identity to A_i and a Gaussian vector to g_i.

use ndarray::{Array1, Array2, s};
use ndarray_linalg::{CholeskyInto, Eigh, UPLO};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::Directions;
use super::oracle::Regression;
use super::stability::{Limits, sufficient_step};
use crate::numeric::linear::{pin_blas, solve_positive};
use crate::numeric::triangle::{add_gram, mirror};
use crate::world::{Spectrum, World, nodes};

/// Ranks whose columns are drawn, for each row of the projection, and that those beyond must be worth.
/// The ranks beyond deviate from a multiple of the identity by about b/√20 of their mass.
const RANKS_PER_ROW: f64 = 20.0;

/// Mass beyond the ranks that are drawn, as a share of that beyond N of them, that can be spread
/// evenly whatever its ranks.
const NEGLIGIBLE: f64 = 1e-4;

/// Fewest ranks that are drawn.
const FEWEST_RANKS: f64 = 2000.0;

/// Columns that are drawn and multiplied at a time.
const PANEL: usize = 256;

/// Steps of a power iteration, and the relative change at which it ends.
const POWERS: usize = 1000;
const SETTLED: f64 = 1e-9;

/// Moments of the features and labels of each domain, without label noise.
#[derive(Debug, Clone)]
pub struct Features {
    /// A_i, N × N, for each domain.
    pub(super) covariances: Vec<Array2<f64>>,
    /// g_i, length N, for each domain.
    pub(super) cross: Vec<Array1<f64>>,
    /// E y² − σ² for each domain.
    pub(super) labels: Vec<f64>,
}

/// Features of the domains, with what sampling them needs.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub(super) features: Features,
    /// Lower Cholesky factors C_i of the A_i, transposed.
    pub(super) factors: Vec<Array2<f64>>,
    /// Best models β_i = A_i⁻¹ g_i of each domain alone.
    pub(super) best: Vec<Array1<f64>>,
    /// What the best models leave of the labels, E y² − σ² − β_i·g_i.
    pub(super) left: Vec<f64>,
}

impl Features {
    /// A random projection of `world` to `rows` dimensions, with entries N(0, 1/rows).
    pub fn draw<R: Rng + ?Sized>(world: &World, rows: usize, random: &mut R) -> Self {
        let domains = world.domains();
        let mean_cost = domains.iter().map(|d| d.cost).sum::<f64>() / domains.len() as f64;
        let head = world.head();
        let mut features = Self {
            covariances: vec![Array2::zeros((rows, rows)); domains.len()],
            cross: vec![Array1::zeros(rows); domains.len()],
            labels: Vec::new(),
        };
        panels(0.0, head, |low, high| {
            let columns = draw_columns(rows, high - low, random);
            for (i, domain) in domains.iter().enumerate() {
                features.add(
                    i,
                    columns.clone(),
                    &masses(&domain.spectrum, low, high),
                    mean_cost,
                );
            }
        });
        for (i, domain) in domains.iter().enumerate() {
            let spectrum = &domain.spectrum;
            let (last, squares) = last_drawn(spectrum, head, world.skills(), rows as f64);
            panels(head, last, |low, high| {
                let columns = draw_columns(rows, high - low, random);
                features.add(i, columns, &masses(spectrum, low, high), domain.cost);
            });
            let spread = spectrum.span(last, world.skills()) / rows as f64;
            features.covariances[i]
                .diag_mut()
                .mapv_inplace(|a| a + spread);
            let deviation = (domain.cost * squares / rows as f64).sqrt();
            features.cross[i].mapv_inplace(|g| {
                let normal: f64 = StandardNormal.sample(random);
                g + deviation * normal
            });
            let head_mass = spectrum.span(0.0, head);
            let label = mean_cost * head_mass + domain.cost * spectrum.tail(head);
            features.labels.push(label);
        }
        features.covariances.iter_mut().for_each(mirror);
        features
    }

    /// The features of a regression that is written out.
    pub fn of(regression: &Regression) -> Self {
        let sketch = &regression.sketch;
        let weighted = |variances: &Array1<f64>| sketch * variances;
        let each = || regression.variances.outer_iter().map(|row| row.to_owned());
        Self {
            covariances: each().map(|p| weighted(&p).dot(&sketch.t())).collect(),
            cross: each()
                .map(|p| weighted(&p).dot(&regression.truth))
                .collect(),
            labels: each()
                .zip(&regression.unseen)
                .map(|(p, unseen)| (&p * &regression.truth).dot(&regression.truth) + unseen)
                .collect(),
        }
    }

    /// Adds directions of domain `i`, whose columns of S are `columns`, N × their number; of its
    /// covariance the upper triangle only.
    fn add(&mut self, i: usize, mut columns: Array2<f64>, masses: &Array1<f64>, cost: f64) {
        pin_blas();
        self.cross[i].scaled_add(cost.sqrt(), &columns.dot(masses));
        columns *= &masses.mapv(f64::sqrt);
        add_gram(&columns, &mut self.covariances[i]);
    }

    /// Dimensions N of the features.
    pub fn rows(&self) -> usize {
        self.cross.first().map_or(0, Array1::len)
    }

    /// Excess losses (length K) of the model `model`.
    pub fn excess(&self, model: &Array1<f64>) -> Vec<f64> {
        self.covariances
            .iter()
            .zip(&self.cross)
            .zip(&self.labels)
            .map(|((covariance, cross), label)| {
                label + model.dot(&covariance.dot(model)) - 2.0 * model.dot(cross)
            })
            .collect()
    }

    /// Excess losses (length K) after unlimited samples of the mixture `weights`: those of the
    /// population minimiser (S Λ Sᵀ)⁻¹ S Λ w*. `None` if it is not unique to working precision.
    pub fn minimal_excess(&self, weights: &[f64]) -> Option<Vec<f64>> {
        self.penalised_excess(weights, 0.0)
    }

    /// As [`minimal_excess`](Self::minimal_excess), of the minimiser of the loss plus `penalty` |v|².
    pub(super) fn penalised_excess(&self, weights: &[f64], penalty: f64) -> Option<Vec<f64>> {
        let mut cross = Array1::zeros(self.rows());
        for (g, weight) in self.cross.iter().zip(weights) {
            cross.scaled_add(*weight, g);
        }
        let mut covariance = self.mixed(weights);
        covariance.diag_mut().mapv_inplace(|a| a + penalty);
        let model = solve_positive(&covariance, &cross)?;
        Some(self.excess(&model))
    }

    /// A = Σ_i h_i A_i.
    pub(super) fn mixed(&self, weights: &[f64]) -> Array2<f64> {
        let mut mixture = Array2::zeros((self.rows(), self.rows()));
        for (covariance, weight) in self.covariances.iter().zip(weights) {
            mixture.scaled_add(*weight, covariance);
        }
        mixture
    }

    /// Traces and largest eigenvalues of the A_i: what [`sufficient`](Self::sufficient) needs.
    pub fn sizes(&self) -> Vec<(f64, f64)> {
        self.covariances
            .iter()
            .map(|covariance| (covariance.diag().sum(), largest_eigenvalue(covariance)))
            .collect()
    }

    /// A step size that is safe for batches of `batch` samples of the mixture `weights`. The
    /// largest eigenvalue of the mixture is bounded by the mean of those of the domains.
    pub fn sufficient(sizes: &[(f64, f64)], weights: &[f64], batch: u64) -> Limits {
        let mixture = sizes.iter().zip(weights).map(|((_, l), h)| h * l).sum();
        Limits {
            mean_square: None,
            sufficient: sufficient_step(batch as f64, mixture, sizes.iter().copied()),
        }
    }

    /// What sampling needs; `None` if a covariance is singular to working precision.
    pub fn prepare(self) -> Option<Prepared> {
        pin_blas();
        let mut factors = Vec::new();
        let mut best = Vec::new();
        let mut left = Vec::new();
        for i in 0..self.labels.len() {
            let factor = self.covariances[i]
                .clone()
                .cholesky_into(UPLO::Lower)
                .ok()?;
            factors.push(factor.t().as_standard_layout().into_owned());
            let model = solve_positive(&self.covariances[i], &self.cross[i])?;
            left.push((self.labels[i] - model.dot(&self.cross[i])).max(0.0));
            best.push(model);
        }
        Some(Prepared {
            features: self,
            factors,
            best,
            left,
        })
    }

    /// With one domain: the directions along the eigenvectors of its covariance, which do not mix.
    /// `None` with more domains, or if the covariance is singular to working precision.
    pub fn eigenbasis(&self) -> Option<Directions> {
        pin_blas();
        let ([covariance], [cross]) = (&self.covariances[..], &self.cross[..]) else {
            return None;
        };
        let (variances, vectors) = covariance.eigh(UPLO::Lower).ok()?;
        if variances.iter().any(|variance| *variance <= 0.0) {
            return None;
        }
        let model = vectors.t().dot(cross) / &variances;
        let explained: f64 = model.iter().zip(&variances).map(|(v, a)| v * v * a).sum();
        Some(Directions {
            shared: Vec::new(),
            own: vec![variances.to_vec()],
            own_weights: vec![model.iter().map(|v| v * v).collect()],
            unseen: vec![(self.labels[0] - explained).max(0.0)],
        })
    }
}

impl Prepared {
    /// The features themselves.
    pub fn features(&self) -> &Features {
        &self.features
    }
}

/// The last rank whose column is drawn, and Σ p² of those beyond: at least so many ranks of a tail
/// that those beyond are as many alike, (Σ p)²/Σ p², for each row of the projection, or hold next
/// to nothing. Only spectra that are steep, flat or cut need more than the first number.
fn last_drawn(spectrum: &Spectrum, head: f64, skills: f64, rows: f64) -> (f64, f64) {
    let enough = RANKS_PER_ROW * rows;
    let mut drawn = enough.max(FEWEST_RANKS);
    loop {
        let last = (head + drawn).min(skills);
        let squares = squares_beyond(spectrum, last, skills);
        let mass = spectrum.span(last, skills);
        let negligible = mass <= NEGLIGIBLE * spectrum.span((head + rows).min(last), skills);
        if last >= skills || negligible || mass.powi(2) >= enough * squares {
            return (last, squares);
        }
        drawn *= 2.0;
    }
}

/// Calls `panel` with bounds that cut the ranks above `low` and up to `high`.
fn panels(low: f64, high: f64, mut panel: impl FnMut(f64, f64)) {
    let mut from = low;
    while from < high {
        let to = (from + PANEL as f64).min(high);
        panel(from, to);
        from = to;
    }
}

/// Columns N(0, I/rows).
fn draw_columns<R: Rng + ?Sized>(rows: usize, count: f64, random: &mut R) -> Array2<f64> {
    let deviation = 1.0 / (rows as f64).sqrt();
    Array2::from_shape_simple_fn((rows, count as usize), || {
        let normal: f64 = StandardNormal.sample(random);
        deviation * normal
    })
}

/// Masses of the ranks above `low` and up to `high`.
fn masses(spectrum: &Spectrum, low: f64, high: f64) -> Array1<f64> {
    (1..=(high - low) as usize)
        .map(|rank| spectrum.mass(low + rank as f64))
        .collect()
}

/// Σ p(k)² over the ranks above `low` and up to `high`.
fn squares_beyond(spectrum: &Spectrum, low: f64, high: f64) -> f64 {
    let (mut from, mut sum) = (low, 0.0);
    while from < high {
        let to = spectrum.smooth_until(from, (1.5 * from + 8.0).floor().min(high));
        let panel: f64 = nodes(from, to)
            .iter()
            .map(|node| node.skills * spectrum.mass(node.rank).powi(2))
            .sum();
        sum += panel;
        if panel < 1e-12 * sum {
            break;
        }
        from = to;
    }
    sum
}

/// The largest eigenvalue of a covariance, by power iteration.
fn largest_eigenvalue(matrix: &Array2<f64>) -> f64 {
    let mut vector: Array1<f64> = Array1::from_elem(matrix.nrows(), 1.0);
    vector.slice_mut(s![..1]).fill(2.0);
    vector /= vector.dot(&vector).sqrt();
    let mut value = 0.0;
    for _ in 0..POWERS {
        let next = matrix.dot(&vector);
        let length = next.dot(&next).sqrt();
        if length == 0.0 {
            return 0.0;
        }
        vector = next / length;
        let settled = (length - value).abs() <= SETTLED * length;
        value = length;
        if settled {
            break;
        }
    }
    value
}
