//! Where the search for the parameters ended: whether it is a minimum, on which bounds, and whether
//! other starts ended elsewhere.

use serde::Serialize;

use super::fitted_law::FittedLaw;
use super::levenberg_marquardt::{free_parameters, gradient_cosine};
use super::parameter_name::{ParameterName, name_of};
use super::plan::FitPlan;
use super::search::Trace;
use crate::law::Observations;

/// The end of the search of the fit to all rows.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Convergence {
    /// Largest cosine between the residuals and the derivatives by a free parameter, 0 to 1: 0 at
    /// a minimum. `None` where θ is known in closed form.
    pub gradient: Option<f64>,
    /// Steps of the search, taken or refused, summed over the parts of the law.
    pub steps: usize,
    /// Parameters held at a bound that the residuals push them through.
    pub at_bounds: Vec<ParameterName>,
    /// Where the starts ended; `None` where θ is known in closed form.
    pub starts: Option<StartSpread>,
    /// Fits of this law: those to the training rows of the splits, and that to all rows.
    pub fits: usize,
    /// Those of them that did not meet the convergence test.
    pub unconverged: usize,
}

/// Where the starts of a search ended, in the part of the law in which they differ most.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct StartSpread {
    /// Starts with a finite objective.
    pub count: usize,
    /// Those that ended at the lowest objective, to a ten-thousandth of it.
    pub at_best: usize,
    /// How far the worst ended above the best, relative to the objective of the best; `None` where
    /// the best fits without any error.
    pub worst: Option<f64>,
}

impl Convergence {
    /// The end of the search that found `fitted` on `rows`.
    pub(super) fn of(fitted: &FittedLaw, rows: &Observations, plan: &FitPlan) -> Self {
        let mut convergence = Self {
            steps: fitted.steps(),
            starts: fitted
                .traces()
                .iter()
                .filter_map(spread)
                .min_by(|a, b| a.at_best.cmp(&b.at_best).then(worse(b, a))),
            fits: 1,
            unconverged: usize::from(!fitted.converged()),
            ..Self::default()
        };
        for (part, (model, minimum)) in fitted.parts().iter().enumerate() {
            if model.closed_form().is_some() {
                continue;
            }
            let objective = fitted.objective_of(part, model.as_ref(), rows, plan);
            let at = objective.normal_equations(&minimum.theta);
            let parameters = model.parameters();
            let free = free_parameters(&minimum.theta, &at, parameters);
            let gradient = if at.objective > 0.0 {
                gradient_cosine(&at, &free)
            } else {
                0.0
            };
            let largest = convergence.gradient.unwrap_or(0.0).max(gradient);
            convergence.gradient = Some(largest);
            let held = (0..parameters.len())
                .filter(|i| !free.contains(i) && at.matrix[[*i, *i]] > 0.0)
                .map(|i| name_of(&parameters[i], &rows.loss_names, fitted.weight_names()));
            convergence.at_bounds.extend(held);
        }
        convergence
    }
}

/// `None` where nothing was searched.
fn spread(trace: &Trace) -> Option<StartSpread> {
    let (lowest, highest) = (trace.objectives.first()?, trace.objectives.last()?);
    Some(StartSpread {
        count: trace.objectives.len(),
        at_best: trace.at_best(),
        worst: (*lowest > trace.negligible).then(|| highest / lowest - 1.0),
    })
}

fn worse(a: &StartSpread, b: &StartSpread) -> std::cmp::Ordering {
    a.worst.unwrap_or(0.0).total_cmp(&b.worst.unwrap_or(0.0))
}
