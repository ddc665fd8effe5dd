//! The factor by which capacity and tokens multiply the excess of a column.
//!
//! N and D count in units of their geometric means over the training runs; an exponent of one that
//! does not differ between them is left out.

use crate::law::form::column_model::{AMPLITUDES, ln_parameter};
use crate::law::form::scale::Scale;
use crate::law::{Observations, Parameter, Point};

/// How capacity and tokens enter a law of the mixture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scaling {
    /// k N^(−α) D^(−β).
    Product,
    /// k (N D)^(−α).
    ProductOne,
    /// A N^(−α) + B D^(−β).
    Sum,
}

/// Centre of A and B: together they are 1 at the middle of the scales.
const SUMMAND: f64 = 0.5;

/// The factor of one column, with its parameters from `first` on: ln k and the exponents, or pairs
/// of (ln A, exponent) where its terms are added.
#[derive(Debug, Clone, Copy)]
pub(super) struct Factor {
    scale: Scale,
    scaling: Scaling,
    first: usize,
}

impl Factor {
    pub(super) fn new(scaling: Scaling, training: &Observations, first: usize) -> Self {
        let scale = Scale::of(training);
        let scale = if scaling == Scaling::ProductOne {
            scale.tied()
        } else {
            scale
        };
        Self {
            // A sum of nothing would be 0: without a scale k remains.
            scaling: if scale.is_constant() {
                Scaling::Product
            } else {
                scaling
            },
            scale,
            first,
        }
    }

    pub(super) fn parameters(self, column: usize) -> Vec<Parameter> {
        match self.scaling {
            Scaling::Sum => self.scale.powers(column, SUMMAND).collect(),
            Scaling::Product | Scaling::ProductOne => {
                let k = ln_parameter("k", Some(column), AMPLITUDES, 1.0);
                let exponents = self.scale.exponents(Some(column));
                std::iter::once(k).chain(exponents).collect()
            }
        }
    }

    /// The logarithm of the factor; −∞ where nothing is left of the excess. Tells `each` its
    /// derivative by a parameter, at most once for each.
    pub(super) fn ln(
        self,
        theta: &[f64],
        point: Point<'_>,
        mut each: impl FnMut(usize, f64),
    ) -> f64 {
        let logs = self.scale.logs(point).enumerate();
        match self.scaling {
            Scaling::Sum => {
                let terms: Vec<(f64, f64)> = logs
                    .map(|(number, log)| {
                        let place = self.first + 2 * number;
                        let tilt = theta[place + 1].exp() * log;
                        ((theta[place] - tilt).exp(), tilt)
                    })
                    .collect();
                let sum: f64 = terms.iter().map(|(term, _)| term).sum();
                for (number, (term, tilt)) in terms.iter().enumerate() {
                    // An unlimited scale has no term.
                    if *term > 0.0 {
                        let place = self.first + 2 * number;
                        each(place, term / sum);
                        each(place + 1, -tilt * term / sum);
                    }
                }
                sum.ln()
            }
            Scaling::Product | Scaling::ProductOne => {
                each(self.first, 1.0);
                let mut ln = theta[self.first];
                for (number, log) in logs {
                    let place = self.first + 1 + number;
                    let tilt = theta[place].exp() * log;
                    ln -= tilt;
                    if log.is_finite() {
                        each(place, -tilt);
                    }
                }
                ln
            }
        }
    }

    /// Symbols and values of the exponents.
    pub(super) fn exponents(self, theta: &[f64]) -> impl Iterator<Item = (&'static str, f64)> {
        let (skip, step) = match self.scaling {
            Scaling::Sum => (1, 2),
            Scaling::Product | Scaling::ProductOne => (1, 1),
        };
        let symbols = self.scale.exponents(None).map(|parameter| parameter.symbol);
        symbols
            .enumerate()
            .map(move |(number, symbol)| (symbol, theta[self.first + skip + step * number].exp()))
    }
}
