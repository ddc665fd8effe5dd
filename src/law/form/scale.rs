//! Capacity and tokens of a run, for laws that extend a mixture law to several scales.

use super::column_model::{AMPLITUDES, Derivatives, ln_parameter};
use super::observations::reference;
use crate::law::{Observations, Parameter, Point};

/// Bounds of the exponents α of the capacity and β of the tokens.
const EXPONENTS: (f64, f64) = (1e-3, 3.0);

/// Centre of the prior of α and β: near those of Hoffmann et al. 2022, .34 and .28.
const EXPONENT_CENTRE: f64 = 0.3;

/// The scales of the training rows: which of N and D differ, and their middles. An exponent of
/// one that does not differ is not identified, and the law leaves it out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    capacity: Option<f64>,
    tokens: Option<f64>,
    /// Whether one exponent serves both: only N·D counts.
    tied: bool,
}

impl Scale {
    /// The scales of `training`.
    pub(crate) fn of(training: &Observations) -> Self {
        let middle = |values: &[f64]| {
            let finite = || values.iter().copied().filter(|value| value.is_finite());
            let (least, most) = (
                finite().fold(f64::INFINITY, f64::min),
                finite().fold(0.0, f64::max),
            );
            (most > least).then(|| reference(values))
        };
        Self {
            capacity: middle(&training.capacity),
            tokens: middle(&training.tokens),
            tied: false,
        }
    }

    /// The same with one exponent α for N·D.
    pub(crate) fn tied(self) -> Self {
        Self { tied: true, ..self }
    }

    /// Whether neither N nor D differs.
    pub(crate) fn is_constant(self) -> bool {
        self.capacity.is_none() && self.tokens.is_none()
    }

    /// ln(N / middle) and ln(D / middle) of a run, for those that differ, or their sum where they are
    /// tied; infinite if unlimited.
    pub(crate) fn logs(self, point: Point<'_>) -> impl Iterator<Item = f64> {
        let ln = |value: f64, middle: Option<f64>| middle.map(|middle| (value / middle).ln());
        let logs = match (
            ln(point.capacity, self.capacity),
            ln(point.tokens, self.tokens),
        ) {
            (Some(capacity), Some(tokens)) if self.tied => [Some(capacity + tokens), None],
            (capacity, tokens) => [capacity, tokens],
        };
        logs.into_iter().flatten()
    }

    /// The finite ones of [`Scale::logs`] with their numbers: an unlimited scale has no term.
    pub(crate) fn terms(self, point: Point<'_>) -> impl Iterator<Item = (usize, f64)> {
        let logs = self.logs(point).enumerate();
        logs.filter(|(_, log)| log.is_finite())
    }

    /// Adds the terms A/N^α and B/D^β of a run to `loss`, and their derivatives to `by`. Their
    /// parameters, those of [`Scale::powers`], stand in θ from `first` on.
    pub(crate) fn add_powers(
        self,
        (theta, first): (&[f64], usize),
        point: Point<'_>,
        loss: &mut f64,
        by: &mut impl Derivatives,
    ) {
        for (number, log) in self.terms(point) {
            let (amplitude, exponent) = (first + 2 * number, first + 2 * number + 1);
            let tilt = theta[exponent].exp() * log;
            let term = (theta[amplitude] - tilt).exp();
            *loss += term;
            by.add(amplitude, term);
            by.add(exponent, -term * tilt);
        }
    }

    /// ln(N / middle) and ln(D / middle) of a run; infinite if unlimited, 0 for one that does not
    /// differ.
    pub(crate) fn pair(self, point: Point<'_>) -> (f64, f64) {
        let ln =
            |value: f64, middle: Option<f64>| middle.map_or(0.0, |middle| (value / middle).ln());
        (
            ln(point.capacity, self.capacity),
            ln(point.tokens, self.tokens),
        )
    }

    /// Symbols of the (amplitude, exponent) pairs of those that differ, as the laws of the theory
    /// call the exponents of N and D.
    pub(crate) fn named(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let capacity = self.capacity.map(|_| ("A", "b"));
        let tokens = self.tokens.map(|_| ("B", "a"));
        [capacity, tokens].into_iter().flatten()
    }

    /// Symbols of the (amplitude, exponent) pairs of those that differ.
    fn symbols(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let capacity = self.capacity.map(|_| ("A", "α"));
        let both = self.capacity.is_some() && self.tokens.is_some();
        let tokens = self.tokens.filter(|_| !(self.tied && both));
        let tokens = tokens.map(|_| ("B", "β"));
        [capacity, tokens].into_iter().flatten()
    }

    /// The exponents as parameters, of one column or of the whole law.
    pub(crate) fn exponents(self, column: Option<usize>) -> impl Iterator<Item = Parameter> {
        self.symbols()
            .map(move |(_, symbol)| ln_parameter(symbol, column, EXPONENTS, EXPONENT_CENTRE))
    }

    /// Amplitudes, around `centre` nats, and exponents as parameters, pair by pair.
    pub(crate) fn powers(self, column: usize, centre: f64) -> impl Iterator<Item = Parameter> {
        self.symbols().flat_map(move |(amplitude, exponent)| {
            [
                ln_parameter(amplitude, Some(column), AMPLITUDES, centre),
                ln_parameter(exponent, Some(column), EXPONENTS, EXPONENT_CENTRE),
            ]
        })
    }
}
