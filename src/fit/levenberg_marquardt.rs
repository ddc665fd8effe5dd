//! Levenberg–Marquardt within bounds.
//!
//! Steps solve (JᵀJ + μD²)δ = −Jᵀr with D² the largest diagonal of JᵀJ seen so far (Moré 1978) and μ
//! moved by the ratio of true to predicted decrease (Nielsen 1999). A parameter that stands at a
//! bound and is pushed outward is left out of the step; a step that crosses a bound is cut there.
//! Requires a Jacobian; converges to a local minimum, so the caller tries several starts.

use ndarray::{Array1, Array2, ShapeBuilder};

use super::objective::{NormalEquations, Objective};
use crate::numeric::linear::solve_positive_into;

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

/// Where a search ended.
#[derive(Debug, Clone)]
pub(super) struct Minimum {
    /// θ at the end.
    pub(super) theta: Vec<f64>,
    /// The objective there.
    pub(super) objective: f64,
    /// Whether the convergence test was met.
    pub(super) converged: bool,
    /// Steps tried, taken or refused.
    pub(super) steps: usize,
}

/// Searches from `start` for a minimum of `objective`.
pub(super) fn minimise(objective: &Objective, start: Vec<f64>) -> Minimum {
    minimise_to(objective, start, STEPS, DECREASE_TOLERANCE)
}

/// As [`minimise`], but with at most `steps`, and done when they lower the objective by less than
/// `tolerance` of it.
pub(super) fn minimise_to(
    objective: &Objective,
    start: Vec<f64>,
    steps: usize,
    tolerance: f64,
) -> Minimum {
    let parameters = objective.model().parameters();
    let clamp = |theta: &mut [f64]| {
        for (value, parameter) in theta.iter_mut().zip(parameters) {
            *value = value.clamp(parameter.lower, parameter.upper);
        }
    };
    let mut theta = start;
    clamp(&mut theta);
    let mut at = objective.normal_equations(&theta);
    let mut scale: Vec<f64> = vec![0.0; theta.len()];
    let (mut damping, mut growth) = (FIRST_DAMPING, 2.0);
    let mut small_decreases = 0;
    // After a step that was taken the next one mostly is, too: its normal equations then come with
    // its objective, in one pass over the rows. After one that was refused the objective is enough.
    let mut at_once = true;
    for step in 0..steps {
        for (scale, diagonal) in scale.iter_mut().zip(at.matrix.diag()) {
            *scale = scale.max(*diagonal);
        }
        let free = free_parameters(&theta, &at, parameters);
        let converged = gradient_cosine(&at, &free) <= GRADIENT_TOLERANCE
            || small_decreases >= SMALL_DECREASES
            || objective.is_perfect(at.objective);
        if converged || !at.objective.is_finite() {
            return Minimum {
                theta,
                objective: at.objective,
                converged,
                steps: step,
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
        let mut next = None;
        let gain = moved.as_ref().map(|moved| {
            let value = if at_once {
                next.insert(objective.normal_equations(moved)).objective
            } else {
                objective.value(moved)
            };
            let predicted = predicted_decrease(&at, &theta, moved);
            (value, (at.objective - value) / predicted)
        });
        match (moved, gain) {
            (Some(moved), Some((value, ratio))) if value < at.objective && ratio > 0.0 => {
                let decrease = (at.objective - value) / at.objective;
                small_decreases = if decrease < tolerance {
                    small_decreases + 1
                } else {
                    0
                };
                damping *= f64::max(1.0 / 3.0, 1.0 - (2.0 * ratio.min(1.0) - 1.0).powi(3));
                growth = 2.0;
                theta = moved;
                at = next.unwrap_or_else(|| objective.normal_equations(&theta));
                at_once = true;
            }
            _ => {
                at_once = false;
                damping *= growth;
                growth *= 2.0;
                if damping > LARGEST_DAMPING {
                    // No decrease in any direction that rounding can resolve.
                    return Minimum {
                        theta,
                        objective: at.objective,
                        converged: true,
                        steps: step + 1,
                    };
                }
            }
        }
    }
    Minimum {
        theta,
        objective: at.objective,
        converged: false,
        steps,
    }
}

/// Parameters that may move: all but those at a bound that the gradient pushes them through, and
/// those that no residual depends on.
pub(super) fn free_parameters(
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
pub(super) fn gradient_cosine(at: &NormalEquations, free: &[usize]) -> f64 {
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
    let mut matrix = Array2::zeros((free.len(), free.len()).f());
    // The lower triangle is all that is read.
    for (column, j) in free.iter().enumerate() {
        for (row, i) in free.iter().enumerate().skip(column) {
            matrix[[row, column]] = at.matrix[[*i, *j]] / (unit[row] * unit[column]);
        }
        matrix[[column, column]] += damping;
    }
    let right: Array1<f64> = free
        .iter()
        .zip(&unit)
        .map(|(i, unit)| -at.gradient[*i] / unit)
        .collect();
    let solution = solve_positive_into(matrix, right)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::{FitPlan, Residual, Ridge, Robust, SplitRule};
    use crate::law::{Gradient, Model, NaturalValue, Observations, Parameter, Point};
    use approx::assert_relative_eq;
    use ndarray::Array2;
    use rand_xoshiro::Xoshiro256PlusPlus;

    /// A curve y = f(x; θ) with its derivatives by θ; x is passed as the capacity.
    type Curve = fn(&[f64], f64) -> (f64, Vec<f64>);

    struct Reference {
        curve: Curve,
        parameters: Vec<Parameter>,
    }

    impl Model for Reference {
        fn parameters(&self) -> &[Parameter] {
            &self.parameters
        }

        fn columns(&self) -> &[usize] {
            &[0]
        }

        fn predict(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]) {
            out[0] = (self.curve)(theta, point.capacity).0;
        }

        fn differentiate(&self, theta: &[f64], point: Point<'_>, out: &mut Gradient) {
            let (value, derivatives) = (self.curve)(theta, point.capacity);
            out.clear();
            out.push(value, derivatives.into_iter().enumerate(), 0.0);
        }

        fn start(&self, _number: usize, _rng: &mut Xoshiro256PlusPlus) -> Vec<f64> {
            Vec::new()
        }

        fn values(&self, _theta: &[f64]) -> Vec<NaturalValue> {
            Vec::new()
        }
    }

    fn fit(curve: Curve, data: &[(f64, f64)], bounds: (f64, f64), start: &[f64]) -> Minimum {
        let parameter = Parameter {
            symbol: "β",
            column: None,
            source: None,
            lower: bounds.0,
            upper: bounds.1,
            centre: 0.0,
            unit: 1.0,
        };
        let model = Reference {
            curve,
            parameters: vec![parameter; start.len()],
        };
        let rows = Observations {
            loss_names: vec!["y".into()],
            own_weight: vec![None],
            weights: Array2::ones((data.len(), 1)),
            capacity: data.iter().map(|(x, _)| *x).collect(),
            tokens: vec![1.0; data.len()],
            losses: Array2::from_shape_fn((data.len(), 1), |(row, _)| data[row].1),
            weight_floor: 0.0,
        };
        let plan = FitPlan {
            laws: Vec::new(),
            split: SplitRule::None,
            starts: 1,
            residual: Residual::Absolute,
            robust: Robust::Square,
            ridge: Ridge::Fixed(0.0),
            seed: 0,
            ..FitPlan::default()
        };
        minimise(&Objective::new(&model, &rows, &plan), start.to_vec())
    }

    /// NIST StRD nonlinear regression, Misra1a: y = β1(1 − e^(−β2 x)), from the first of the
    /// published starts. Certified: 238.94212918, 5.5015643181E-04, residual sum of squares
    /// 1.2455138894E-01.
    #[test]
    fn misra1a_has_its_certified_values() {
        let data = [
            (77.6, 10.07),
            (114.9, 14.73),
            (141.1, 17.94),
            (190.8, 23.93),
            (239.9, 29.61),
            (289.0, 35.18),
            (332.8, 40.02),
            (378.4, 44.82),
            (434.8, 50.76),
            (477.3, 55.05),
            (536.8, 61.01),
            (593.1, 66.40),
            (689.1, 75.47),
            (760.0, 81.78),
        ];
        let curve: Curve = |beta, x| {
            let decay = (-beta[1] * x).exp();
            (
                beta[0] * (1.0 - decay),
                vec![1.0 - decay, beta[0] * x * decay],
            )
        };
        let found = fit(curve, &data, (-1e9, 1e9), &[500.0, 0.0001]);
        assert!(found.converged);
        assert_relative_eq!(found.theta[0], 238.942_129_18, max_relative = 1e-7);
        assert_relative_eq!(found.theta[1], 5.501_564_318_1e-4, max_relative = 1e-7);
        assert_relative_eq!(found.objective, 1.245_513_889_4e-1, max_relative = 1e-9);
    }

    #[test]
    fn a_minimum_beyond_a_bound_is_found_on_it() {
        let line: Curve = |beta, x| (beta[0] + beta[1] * x, vec![1.0, x]);
        let data = [(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)];
        let found = fit(line, &data, (-1.0, 1.5), &[0.0, 0.0]);
        // Slope 2 is out of reach: at slope 1.5 the best intercept is 1.5, itself the bound.
        assert!(found.converged);
        // The gradient tolerance, 1e-7, is what the intercept is good to.
        assert_relative_eq!(found.theta[0], 1.5, max_relative = 1e-7);
        assert_relative_eq!(found.theta[1], 1.5);
    }
}
