//! Laws fitted to a table: splits, starts, and what came out.

use std::time::Instant;

use ndarray::Array2;
use rayon::prelude::*;

use super::bootstrap::{add_intervals, bootstrap};
use super::convergence::Convergence;
use super::cross_validation::{self, Chosen};
use super::doubts::{check_losses, check_splits};
use super::errors::{Cell, errors_over_splits};
use super::guard::{self, guarded};
use super::identifiability::Identifiability;
use super::influence::influence;
use super::levenberg_marquardt::Minimum;
use super::objective::Objective;
use super::scarce::Scarce;
use super::search::{Trace, best_of_starts};
use super::size;
use super::{FitError, FitPlan, LawFit, ParameterValue, Replicates, Ridge, Split};
use crate::law::{Law, LawError, Model, Observations, Parameter};
use crate::runs::RunTable;

/// A law with the parameters found for it.
pub struct FittedLaw {
    parts: Vec<(Box<dyn Model>, Minimum)>,
    /// How each part was found.
    traces: Vec<Trace>,
    weight_floor: f64,
    /// The part that was fitted to fewer losses than it has parameters.
    scarce: Option<Scarce>,
    /// Largest prediction of each loss column, nats.
    limits: Vec<f64>,
    chosen: Option<Chosen>,
    /// Names of the weight columns; empty where only their number is known.
    weight_names: Vec<String>,
    starts: usize,
    /// Mean time of one start, summed over the parts, seconds.
    start_seconds: f64,
}

impl FittedLaw {
    /// A law of models with their parameters, bound to `training`.
    pub(super) fn of_parts(parts: Vec<(Box<dyn Model>, Minimum)>, training: &Observations) -> Self {
        Self {
            limits: limits(&parts, training),
            weight_floor: training.weight_floor,
            traces: Vec::new(),
            scarce: None,
            parts,
            chosen: None,
            weight_names: Vec::new(),
            starts: 0,
            start_seconds: 0.0,
        }
    }

    /// Predicted losses for each row of `rows`, rows × loss columns; NaN in columns that the law
    /// does not predict. Never infinite: see [`FittedLaw::guarded`].
    pub fn predict(&self, rows: &Observations) -> Array2<f64> {
        let mut predictions = self.unguarded(rows);
        for (mut column, limit) in predictions.columns_mut().into_iter().zip(&self.limits) {
            column.mapv_inplace(|prediction| guarded(prediction, *limit));
        }
        predictions
    }

    /// How many predictions for `rows` the guard against explosions replaces: at one scale those
    /// beyond twice the range of the training losses, else those above ten times the largest.
    pub fn guarded(&self, rows: &Observations) -> usize {
        let predictions = self.unguarded(rows);
        let columns = predictions.columns().into_iter().zip(&self.limits);
        columns
            .map(|(column, limit)| column.iter().filter(|p| *p > limit).count())
            .sum()
    }

    fn unguarded(&self, rows: &Observations) -> Array2<f64> {
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

    /// Steps of the search that ended in these parameters: sum over the parts.
    pub fn steps(&self) -> usize {
        self.parts.iter().map(|(_, minimum)| minimum.steps).sum()
    }

    /// The models with their parameters.
    pub(super) fn parts(&self) -> &[(Box<dyn Model>, Minimum)] {
        &self.parts
    }

    /// How each of the parts was found.
    pub(super) fn traces(&self) -> &[Trace] {
        &self.traces
    }

    /// The objective of a part of this law, with the ridge of its fit, for `model` on `rows`.
    pub(super) fn objective_of<'a>(
        &self,
        part: usize,
        model: &'a dyn Model,
        rows: &'a Observations,
        plan: &FitPlan,
    ) -> Objective<'a> {
        let mut objective = Objective::new(model, rows, plan);
        objective.set_ridge(self.traces.get(part).map_or(0.0, |trace| trace.ridge));
        objective
    }

    /// The same law with parts fitted to other rows: guard, weight floor and what
    /// cross-validation chose stay.
    pub(super) fn refitted(&self, parts: Vec<(Box<dyn Model>, Minimum)>) -> Self {
        Self {
            parts,
            traces: self.traces.clone(),
            weight_floor: self.weight_floor,
            scarce: None,
            limits: self.limits.clone(),
            chosen: self.chosen.clone(),
            weight_names: self.weight_names.clone(),
            starts: self.starts,
            start_seconds: 0.0,
        }
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

    /// Names of the weight columns; empty where only their number is known.
    pub(super) fn weight_names(&self) -> &[String] {
        &self.weight_names
    }

    /// What cross-validation chose, if it did.
    pub fn chosen(&self) -> Option<&Chosen> {
        self.chosen.as_ref()
    }

    /// Every parameter with its coordinate in the fit, part after part.
    pub fn coordinates(&self) -> impl Iterator<Item = (&Parameter, f64)> {
        self.parts.iter().flat_map(|(model, minimum)| {
            let theta = minimum.theta.iter().copied();
            model.parameters().iter().zip(theta)
        })
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
                interval: None,
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
    /// How many of the held-out predictions the guard against explosions replaced.
    pub guarded: usize,
    /// The law fitted to resampled noise, as many times as the plan says ([`bootstrap`]).
    pub replicates: Vec<FittedLaw>,
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
    check_splits(table, splits)?;
    laws.par_iter()
        .map(|law| fit_law(table, law.as_ref(), splits, plan, floors))
        .collect()
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
            let guarded = fitted.guarded(&observations(table, &split.test, fitted.weight_floor));
            Ok((fitted, train, test, guarded))
        })
        .collect::<Result<Vec<_>, FitError>>()?;
    let converged = outcomes.iter().filter(|(fitted, ..)| fitted.converged());
    let (fits, converged) = (outcomes.len(), converged.count());
    let scarce = outcomes
        .iter()
        .find_map(|(fitted, ..)| fitted.scarce.clone());
    let starts = outcomes.iter().map(|(fitted, ..)| fitted.starts).sum();
    let guarded = outcomes.iter().map(|(.., guarded)| guarded).sum();
    let start_seconds = outcomes
        .iter()
        .map(|(fitted, ..)| fitted.start_seconds)
        .sum::<f64>()
        / outcomes.len() as f64;
    let Some((fitted, all_cells, ..)) = outcomes.pop() else {
        unreachable!("the fit to all rows is always there");
    };
    let (train, held_out): (Vec<_>, Vec<_>) = outcomes
        .into_iter()
        .map(|(_, train, test, _)| (train, test))
        .unzip();
    let train = if train.is_empty() {
        errors_over_splits(&[all_cells])
    } else {
        errors_over_splits(&train)
    };
    let Some(train) = train else {
        return Err(LawError::EmptyColumn(table.loss_names()[0].clone()).into());
    };
    let rows = observations(table, &everything.train, fitted.weight_floor);
    let replicates = bootstrap(table, law, &fitted, plan)?;
    let mut parameters = fitted.values(table.loss_names());
    add_intervals(&mut parameters, &replicates, table.loss_names());
    let fit = LawFit {
        law: law.name().to_string(),
        parameter_count: fitted.parameter_count(),
        train,
        test: errors_over_splits(&held_out),
        parameters,
        transfer: fitted.transfer(table.loss_names(), table.weight_names()),
        bootstrap: Replicates::of(&replicates),
        converged: converged == fits,
        convergence: Convergence {
            fits,
            unconverged: fits - converged,
            ..Convergence::of(&fitted, &rows, plan)
        },
        identifiability: Identifiability::of(&fitted, &rows, plan),
        scarce,
        influence: match plan.diagnose {
            true => Some(influence(table, law, &fitted, plan)?),
            false => None,
        },
        seconds: clock.elapsed().as_secs_f64(),
        starts,
        start_seconds,
    };
    Ok(LawResult {
        fit,
        fitted,
        held_out,
        guarded,
        replicates,
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
    let mut plan = plan.clone();
    let mut choice = None;
    if cross_validation::applies(law, &plan) {
        let mixtures = table.mixture_numbers();
        let units: Vec<usize> = split.train.iter().map(|row| mixtures[*row]).collect();
        choice = cross_validation::choose(law, &training, &units, &plan, number)?;
        plan.ridge = match &choice {
            Some(choice) => Ridge::Fixed(choice.chosen.ridge),
            None => Ridge::Fixed(0.0),
        };
    }
    let (setting, chosen) = choice.map_or((None, None), |choice| (choice.law, Some(choice.chosen)));
    let law = setting.as_deref().unwrap_or(law);
    let path: Vec<f64> = chosen.as_ref().map_or(Vec::new(), |chosen| {
        cross_validation::path_to(law, chosen.ridge)
    });
    let mut start_seconds = 0.0;
    let mut traces = Vec::new();
    let models = law.bind(&training)?;
    size::check(law, &models, &training)?;
    let parts: Vec<(Box<dyn Model>, Minimum)> = models
        .into_iter()
        .enumerate()
        .map(|(part, model)| {
            if let (Some(scarce), Ridge::Fixed(0.0)) =
                (Scarce::of(model.as_ref(), &training), plan.ridge)
            {
                return Err(FitError::Scarce {
                    law: law.name().to_string(),
                    split: split.name.clone(),
                    scarce,
                });
            }
            let best = best_of_starts(model.as_ref(), &training, &plan, &path, number, part);
            match best {
                Some(found) => {
                    start_seconds += found.seconds;
                    traces.push(found.trace);
                    Ok((model, found.minimum))
                }
                None => Err(FitError::NoFiniteStart {
                    law: law.name().to_string(),
                    split: split.name.clone(),
                    starts: plan.starts,
                }),
            }
        })
        .collect::<Result<Vec<_>, _>>()?;
    let scarce = parts
        .iter()
        .find_map(|(model, _)| Scarce::of(model.as_ref(), &training));
    let limits = limits(&parts, &training);
    Ok(FittedLaw {
        start_seconds,
        starts: traces.iter().map(|trace| trace.tried).max().unwrap_or(0),
        parts,
        traces,
        weight_floor,
        scarce,
        limits,
        chosen,
        weight_names: table.weight_names().to_vec(),
    })
}

/// Largest prediction of each loss column.
fn limits(parts: &[(Box<dyn Model>, Minimum)], training: &Observations) -> Vec<f64> {
    let mut limits = vec![f64::INFINITY; training.loss_names.len()];
    for (model, _) in parts {
        let of_part = guard::limits(model.as_ref(), training);
        for (column, limit) in model.columns().iter().zip(of_part) {
            limits[*column] = limit;
        }
    }
    limits
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
pub(super) fn predicted_cells(
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
