//! The guard: predictions stay finite where a mixture has nothing that a law counts as data.
//!
//! At one scale a loss is capped at as far above the largest training loss as that is above the
//! smallest: twice the range that was seen. A law in N and D may rightly predict far larger losses
//! at small scales; there, and wherever a range says nothing, only predictions above ten times the
//! largest training loss are explosions. The guard touches predictions, never a fit.

use crate::law::{Model, Observations};

/// How far beyond the largest training loss a loss at the same scale may lie, in ranges of the
/// training losses. The range itself (0) is too tight: held-out mixtures do exceed it.
const RANGES_BEYOND: f64 = 1.0;

/// Largest prediction at other scales, as a multiple of the largest training loss.
const MULTIPLE: f64 = 10.0;

/// Largest prediction of each loss column of `model`, nats, from its training rows.
pub(super) fn limits(model: &dyn Model, training: &Observations) -> Vec<f64> {
    let limit = |column: &usize| {
        let losses = training.losses.column(*column);
        let measured = || losses.iter().copied().filter(|loss| !loss.is_nan());
        let largest = measured().fold(f64::NEG_INFINITY, f64::max);
        let smallest = measured().fold(f64::INFINITY, f64::min);
        let size = measured().fold(0.0, |most: f64, loss| most.max(loss.abs()));
        if model.one_scale() && largest > smallest {
            largest + RANGES_BEYOND * (largest - smallest)
        } else {
            MULTIPLE * size
        }
    };
    model.columns().iter().map(limit).collect()
}

/// The prediction under the guard. NaN stays: there the law says nothing.
pub(super) fn guarded(prediction: f64, limit: f64) -> f64 {
    if prediction > limit {
        limit
    } else {
        prediction
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_above_the_limit_changes() {
        let same = |value: f64| guarded(value, 3.0).to_bits() == value.to_bits();
        assert!(same(2.9) && same(-7.0) && guarded(f64::NAN, 3.0).is_nan());
        assert!((guarded(f64::INFINITY, 3.0) - 3.0).abs() < f64::EPSILON);
    }
}
