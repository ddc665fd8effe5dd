//! The law of Kaplan et al. 2020 (arXiv:2001.08361, Eq. 1.5), per loss column and blind to the mixture.
//!
//! L_i = [(A_i N^(−b_i))^(1/a_i) + (B_i D^(−a_i))^(1/a_i)]^(a_i); that paper writes α_N for b, α_D for
//! a, and has no irreducible loss. The two powers combine as a p-norm with p = 1/a: nearly as their
//! maximum where a is small. N and D count in units of their geometric means over the training runs:
//! A and B are the terms there, in nats. Both exponents are identified where each scale spans a
//! decade and each limit binds somewhere; a scale that does not differ leaves its exponent to the
//! prior.

use crate::law::form::column_model::{
    AMPLITUDES, ColumnForm, ColumnModel, Derivatives, ln_parameter, natural, positive_losses,
};
use crate::law::form::scale::Scale;
use crate::law::{Law, LawError, Model, NaturalValue, Observations, Parameter, Point};

/// Bounds of the exponents: the p-norm has a p of 1/a, and powers of 1e3 would overflow.
const EXPONENTS: (f64, f64) = (0.02, 3.0);

/// Centre of the prior of the exponents, as for the other laws.
const EXPONENT_CENTRE: f64 = 0.3;

/// Centre of the prior of a term, as a share of the smallest training loss.
const SHARE: f64 = 0.5;

/// Powers of N and D in a p-norm, without a floor.
#[derive(Debug, Clone, Copy, Default)]
pub struct Kaplan;

impl Law for Kaplan {
    fn name(&self) -> &'static str {
        "kaplan"
    }

    fn title(&self) -> &'static str {
        "powers of N and D in a p-norm, whatever the mixture"
    }

    fn needs_own_weight(&self) -> bool {
        false
    }

    fn exponents_of_theory(&self) -> &'static [&'static str] {
        &["b", "a"]
    }

    fn bind(&self, training: &Observations) -> Result<Vec<Box<dyn Model>>, LawError> {
        let scale = Scale::of(training);
        (0..training.loss_names.len())
            .map(|column| {
                let centre = SHARE * positive_losses(self.name(), training, column)?.smallest;
                let form = Column { column, scale };
                Ok(ColumnModel::boxed(column, lay_out(column, centre), form))
            })
            .collect()
    }
}

/// Places in θ.
const CAPACITY: usize = 0;
const CAPACITY_EXPONENT: usize = 1;
const DATA: usize = 2;
const DATA_EXPONENT: usize = 3;

fn lay_out(column: usize, centre: f64) -> Vec<Parameter> {
    let amplitude = |symbol| ln_parameter(symbol, Some(column), AMPLITUDES, centre);
    let exponent = |symbol| ln_parameter(symbol, Some(column), EXPONENTS, EXPONENT_CENTRE);
    vec![amplitude("A"), exponent("b"), amplitude("B"), exponent("a")]
}

struct Column {
    column: usize,
    scale: Scale,
}

impl ColumnForm for Column {
    fn evaluate(&self, theta: &[f64], point: Point<'_>, by: &mut impl Derivatives) -> f64 {
        let (capacity_log, data_log) = self.scale.pair(point);
        let (b, a) = (theta[CAPACITY_EXPONENT].exp(), theta[DATA_EXPONENT].exp());
        // Logarithms of the two terms; an unlimited scale has none.
        let first = theta[CAPACITY] - b * capacity_log;
        let second = theta[DATA] - a * data_log;
        let largest = first.max(second);
        if largest == f64::NEG_INFINITY {
            return 0.0;
        }
        let (u, v) = (
            ((first - largest) / a).exp(),
            ((second - largest) / a).exp(),
        );
        let sum = u + v;
        let loss = (largest + a * sum.ln()).exp();
        let (of_first, of_second) = (loss * u / sum, loss * v / sum);
        by.add(CAPACITY, of_first);
        by.add(DATA, of_second);
        if capacity_log.is_finite() {
            by.add(CAPACITY_EXPONENT, -of_first * b * capacity_log);
        }
        // a is the exponent of the second term and the inverse of p: d(a·ln Σe^(t/a))/d ln a is
        // a·ln Σ − Σ t·e^(t/a)/Σ, the t counted from the largest.
        let mean = |t: f64, share: f64| if share > 0.0 { t * share } else { 0.0 };
        let spread = mean(first - largest, u / sum) + mean(second - largest, v / sum);
        let mut by_exponent = loss * (a * sum.ln() - spread);
        if data_log.is_finite() {
            by_exponent -= of_second * a * data_log;
        }
        by.add(DATA_EXPONENT, by_exponent);
        loss
    }

    /// Blind to the mixture.
    fn by_weights(&self, _theta: &[f64], _point: Point<'_>, out: &mut [f64]) {
        out.fill(0.0);
    }

    fn one_scale(&self) -> bool {
        false
    }

    fn values(&self, theta: &[f64]) -> Vec<NaturalValue> {
        ["A", "b", "B", "a"]
            .into_iter()
            .zip(theta)
            .map(|(symbol, ln)| natural(symbol, self.column, ln.exp()))
            .collect()
    }
}
