//! One ridge regression on random samples, exact in distribution, at a cost that depends neither on
//! the number of samples nor on that of the directions that are not seen.
//!
//! Given its domain, a sample (z, y) is Gaussian: y = ⟨β_i, z⟩ + e with an e of variance s_i² that is
//! independent of z, also where the part of y that z does not carry was correlated with it. The model
//! depends on the n samples of a domain through their Gram matrix alone, a Wishart matrix, and
//! that has Bartlett's form C T Tᵀ Cᵀ with C Cᵀ = A_i and T lower trapezoidal: T_jj² ~ χ²_(n−j),
//! j = 0, 1, …, below it N(0, 1). So the rows of Tᵀ Cᵀ, at most N of them, with labels ⟨β_i, row⟩
//! and noise of variance s_i², stand for all n samples.
//!
//! Source: Bartlett 1933; Anderson, An Introduction to Multivariate Statistical Analysis, 7.2.

use ndarray::{Array1, Array2};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::Ridge;
use crate::numeric::linear::solve_positive;
use crate::numeric::triangle::{add_gram, add_gram_of_rows, mirror, upper_dot};
use crate::sgd::batch::{chi_squared, draw_counts};
use crate::sgd::{Directions, Prepared};

/// Excess losses (length K) of one regression on `tokens` samples of the mixture `weights`, for
/// directions that do not mix; not finite if the normal equations cannot be solved.
pub fn drawn_ridge<R: Rng + ?Sized>(
    directions: &Directions,
    ridge: &Ridge,
    weights: &[f64],
    tokens: u64,
    random: &mut R,
) -> Vec<f64> {
    let shared = directions.shared.len();
    let first_own: Vec<usize> = directions
        .own
        .iter()
        .scan(shared, |end, own| {
            let first = *end;
            *end += own.len();
            Some(first)
        })
        .collect();
    let seen: Vec<Array1<f64>> = (0..weights.len())
        .map(|i| {
            let of_shared = directions.shared.iter().map(|s| s.variances[i]);
            of_shared.chain(directions.own[i].iter().copied()).collect()
        })
        .collect();
    let truth: Vec<Array1<f64>> = directions
        .own_weights
        .iter()
        .map(|own| {
            let of_shared = directions.shared.iter().map(|s| s.weight.sqrt());
            of_shared.chain(own.iter().map(|w| w.sqrt())).collect()
        })
        .collect();
    let mut counts = vec![0; weights.len()];
    draw_counts(tokens, weights, random, &mut counts);
    let sizes = seen.iter().map(Array1::len);
    let mut equations = Equations::new(directions.len(), rows(&counts, sizes));
    for (i, samples) in counts.iter().enumerate() {
        let unexplained = ridge.noise + directions.unseen[i];
        let spread = |deviates: Array2<f64>| deviates * &seen[i].mapv(f64::sqrt);
        let rows = stand_ins(*samples, seen[i].len(), spread, random);
        let labels = labels(&rows, &truth[i], unexplained, random);
        let place = |at: usize| {
            if at < shared {
                at
            } else {
                first_own[i] + at - shared
            }
        };
        equations.add(&rows, &labels, place);
    }
    let Some(model) = equations.solve(ridge.penalty * tokens as f64) else {
        return vec![f64::NAN; weights.len()];
    };
    (0..weights.len())
        .map(|i| {
            let own = first_own[i]..first_own[i] + directions.own[i].len();
            let models = (0..shared).chain(own).map(|place| model[place]);
            let explained: f64 = models
                .zip(&truth[i])
                .zip(&seen[i])
                .map(|((model, truth), variance)| variance * (model - truth).powi(2))
                .sum();
            explained + directions.unseen[i]
        })
        .collect()
}

/// As [`drawn_ridge`], for features of several domains under one projection.
pub fn drawn_feature_ridge<R: Rng + ?Sized>(
    prepared: &Prepared,
    ridge: &Ridge,
    weights: &[f64],
    tokens: u64,
    random: &mut R,
) -> Vec<f64> {
    let size = prepared.features.rows();
    let mut counts = vec![0; weights.len()];
    draw_counts(tokens, weights, random, &mut counts);
    let sizes = counts.iter().map(|_| size);
    let mut equations = Equations::new(size, rows(&counts, sizes));
    for (i, samples) in counts.iter().enumerate() {
        let spread = |deviates| upper_dot(deviates, &prepared.factors[i]);
        let rows = stand_ins(*samples, size, spread, random);
        let unexplained = ridge.noise + prepared.left[i];
        let labels = labels(&rows, &prepared.best[i], unexplained, random);
        equations.add(&rows, &labels, |at| at);
    }
    equations.solve(ridge.penalty * tokens as f64).map_or_else(
        || vec![f64::NAN; weights.len()],
        |model| prepared.features.excess(&model),
    )
}

/// How many rows stand for the samples of all domains.
fn rows(counts: &[u64], sizes: impl Iterator<Item = usize>) -> usize {
    let each = counts.iter().zip(sizes);
    each.map(|(samples, size)| (*samples).min(size as u64) as usize)
        .sum()
}

/// Rows (at most `size`, of `size` entries) with the Gram matrix of `samples` samples of
/// independent entries, each made a row of features by `spread`.
fn stand_ins<R: Rng + ?Sized>(
    samples: u64,
    size: usize,
    spread: impl FnOnce(Array2<f64>) -> Array2<f64>,
    random: &mut R,
) -> Array2<f64> {
    let count = samples.min(size as u64) as usize;
    let mut rows = Array2::zeros((count, size));
    for (j, mut row) in rows.outer_iter_mut().enumerate() {
        row[j] = chi_squared(samples - j as u64, random).sqrt();
        for entry in row.iter_mut().skip(j + 1) {
            *entry = StandardNormal.sample(random);
        }
    }
    spread(rows)
}

/// The labels of `rows`: what the `best` weights say, and noise of the variance `unexplained`.
fn labels<R: Rng + ?Sized>(
    rows: &Array2<f64>,
    best: &Array1<f64>,
    unexplained: f64,
    random: &mut R,
) -> Array1<f64> {
    let deviation = unexplained.sqrt();
    rows.dot(best).mapv(|label| {
        let normal: f64 = StandardNormal.sample(random);
        label + deviation * normal
    })
}

/// The normal equations: those of the weights, or those of the samples where they are fewer.
enum Equations {
    OfWeights {
        /// Σ z zᵀ, its upper triangle.
        gram: Array2<f64>,
        /// Σ z y.
        right: Array1<f64>,
    },
    OfSamples {
        rows: Array2<f64>,
        labels: Array1<f64>,
        /// Rows that are filled.
        filled: usize,
    },
}

impl Equations {
    /// For models of `size` weights and so many `rows` of samples in all.
    fn new(size: usize, rows: usize) -> Self {
        if rows < size {
            Self::OfSamples {
                rows: Array2::zeros((rows, size)),
                labels: Array1::zeros(rows),
                filled: 0,
            }
        } else {
            Self::OfWeights {
                gram: Array2::zeros((size, size)),
                right: Array1::zeros(size),
            }
        }
    }

    /// Adds samples whose entries stand at rising `place`s of the weights.
    fn add(&mut self, given: &Array2<f64>, of: &Array1<f64>, place: impl Fn(usize) -> usize) {
        match self {
            Self::OfWeights { gram, right } => {
                let size = given.ncols();
                let mut own = Array2::zeros((size, size));
                add_gram_of_rows(given, &mut own);
                let moments = given.t().dot(of);
                for a in 0..size {
                    right[place(a)] += moments[a];
                    for b in a..size {
                        gram[[place(a), place(b)]] += own[[a, b]];
                    }
                }
            }
            Self::OfSamples {
                rows,
                labels,
                filled,
            } => {
                for (given, label) in given.outer_iter().zip(of) {
                    for (at, entry) in given.iter().enumerate() {
                        rows[[*filled, place(at)]] = *entry;
                    }
                    labels[*filled] = *label;
                    *filled += 1;
                }
            }
        }
    }

    /// The weights that minimise the sum of squares plus `penalty` |v|². `None` if the equations are
    /// singular to working precision.
    fn solve(self, penalty: f64) -> Option<Array1<f64>> {
        match self {
            Self::OfWeights { mut gram, right } => {
                gram.diag_mut().mapv_inplace(|x| x + penalty);
                mirror(&mut gram);
                solve_positive(&gram, &right)
            }
            Self::OfSamples { rows, labels, .. } => {
                let mut gram = Array2::zeros((rows.nrows(), rows.nrows()));
                add_gram(&rows, &mut gram);
                gram.diag_mut().mapv_inplace(|x| x + penalty);
                mirror(&mut gram);
                Some(rows.t().dot(&solve_positive(&gram, &labels)?))
            }
        }
    }
}
