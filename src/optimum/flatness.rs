//! How much the mixture may change before it matters.
//!
//! For each domain the least and the most weight among the mixtures whose target loss is within a
//! share of the best. Such a mixture minimises f(h) ∓ t·h_i for the t at which f has risen by that
//! much; f rises about as t² near the optimum, which gives the next t.

use rayon::prelude::*;

use super::newton::finish;
use super::objective::Objective;
use super::{Optimum, Problem, Region};

/// The weights that a domain can have at little loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flatness {
    /// Least weight.
    pub low: f64,
    /// Most weight.
    pub high: f64,
}

/// Trials of the tilt t.
const TRIALS: usize = 40;

/// The rise is met to this share of it.
const TOLERANCE: f64 = 1e-2;

/// Largest factor between two tilts.
const LARGEST_FACTOR: f64 = 100.0;

/// Below this share of the allowed rise a tilt has not begun to act.
const NO_RISE: f64 = 1e-4;

/// The range of every weight over the allowed mixtures within `share` (such as .001) of the best
/// target loss. Exact where the objective is convex; else the part of the range that is connected
/// with the optimum by mixtures of the tilted objective.
pub(crate) fn flatness(
    problem: &Problem<'_>,
    region: &Region,
    optimum: &Optimum,
    share: f64,
) -> Vec<Flatness> {
    let rise = share * optimum.target_loss.abs();
    (0..region.domains())
        .into_par_iter()
        .map(|domain| Flatness {
            low: end(problem, region, optimum, rise, (domain, -1.0)),
            high: end(problem, region, optimum, rise, (domain, 1.0)),
        })
        .collect()
}

/// The weight of a domain where the objective has risen by `rise` in a direction.
fn end(
    problem: &Problem<'_>,
    region: &Region,
    optimum: &Optimum,
    rise: f64,
    (domain, sign): (usize, f64),
) -> f64 {
    let mut objective = Objective::new(problem, rise.max(f64::MIN_POSITIVE));
    let base = objective.value(&optimum.weights);
    let mut at = optimum.weights.clone();
    let mut tilt = rise;
    let mut reached = optimum.weights[domain];
    let (mut below, mut above) = (0.0, f64::INFINITY);
    for _ in 0..TRIALS {
        objective.tilt = Some((domain, sign * tilt));
        let found = finish(&objective, region, at.clone());
        objective.tilt = None;
        let risen = objective.value(&found.weights) - base;
        let weight = found.weights[domain];
        if risen <= rise * (1.0 + TOLERANCE) {
            reached = if sign > 0.0 {
                reached.max(weight)
            } else {
                reached.min(weight)
            };
            below = tilt;
            at = found.weights;
            // A bound stops the weight before the loss does: more tilt changes nothing.
            if risen >= rise * (1.0 - TOLERANCE) || tilt > LARGEST_TILT {
                break;
            }
        } else {
            above = tilt;
        }
        let guess = if risen > NO_RISE * rise {
            tilt * (rise / risen)
                .sqrt()
                .clamp(1.0 / LARGEST_FACTOR, LARGEST_FACTOR)
        } else {
            tilt * LARGEST_FACTOR
        };
        // Between tilts that are known to be too weak and too strong.
        tilt = if guess > below && guess < above {
            guess
        } else {
            (below.max(f64::MIN_POSITIVE) * above).sqrt()
        };
    }
    reached
}

/// Nats per unit of weight from which a weight that has not moved is held by a bound.
const LARGEST_TILT: f64 = 1e4;
