//! The penalty under which a mixture is learned best.

use super::Ridge;
use super::equivalent::{equivalent_ridge, expected_ridge};
use crate::sgd::Directions;
use crate::world::World;

/// How much the weights are held back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Penalty {
    /// The same λ, above 0, whatever N and D.
    Fixed(f64),
    /// The λ with the least expected loss of the training mixture: what a validation set of the
    /// same mixture would choose. It falls about as 1/D.
    Best,
}

/// Factor between penalties of the first search.
const STRIDE: f64 = 4.0;

/// Most strides: penalties from 1e-24 to 1e24 of the first.
const STRIDES: usize = 40;

/// Rounds of the golden section: to 5e-4 of ln λ, where the loss is level to 1e-6 of itself.
const ROUNDS: usize = 18;

/// The penalty with the least expected loss of the mixture `weights` after `tokens` samples (a finite
/// number), for directions that do not mix and the label noise `noise`.
pub fn best_penalty(directions: &Directions, noise: f64, weights: &[f64], tokens: f64) -> f64 {
    least(tokens, |penalty| {
        let ridge = Ridge { penalty, noise };
        mean(
            weights,
            &expected_ridge(directions, &ridge, weights, tokens),
        )
    })
}

/// As [`best_penalty`], on average over Gaussian projections of `world` to `capacity` dimensions.
pub fn best_penalty_on_average(
    world: &World,
    noise: f64,
    weights: &[f64],
    capacity: f64,
    tokens: f64,
) -> f64 {
    least(tokens, |penalty| {
        let ridge = Ridge { penalty, noise };
        let excess = equivalent_ridge(world, &ridge, weights, capacity, tokens);
        mean(weights, &excess)
    })
}

fn mean(weights: &[f64], excess: &[f64]) -> f64 {
    weights
        .iter()
        .zip(excess)
        .map(|(h, excess)| h * excess)
        .sum()
}

/// The λ at which `loss` is least, near 1/`tokens` or downhill from there.
fn least(tokens: f64, loss: impl Fn(f64) -> f64) -> f64 {
    let loss = |t: f64| loss(t.exp());
    let (mut middle, mut stride) = (-tokens.ln(), STRIDE.ln());
    let mut value = loss(middle);
    let first = loss(middle + stride);
    if first < value {
        (middle, value) = (middle + stride, first);
    } else {
        stride = -stride;
    }
    for _ in 0..STRIDES {
        let next = loss(middle + stride);
        if next >= value || next.is_nan() {
            break;
        }
        (middle, value) = (middle + stride, next);
    }
    // The least value is between the neighbours of the middle.
    let (mut low, mut high) = (middle - stride, middle + stride);
    let golden = 0.5 * (5f64.sqrt() - 1.0);
    let (mut left, mut right) = (high - golden * (high - low), low + golden * (high - low));
    let (mut at_left, mut at_right) = (loss(left), loss(right));
    for _ in 0..ROUNDS {
        if at_left < at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - golden * (high - low);
            at_left = loss(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + golden * (high - low);
            at_right = loss(right);
        }
    }
    (0.5 * (low + high)).exp()
}
