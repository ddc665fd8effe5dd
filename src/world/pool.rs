//! A pool of skills: every domain draws on the same skills, each with frequencies of its own.
//!
//! Domain j meets skill s with frequency p_j(s) = g_s e^(σ_j ε_js)/Z_j. The frequencies g follow
//! the common power law; ε_s ~ N(0, R) is what makes a skill more of one domain than of another,
//! and Z_j makes the masses sum to 1. A few hundred fixed vectors ε stand for the distribution;
//! each is one family of skills, of the share ω of every rank.
//!
//! What a domain loses is a mean over p_j, not over skills, and e^(σε) is far out in the tail of
//! ε when σ is 2. The vectors are therefore drawn from the mixture of N(0, R) and of the
//! distributions that each domain sees, N(σ_j R_j, R), and carry the weight of N(0, R) against
//! the mixture (multiple importance sampling with the balance heuristic: Veach and Guibas 1995).

use rand_distr::{Distribution, StandardNormal};
use statrs::function::erf::erfc_inv;
use thiserror::Error;

use crate::random::{Purpose, stream};

/// Largest scatter, in e-folds: beyond it a domain consists of a handful of skills.
pub const LARGEST_SCATTER: f64 = 4.0;

/// Vectors in each part of the mixture, if the dimension does not ask for more.
const VECTORS: usize = 96;

/// Vectors in each part of the mixture, for each dimension.
const VECTORS_PER_DOMAIN: usize = 4;

/// Newton steps of the calibration, which converges from its start.
const NEWTON_STEPS: usize = 25;

/// Ridge of the calibration, which settles conditions that repeat each other.
const RIDGE: f64 = 1e-4;

/// Pivots below which a correlation matrix counts as singular.
const SINGULAR: f64 = 1e-10;

/// The pool of skills of a world.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    scatter: Vec<f64>,
    correlation: Vec<Vec<f64>>,
    private: f64,
    spread: Option<Spread>,
}

/// How a random correlation matrix is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Lower end of the correlations, from 0 to `high`.
    pub low: f64,
    /// Upper end of the correlations, up to 1.
    pub high: f64,
    /// Seed of the draw.
    pub seed: u64,
}

/// Why a pool cannot exist.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PoolError {
    /// A scatter out of range.
    #[error("the scatter is {0}: it must be from 0 to 4")]
    Scatter(f64),
    /// A number of values that is not the number of domains.
    #[error("the pool has {found} values of `{key}` for {domains} domains")]
    Size {
        /// Key of the values.
        key: &'static str,
        /// Number of values.
        found: usize,
        /// Number of domains.
        domains: usize,
    },
    /// A private share out of range.
    #[error("the private share is {0}: it must be from 0 to 1")]
    Private(f64),
    /// Ends of the correlations that are not 0 ≤ low ≤ high ≤ 1.
    #[error("the correlations go from {low} to {high}: it must be 0 <= low <= high <= 1")]
    Spread {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// A matrix that is not symmetric with ones on the diagonal.
    #[error("the correlation of domains {0} and {1} makes no symmetric matrix with diagonal 1")]
    Symmetry(usize, usize),
    /// A matrix that no random vector has.
    #[error("the correlation matrix has a negative eigenvalue: no skills can be spread like that")]
    Indefinite,
}

/// The skills of a pool that are spread alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Strand {
    /// Share ω of the skills.
    pub share: f64,
    /// For each domain the factor e^(σ_j ε_j)/Z_j on the frequencies of the pool.
    pub scales: Vec<f64>,
}

impl Pool {
    /// A pool with the scatter σ_j of each domain in e-folds of frequency (length K), the
    /// correlation R of ε between domains (K × K), and the share of ranks that stay private.
    ///
    /// # Errors
    /// [`PoolError`] for values out of range, or a matrix that is no correlation matrix.
    pub fn new(
        scatter: Vec<f64>,
        correlation: Vec<Vec<f64>>,
        private: f64,
    ) -> Result<Self, PoolError> {
        let domains = scatter.len();
        if let Some(value) = scatter
            .iter()
            .find(|value| !(0.0..=LARGEST_SCATTER).contains(*value))
        {
            return Err(PoolError::Scatter(*value));
        }
        if !(0.0..=1.0).contains(&private) {
            return Err(PoolError::Private(private));
        }
        for row in std::iter::once(correlation.len()).chain(correlation.iter().map(Vec::len)) {
            if row != domains {
                return Err(PoolError::Size {
                    key: "correlation",
                    found: row,
                    domains,
                });
            }
        }
        for (i, row) in correlation.iter().enumerate() {
            for (j, value) in row.iter().copied().enumerate().take(i + 1) {
                let mirror = correlation[j][i];
                let sound = (value - mirror).abs() < SINGULAR
                    && value.abs() <= 1.0
                    && (i != j || (value - 1.0).abs() < SINGULAR);
                if !sound {
                    return Err(PoolError::Symmetry(i, j));
                }
            }
        }
        cholesky(&correlation).ok_or(PoolError::Indefinite)?;
        Ok(Self {
            scatter,
            correlation,
            private,
            spread: None,
        })
    }

    /// As [`Pool::new`], with a random matrix of correlations between `low` and `high`.
    ///
    /// The domains lie at random on a plane; with their squared distances d², R_ij = low +
    /// (high − low) 2^(−d²/median d²). A Gaussian of distances is positive semidefinite, and so
    /// is R for 0 ≤ low ≤ high ≤ 1: near domains are correlated by `high`, far ones by `low`.
    ///
    /// # Errors
    /// As [`Pool::new`], and for ends that are out of range.
    pub fn random(scatter: Vec<f64>, spread: Spread, private: f64) -> Result<Self, PoolError> {
        let Spread { low, high, seed } = spread;
        if !(0.0 <= low && low <= high && high <= 1.0) {
            return Err(PoolError::Spread { low, high });
        }
        let mut random = stream(seed, Purpose::Correlation, 0, 0);
        let places: Vec<[f64; 2]> = scatter
            .iter()
            .map(|_| [(); 2].map(|()| StandardNormal.sample(&mut random)))
            .collect();
        let distance = |i: usize, j: usize| {
            (places[i][0] - places[j][0]).powi(2) + (places[i][1] - places[j][1]).powi(2)
        };
        let domains = scatter.len();
        let mut all: Vec<f64> = (0..domains)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| distance(i, j))
            .collect();
        all.sort_by(f64::total_cmp);
        let median = all.get(all.len() / 2).copied().unwrap_or(1.0);
        let correlation = (0..domains)
            .map(|i| {
                (0..domains)
                    .map(|j| {
                        if i == j {
                            1.0
                        } else {
                            low + (high - low) * (-distance(i, j) / median).exp2()
                        }
                    })
                    .collect()
            })
            .collect();
        Ok(Self {
            spread: Some(spread),
            ..Self::new(scatter, correlation, private)?
        })
    }

    /// Scatter σ_j of each domain, in e-folds of frequency.
    pub fn scatter(&self) -> &[f64] {
        &self.scatter
    }

    /// Correlation R of ε between domains, K × K.
    pub fn correlation(&self) -> &[Vec<f64>] {
        &self.correlation
    }

    /// Share of the ranks beyond the head that are private.
    pub fn private(&self) -> f64 {
        self.private
    }

    /// How the correlations were drawn, if they were.
    pub fn spread(&self) -> Option<Spread> {
        self.spread
    }

    /// The strands of the pool. Their shares sum to 1, and so does share × scale of each domain.
    pub fn strands(&self) -> Vec<Strand> {
        let domains = self.scatter.len();
        if self.scatter.iter().all(|scatter| *scatter <= 0.0) {
            return vec![Strand {
                share: 1.0,
                scales: vec![1.0; domains],
            }];
        }
        let mut sample = self.sample();
        self.calibrate(&mut sample);
        let mut strands: Vec<Strand> = sample
            .into_iter()
            .map(|point| Strand {
                share: point.share,
                scales: point
                    .epsilon
                    .iter()
                    .zip(&self.scatter)
                    .map(|(epsilon, scatter)| (scatter * epsilon).exp())
                    .collect(),
            })
            .collect();
        for j in 0..domains {
            let mass: f64 = strands.iter().map(|s| s.share * s.scales[j]).sum();
            for strand in &mut strands {
                strand.scales[j] /= mass;
            }
        }
        strands
    }

    /// Mean of ε among the skills as `seen_by` a domain, each as often as it is met; of all skills
    /// alike for `None`.
    fn mean(&self, seen_by: Option<usize>, domain: usize) -> f64 {
        seen_by.map_or(0.0, |i| self.scatter[i] * self.correlation[i][domain])
    }

    /// The weighted vectors ε.
    fn sample(&self) -> Vec<Point> {
        let domains = self.scatter.len();
        // Positive semidefinite: checked when the pool was made.
        let factor = cholesky(&self.correlation).unwrap_or_default();
        let normal = normal_vectors(domains, VECTORS.max(VECTORS_PER_DOMAIN * domains));
        let mut points = Vec::with_capacity((domains + 1) * normal.len());
        for seen_by in views(domains) {
            for vector in &normal {
                let epsilon: Vec<f64> = (0..domains)
                    .map(|j| {
                        let product: f64 = factor[j].iter().zip(vector).map(|(l, z)| l * z).sum();
                        product + self.mean(seen_by, j)
                    })
                    .collect();
                // N(σ_j R_j, R) against N(0, R) is e^(σ_j ε_j − σ_j²/2).
                let ratios: Vec<f64> = views(domains)
                    .map(|view| {
                        view.map_or(1.0, |j| {
                            let scatter = self.scatter[j];
                            (scatter * (epsilon[j] - 0.5 * scatter)).exp()
                        })
                    })
                    .collect();
                let mixture: f64 = ratios.iter().sum();
                points.push(Point {
                    share: 1.0 / (mixture * normal.len() as f64),
                    // Bounded, where the ratios are not.
                    views: ratios.iter().map(|ratio| ratio / mixture).collect(),
                    epsilon,
                });
            }
        }
        points
    }

    /// Changes the shares as little as possible so that number, mean and (for few domains)
    /// covariance of ε come out as they are, for all skills and as seen by each domain (raking of survey weights: Deville and
    /// Särndal 1992).
    fn calibrate(&self, points: &mut [Point]) {
        let domains = self.scatter.len();
        // With many domains the means alone, lest there be as many conditions as points.
        let conditions = |per_view: usize| 2 * (domains + 1) * per_view;
        let all = 1 + domains + domains * (domains + 1) / 2;
        let with_variance = conditions(all) <= points.len();
        let per_view = if with_variance { all } else { 1 + domains };
        if conditions(per_view) > points.len() {
            return;
        }
        // Each figure of a point, over the mixture, whose weighted sum has a known value.
        let figures = |point: &Point| -> Vec<f64> {
            let mut figures = Vec::new();
            for (view, seen) in views(domains).zip(&point.views) {
                figures.push(*seen);
                for j in 0..domains {
                    let off = point.epsilon[j] - self.mean(view, j);
                    figures.push(seen * off);
                    for k in (0..=j).filter(|_| with_variance) {
                        let other = point.epsilon[k] - self.mean(view, k);
                        figures.push(seen * (off * other - self.correlation[j][k]));
                    }
                }
            }
            figures
        };
        let count = (domains + 1) * per_view;
        let rows: Vec<Vec<f64>> = points.iter().map(figures).collect();
        // In units of the mixture every point starts with the same share.
        let start = (domains + 1) as f64 / points.len() as f64;
        let mut tilt = vec![0.0; count];
        let changes = |tilt: &[f64]| -> Vec<f64> {
            rows.iter()
                .map(|row| row.iter().zip(tilt).map(|(f, x)| f * x).sum::<f64>().exp())
                .collect()
        };
        for _ in 0..NEWTON_STEPS {
            let mut gram = vec![vec![0.0; count]; count];
            let mut missing: Vec<f64> = (0..count)
                .map(|c| if c % per_view == 0 { 1.0 } else { 0.0 })
                .collect();
            for (row, change) in rows.iter().zip(changes(&tilt)) {
                let weight = start * change;
                for c in 0..count {
                    missing[c] -= weight * row[c];
                    for d in 0..=c {
                        gram[c][d] += weight * row[c] * row[d];
                    }
                }
            }
            for c in 0..count {
                gram[c][c] += RIDGE * (1.0 + gram[c][c]);
                // The ridge also pulls back to the shares as they were.
                missing[c] -= RIDGE * tilt[c];
            }
            let Some(factor) = cholesky(&gram) else {
                return;
            };
            let step = solve(&factor, missing);
            let largest = step.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
            for (tilt, step) in tilt.iter_mut().zip(step) {
                *tilt += step * f64::min(1.0, 1.0 / largest);
            }
            if largest < SINGULAR {
                break;
            }
        }
        for (point, change) in points.iter_mut().zip(changes(&tilt)) {
            point.share *= change;
        }
        let shares: f64 = points.iter().map(|point| point.share).sum();
        for point in points {
            point.share /= shares;
        }
    }
}

/// One vector ε, and what it stands for.
struct Point {
    share: f64,
    epsilon: Vec<f64>,
    /// For all skills alike, then as seen by each domain: density over that of the mixture.
    views: Vec<f64>,
}

/// All skills alike, and as each domain meets them.
fn views(domains: usize) -> impl Iterator<Item = Option<usize>> {
    std::iter::once(None).chain((0..domains).map(Some))
}

/// Solves L Lᵀ x = `right` for the lower triangle L.
fn solve(factor: &[Vec<f64>], mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for i in 0..size {
        let known: f64 = (0..i).map(|j| factor[i][j] * right[j]).sum();
        right[i] = (right[i] - known) / factor[i][i].max(SINGULAR);
    }
    for i in (0..size).rev() {
        let known: f64 = (i + 1..size).map(|j| factor[j][i] * right[j]).sum();
        right[i] = (right[i] - known) / factor[i][i].max(SINGULAR);
    }
    right
}

/// `count` (made even) vectors that stand for N(0, 1): low-discrepancy points, mirrored, and
/// sheared so that their mean is 0 and their covariance is the identity.
fn normal_vectors(dimension: usize, count: usize) -> Vec<Vec<f64>> {
    // Roberts' sequence: powers of the root of x^(d+1) = x + 1, which spreads evenly in d
    // dimensions as the golden ratio does in one.
    let mut root: f64 = 2.0;
    for _ in 0..64 {
        root = (1.0 + root).powf(1.0 / (dimension as f64 + 1.0));
    }
    let mut vectors: Vec<Vec<f64>> = (0..count.div_ceil(2))
        .map(|point| {
            (0..dimension)
                .map(|axis| {
                    let step = root.powi(-(axis as i32 + 1));
                    let uniform = (0.5 + step * (point as f64 + 1.0)).fract();
                    // Φ⁻¹(u) = −√2 erfc⁻¹(2u)
                    -std::f64::consts::SQRT_2 * erfc_inv(2.0 * uniform.clamp(1e-12, 1.0 - 1e-12))
                })
                .collect()
        })
        .collect();
    let covariance: Vec<Vec<f64>> = (0..dimension)
        .map(|i| {
            (0..dimension)
                .map(|j| vectors.iter().map(|v| v[i] * v[j]).sum::<f64>() / vectors.len() as f64)
                .collect()
        })
        .collect();
    if let Some(factor) = cholesky(&covariance) {
        for vector in &mut vectors {
            // Forward substitution: factor · sheared = vector.
            for i in 0..dimension {
                let known: f64 = (0..i).map(|j| factor[i][j] * vector[j]).sum();
                vector[i] = (vector[i] - known) / factor[i][i].max(SINGULAR);
            }
        }
    }
    let mirrored: Vec<Vec<f64>> = vectors
        .iter()
        .map(|vector| vector.iter().map(|z| -z).collect())
        .collect();
    vectors.extend(mirrored);
    vectors
}

/// The lower triangle L with L Lᵀ = `matrix`; `None` if the matrix has a negative eigenvalue.
fn cholesky(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let size = matrix.len();
    let mut factor = vec![vec![0.0; size]; size];
    for i in 0..size {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| factor[i][k] * factor[j][k]).sum();
            let rest = matrix[i][j] - known;
            if i == j {
                if rest < -SINGULAR {
                    return None;
                }
                factor[i][i] = rest.max(0.0).sqrt();
            } else if factor[j][j] > SINGULAR.sqrt() {
                factor[i][j] = rest / factor[j][j];
            } else if rest.abs() > SINGULAR.sqrt() {
                return None;
            }
        }
    }
    Some(factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    fn correlated(r: f64) -> Vec<Vec<f64>> {
        vec![vec![1.0, r], vec![r, 1.0]]
    }

    #[test]
    fn shares_and_masses_sum_to_one() {
        let spread = Spread {
            low: 0.0,
            high: 0.8,
            seed: 3,
        };
        for scatter in [0.0, 0.5, 2.0, 4.0] {
            let pool = Pool::random(vec![scatter; 7], spread, 0.2).unwrap();
            let strands = pool.strands();
            let shares: f64 = strands.iter().map(|s| s.share).sum();
            assert_relative_eq!(shares, 1.0, max_relative = 1e-12);
            for j in 0..7 {
                let mass: f64 = strands.iter().map(|s| s.share * s.scales[j]).sum();
                assert_relative_eq!(mass, 1.0, max_relative = 1e-12);
            }
        }
    }

    /// Means of ln p and of p's square are those of the log-normal.
    #[test]
    fn strands_have_the_moments_of_the_log_normal() {
        let pool = Pool::new(vec![1.0, 0.5], correlated(0.6), 0.0).unwrap();
        let strands = pool.strands();
        let mean =
            |f: &dyn Fn(&Strand) -> f64| -> f64 { strands.iter().map(|s| s.share * f(s)).sum() };
        assert_relative_eq!(mean(&|s| s.scales[0].ln()), -0.5, max_relative = 1e-3);
        assert_relative_eq!(
            mean(&|s| s.scales[0] * s.scales[1]),
            (0.5f64 * 0.6).exp(),
            // Not among the figures that are made exact.
            max_relative = 5e-3
        );
        assert_relative_eq!(
            mean(&|s| s.scales[0] * s.scales[0].ln()),
            0.5,
            max_relative = 1e-3
        );
    }

    #[test]
    fn random_correlations_keep_their_ends() {
        for seed in 0..20 {
            let spread = Spread {
                low: 0.1,
                high: 0.9,
                seed,
            };
            let pool = Pool::random(vec![2.0; 7], spread, 0.0).unwrap();
            let off: Vec<f64> = (0..7)
                .flat_map(|i| (0..i).map(move |j| (i, j)))
                .map(|(i, j)| pool.correlation()[i][j])
                .collect();
            assert!(off.iter().all(|r| (0.1..=0.9).contains(r)));
            let least = off.iter().copied().fold(1.0, f64::min);
            let most = off.iter().copied().fold(0.0, f64::max);
            assert!(least < 0.35 && most > 0.7, "{least} {most}");
        }
    }

    #[test]
    fn what_is_no_correlation_matrix_is_refused() {
        let two = vec![1.0, 1.0];
        let refused = |matrix| Pool::new(two.clone(), matrix, 0.0).unwrap_err();
        assert!(matches!(
            refused(vec![vec![1.0]]),
            PoolError::Size { found: 1, .. }
        ));
        assert_eq!(
            refused(vec![vec![1.0, 0.2], vec![0.3, 1.0]]),
            PoolError::Symmetry(1, 0)
        );
        assert_eq!(refused(correlated(1.2)), PoolError::Symmetry(1, 0));
        let cycle = vec![
            vec![1.0, 0.9, -0.9],
            vec![0.9, 1.0, 0.9],
            vec![-0.9, 0.9, 1.0],
        ];
        assert_eq!(
            Pool::new(vec![1.0; 3], cycle, 0.0),
            Err(PoolError::Indefinite)
        );
        assert!(Pool::new(two.clone(), correlated(1.0), 0.0).is_ok());
        assert_eq!(
            Pool::new(vec![9.0, 1.0], correlated(0.0), 0.0),
            Err(PoolError::Scatter(9.0))
        );
    }
}
