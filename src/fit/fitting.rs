//! Laws fitted to a table: splits, starts, and what came out.

use std::time::Instant;

use ndarray::Array2;
use rayon::prelude::*;
use thiserror::Error;

use super::errors::{Cell, errors_over_splits};
use super::levenberg_marquardt::{Minimum, minimise};
use super::objective::Objective;
use super::{FitPlan, LawFit, ParameterValue, Ridge, Split};
use crate::law::{Law, LawError, Model, Observations};
use crate::random::{self, Purpose};
use crate::runs::RunTable;

/// Why laws cannot be fitted.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FitError {
    /// A law cannot be bound to the rows.
    #[error(transparent)]
    Law(#[from] LawError),
    /// A relative or log residual of a loss that is not above 0.
    #[error(
        "run {run} has the loss {loss} for `{column}`: residuals that are relative or of logarithms need losses above 0 (use absolute residuals)"
    )]
    Loss {
        /// Label of the run.
        run: String,
        /// Name of the loss column.
        column: String,
        /// The loss.
        loss: f64,
    },
    /// No start of a fit reached a finite objective.
    #[error("law `{law}` has no finite prediction at any of the {starts} starts of split {split}")]
    NoFiniteStart {
        /// Name of the law.
        law: String,
        /// Name of the split.
        split: String,
        /// Number of starts.
        starts: usize,
    },
}

/// A law with the parameters found for it.
pub struct FittedLaw {
    parts: Vec<(Box<dyn Model>, Minimum)>,
    weight_floor: f64,
}

impl FittedLaw {
    /// Predicted losses for each row of `rows`, rows × loss columns; NaN in columns that the law
    /// does not predict.
    pub fn predict(&self, rows: &Observations) -> Array2<f64> {
        let mut predictions = Array2::from_elem(rows.losses.raw_dim(), f64::NAN);
        for (model, minimum) in &self.parts {
            let mut out = vec![0.0; model.columns().len()];
            for row in 0..rows.len() {
                model.predict(&minimum.theta, rows.point(row), &mut out);
                for (column, prediction) in model.columns().iter().zip(&out) {
                    predictions[[row, *column]] = *prediction;
                }
            }
        }
        predictions
    }

    /// Free parameters.
    pub fn parameter_count(&self) -> usize {
        self.parts
            .iter()
            .map(|(model, _)| model.parameters().len())
            .sum()
    }

    /// Whether every part met the convergence test.
    pub fn converged(&self) -> bool {
        self.parts.iter().all(|(_, minimum)| minimum.converged)
    }

    /// The objective: sum over the parts.
    pub fn objective(&self) -> f64 {
        self.parts
            .iter()
            .map(|(_, minimum)| minimum.objective)
            .sum()
    }

    /// What stood in for a weight of 0 where the law needs more than 0.
    pub fn weight_floor(&self) -> f64 {
        self.weight_floor
    }

    /// Parameters in natural units.
    pub fn values(&self, loss_names: &[String]) -> Vec<ParameterValue> {
        self.parts
            .iter()
            .flat_map(|(model, minimum)| model.values(&minimum.theta))
            .map(|value| ParameterValue {
                symbol: value.symbol.to_string(),
                domain: value.column.map(|column| loss_names[column].clone()),
                value: value.value,
            })
            .collect()
    }
}

/// What fitting one law gave.
pub struct LawResult {
    /// Errors, counts and parameters.
    pub fit: LawFit,
    /// The fit to all rows.
    pub fitted: FittedLaw,
    /// Held-out cells of each split, in the order of the splits.
    pub held_out: Vec<Vec<Cell>>,
}

/// Fits `laws` to `table` on `splits` and on all rows. `floors` are the true floors E of the loss
/// columns, where they are known; they serve the excess errors only, a fit never sees them.
///
/// # Errors
/// [`FitError`] when a law has nothing to fit, a loss does not suit the residual, or no start is
/// finite.
pub fn fit_laws(
    table: &RunTable,
    laws: &[Box<dyn Law>],
    splits: &[Split],
    plan: &FitPlan,
    floors: Option<&[f64]>,
) -> Result<Vec<LawResult>, FitError> {
    check_losses(table, plan)?;
    laws.par_iter()
        .map(|law| fit_law(table, law.as_ref(), splits, plan, floors))
        .collect()
}

fn check_losses(table: &RunTable, plan: &FitPlan) -> Result<(), FitError> {
    if plan.residual == super::Residual::Absolute {
        return Ok(());
    }
    for row in 0..table.len() {
        for (column, name) in table.loss_names().iter().enumerate() {
            if let Some(loss) = table.loss(row, column).filter(|loss| *loss <= 0.0) {
                return Err(FitError::Loss {
                    run: table.label(row).to_string(),
                    column: name.clone(),
                    loss,
                });
            }
        }
    }
    Ok(())
}

fn fit_law(
    table: &RunTable,
    law: &dyn Law,
    splits: &[Split],
    plan: &FitPlan,
    floors: Option<&[f64]>,
) -> Result<LawResult, FitError> {
    let clock = Instant::now();
    let everything = Split {
        name: "all rows".into(),
        train: (0..table.len()).collect(),
        test: Vec::new(),
    };
    // The fit to all rows comes last; its cells are not part of any error.
    let mut outcomes = splits
        .par_iter()
        .chain([&everything])
        .enumerate()
        .map(|(number, split)| {
            let fitted = fit_split(table, law, split, number, plan)?;
            let cells = |rows: &[usize]| predicted_cells(table, &fitted, rows, floors);
            let (train, test) = (cells(&split.train), cells(&split.test));
            Ok((fitted, train, test))
        })
        .collect::<Result<Vec<_>, FitError>>()?;
    let converged = outcomes.iter().all(|(fitted, ..)| fitted.converged());
    let Some((fitted, all_cells, _)) = outcomes.pop() else {
        unreachable!("the fit to all rows is always there");
    };
    let (train, held_out): (Vec<_>, Vec<_>) = outcomes
        .into_iter()
        .map(|(_, train, test)| (train, test))
        .unzip();
    let train = if train.is_empty() {
        errors_over_splits(&[all_cells])
    } else {
        errors_over_splits(&train)
    };
    let Some(train) = train else {
        return Err(LawError::EmptyColumn(table.loss_names()[0].clone()).into());
    };
    let fit = LawFit {
        law: law.name().to_string(),
        parameter_count: fitted.parameter_count(),
        train,
        test: errors_over_splits(&held_out),
        parameters: fitted.values(table.loss_names()),
        converged,
        seconds: clock.elapsed().as_secs_f64(),
        starts: plan.starts * (splits.len() + 1),
    };
    Ok(LawResult {
        fit,
        fitted,
        held_out,
    })
}

/// Fits a law to the training rows of one split.
fn fit_split(
    table: &RunTable,
    law: &dyn Law,
    split: &Split,
    number: usize,
    plan: &FitPlan,
) -> Result<FittedLaw, FitError> {
    let weight_floor = weight_floor(table, &split.train);
    let training = observations(table, &split.train, weight_floor);
    let parts = law
        .bind(&training)?
        .into_iter()
        .enumerate()
        .map(|(part, model)| {
            let best = best_of_starts(model.as_ref(), &training, plan, number, part);
            match best {
                Some(minimum) => Ok((model, minimum)),
                None => Err(FitError::NoFiniteStart {
                    law: law.name().to_string(),
                    split: split.name.clone(),
                    starts: plan.starts,
                }),
            }
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(FittedLaw {
        parts,
        weight_floor,
    })
}

/// The lowest minimum over the starts: the training objective alone chooses.
///
/// With [`Ridge::Auto`] the starts run under a small pilot ridge; then the ridge follows the
/// residual variance of the best of them ([`auto_ridge`]) until that settles.
fn best_of_starts(
    model: &dyn Model,
    training: &Observations,
    plan: &FitPlan,
    split: usize,
    part: usize,
) -> Option<Minimum> {
    let mut objective = Objective::new(model, training, plan);
    if let Some(theta) = model.closed_form() {
        return Some(Minimum {
            objective: objective.value(&theta),
            theta,
            converged: true,
        });
    }
    let minima: Vec<Minimum> = (0..plan.starts)
        .into_par_iter()
        .map(|start| {
            let cell = ((split as u64) << 32) | part as u64;
            let mut rng = random::stream(plan.seed, Purpose::Starts, cell, start as u64);
            minimise(&objective, model.start(start, &mut rng))
        })
        .collect();
    let mut best = minima
        .into_iter()
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
    Some(best)
}

/// Prior standard deviation of every parameter under [`Ridge::Auto`], in its prior unit: wide
/// enough to leave alone whatever the rows determine.
const AUTO_PRIOR_SD: f64 = 3.0;

/// Most rounds in which ridge and residual variance follow each other.
const AUTO_RIDGE_ROUNDS: usize = 6;

/// Relative change of the ridge at which it has settled.
const AUTO_RIDGE_TOLERANCE: f64 = 0.05;

/// The ridge of the maximum a posteriori fit: residual variance over prior variance.
fn auto_ridge(objective: &Objective, theta: &[f64]) -> f64 {
    let variance = objective.misfit(theta) / objective.residuals() as f64;
    variance / (AUTO_PRIOR_SD * AUTO_PRIOR_SD)
}

/// Weight that stands in for a weight of 0, as a share of the smallest weight above 0.
const FLOOR_SHARE: f64 = 0.5;

/// The floor of the weights: half of the smallest weight above 0 among `rows`.
fn weight_floor(table: &RunTable, rows: &[usize]) -> f64 {
    let smallest = rows
        .iter()
        .flat_map(|row| table.weights(*row).to_vec())
        .filter(|weight| *weight > 0.0)
        .fold(1.0, f64::min);
    FLOOR_SHARE * smallest
}

/// The numbered rows of a table as a law sees them.
pub fn observations(table: &RunTable, rows: &[usize], weight_floor: f64) -> Observations {
    let (weights, losses) = (table.weight_names().len(), table.loss_names().len());
    Observations {
        loss_names: table.loss_names().to_vec(),
        own_weight: table.own_weight().to_vec(),
        weights: Array2::from_shape_fn((rows.len(), weights), |(row, column)| {
            table.weights(rows[row])[column]
        }),
        capacity: rows
            .iter()
            .map(|row| table.capacity(*row).unwrap_or(1.0))
            .collect(),
        tokens: rows
            .iter()
            .map(|row| table.tokens(*row).unwrap_or(1.0))
            .collect(),
        losses: Array2::from_shape_fn((rows.len(), losses), |(row, column)| {
            table.loss(rows[row], column).unwrap_or(f64::NAN)
        }),
        weight_floor,
    }
}

/// Measured cells of `rows` that the law predicts.
fn predicted_cells(
    table: &RunTable,
    fitted: &FittedLaw,
    rows: &[usize],
    floors: Option<&[f64]>,
) -> Vec<Cell> {
    let predictions = fitted.predict(&observations(table, rows, fitted.weight_floor));
    let mut cells = Vec::new();
    for (position, row) in rows.iter().enumerate() {
        for column in 0..table.loss_names().len() {
            let predicted = predictions[[position, column]];
            let Some(measured) = table.loss(*row, column) else {
                continue;
            };
            if predicted.is_nan() {
                continue;
            }
            let own = table.own_weight()[column];
            cells.push(Cell {
                row: *row,
                column,
                measured,
                predicted,
                positive: own.is_some_and(|own| table.weights(*row)[own] > 0.0),
                floor: floors.map(|floors| floors[column]),
            });
        }
    }
    cells
}
