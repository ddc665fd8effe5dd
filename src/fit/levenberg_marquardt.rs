//! Levenberg–Marquardt within bounds.
//!
//! Steps solve (JᵀJ + μD²)δ = −Jᵀr with D² the largest diagonal of JᵀJ seen so far (Moré 1978) and μ
//! moved by the ratio of true to predicted decrease (Nielsen 1999). A parameter that stands at a
//! bound and is pushed outward is left out of the step; a step that crosses a bound is cut there.
//! Requires a Jacobian; converges to a local minimum, so the caller tries several starts.

use ndarray::{Array1, Array2};

use super::linear::solve_positive;
use super::objective::{NormalEquations, Objective};

/// Most steps, taken or refused.
const STEPS: usize = 400;

/// First damping, relative to D².
const FIRST_DAMPING: f64 = 1e-3;

/// Damping above which no step is left.
const LARGEST_DAMPING: f64 = 1e16;

/// The fit has converged when the cosine between r and every column of J is below this.
const GRADIENT_TOLERANCE: f64 = 1e-7;

/// … or when this many taken steps in a row each lowered the objective by less than
/// [`DECREASE_TOLERANCE`] of it.
const SMALL_DECREASES: usize = 3;

/// Relative decrease of the objective that counts as small.
const DECREASE_TOLERANCE: f64 = 1e-10;

/// Objective per residual below which there is nothing left to fit: rounding of the losses.
const PERFECT: f64 = 1e-28;

/// Where a search ended.
#[derive(Debug, Clone)]
pub(super) struct Minimum {
    /// θ at the end.
    pub(super) theta: Vec<f64>,
    /// The objective there.
    pub(super) objective: f64,
    /// Whether the convergence test was met.
    pub(super) converged: bool,
}

/// Searches from `start` for a minimum of `objective`.
pub(super) fn minimise(objective: &Objective, start: Vec<f64>) -> Minimum {
    let parameters = objective.model().parameters();
    let clamp = |theta: &mut [f64]| {
        for (value, parameter) in theta.iter_mut().zip(parameters) {
            *value = value.clamp(parameter.lower, parameter.upper);
        }
    };
    let mut theta = start;
    clamp(&mut theta);
    let perfect = PERFECT * objective.residuals() as f64;
    let mut at = objective.normal_equations(&theta);
    let mut scale: Vec<f64> = vec![0.0; theta.len()];
    let (mut damping, mut growth) = (FIRST_DAMPING, 2.0);
    let mut small_decreases = 0;
    for _ in 0..STEPS {
        for (scale, diagonal) in scale.iter_mut().zip(at.matrix.diag()) {
            *scale = scale.max(*diagonal);
        }
        let free = free_parameters(&theta, &at, parameters);
        let converged = gradient_cosine(&at, &free) <= GRADIENT_TOLERANCE
            || small_decreases >= SMALL_DECREASES
            || at.objective <= perfect;
        if converged || !at.objective.is_finite() {
            return Minimum {
                theta,
                objective: at.objective,
                converged,
            };
        }
        let moved = step_from(&at, &scale, &free, damping).map(|delta| {
            let mut moved = theta.clone();
            for (value, delta) in moved.iter_mut().zip(&delta) {
                *value += delta;
            }
            clamp(&mut moved);
            moved
        });
        let gain = moved.as_ref().map(|moved| {
            let value = objective.value(moved);
            let predicted = predicted_decrease(&at, &theta, moved);
            (value, (at.objective - value) / predicted)
        });
        match (moved, gain) {
            (Some(moved), Some((value, ratio))) if value < at.objective && ratio > 0.0 => {
                let decrease = (at.objective - value) / at.objective;
                small_decreases = if decrease < DECREASE_TOLERANCE {
                    small_decreases + 1
                } else {
                    0
                };
                damping *= f64::max(1.0 / 3.0, 1.0 - (2.0 * ratio.min(1.0) - 1.0).powi(3));
                growth = 2.0;
                theta = moved;
                at = objective.normal_equations(&theta);
            }
            _ => {
                damping *= growth;
                growth *= 2.0;
                if damping > LARGEST_DAMPING {
                    // No decrease in any direction that rounding can resolve.
                    return Minimum {
                        theta,
                        objective: at.objective,
                        converged: true,
                    };
                }
            }
        }
    }
    Minimum {
        theta,
        objective: at.objective,
        converged: false,
    }
}

/// Parameters that may move: all but those at a bound that the gradient pushes them through, and
/// those that no residual depends on.
fn free_parameters(
    theta: &[f64],
    at: &NormalEquations,
    parameters: &[crate::law::Parameter],
) -> Vec<usize> {
    (0..theta.len())
        .filter(|i| {
            let (value, gradient) = (theta[*i], at.gradient[*i]);
            let stuck = (value <= parameters[*i].lower && gradient > 0.0)
                || (value >= parameters[*i].upper && gradient < 0.0);
            !stuck && at.matrix[[*i, *i]] > 0.0
        })
        .collect()
}

/// Largest cosine between the residuals and a column of J.
fn gradient_cosine(at: &NormalEquations, free: &[usize]) -> f64 {
    free.iter()
        .map(|i| at.gradient[*i].abs() / (at.matrix[[*i, *i]] * at.objective).sqrt())
        .fold(0.0, f64::max)
}

/// The damped step, 0 for parameters that are not free; `None` if it cannot be solved for.
fn step_from(
    at: &NormalEquations,
    scale: &[f64],
    free: &[usize],
    damping: f64,
) -> Option<Vec<f64>> {
    // In units of D the diagonal is at most 1 + μ, so parameters of any size are treated alike.
    let unit: Vec<f64> = free.iter().map(|i| scale[*i].sqrt()).collect();
    let mut matrix = Array2::zeros((free.len(), free.len()));
    for (row, i) in free.iter().enumerate() {
        for (column, j) in free.iter().enumerate() {
            matrix[[row, column]] = at.matrix[[*i, *j]] / (unit[row] * unit[column]);
        }
        matrix[[row, row]] += damping;
    }
    let right: Array1<f64> = free
        .iter()
        .zip(&unit)
        .map(|(i, unit)| -at.gradient[*i] / unit)
        .collect();
    let solution = solve_positive(&matrix, &right)?;
    let mut delta = vec![0.0; scale.len()];
    for ((i, unit), value) in free.iter().zip(&unit).zip(&solution) {
        delta[*i] = value / unit;
    }
    Some(delta)
}

/// Decrease of the linearised objective from `theta` to `moved`; never 0.
fn predicted_decrease(at: &NormalEquations, theta: &[f64], moved: &[f64]) -> f64 {
    let delta: Array1<f64> = moved
        .iter()
        .zip(theta)
        .map(|(to, from)| to - from)
        .collect();
    let linear: f64 = delta.iter().zip(&at.gradient).map(|(d, g)| d * g).sum();
    let quadratic = delta.dot(&at.matrix.dot(&delta));
    (-2.0 * linear - quadratic).abs().max(f64::MIN_POSITIVE)
}
