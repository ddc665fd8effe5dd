//! Laws whose loss columns do not depend on each other: one small model per column.
//!
//! Such a law is a [`ColumnForm`]: a prediction with its derivatives and a prior. What the forms
//! share, the irreducible loss E and the starts, is here.

use ndarray::Array2;
use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::observations::LossRange;
use crate::law::{Gradient, LawError, Model, NaturalValue, Observations, Parameter, Point};

/// One column of a law: its loss as a function of θ.
pub(crate) trait ColumnForm: Send + Sync {
    /// The loss at `point` in nats; adds its derivatives to `by`, at most one for each parameter.
    /// Parameters that are not named have the derivative 0.
    fn evaluate(&self, theta: &[f64], point: Point<'_>, by: &mut impl Derivatives) -> f64;

    /// Writes the derivatives of the loss by the weights into `out`, one for each weight.
    fn by_weights(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]);

    /// Whether capacity and tokens do not enter.
    fn one_scale(&self) -> bool {
        true
    }

    /// The parameters in natural units, for people.
    fn values(&self, theta: &[f64]) -> Vec<NaturalValue>;

    /// C_ij of the column for each weight column, if the law has them.
    fn transfer(&self, _theta: &[f64]) -> Option<Vec<f64>> {
        None
    }
}

/// Where a form puts its derivatives.
pub(crate) trait Derivatives {
    /// Adds the derivative by a parameter.
    fn add(&mut self, parameter: usize, derivative: f64);

    /// Multiplies all derivatives so far: a chain rule whose outer part is known last.
    fn scale(&mut self, factor: f64);
}

/// A list from which the first entries belong to others.
struct Tail<'a> {
    entries: &'a mut Vec<(usize, f64)>,
    first: usize,
}

impl Derivatives for Tail<'_> {
    fn add(&mut self, parameter: usize, derivative: f64) {
        self.entries.push((parameter, derivative));
    }

    fn scale(&mut self, factor: f64) {
        for (_, derivative) in &mut self.entries[self.first..] {
            *derivative *= factor;
        }
    }
}

/// Nobody asks for derivatives.
struct NoDerivatives;

impl Derivatives for NoDerivatives {
    fn add(&mut self, _: usize, _: f64) {}

    fn scale(&mut self, _: f64) {}
}

/// A [`ColumnForm`] with its place in the table and its prior.
pub(crate) struct ColumnModel<F> {
    columns: [usize; 1],
    parameters: Vec<Parameter>,
    form: F,
}

impl<F: ColumnForm + 'static> ColumnModel<F> {
    pub(crate) fn boxed(column: usize, parameters: Vec<Parameter>, form: F) -> Box<dyn Model> {
        Box::new(Self {
            columns: [column],
            parameters,
            form,
        })
    }
}

impl<F: ColumnForm> Model for ColumnModel<F> {
    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn predict(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]) {
        out[0] = self.form.evaluate(theta, point, &mut NoDerivatives);
    }

    fn differentiate(&self, theta: &[f64], point: Point<'_>, out: &mut Gradient) {
        out.clear();
        out.push_with(|entries| {
            let first = entries.len();
            self.form
                .evaluate(theta, point, &mut Tail { entries, first })
        });
    }

    fn differentiate_by_weights(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]) -> bool {
        self.form.by_weights(theta, point, out);
        true
    }

    /// The first start is the centre of the prior; the others are drawn from it.
    fn start(&self, number: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f64> {
        self.parameters
            .iter()
            .map(|parameter| {
                let share: f64 = rng.random();
                let shift = if number == 0 { 0.0 } else { 2.0 * share - 1.0 };
                (parameter.centre + shift * parameter.unit).clamp(parameter.lower, parameter.upper)
            })
            .collect()
    }

    fn one_scale(&self) -> bool {
        self.form.one_scale()
    }

    fn values(&self, theta: &[f64]) -> Vec<NaturalValue> {
        self.form.values(theta)
    }

    fn transfer(&self, theta: &[f64]) -> Option<Array2<f64>> {
        let row = self.form.transfer(theta)?;
        Some(Array2::from_shape_fn((1, row.len()), |(_, source)| {
            row[source]
        }))
    }
}

/// Derivative of C h^γ by h, with C given as its logarithm; ∞ where h = 0 and γ < 1.
pub(crate) fn power_slope(ln_coefficient: f64, gamma: f64, weight: f64) -> f64 {
    gamma * ln_coefficient.exp() * weight.powf(gamma - 1.0)
}

/// The measured losses of `column`, which must be above 0.
pub(crate) fn positive_losses(
    law: &'static str,
    training: &Observations,
    column: usize,
) -> Result<LossRange, LawError> {
    let losses = training.measured(column)?;
    if losses.smallest > 0.0 {
        Ok(losses)
    } else {
        Err(LawError::LossNotPositive {
            law,
            column: training.loss_names[column].clone(),
            loss: losses.smallest,
        })
    }
}

/// The loss columns that have a weight column, with it.
pub(crate) fn with_own_weight(
    law: &'static str,
    training: &Observations,
) -> Result<Vec<(usize, usize)>, LawError> {
    let columns: Vec<(usize, usize)> = (0..training.loss_names.len())
        .filter_map(|column| Some((column, training.own_weight[column]?)))
        .collect();
    if columns.is_empty() {
        return Err(LawError::NoOwnWeights { law });
    }
    Ok(columns)
}

/// A parameter above 0 as its logarithm: bounds and centre in natural units.
pub(crate) fn ln_parameter(
    symbol: &'static str,
    column: Option<usize>,
    (lower, upper): (f64, f64),
    centre: f64,
) -> Parameter {
    Parameter {
        symbol,
        column,
        source: None,
        lower: lower.ln(),
        upper: upper.ln(),
        centre: centre.ln(),
        unit: 1.0,
    }
}

/// Bounds of amplitudes and of coefficients C_ij: wide enough never to matter, narrow enough that
/// no power of one overflows.
pub(crate) const AMPLITUDES: (f64, f64) = (1e-9, 1e9);

/// Shorthand for a value of one column.
pub(crate) fn natural(symbol: &'static str, column: usize, value: f64) -> NaturalValue {
    NaturalValue {
        symbol,
        column: Some(column),
        value: Some(value),
    }
}

/// C of each source of a column, where `ln_coefficients` are theirs.
pub(crate) fn coefficients(ln_coefficients: &[f64]) -> Vec<f64> {
    ln_coefficients.iter().map(|ln_c| ln_c.exp()).collect()
}

/// ln C_ij for each source of a column: the prior is 1 for its own domain, e^`transfer` for any
/// other.
pub(crate) fn source_coefficients(
    column: usize,
    own: Option<usize>,
    sources: usize,
    transfer: f64,
) -> impl Iterator<Item = Parameter> {
    (0..sources).map(move |source| {
        let centre = if own == Some(source) {
            1.0
        } else {
            transfer.exp()
        };
        Parameter {
            source: Some(source),
            ..ln_parameter("C", Some(column), AMPLITUDES, centre)
        }
    })
}
