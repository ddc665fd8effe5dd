//! BiMix (Ge et al. 2024, arXiv:2405.14908) at one scale.
//!
//! The law of that paper is L_i = A_i/h_i^(α_i) · (B_i/D^(β_i) + C_i). At one number of tokens the
//! factor joins A_i, and L_i = A_i h_i^(−α_i) has two parameters per domain (`bimix`, 2K);
//! `bimix-floor` adds an irreducible loss E_i (3K). Both are identified wherever a domain's weight
//! varies; E, A and α of the second trade off if it varies little. Capacity and tokens do not enter.
//! A weight of 0 has no finite loss: the floor of the weights stands in for it.

use crate::law::form::column_model::{
    AMPLITUDES, ColumnForm, ColumnModel, Derivatives, ln_parameter, natural, positive_losses,
    with_own_weight,
};
use crate::law::form::floor;
use crate::law::form::observations::LossRange;
use crate::law::{Law, LawError, Model, NaturalValue, Observations, Parameter, Point};

/// Bounds of α.
const EXPONENTS: (f64, f64) = (1e-4, 6.0);

/// Centre of the prior of α if there is a floor, as for the exponents of the other laws.
const EXPONENT_CENTRE: f64 = 0.3;

/// Centre of the prior of α without a floor: the same slope of a loss of which .6 do not fall.
const FLOORLESS_EXPONENT_CENTRE: f64 = 0.12;

/// Share of the smallest training loss that the power term is at the centre of its prior.
const EXCESS_SHARE: f64 = 0.4;

/// BiMix, with or without an irreducible loss.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bimix {
    /// Whether there is an irreducible loss E.
    pub floor: bool,
}

impl Law for Bimix {
    fn name(&self) -> &'static str {
        if self.floor { "bimix-floor" } else { "bimix" }
    }

    fn title(&self) -> &'static str {
        if self.floor {
            "BiMix with an irreducible loss"
        } else {
            "BiMix of Ge et al. 2024"
        }
    }

    fn needs_own_weight(&self) -> bool {
        true
    }

    fn bind(&self, training: &Observations) -> Result<Vec<Box<dyn Model>>, LawError> {
        with_own_weight(self.name(), training)?
            .into_iter()
            .map(|(column, own)| {
                let losses = positive_losses(self.name(), training, column)?;
                let form = Column {
                    column,
                    own,
                    floor: self.floor,
                    weight_floor: training.weight_floor,
                };
                let parameters = form.lay_out(losses);
                Ok(ColumnModel::boxed(column, parameters, form))
            })
            .collect()
    }
}

/// Places in θ; the floor comes last, since it may be absent.
const AMPLITUDE: usize = 0;
const EXPONENT: usize = 1;
const FLOOR: usize = 2;

struct Column {
    column: usize,
    own: usize,
    floor: bool,
    weight_floor: f64,
}

impl Column {
    fn lay_out(&self, losses: LossRange) -> Vec<Parameter> {
        let (share, exponent) = if self.floor {
            (EXCESS_SHARE, EXPONENT_CENTRE)
        } else {
            (1.0, FLOORLESS_EXPONENT_CENTRE)
        };
        let column = Some(self.column);
        let mut parameters = vec![
            ln_parameter("A", column, AMPLITUDES, share * losses.smallest),
            ln_parameter("α", column, EXPONENTS, exponent),
        ];
        if self.floor {
            parameters.push(floor::parameter(self.column, losses));
        }
        parameters
    }
}

impl ColumnForm for Column {
    fn evaluate(&self, theta: &[f64], point: Point<'_>, by: &mut impl Derivatives) -> f64 {
        let weight = point.weights[self.own].max(self.weight_floor);
        let tilt = theta[EXPONENT].exp() * weight.ln();
        let term = (theta[AMPLITUDE] - tilt).exp();
        by.add(AMPLITUDE, term);
        by.add(EXPONENT, -term * tilt);
        if !self.floor {
            return term;
        }
        by.add(FLOOR, 1.0);
        theta[FLOOR] + term
    }

    fn by_weights(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]) {
        out.fill(0.0);
        let weight = point.weights[self.own];
        if weight > self.weight_floor {
            let exponent = theta[EXPONENT].exp();
            let term = (theta[AMPLITUDE] - exponent * weight.ln()).exp();
            out[self.own] = -exponent * term / weight;
        }
    }

    fn values(&self, theta: &[f64]) -> Vec<NaturalValue> {
        let value = |symbol, value: f64| natural(symbol, self.column, value);
        let floor = self.floor.then(|| value("E", theta[FLOOR]));
        floor
            .into_iter()
            .chain([
                value("A", theta[AMPLITUDE].exp()),
                value("α", theta[EXPONENT].exp()),
            ])
            .collect()
    }
}
