//! A law with the parameters found for it.

use ndarray::Array2;

use super::cell::Cell;
use super::cross_validation::Chosen;
use super::guard::{self, guarded};
use super::levenberg_marquardt::Minimum;
use super::objective::Objective;
use super::plan::FitPlan;
use super::rows::observations;
use super::scarce::Scarce;
use super::search::Trace;
use crate::law::{Model, Observations, Parameter};
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

    /// A law of models with the parameters that a search found, and how it did.
    pub(super) fn found(
        parts: Vec<(Box<dyn Model>, Minimum)>,
        traces: Vec<Trace>,
        training: &Observations,
        chosen: Option<Chosen>,
        weight_names: &[String],
        start_seconds: f64,
    ) -> Self {
        let scarce = parts
            .iter()
            .find_map(|(model, _)| Scarce::of(model.as_ref(), training));
        Self {
            starts: traces.iter().map(|trace| trace.tried).max().unwrap_or(0),
            scarce,
            traces,
            chosen,
            weight_names: weight_names.to_vec(),
            start_seconds,
            ..Self::of_parts(parts, training)
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

    /// The part that was fitted to fewer losses than it has parameters.
    pub(super) fn scarce(&self) -> Option<&Scarce> {
        self.scarce.as_ref()
    }

    /// Starts of the part with the most.
    pub(super) fn starts(&self) -> usize {
        self.starts
    }

    /// Mean time of one start, summed over the parts, seconds.
    pub(super) fn start_seconds(&self) -> f64 {
        self.start_seconds
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

/// A fitted parameter: its name (the symbol of the equation) and its value for each domain, or one
/// value for all.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterValue {
    /// Symbol as in the law's equation, such as `b`, `c`, `E`, `H`.
    pub symbol: String,
    /// The loss column it belongs to; `None` for a parameter of the whole law.
    pub domain: Option<String>,
    /// Fitted on all rows, in natural units; `None` where the data say nothing about it.
    pub value: Option<f64>,
    /// Its 95 % interval over resampled noise; `None` without a bootstrap, and where a
    /// resample says nothing about it.
    pub interval: Option<(f64, f64)>,
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

/// Measured cells of `rows` that the law predicts.
pub(super) fn predicted_cells(
    table: &RunTable,
    fitted: &FittedLaw,
    rows: &[usize],
    floors: Option<&[f64]>,
) -> Vec<Cell> {
    let predictions = fitted.predict(&observations(table, rows, fitted.weight_floor()));
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
