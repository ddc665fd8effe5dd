//! The learner that takes gradient steps, against plain SGD, exact recursions and closed forms.

mod closed_form;
mod equivalent;
mod exactness;
mod exponents;
mod gaussian;
mod optimum;
mod ridge;
mod spectra;
mod stability;
mod sweeps;

use mixlaw::sgd::{Estimator, ProjectedRegression, Projection, Schedule, Sgd};
use mixlaw::world::{Overlap, World};

use crate::small_worlds;

/// K = 4: α = (1.2, 1.35, 1.5, 1.8), c = (2, 1.5, 2.5, 1).
fn four(head: f64) -> World {
    let domains = [(1.2, 2.0), (1.35, 1.5), (1.5, 2.5), (1.8, 1.0)];
    small_worlds::world(&domains, 0.0, head, 1e14, Overlap::None)
}

/// Geometric decay by `ratio`.
fn geometric(step: f64, batch: u64, ratio: f64, noise: f64) -> Sgd {
    Sgd {
        batch,
        step,
        schedule: Schedule::Geometric { ratio },
        noise,
    }
}

/// A learner of the projection `top`.
fn top(estimator: Estimator) -> ProjectedRegression {
    ProjectedRegression {
        projection: Projection::Top,
        sketches: 1,
        estimator,
    }
}

/// Mean over runs and its standard error, for each domain.
fn mean_and_error(runs: &[Vec<f64>]) -> Vec<(f64, f64)> {
    let count = runs.len() as f64;
    (0..runs[0].len())
        .map(|domain| {
            let mean = runs.iter().map(|run| run[domain]).sum::<f64>() / count;
            let square: f64 = runs.iter().map(|run| (run[domain] - mean).powi(2)).sum();
            (mean, (square / (count - 1.0) / count).sqrt())
        })
        .collect()
}
