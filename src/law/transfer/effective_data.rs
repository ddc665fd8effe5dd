//! Effective data: every source is worth some tokens of the domain's own.
//!
//! L_i = E_i + (C_ii h_i^(γ_own) + Σ_{j≠i} C_ij h_j^(γ_x))^(−a_i), one model per loss column.
//!
//! The sum is the effective amount of data of domain i. Shukor et al. 2025 (arXiv:2507.09404,
//! additive law) is the point a = 1 with an exponent for each source; here the exponent of the loss
//! and those of the sources are apart, which needs fewer of the latter. Terms with h_j = 0 are
//! exactly 0. A loss whose domain is not trained on has cross terms alone.
//!
//! Parameters per column: E, a and K coefficients C, and the exponents γ of [`Exponents`]. The loss
//! is well determined between the training mixtures, its parameters are not: C, a and γ trade off
//! (multiplying all C by t is a shift of E and a; only a·γ is seen where one source dominates), so
//! the prior decides what the runs leave open and its strength is best chosen by cross-validation.
//! Capacity and tokens do not enter: rows of several scales are averaged over. The extensions to
//! them multiply the excess f = (…)^(−a_i):
//!
//! | law | excess | more parameters per column |
//! |---|---|---|
//! | `effective-data-product` | f k N^(−α) D^(−β) | 3 |
//! | `effective-data-product-one` | f k (N D)^(−α) | 2 |
//! | `effective-data-sum` | f (A N^(−α) + B D^(−β)) | 4 |
//!
//! with N and D in units of their geometric means over the training runs ([`super::factor`]). At two
//! sizes with the same D, β rests on checkpoints.

use super::factor::{Factor, Scaling};
use crate::law::form::column_model::{
    ColumnForm, ColumnModel, Derivatives, coefficients, ln_parameter, natural, positive_losses,
    power_slope, source_coefficients,
};
use crate::law::form::floor;
use crate::law::form::observations::LossRange;
use crate::law::literature::additive::alternatives;
use crate::law::{Law, LawError, Model, NaturalValue, Observations, Parameter, Point};

/// Bounds of the exponent a of the loss.
const LOSS_EXPONENTS: (f64, f64) = (0.01, 6.0);

/// Bounds of the exponents γ of the sources.
const SOURCE_EXPONENTS: (f64, f64) = (0.05, 6.0);

/// Centre of the prior of a.
const LOSS_EXPONENT_CENTRE: f64 = 0.3;

/// Centre of the prior of a where γ = 1/(1+a): the sources' exponent is then 2/3.
const TIED_EXPONENT_CENTRE: f64 = 0.5;

/// Centre of the prior of ln C_ij, j ≠ i, when nothing chooses it: a token of another domain is
/// worth a fiftieth of one of its own.
const DEFAULT_TRANSFER: f64 = -4.0;

/// Which exponents the sources have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exponents {
    /// γ = 1: exposures add (K+2 parameters).
    One,
    /// γ = 1/(1+a): distinct skills add, as Heaps' law counts them (K+2).
    Tied,
    /// One for the domain itself, one for all others (K+4).
    Two,
    /// One for each source (2K+2).
    Free,
}

/// The law, with its exponents and the centre of its prior.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EffectiveData {
    exponents: Exponents,
    /// Centre of the prior of ln C_ij, j ≠ i.
    transfer: f64,
    /// How N and D multiply the excess, if they do.
    scaling: Option<Scaling>,
}

impl EffectiveData {
    /// The law at one scale, with the default prior.
    pub fn new(exponents: Exponents) -> Self {
        Self {
            exponents,
            transfer: DEFAULT_TRANSFER,
            scaling: None,
        }
    }

    /// The law with own and cross exponents and a factor of capacity and tokens.
    pub(crate) fn scaled(scaling: Scaling) -> Self {
        Self {
            scaling: Some(scaling),
            ..Self::new(Exponents::Two)
        }
    }
}

impl Law for EffectiveData {
    fn name(&self) -> &'static str {
        match (self.scaling, self.exponents) {
            (Some(Scaling::Product), _) => "effective-data-product",
            (Some(Scaling::ProductOne), _) => "effective-data-product-one",
            (Some(Scaling::Sum), _) => "effective-data-sum",
            (None, Exponents::One) => "effective-data-one",
            (None, Exponents::Tied) => "effective-data-tied",
            (None, Exponents::Two) => "effective-data",
            (None, Exponents::Free) => "effective-data-free",
        }
    }

    fn title(&self) -> &'static str {
        match (self.scaling, self.exponents) {
            (Some(Scaling::Product), _) => "effective data times powers of N and D",
            (Some(Scaling::ProductOne), _) => "effective data times a power of N·D",
            (Some(Scaling::Sum), _) => "effective data times a sum of powers of N and D",
            (None, Exponents::One) => "effective data, exposures add (γ = 1)",
            (None, Exponents::Tied) => "effective data, skills add (γ = 1/(1+a))",
            (None, Exponents::Two) => "effective data, own and cross exponent",
            (None, Exponents::Free) => "effective data, an exponent for each source",
        }
    }

    fn needs_own_weight(&self) -> bool {
        false
    }

    fn has_transfer(&self) -> bool {
        true
    }

    /// Its `a` is the exponent of a sum over the weights of all domains.
    fn bind(&self, training: &Observations) -> Result<Vec<Box<dyn Model>>, LawError> {
        (0..training.loss_names.len())
            .map(|column| {
                let losses = positive_losses(self.name(), training, column)?;
                let mut form = Column {
                    column,
                    own: training.own_weight[column],
                    sources: training.weights.ncols(),
                    exponents: self.exponents,
                    factor: None,
                };
                let first = form.factor_place();
                form.factor = self
                    .scaling
                    .map(|scaling| Factor::new(scaling, training, first));
                let parameters = form.lay_out(losses, self.transfer);
                Ok(ColumnModel::boxed(column, parameters, form))
            })
            .collect()
    }

    fn alternatives(&self) -> Vec<(String, Box<dyn Law>)> {
        alternatives(|transfer| Box::new(Self { transfer, ..*self }))
    }

    fn prior_matters(&self) -> bool {
        true
    }
}

/// Places in θ that every variant has.
const FLOOR: usize = 0;
const LOSS_EXPONENT: usize = 1;
const FIRST_COEFFICIENT: usize = 2;

struct Column {
    column: usize,
    own: Option<usize>,
    sources: usize,
    exponents: Exponents,
    /// The factor of N and D, whose parameters are the last ones.
    factor: Option<Factor>,
}

impl Column {
    fn lay_out(&self, losses: LossRange, transfer: f64) -> Vec<Parameter> {
        let column = Some(self.column);
        let a = match self.exponents {
            Exponents::Tied => TIED_EXPONENT_CENTRE,
            _ => LOSS_EXPONENT_CENTRE,
        };
        let mut parameters = vec![
            floor::parameter(self.column, losses),
            ln_parameter("a", column, LOSS_EXPONENTS, a),
        ];
        parameters.extend(source_coefficients(
            self.column,
            self.own,
            self.sources,
            transfer,
        ));
        let mut push = |symbol, source| {
            parameters.push(Parameter {
                source,
                ..ln_parameter(symbol, column, SOURCE_EXPONENTS, 1.0)
            });
        };
        match self.exponents {
            Exponents::One | Exponents::Tied => {}
            Exponents::Two => {
                push("γ_x", None);
                if self.own.is_some() {
                    push("γ_own", None);
                }
            }
            Exponents::Free => (0..self.sources).for_each(|source| push("γ", Some(source))),
        }
        if let Some(factor) = self.factor {
            parameters.extend(factor.parameters(self.column));
        }
        parameters
    }

    /// Where the parameters of the factor of N and D begin.
    fn factor_place(&self) -> usize {
        let exponents = match self.exponents {
            Exponents::One | Exponents::Tied => 0,
            Exponents::Two => 1 + usize::from(self.own.is_some()),
            Exponents::Free => self.sources,
        };
        FIRST_COEFFICIENT + self.sources + exponents
    }
}

impl ColumnForm for Column {
    fn evaluate(&self, theta: &[f64], point: Point<'_>, by: &mut impl Derivatives) -> f64 {
        let a = theta[LOSS_EXPONENT].exp();
        let first_exponent = FIRST_COEFFICIENT + self.sources;
        // Exponents of [cross, own] terms where sources share them.
        let tied = 1.0 / (1.0 + a);
        let common = match self.exponents {
            Exponents::One | Exponents::Free => [1.0; 2],
            Exponents::Tied => [tied; 2],
            Exponents::Two => {
                let cross = theta[first_exponent].exp();
                let own = self.own.map_or(cross, |_| theta[first_exponent + 1].exp());
                [cross, own]
            }
        };
        let mut data = 0.0;
        // d data / d ln γ of the common exponents.
        let mut by_common = [0.0; 2];
        for (source, weight) in point.weights.iter().enumerate() {
            if *weight <= 0.0 {
                continue;
            }
            let side = usize::from(self.own == Some(source));
            let gamma = match self.exponents {
                Exponents::Free => theta[first_exponent + source].exp(),
                _ => common[side],
            };
            let tilt = gamma * point.ln_weight(source);
            let term = (theta[FIRST_COEFFICIENT + source] + tilt).exp();
            data += term;
            by_common[side] += term * tilt;
            // In units of d excess / d data, which is known after the last source.
            by.add(FIRST_COEFFICIENT + source, term);
            if self.exponents == Exponents::Free {
                by.add(first_exponent + source, term * tilt);
            }
        }
        let ln_data = data.ln();
        let mut by_factor: Vec<(usize, f64)> = Vec::new();
        let ln_factor = self.factor.map_or(0.0, |factor| {
            factor.ln(theta, point, |place, slope| by_factor.push((place, slope)))
        });
        let excess = (ln_factor - a * ln_data).exp();
        let mut by_loss_exponent = -a * ln_data * excess;
        let by_data = -a * excess / data;
        match self.exponents {
            Exponents::One | Exponents::Free => {}
            // ln γ = −ln(1+a), so d ln γ / d ln a = −a γ.
            Exponents::Tied => {
                by_loss_exponent -= by_data * a * tied * (by_common[0] + by_common[1]);
            }
            Exponents::Two => {
                by.add(first_exponent, by_common[0]);
                if self.own.is_some() {
                    by.add(first_exponent + 1, by_common[1]);
                }
            }
        }
        by.scale(by_data);
        by.add(FLOOR, 1.0);
        by.add(LOSS_EXPONENT, by_loss_exponent);
        for (place, slope) in by_factor {
            by.add(place, slope * excess);
        }
        theta[FLOOR] + excess
    }

    fn by_weights(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]) {
        let a = theta[LOSS_EXPONENT].exp();
        let first_exponent = FIRST_COEFFICIENT + self.sources;
        let gamma = |source: usize| match self.exponents {
            Exponents::One => 1.0,
            Exponents::Tied => 1.0 / (1.0 + a),
            Exponents::Two => theta[first_exponent + usize::from(self.own == Some(source))].exp(),
            Exponents::Free => theta[first_exponent + source].exp(),
        };
        let mut data = 0.0;
        for (source, weight) in point.weights.iter().enumerate() {
            let ln_c = theta[FIRST_COEFFICIENT + source];
            data += ln_c.exp() * weight.powf(gamma(source));
            out[source] = power_slope(ln_c, gamma(source), *weight);
        }
        let ln_factor = self
            .factor
            .map_or(0.0, |factor| factor.ln(theta, point, |_, _| {}));
        let by_data = -a * (ln_factor - (1.0 + a) * data.ln()).exp();
        for out in out {
            *out *= by_data;
        }
    }

    fn one_scale(&self) -> bool {
        self.factor.is_none()
    }

    fn values(&self, theta: &[f64]) -> Vec<NaturalValue> {
        let value = |symbol, value: f64| natural(symbol, self.column, value);
        let a = theta[LOSS_EXPONENT].exp();
        let mut values = vec![value("E", theta[FLOOR]), value("a", a)];
        if let Some(own) = self.own {
            values.push(value("C_own", theta[FIRST_COEFFICIENT + own].exp()));
        }
        let first = FIRST_COEFFICIENT + self.sources;
        match self.exponents {
            Exponents::One | Exponents::Free => {}
            Exponents::Tied => values.push(value("γ", 1.0 / (1.0 + a))),
            Exponents::Two => {
                values.push(value("γ_x", theta[first].exp()));
                if self.own.is_some() {
                    values.push(value("γ_own", theta[first + 1].exp()));
                }
            }
        }
        let exponents = self.factor.map(|factor| factor.exponents(theta));
        for (symbol, exponent) in exponents.into_iter().flatten() {
            values.push(value(symbol, exponent));
        }
        values
    }

    fn transfer(&self, theta: &[f64]) -> Option<Vec<f64>> {
        Some(coefficients(&theta[FIRST_COEFFICIENT..][..self.sources]))
    }
}
