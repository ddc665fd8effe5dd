//! Mirror descent on the mixture: weights move by factors.
//!
//! h ← the allowed mixture closest, in relative entropy, to h·e^(−η∇f) (Beck and Teboulle 2003,
//! "Mirror descent and nonlinear projected subgradient methods"). It takes power laws that blow up
//! at h_i = 0 in its stride and settles which bounds hold; Newton's method does the rest.

use super::Region;
use super::objective::Objective;

/// Most steps: enough to come near, few enough not to creep.
const STEPS: usize = 60;

/// Most halvings of one step.
const HALVINGS: usize = 40;

/// Growth of the step after a success.
const GROWTH: f64 = 2.0;

/// Largest change of a logarithm of a weight in the first step.
const FIRST_REACH: f64 = 0.5;

/// Largest change of the logarithm of a weight in any step.
const REACH: f64 = 3.0;

/// Descent below this share of the objective ends the phase.
const SMALL_DESCENT: f64 = 1e-8;

/// Descends from `start`, which must be allowed, and returns the last point.
pub(super) fn descend(objective: &Objective<'_>, region: &Region, start: Vec<f64>) -> Vec<f64> {
    let mut at = start;
    let mut gradient = vec![0.0; at.len()];
    let mut value = objective.gradient(&at, &mut gradient);
    let mut step = FIRST_REACH / spread(&gradient, &at).max(f64::MIN_POSITIVE);
    for _ in 0..STEPS {
        step = step.min(REACH / spread(&gradient, &at).max(f64::MIN_POSITIVE));
        let mut moved = None;
        for _ in 0..HALVINGS {
            let candidate = region.closest(&tilted(&at, &gradient, step));
            let slope: f64 = candidate
                .iter()
                .zip(&at)
                .zip(&gradient)
                .map(|((new, old), g)| g * (new - old))
                .sum();
            let there = objective.value(&candidate);
            // Armijo's condition along the projected step.
            if there <= value + 0.25 * slope {
                moved = Some((candidate, value - there));
                break;
            }
            step *= 0.5;
        }
        let Some((candidate, descent)) = moved else {
            break;
        };
        at = candidate;
        value = objective.gradient(&at, &mut gradient);
        if descent <= SMALL_DESCENT * value.abs() {
            break;
        }
        step *= GROWTH;
    }
    at
}

/// Range of the gradient over the domains that have a weight: the others hardly move.
fn spread(gradient: &[f64], weights: &[f64]) -> f64 {
    let mean: f64 = gradient.iter().zip(weights).map(|(g, h)| g * h).sum();
    gradient
        .iter()
        .zip(weights)
        .filter(|(_, h)| **h > LEAST_WISH)
        .map(|(g, _)| (g - mean).abs())
        .fold(0.0, f64::max)
}

/// Smallest weight that is wished for: a factor cannot lift a weight from 0.
const LEAST_WISH: f64 = 1e-10;

/// h·e^(−η g), centred so that nothing overflows.
fn tilted(weights: &[f64], gradient: &[f64], step: f64) -> Vec<f64> {
    let mean: f64 = gradient.iter().zip(weights).map(|(g, h)| g * h).sum();
    weights
        .iter()
        .zip(gradient)
        .map(|(h, g)| {
            let ln_factor = (-step * (g - mean)).clamp(-2.0 * REACH, 2.0 * REACH);
            h.max(LEAST_WISH) * ln_factor.exp()
        })
        .collect()
}
