//! A pool of skills: every domain draws on the same skills, each with frequencies of its own.
//!
//! Domain j meets skill s with frequency p_j(s) = g_s e^(σ_j ε_js)/Z_j. The frequencies g follow
//! the common power law; ε_s ~ N(0, R) is what makes a skill more of one domain than of another,
//! and Z_j makes the masses sum to 1. A few hundred fixed vectors ε stand for the distribution;
//! each is one family of skills, of the share ω of every rank.

mod strands;

pub use strands::Strand;

use rand_distr::{Distribution, StandardNormal};
use thiserror::Error;

use crate::numeric::gaussian::{SINGULAR, cholesky};
use crate::numeric::random::{Purpose, stream};

/// Largest scatter, in e-folds: beyond it a domain consists of a handful of skills.
pub(crate) const LARGEST_SCATTER: f64 = 4.0;

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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Resolution;
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
            let strands = pool.strands(Resolution::default());
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
        let strands = pool.strands(Resolution::default());
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
