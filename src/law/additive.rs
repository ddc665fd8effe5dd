//! The additive law of Shukor et al. 2025 (arXiv:2507.09404).
//!
//! L_i = E_i + 1 / Σ_j C_ij h_j^(γ_ij), one model per loss column: 2K+1 parameters each, K(2K+1) in
//! all. Terms with h_j = 0 are exactly 0, so a mixture of sources with small C_ij alone has a huge
//! loss; the guard of the fit then acts. Sources that hardly change, or whose terms are small, leave
//! C_ij and γ_ij to the prior. Capacity and tokens do not enter (see [`super::Joint`]).

use super::column_model::{
    ColumnForm, ColumnModel, Derivatives, Floor, coefficients, ln_parameter, natural, power_slope,
    smallest_loss, source_coefficients,
};
use super::scale::Scale;
use super::{Law, LawError, Model, NaturalValue, Observations, Parameter, PerScale, Point};

/// Bounds of the exponents γ.
const EXPONENTS: (f64, f64) = (0.01, 6.0);

/// Centre of the prior of γ: that of the product a·γ of the effective-data laws.
const EXPONENT_CENTRE: f64 = 0.3;

/// Centre of the prior of ln C_ij, j ≠ i, when nothing chooses it.
const DEFAULT_TRANSFER: f64 = -4.0;

/// Centres of ln C_ij that cross-validation chooses from.
pub(super) const TRANSFERS: [f64; 3] = [-2.0, -4.0, -6.0];

/// The additive law, fixed in capacity and tokens.
#[derive(Debug, Clone, Copy)]
pub struct Additive {
    /// Centre of the prior of ln C_ij, j ≠ i.
    pub(super) transfer: f64,
}

impl Default for Additive {
    fn default() -> Self {
        Self {
            transfer: DEFAULT_TRANSFER,
        }
    }
}

impl Additive {
    /// The law at each capacity and number of tokens by itself, K(2K+1) parameters for each.
    pub fn per_scale() -> PerScale {
        PerScale {
            law: Box::new(Self::default()),
            name: "additive-per-scale",
            title: "additive law, anew at each (N, D)",
        }
    }
}

impl Law for Additive {
    fn name(&self) -> &'static str {
        "additive"
    }

    fn title(&self) -> &'static str {
        "additive law of Shukor et al. 2025"
    }

    fn needs_own_weight(&self) -> bool {
        false
    }

    fn has_transfer(&self) -> bool {
        true
    }

    fn bind(&self, training: &Observations) -> Result<Vec<Box<dyn Model>>, LawError> {
        bind(self.name(), self.transfer, training, None)
    }

    fn alternatives(&self) -> Vec<(String, Box<dyn Law>)> {
        alternatives(|transfer| Box::new(Self { transfer }))
    }

    fn prior_matters(&self) -> bool {
        true
    }
}

/// A law at each centre of ln C_ij.
pub(super) fn alternatives(law: impl Fn(f64) -> Box<dyn Law>) -> Vec<(String, Box<dyn Law>)> {
    TRANSFERS
        .iter()
        .map(|transfer| (format!("prior of ln C_ij at {transfer}"), law(*transfer)))
        .collect()
}

/// One model per column, with terms in N and D if `scale` is given.
pub(super) fn bind(
    law: &'static str,
    transfer: f64,
    training: &Observations,
    scale: Option<Scale>,
) -> Result<Vec<Box<dyn Model>>, LawError> {
    (0..training.loss_names.len())
        .map(|column| {
            let form = Column {
                column,
                own: training.own_weight[column],
                sources: training.weights.ncols(),
                floor: Floor {
                    smallest: smallest_loss(law, training, column)?,
                },
                scale,
            };
            let parameters = form.lay_out(transfer);
            Ok(ColumnModel::boxed(column, parameters, form))
        })
        .collect()
}

/// Places in θ: z of E, K values ln C, K values ln γ, then (amplitude, exponent) pairs of N and D.
const FLOOR: usize = 0;
const FIRST_COEFFICIENT: usize = 1;

struct Column {
    column: usize,
    own: Option<usize>,
    sources: usize,
    floor: Floor,
    scale: Option<Scale>,
}

/// Centre of the prior of the terms in N and D, as a share of the smallest training loss.
const SCALE_SHARE: f64 = 0.1;

impl Column {
    fn lay_out(&self, transfer: f64) -> Vec<Parameter> {
        let column = Some(self.column);
        let mut parameters = vec![Floor::parameter(self.column)];
        parameters.extend(source_coefficients(
            self.column,
            self.own,
            self.sources,
            transfer,
        ));
        parameters.extend((0..self.sources).map(|source| Parameter {
            source: Some(source),
            ..ln_parameter("γ", column, EXPONENTS, EXPONENT_CENTRE)
        }));
        if let Some(scale) = self.scale {
            let centre = SCALE_SHARE * self.floor.smallest;
            parameters.extend(scale.powers(self.column, centre));
        }
        parameters
    }
}

impl ColumnForm for Column {
    fn evaluate(&self, theta: &[f64], point: Point<'_>, by: &mut impl Derivatives) -> f64 {
        let (floor, floor_slope) = self.floor.at(theta[FLOOR]);
        let first_exponent = FIRST_COEFFICIENT + self.sources;
        let mut data = 0.0;
        for (source, weight) in point.weights.iter().enumerate() {
            if *weight <= 0.0 {
                continue;
            }
            let tilt = theta[first_exponent + source].exp() * weight.ln();
            let term = (theta[FIRST_COEFFICIENT + source] + tilt).exp();
            data += term;
            by.add(FIRST_COEFFICIENT + source, term);
            by.add(first_exponent + source, term * tilt);
        }
        by.scale(-1.0 / (data * data));
        by.add(FLOOR, floor_slope);
        let mut loss = floor + 1.0 / data;
        let first = first_exponent + self.sources;
        let logs = self.scale.map(|scale| scale.logs(point));
        for (number, log) in logs.into_iter().flatten().enumerate() {
            // An unlimited scale has no term.
            if log.is_finite() {
                let (amplitude, exponent) = (first + 2 * number, first + 2 * number + 1);
                let tilt = theta[exponent].exp() * log;
                let term = (theta[amplitude] - tilt).exp();
                loss += term;
                by.add(amplitude, term);
                by.add(exponent, -term * tilt);
            }
        }
        loss
    }

    fn by_weights(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]) {
        let (coefficients, rest) = theta[FIRST_COEFFICIENT..].split_at(self.sources);
        let mut data = 0.0;
        for (source, weight) in point.weights.iter().enumerate() {
            let (ln_c, gamma) = (coefficients[source], rest[source].exp());
            data += ln_c.exp() * weight.powf(gamma);
            out[source] = power_slope(ln_c, gamma, *weight);
        }
        for out in out {
            *out *= -1.0 / (data * data);
        }
    }

    fn one_scale(&self) -> bool {
        self.scale.is_none()
    }

    fn values(&self, theta: &[f64]) -> Vec<NaturalValue> {
        let value = |symbol, value: f64| natural(symbol, self.column, value);
        let mut values = vec![value("E", self.floor.at(theta[FLOOR]).0)];
        if let Some(own) = self.own {
            values.push(value("C_own", theta[FIRST_COEFFICIENT + own].exp()));
            let exponent = theta[FIRST_COEFFICIENT + self.sources + own];
            values.push(value("γ_own", exponent.exp()));
        }
        values
    }

    fn transfer(&self, theta: &[f64]) -> Option<Vec<f64>> {
        Some(coefficients(&theta[FIRST_COEFFICIENT..][..self.sources]))
    }
}
