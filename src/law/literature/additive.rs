//! The additive law of Shukor et al. 2025 (arXiv:2507.09404).
//!
//! L_i = E_i + 1 / Σ_j C_ij h_j^(γ_ij) + A_i/N^(α_i) + B_i/D^(β_i), one model per loss column with
//! 2K+5 parameters; 2K+3 or 2K+1 where N or D do not differ between the runs. The mixture does not
//! interact with the scale, so that the best mixture is the same at each (in [`crate::law::Joint`] it is not).
//! N and D count in units of their geometric means over the training runs: A and B are the terms there,
//! in nats. At two sizes the exponents are not identified but through the prior.
//!
//! Terms with h_j = 0 are exactly 0, so a mixture of sources with small C_ij alone has a huge
//! loss; the guard of the fit then acts. Sources that hardly change, or whose terms are small, leave
//! C_ij and γ_ij to the prior.

use crate::law::form::column_model::{
    ColumnForm, ColumnModel, Derivatives, coefficients, ln_parameter, natural, positive_losses,
    power_slope, source_coefficients,
};
use crate::law::form::floor;
use crate::law::form::observations::LossRange;
use crate::law::form::scale::Scale;
use crate::law::{Law, LawError, Model, NaturalValue, Observations, Parameter, PerScale, Point};

/// Bounds of the exponents γ.
const EXPONENTS: (f64, f64) = (0.01, 6.0);

/// Centre of the prior of γ: that of the product a·γ of the effective-data laws.
const EXPONENT_CENTRE: f64 = 0.3;

/// Centre of the prior of ln C_ij, j ≠ i, when nothing chooses it.
const DEFAULT_TRANSFER: f64 = -4.0;

/// Centres of ln C_ij that cross-validation chooses from.
pub(super) const TRANSFERS: [f64; 3] = [-2.0, -4.0, -6.0];

/// The additive law.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Additive {
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
    pub(crate) fn per_scale() -> PerScale {
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
        let scale = Scale::of(training);
        let mixtures = MixtureTerm::each(self.name(), training)?;
        Ok(Vec::from_iter(mixtures.map(|mixture| {
            let mut parameters = mixture.lay_out(self.transfer);
            parameters.extend(scale.powers(mixture.column, mixture.scale_centre()));
            ColumnModel::boxed(mixture.column, parameters, Column { mixture, scale })
        })))
    }

    fn alternatives(&self) -> Vec<(String, Box<dyn Law>)> {
        alternatives(|transfer| Box::new(Self { transfer }))
    }

    fn prior_matters(&self) -> bool {
        true
    }
}

/// A law at each centre of ln C_ij.
pub(crate) fn alternatives(law: impl Fn(f64) -> Box<dyn Law>) -> Vec<(String, Box<dyn Law>)> {
    TRANSFERS
        .iter()
        .map(|transfer| (format!("prior of ln C_ij at {transfer}"), law(*transfer)))
        .collect()
}

/// Places in θ: E, K values ln C, K values ln γ.
const FLOOR: usize = 0;
const FIRST_COEFFICIENT: usize = 1;

/// Centre of the prior of the terms in N and D, as a share of the smallest training loss.
const SCALE_SHARE: f64 = 0.1;

/// What the mixture contributes to the loss of a column: E_i + 1 / Σ_j C_ij h_j^(γ_ij).
#[derive(Debug, Clone, Copy)]
pub(super) struct MixtureTerm {
    pub(super) column: usize,
    own: Option<usize>,
    pub(super) sources: usize,
    losses: LossRange,
}

impl MixtureTerm {
    /// Those of all columns of `training`, for `law`.
    pub(super) fn each(
        law: &'static str,
        training: &Observations,
    ) -> Result<impl Iterator<Item = Self> + use<>, LawError> {
        let sources = training.weights.ncols();
        let terms: Vec<_> = (0..training.loss_names.len())
            .map(|column| {
                Ok(Self {
                    column,
                    own: training.own_weight[column],
                    sources,
                    losses: positive_losses(law, training, column)?,
                })
            })
            .collect::<Result<_, LawError>>()?;
        Ok(terms.into_iter())
    }

    /// Number of its parameters, which come first.
    pub(super) fn len(self) -> usize {
        FIRST_COEFFICIENT + 2 * self.sources
    }

    /// Centre of the prior of a term in N or D, in nats.
    pub(super) fn scale_centre(self) -> f64 {
        SCALE_SHARE * self.losses.smallest
    }

    /// Its parameters, with the prior of ln C_ij, j ≠ i, around `transfer`.
    pub(super) fn lay_out(self, transfer: f64) -> Vec<Parameter> {
        let mut parameters = vec![floor::parameter(self.column, self.losses)];
        parameters.extend(source_coefficients(
            self.column,
            self.own,
            self.sources,
            transfer,
        ));
        parameters.extend((0..self.sources).map(|source| Parameter {
            source: Some(source),
            ..ln_parameter("γ", Some(self.column), EXPONENTS, EXPONENT_CENTRE)
        }));
        parameters
    }

    /// The term in nats; its derivatives are the first that go to `by`.
    pub(super) fn evaluate(
        self,
        theta: &[f64],
        point: Point<'_>,
        by: &mut impl Derivatives,
    ) -> f64 {
        let first_exponent = FIRST_COEFFICIENT + self.sources;
        let mut data = 0.0;
        for (source, weight) in point.weights.iter().enumerate() {
            if *weight <= 0.0 {
                continue;
            }
            let tilt = theta[first_exponent + source].exp() * point.ln_weight(source);
            let term = (theta[FIRST_COEFFICIENT + source] + tilt).exp();
            data += term;
            by.add(FIRST_COEFFICIENT + source, term);
            by.add(first_exponent + source, term * tilt);
        }
        by.scale(-1.0 / (data * data));
        by.add(FLOOR, 1.0);
        theta[FLOOR] + 1.0 / data
    }

    /// Writes its derivatives by the weights into `out`.
    pub(super) fn by_weights(self, theta: &[f64], point: Point<'_>, out: &mut [f64]) {
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

    /// E, and C and γ of the domain itself.
    pub(super) fn values(self, theta: &[f64]) -> Vec<NaturalValue> {
        let value = |symbol, value: f64| natural(symbol, self.column, value);
        let mut values = vec![value("E", theta[FLOOR])];
        if let Some(own) = self.own {
            values.push(value("C_own", theta[FIRST_COEFFICIENT + own].exp()));
            let exponent = theta[FIRST_COEFFICIENT + self.sources + own];
            values.push(value("γ_own", exponent.exp()));
        }
        values
    }

    /// C_ij of each source.
    pub(super) fn transfer(self, theta: &[f64]) -> Vec<f64> {
        coefficients(&theta[FIRST_COEFFICIENT..][..self.sources])
    }
}

/// The mixture, then (amplitude, exponent) pairs of N and D in θ.
struct Column {
    mixture: MixtureTerm,
    scale: Scale,
}

impl ColumnForm for Column {
    fn evaluate(&self, theta: &[f64], point: Point<'_>, by: &mut impl Derivatives) -> f64 {
        let mut loss = self.mixture.evaluate(theta, point, by);
        let powers = (theta, self.mixture.len());
        self.scale.add_powers(powers, point, &mut loss, by);
        loss
    }

    fn by_weights(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]) {
        self.mixture.by_weights(theta, point, out);
    }

    fn one_scale(&self) -> bool {
        self.scale.is_constant()
    }

    fn values(&self, theta: &[f64]) -> Vec<NaturalValue> {
        self.mixture.values(theta)
    }

    fn transfer(&self, theta: &[f64]) -> Option<Vec<f64>> {
        Some(self.mixture.transfer(theta))
    }
}
