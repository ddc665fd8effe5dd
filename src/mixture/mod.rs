//! A mixture is a point of the simplex: the share of the training tokens that each domain gets.

mod design;

pub(crate) use design::MOST_WEIGHTS;
pub use design::{Design, DesignError};

use thiserror::Error;

/// How far the weights of a mixture may be from summing to 1 before they are refused.
const SUM_TOLERANCE: f64 = 1e-6;

/// Sums closer to 1 than this are rounding: the weights are kept to the bit.
const ROUNDING: f64 = 1e-12;

/// Weights h of K domains: each at least 0, together 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixture(Vec<f64>);

/// Why a list of weights is no mixture.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum MixtureError {
    /// No weight at all.
    #[error("a mixture needs at least one weight")]
    Empty,
    /// A weight that is negative or not a number.
    #[error("weight {position} is {value}: weights are numbers from 0 to 1")]
    Weight {
        /// Position in the list, from 1.
        position: usize,
        /// The offending weight.
        value: f64,
    },
    /// The weights do not sum to 1.
    #[error("the weights sum to {sum}, not to 1")]
    Sum {
        /// Their sum.
        sum: f64,
    },
}

impl Mixture {
    /// Checks `weights` (length K) and takes them as a mixture; a sum within 1e-6 of 1 is
    /// normalised.
    ///
    /// # Errors
    /// [`MixtureError`] when a weight is negative or not finite, or the sum is not 1.
    pub fn new(weights: Vec<f64>) -> Result<Self, MixtureError> {
        Self::within(weights, SUM_TOLERANCE)
    }

    /// As [`Mixture::new`], for weights that were rounded in a table: sums within `tolerance` of 1
    /// are normalised.
    ///
    /// # Errors
    /// As [`Mixture::new`].
    pub fn within(mut weights: Vec<f64>, tolerance: f64) -> Result<Self, MixtureError> {
        if weights.is_empty() {
            return Err(MixtureError::Empty);
        }
        if let Some(index) = weights.iter().position(|w| !w.is_finite() || *w < 0.0) {
            return Err(MixtureError::Weight {
                position: index + 1,
                value: weights[index],
            });
        }
        let sum: f64 = weights.iter().sum();
        if (sum - 1.0).abs() > tolerance {
            return Err(MixtureError::Sum { sum });
        }
        if (sum - 1.0).abs() > ROUNDING {
            for weight in &mut weights {
                *weight /= sum;
            }
        }
        Ok(Self(weights))
    }

    /// The uniform mixture of `domains` domains.
    ///
    /// # Panics
    /// When `domains` is 0.
    pub fn uniform(domains: usize) -> Self {
        assert!(domains > 0, "a mixture needs at least one domain");
        Self(vec![1.0 / domains as f64; domains])
    }

    /// The weights, in the order of the domains.
    pub fn weights(&self) -> &[f64] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_exact_weights_and_normalises_rounded_ones() {
        let exact = vec![0.7, 0.1, 0.1, 0.1];
        assert_eq!(Mixture::new(exact.clone()).unwrap().weights(), exact);
        let rounded = Mixture::within(vec![0.5, 0.502], 1e-2).unwrap();
        assert!((rounded.weights().iter().sum::<f64>() - 1.0).abs() < 1e-15);
    }

    #[test]
    fn refuses_what_is_no_mixture() {
        assert_eq!(Mixture::new(vec![]), Err(MixtureError::Empty));
        assert!(matches!(
            Mixture::new(vec![0.5, 0.6]),
            Err(MixtureError::Sum { .. })
        ));
        assert!(matches!(
            Mixture::new(vec![1.5, -0.5]),
            Err(MixtureError::Weight { position: 2, .. })
        ));
        assert!(Mixture::new(vec![f64::NAN, 1.0]).is_err());
    }
}
