//! The search for the parameters of one model: several starts, and the automatic ridge.

use std::time::Instant;

use rayon::prelude::*;

use super::cross_validation::follow;
use super::levenberg_marquardt::{Minimum, minimise};
use super::objective::Objective;
use super::{FitPlan, Ridge};
use crate::law::{Model, Observations};
use crate::numeric::random::{self, Purpose};

/// Starts that have to end at the lowest objective before the search is over.
const AGREEING: usize = 6;

/// What the search for the parameters of one model gave.
pub(super) struct Found {
    /// The lowest minimum over the starts.
    pub(super) minimum: Minimum,
    /// Mean time of a start, seconds.
    pub(super) seconds: f64,
    /// How it was found.
    pub(super) trace: Trace,
}

/// How the minimum of one model was found: what a refit keeps, and what tells whether other
/// starts would have ended elsewhere.
#[derive(Debug, Clone)]
pub(super) struct Trace {
    /// Strength of the ridge at the minimum.
    pub(super) ridge: f64,
    /// Finite objectives at which the starts ended, from low to high; empty where θ is known in
    /// closed form. Under [`Ridge::Auto`] they are those under the pilot ridge.
    pub(super) objectives: Vec<f64>,
    /// Difference of objectives that counts as none, whatever they are.
    pub(super) negligible: f64,
    /// Searches made, those without a finite objective among them.
    pub(super) tried: usize,
}

/// How close to the lowest objective one counts as the same, relative to it.
const SAME_OBJECTIVE: f64 = 1e-4;

/// Objective per residual below which all count as the same: errors of 1e-7 of a loss.
const NEGLIGIBLE: f64 = 1e-14;

impl Trace {
    /// Starts that ended at the lowest objective.
    pub(super) fn at_best(&self) -> usize {
        at_lowest(&self.objectives, self.negligible)
    }
}

/// The lowest minimum over the starts: the training objective alone chooses. Starts are tried until
/// [`AGREEING`] of them end at the lowest objective, at most as many as the plan says. `None` if no
/// start has a finite objective.
///
/// With [`Ridge::Auto`] the starts run under a small pilot ridge; then the ridge follows the
/// residual variance of the best of them ([`auto_ridge`]) until that settles.
///
/// `path` holds ridges from strong to weak that lead to that of the plan: the first start is then
/// tried from the end of the path as well ([`follow`]). Under a weak ridge the way from the centre
/// of the prior can end in a minimum far above the one that a stronger ridge leads to.
pub(super) fn best_of_starts(
    model: &dyn Model,
    training: &Observations,
    plan: &FitPlan,
    path: &[f64],
    split: usize,
    part: usize,
) -> Option<Found> {
    let mut objective = Objective::new(model, training, plan);
    if let Some(theta) = model.closed_form() {
        let minimum = Minimum {
            objective: objective.value(&theta),
            theta,
            converged: true,
            steps: 0,
        };
        return Some(Found {
            minimum,
            seconds: 0.0,
            trace: Trace {
                ridge: 0.0,
                objectives: Vec::new(),
                negligible: 0.0,
                tried: 0,
            },
        });
    }
    let stream = |start: usize| {
        let cell = ((split as u64) << 32) | part as u64;
        random::stream(plan.seed, Purpose::Starts, cell, start as u64)
    };
    let timed = |search: &dyn Fn() -> Minimum| {
        let clock = Instant::now();
        let minimum = search();
        (minimum, clock.elapsed().as_secs_f64())
    };
    let mut minima = Vec::new();
    if !path.is_empty() {
        minima.push(timed(&|| {
            let mut led = Objective::new(model, training, plan);
            let end = follow(&mut led, model.start(0, &mut stream(0)), path, |_| {});
            minimise(&objective, end)
        }));
    }
    // In batches of a fixed size: how many starts are tried must not depend on the threads.
    let mut tried = 0;
    let negligible = NEGLIGIBLE * objective.residuals() as f64;
    while tried < plan.starts && at_lowest(&sorted_objectives(&minima), negligible) < AGREEING {
        let batch = AGREEING.min(plan.starts - tried);
        let found: Vec<(Minimum, f64)> = (tried..tried + batch)
            .into_par_iter()
            .map(|start| timed(&|| minimise(&objective, model.start(start, &mut stream(start)))))
            .collect();
        minima.extend(found);
        tried += batch;
    }
    let seconds = minima.iter().map(|(_, seconds)| seconds).sum::<f64>() / minima.len() as f64;
    let searches = minima.len();
    let objectives = sorted_objectives(&minima);
    let mut best = minima
        .into_iter()
        .map(|(minimum, _)| minimum)
        .filter(|minimum| minimum.objective.is_finite())
        .min_by(|a, b| a.objective.total_cmp(&b.objective))?;
    if plan.ridge == Ridge::Auto {
        for _ in 0..AUTO_RIDGE_ROUNDS {
            let before = objective.ridge();
            objective.set_ridge(auto_ridge(&objective, &best.theta));
            best = minimise(&objective, best.theta);
            if (objective.ridge() / before - 1.0).abs() < AUTO_RIDGE_TOLERANCE {
                break;
            }
        }
    }
    Some(Found {
        minimum: best,
        seconds,
        trace: Trace {
            ridge: objective.ridge(),
            objectives,
            negligible,
            tried: searches,
        },
    })
}

/// The finite objectives at which searches ended, from low to high.
fn sorted_objectives(minima: &[(Minimum, f64)]) -> Vec<f64> {
    let objectives = minima.iter().map(|(minimum, _)| minimum.objective);
    let mut finite: Vec<f64> = objectives
        .filter(|objective| objective.is_finite())
        .collect();
    finite.sort_by(f64::total_cmp);
    finite
}

/// How many of `objectives`, sorted, are as low as the first, or lie above it by less than
/// `negligible`.
fn at_lowest(objectives: &[f64], negligible: f64) -> usize {
    let lowest = objectives.first().copied().unwrap_or(0.0);
    let limit = lowest * (1.0 + SAME_OBJECTIVE) + negligible;
    objectives.iter().filter(|o| **o <= limit).count()
}

/// Prior standard deviation of every parameter under [`Ridge::Auto`], in its prior unit: wide
/// enough to leave alone whatever the rows determine.
pub(super) const AUTO_PRIOR_SD: f64 = 3.0;

/// Most rounds in which ridge and residual variance follow each other.
const AUTO_RIDGE_ROUNDS: usize = 6;

/// Relative change of the ridge at which it has settled.
const AUTO_RIDGE_TOLERANCE: f64 = 0.05;

/// The ridge of the maximum a posteriori fit: residual variance over prior variance.
fn auto_ridge(objective: &Objective, theta: &[f64]) -> f64 {
    let variance = objective.misfit(theta) / objective.residuals() as f64;
    variance / (AUTO_PRIOR_SD * AUTO_PRIOR_SD)
}
