//! The exponential law of Ye et al. 2024 (Data Mixing Laws, arXiv:2403.16952).
//!
//! L_i = c_i + k_i exp(Σ_j t_ij h_j). On the simplex a shift of all t_ij is a factor of k_i, so one of
//! the K+2 parameters is redundant. Here k_i is that shift: with τ_ij = t_ij + ln k_i,
//! L_i = c_i + exp(Σ_j τ_ij h_j), K+1 parameters per column, all identified once the weights of the
//! training mixtures have full rank and the loss bends. exp(τ_ij) is the excess loss of domain i when
//! training on j alone. Capacity and tokens do not enter.

use crate::law::form::column_model::{
    ColumnForm, ColumnModel, Derivatives, ln_parameter, natural, positive_losses,
};
use crate::law::form::floor;
use crate::law::{Law, LawError, Model, NaturalValue, Observations, Parameter, Point};

/// Bounds of exp(τ), nats.
const EXCESSES: (f64, f64) = (1e-9, 1e9);

/// Centre of exp(τ), as a share of the smallest training loss.
const EXCESS_SHARE: f64 = 0.4;

/// The exponential law.
#[derive(Debug, Clone, Copy)]
pub struct Exponential;

impl Law for Exponential {
    fn name(&self) -> &'static str {
        "exponential"
    }

    fn title(&self) -> &'static str {
        "exponential law of Ye et al. 2024"
    }

    fn needs_own_weight(&self) -> bool {
        false
    }

    fn bind(&self, training: &Observations) -> Result<Vec<Box<dyn Model>>, LawError> {
        (0..training.loss_names.len())
            .map(|column| {
                let losses = positive_losses(self.name(), training, column)?;
                let centre = EXCESS_SHARE * losses.smallest;
                let mut parameters = vec![floor::parameter(column, losses)];
                parameters.extend((0..training.weights.ncols()).map(|source| Parameter {
                    source: Some(source),
                    ..ln_parameter("τ", Some(column), EXCESSES, centre)
                }));
                let form = Column { column };
                Ok(ColumnModel::boxed(column, parameters, form))
            })
            .collect()
    }

    fn prior_matters(&self) -> bool {
        true
    }
}

struct Column {
    column: usize,
}

impl ColumnForm for Column {
    fn evaluate(&self, theta: &[f64], point: Point<'_>, by: &mut impl Derivatives) -> f64 {
        let exponent: f64 = point
            .weights
            .iter()
            .zip(&theta[1..])
            .map(|(h, t)| h * t)
            .sum();
        let excess = exponent.exp();
        by.add(0, 1.0);
        for (source, weight) in point.weights.iter().enumerate() {
            by.add(1 + source, excess * weight);
        }
        theta[0] + excess
    }

    fn by_weights(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]) {
        let tilts = &theta[1..];
        let exponent: f64 = point.weights.iter().zip(tilts).map(|(h, t)| h * t).sum();
        let excess = exponent.exp();
        for (out, tilt) in out.iter_mut().zip(tilts) {
            *out = excess * tilt;
        }
    }

    fn values(&self, theta: &[f64]) -> Vec<NaturalValue> {
        vec![natural("E", self.column, theta[0])]
    }
}
