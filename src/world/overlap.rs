//! Which tail skills are shared between domains.

use thiserror::Error;

use super::{Pool, PoolError};

/// Largest jitter of the ranks, in e-folds: beyond it shared skills are hardly worth sharing.
pub(crate) const LARGEST_JITTER: f64 = 5.0;

/// Most domains whose tails may be shared in pairs: their number grows with the square, and a run
/// takes that much longer.
pub(super) const MOST_PAIRED_DOMAINS: usize = 100;

/// Rounding of a sum of fractions that counts as 1.
const ROUNDING: f64 = 1e-9;

/// Which tail skills are shared between domains.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlap {
    /// Tails are private.
    None,
    /// Each tail rank is, with probability `fraction`, one skill common to all domains.
    All {
        /// Share of the tail ranks, from 0 to 1.
        fraction: f64,
    },
    /// Each tail rank of two domains i < j is one skill of both with probability
    /// `fraction`/(K − 1).
    Pair {
        /// Share of the tail ranks of a domain that it shares with any other, from 0 to 1.
        fraction: f64,
        /// Spread of the partner's rank in e-folds, from 0 (the same rank) to `LARGEST_JITTER`.
        /// With x ranks of the tail before a skill in the one domain and x′ in the other, ln x′/x
        /// is N(s²/2, s²) as either domain sees it: see `jitter.rs`.
        rank_jitter: f64,
    },
    /// Each tail rank of two domains i ≠ j is one skill of both with probability
    /// `fractions`\[i\]\[j\], else private. [`Overlap::Pair`] has all of them equal.
    Matrix {
        /// Shared fractions, K × K: symmetric, 0 on the diagonal, no row above 1.
        fractions: Vec<Vec<f64>>,
        /// As in [`Overlap::Pair`].
        rank_jitter: f64,
    },
    /// All domains draw on one pool of tail skills, each with frequencies of its own. They have
    /// one spectrum.
    Pool(Pool),
}

/// Why an overlap cannot exist in a world.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum OverlapError {
    /// A shared fraction outside 0 to 1.
    #[error("the overlap fraction is {0}: it must be from 0 to 1")]
    Fraction(f64),
    /// A jitter out of range.
    #[error("the rank jitter is {0}: it must be from 0 to 5")]
    Jitter(f64),
    /// A table of fractions that is not K × K.
    #[error("fractions shared by {domains} domains are {domains} rows of {domains}, not {found}")]
    Size {
        /// Rows, or values in a row.
        found: usize,
        /// Number of domains.
        domains: usize,
    },
    /// Two domains that share different fractions with each other.
    #[error(
        "domain {i} shares {forth} of its ranks with domain {j}, which shares {back} with it: the \
         fractions must be symmetric"
    )]
    Symmetry {
        /// The one domain, counted from 1.
        i: usize,
        /// The other domain, counted from 1.
        j: usize,
        /// Fraction in row i, column j.
        forth: f64,
        /// Fraction in row j, column i.
        back: f64,
    },
    /// A domain that would share with itself.
    #[error("domain {domain} shares {fraction} of its ranks with itself: the diagonal must be 0")]
    Diagonal {
        /// The domain, counted from 1.
        domain: usize,
        /// The fraction on the diagonal.
        fraction: f64,
    },
    /// A domain that would share more than all of its ranks.
    #[error("domain {domain} shares {sum} of its ranks with others: a row must sum to at most 1")]
    TooMuch {
        /// The domain, counted from 1.
        domain: usize,
        /// Sum of its row.
        sum: f64,
    },
    /// Sharing in pairs between more domains than a run could take in.
    #[error(
        "{0} domains are too many to share skills in pairs: the most is {MOST_PAIRED_DOMAINS}; \
         the overlaps `all` and `pool` take more"
    )]
    TooManyPairs(usize),
    /// Sharing in a world of one domain.
    #[error("overlap needs at least two domains")]
    Alone,
    /// A pool for another number of domains.
    #[error(transparent)]
    Pool(#[from] PoolError),
}

impl OverlapError {
    /// The domain to blame, counted from 1, if it is a row of the fractions.
    pub fn domain(&self) -> Option<usize> {
        match self {
            Self::Symmetry { i, .. } => Some(*i),
            Self::Diagonal { domain, .. } | Self::TooMuch { domain, .. } => Some(*domain),
            _ => None,
        }
    }
}

impl Overlap {
    /// Checks the overlap for a world of `domains` domains.
    ///
    /// # Errors
    /// [`OverlapError`] for the first value that is out of range.
    pub fn check(&self, domains: usize) -> Result<(), OverlapError> {
        if let Self::Pair { rank_jitter, .. } | Self::Matrix { rank_jitter, .. } = self
            && !(0.0..=LARGEST_JITTER).contains(rank_jitter)
        {
            return Err(OverlapError::Jitter(*rank_jitter));
        }
        if matches!(self, Self::Pair { .. } | Self::Matrix { .. }) && domains > MOST_PAIRED_DOMAINS
        {
            return Err(OverlapError::TooManyPairs(domains));
        }
        match self {
            Self::None => Ok(()),
            Self::All { fraction } | Self::Pair { fraction, .. } => {
                check_fraction(*fraction)?;
                if domains < 2 && *fraction > 0.0 {
                    return Err(OverlapError::Alone);
                }
                Ok(())
            }
            Self::Matrix { fractions, .. } => check_matrix(fractions, domains),
            Self::Pool(pool) => {
                let found = pool.scatter().len();
                if found == domains {
                    return Ok(());
                }
                let key = "scatter";
                Err(PoolError::Size {
                    key,
                    found,
                    domains,
                }
                .into())
            }
        }
    }

    /// Probability that a tail rank of domain i is one skill of i and j alone, for a world of
    /// `domains` domains.
    pub(super) fn pair_fraction(&self, i: usize, j: usize, domains: usize) -> f64 {
        match self {
            Self::Pair { fraction, .. } if i != j => {
                fraction / domains.saturating_sub(1).max(1) as f64
            }
            Self::Matrix { fractions, .. } => fractions[i][j],
            _ => 0.0,
        }
    }

    /// Spread of the ranks of a shared skill, in e-folds.
    pub fn rank_jitter(&self) -> f64 {
        match self {
            Self::Pair { rank_jitter, .. } | Self::Matrix { rank_jitter, .. } => *rank_jitter,
            Self::None | Self::All { .. } | Self::Pool(_) => 0.0,
        }
    }

    /// Probability that a tail rank of a domain is a skill of its own.
    pub(super) fn private(&self, domain: usize) -> f64 {
        match self {
            Self::None => 1.0,
            Self::All { fraction } | Self::Pair { fraction, .. } => 1.0 - fraction,
            Self::Matrix { fractions, .. } => {
                let left = 1.0 - fractions[domain].iter().sum::<f64>();
                // What is left by rounding is nothing.
                if left > ROUNDING { left } else { 0.0 }
            }
            Self::Pool(pool) => pool.private(),
        }
    }
}

fn check_fraction(fraction: f64) -> Result<(), OverlapError> {
    if (0.0..=1.0).contains(&fraction) {
        return Ok(());
    }
    Err(OverlapError::Fraction(fraction))
}

fn check_matrix(fractions: &[Vec<f64>], domains: usize) -> Result<(), OverlapError> {
    for found in std::iter::once(fractions.len()).chain(fractions.iter().map(Vec::len)) {
        if found != domains {
            return Err(OverlapError::Size { found, domains });
        }
    }
    for (i, row) in fractions.iter().enumerate() {
        for (j, fraction) in row.iter().copied().enumerate() {
            check_fraction(fraction)?;
            let back = fractions[j][i];
            if i == j && fraction > 0.0 {
                return Err(OverlapError::Diagonal {
                    domain: i + 1,
                    fraction,
                });
            }
            if (fraction - back).abs() > ROUNDING {
                return Err(OverlapError::Symmetry {
                    i: i + 1,
                    j: j + 1,
                    forth: fraction,
                    back,
                });
            }
        }
        let sum: f64 = row.iter().sum();
        if sum > 1.0 + ROUNDING {
            return Err(OverlapError::TooMuch { domain: i + 1, sum });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(rows: &[&[f64]]) -> Overlap {
        Overlap::Matrix {
            fractions: rows.iter().map(|row| row.to_vec()).collect(),
            rank_jitter: 0.0,
        }
    }

    #[test]
    fn matrices_that_no_world_has_are_refused() {
        assert_eq!(matrix(&[&[0.0, 0.3], &[0.3, 0.0]]).check(2), Ok(()));
        let size = matrix(&[&[0.0, 0.3], &[0.3]]).check(2);
        assert!(matches!(size, Err(OverlapError::Size { found: 1, .. })));
        let size = matrix(&[&[0.0, 0.3], &[0.3, 0.0]]).check(3);
        assert!(matches!(size, Err(OverlapError::Size { found: 2, .. })));
        let symmetry = matrix(&[&[0.0, 0.3], &[0.2, 0.0]]).check(2);
        assert!(matches!(symmetry, Err(OverlapError::Symmetry { .. })));
        let diagonal = matrix(&[&[0.1, 0.3], &[0.3, 0.0]]).check(2);
        assert!(matches!(diagonal, Err(OverlapError::Diagonal { .. })));
        let much = matrix(&[&[0.0, 0.7, 0.4], &[0.7, 0.0, 0.0], &[0.4, 0.0, 0.0]]).check(3);
        assert!(matches!(much, Err(OverlapError::TooMuch { domain: 1, .. })));
        for value in [-0.1, 1.1, f64::NAN] {
            let fraction = matrix(&[&[0.0, value], &[value, 0.0]]).check(2);
            assert!(matches!(fraction, Err(OverlapError::Fraction(_))));
        }
    }
}
