//! A positive parameter that all domains share, as its logarithm, with or without a deviation of
//! each domain.

use crate::law::Parameter;
use crate::law::form::column_model::ln_parameter;

/// Bound of a deviation, e-folds.
const DEVIATION_BOUND: f64 = 3.0;

/// Where ln q and its deviations stand in θ.
pub(super) struct Shared {
    place: usize,
    deviations: Option<usize>,
}

impl Shared {
    /// Adds ln q, without deviations so far.
    pub(super) fn new(
        symbol: &'static str,
        bounds: (f64, f64),
        centre: f64,
        parameters: &mut Vec<Parameter>,
    ) -> Self {
        parameters.push(ln_parameter(symbol, None, bounds, centre));
        Self::at_end(parameters)
    }

    /// The parameter that was added last.
    pub(super) fn at_end(parameters: &[Parameter]) -> Self {
        Self {
            place: parameters.len() - 1,
            deviations: None,
        }
    }

    /// Adds a deviation for each of `columns`.
    pub(super) fn deviate(&mut self, columns: &[usize], parameters: &mut Vec<Parameter>) {
        self.deviations = Some(parameters.len());
        let symbol = parameters[self.place].symbol;
        parameters.extend(columns.iter().map(|column| Parameter {
            symbol,
            column: Some(*column),
            source: None,
            lower: -DEVIATION_BOUND,
            upper: DEVIATION_BOUND,
            centre: 0.0,
            unit: 1.0,
        }));
    }

    /// Place of ln q in θ.
    pub(super) fn place(&self) -> usize {
        self.place
    }

    /// Whether each domain deviates.
    pub(super) fn deviates(&self) -> bool {
        self.deviations.is_some()
    }

    /// q of the domain at `position`.
    pub(super) fn at(&self, theta: &[f64], position: usize) -> f64 {
        let deviation = self.deviations.map_or(0.0, |first| theta[first + position]);
        (theta[self.place] + deviation).exp()
    }

    /// Adds the derivative by ln q to `entries`.
    pub(super) fn derive(&self, position: usize, by: f64, entries: &mut Vec<(usize, f64)>) {
        entries.push((self.place, by));
        if let Some(first) = self.deviations {
            entries.push((first + position, by));
        }
    }
}
