//! Linear regression on the weights, the simplest baseline of RegMix (Liu et al. 2024,
//! arXiv:2407.01492).
//!
//! L_i = Σ_j β_ij h_j, K parameters per column. The weights sum to 1, so an intercept would be
//! redundant. β_ij is the loss of domain i when training on j alone, as far as a line reaches; the
//! prior holds it near the mean training loss, and its strength is that of ridge regression.
//! Capacity and tokens do not enter.

use crate::law::form::column_model::{ColumnForm, ColumnModel, Derivatives};
use crate::law::{Law, LawError, Model, NaturalValue, Observations, Parameter, Point};

/// Linear (ridge) regression.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Linear;

impl Law for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn title(&self) -> &'static str {
        "linear regression on the weights"
    }

    fn needs_own_weight(&self) -> bool {
        false
    }

    fn bind(&self, training: &Observations) -> Result<Vec<Box<dyn Model>>, LawError> {
        (0..training.loss_names.len())
            .map(|column| {
                let mean = training.measured(column)?.mean;
                let parameter = |source| Parameter {
                    symbol: "β",
                    column: Some(column),
                    source: Some(source),
                    lower: f64::NEG_INFINITY,
                    upper: f64::INFINITY,
                    centre: mean,
                    // A prior of relative width, whatever the unit of the losses.
                    unit: if mean == 0.0 { 1.0 } else { mean.abs() },
                };
                let parameters = (0..training.weights.ncols()).map(parameter).collect();
                Ok(ColumnModel::boxed(column, parameters, Column))
            })
            .collect()
    }

    /// Coefficients are in units of the mean loss: a strength of 1 allows changes of the order of
    /// the residuals alone.
    fn ridge_strengths(&self) -> &'static [f64] {
        &[1.0, 1e-1, 1e-2, 1e-3, 1e-4]
    }

    fn prior_matters(&self) -> bool {
        true
    }
}

struct Column;

impl ColumnForm for Column {
    fn evaluate(&self, theta: &[f64], point: Point<'_>, by: &mut impl Derivatives) -> f64 {
        for (source, weight) in point.weights.iter().enumerate() {
            by.add(source, *weight);
        }
        point
            .weights
            .iter()
            .zip(theta)
            .map(|(h, beta)| h * beta)
            .sum()
    }

    fn by_weights(&self, theta: &[f64], _point: Point<'_>, out: &mut [f64]) {
        out.copy_from_slice(theta);
    }

    fn values(&self, _theta: &[f64]) -> Vec<NaturalValue> {
        Vec::new()
    }
}
