//! The law of Hoffmann et al. 2022 (arXiv:2203.15556, Eq. 2), per loss column and blind to the mixture.
//!
//! L_i = E_i + A_i N^(−b_i) + B_i D^(−a_i); that paper calls the exponents α and β. N and D count in
//! units of their geometric means over the training runs: A and B are the terms there, in nats. A
//! term whose scale does not differ between the runs is left out. The exponents are identified where
//! each scale spans a decade and more; E is, where the terms have fallen to a small part of it.

use crate::law::form::column_model::{
    ColumnForm, ColumnModel, Derivatives, natural, positive_losses,
};
use crate::law::form::floor;
use crate::law::form::observations::LossRange;
use crate::law::form::scale::Scale;
use crate::law::{Law, LawError, Model, NaturalValue, Observations, Parameter, Point};

/// Centre of the prior of the terms, as a share of the smallest training loss.
const SCALE_SHARE: f64 = 0.1;

/// A floor and a power of each scale.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Chinchilla;

impl Law for Chinchilla {
    fn name(&self) -> &'static str {
        "chinchilla"
    }

    fn title(&self) -> &'static str {
        "powers of N and D, whatever the mixture"
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
                let losses = positive_losses(self.name(), training, column)?;
                let form = Column { column, scale };
                Ok(ColumnModel::boxed(column, form.lay_out(losses), form))
            })
            .collect()
    }
}

/// Places in θ: z of E, then (amplitude, exponent) pairs of N and D.
const FLOOR: usize = 0;

struct Column {
    column: usize,
    scale: Scale,
}

impl Column {
    fn lay_out(&self, losses: LossRange) -> Vec<Parameter> {
        let centre = SCALE_SHARE * losses.smallest;
        let mut parameters = vec![floor::parameter(self.column, losses)];
        parameters.extend(self.scale.powers(self.column, centre));
        parameters
    }
}

impl ColumnForm for Column {
    fn evaluate(&self, theta: &[f64], point: Point<'_>, by: &mut impl Derivatives) -> f64 {
        by.add(FLOOR, 1.0);
        let mut loss = theta[FLOOR];
        let powers = (theta, FLOOR + 1);
        self.scale.add_powers(powers, point, &mut loss, by);
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
        let value = |symbol, value: f64| natural(symbol, self.column, value);
        let powers = self.scale.named().enumerate().flat_map(|(number, names)| {
            let pair = [theta[1 + 2 * number], theta[2 + 2 * number]];
            [value(names.0, pair[0].exp()), value(names.1, pair[1].exp())]
        });
        std::iter::once(value("E", theta[FLOOR]))
            .chain(powers)
            .collect()
    }
}
