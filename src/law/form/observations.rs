//! The rows that a law sees: points (h, N, D) and the losses measured there.

use ndarray::{Array2, ArrayView1};

use crate::law::LawError;

/// Where a run stands.
#[derive(Debug, Clone, Copy)]
pub struct Point<'a> {
    /// Weights h, one for each weight column.
    pub weights: ArrayView1<'a, f64>,
    /// Capacity N, `INFINITY` for unlimited, 1 if the table does not say.
    pub capacity: f64,
    /// Tokens D, `INFINITY` for unlimited, 1 if the table does not say.
    pub tokens: f64,
    /// ln h, where they are known already.
    ln_weights: Option<&'a [f64]>,
}

impl<'a> Point<'a> {
    /// The point of the mixture `weights` at a scale.
    #[expect(clippy::needless_pass_by_value, reason = "a view is a reference")]
    pub fn new(weights: ArrayView1<'a, f64>, capacity: f64, tokens: f64) -> Self {
        Self {
            weights,
            capacity,
            tokens,
            ln_weights: None,
        }
    }

    /// The same point with the logarithms of its weights, which are then not taken again.
    ///
    /// # Panics
    /// When there is not one for each weight.
    #[must_use]
    pub(crate) fn with_ln_weights(self, ln_weights: &'a [f64]) -> Self {
        assert_eq!(ln_weights.len(), self.weights.len(), "one for each weight");
        Self {
            ln_weights: Some(ln_weights),
            ..self
        }
    }

    /// ln h of a source; −∞ where its weight is 0.
    pub(crate) fn ln_weight(&self, source: usize) -> f64 {
        match self.ln_weights {
            Some(ln_weights) => ln_weights[source],
            None => self.weights[source].ln(),
        }
    }
}

/// Rows for fitting or predicting.
#[derive(Debug, Clone)]
pub struct Observations {
    /// Names of the loss columns.
    pub loss_names: Vec<String>,
    /// Weight column of each loss column's own domain, if it has one.
    pub own_weight: Vec<Option<usize>>,
    /// Weights, rows × weight columns.
    pub weights: Array2<f64>,
    /// Capacity of each row.
    pub capacity: Vec<f64>,
    /// Tokens of each row.
    pub tokens: Vec<f64>,
    /// Losses in nats, rows × loss columns; NaN where not measured.
    pub losses: Array2<f64>,
    /// Weight that stands in for a weight of 0 where a law has no finite loss there.
    pub weight_floor: f64,
}

impl Observations {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.weights.nrows()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The point of a row.
    pub fn point(&self, row: usize) -> Point<'_> {
        Point::new(self.weights.row(row), self.capacity[row], self.tokens[row])
    }

    /// The rows numbered `rows`, in that order.
    pub fn select(&self, rows: &[usize]) -> Self {
        Self {
            loss_names: self.loss_names.clone(),
            own_weight: self.own_weight.clone(),
            weights: self.weights.select(ndarray::Axis(0), rows),
            capacity: rows.iter().map(|row| self.capacity[*row]).collect(),
            tokens: rows.iter().map(|row| self.tokens[*row]).collect(),
            losses: self.losses.select(ndarray::Axis(0), rows),
            weight_floor: self.weight_floor,
        }
    }

    /// The measured losses of a column, for a law that cannot do without.
    ///
    /// # Errors
    /// [`LawError::EmptyColumn`] if nothing is measured.
    pub(crate) fn measured(&self, column: usize) -> Result<LossRange, LawError> {
        self.loss_range(column)
            .ok_or_else(|| LawError::EmptyColumn(self.loss_names[column].clone()))
    }

    /// The measured losses of a column, or `None` if nothing is measured.
    pub(crate) fn loss_range(&self, column: usize) -> Option<LossRange> {
        let losses = self.losses.column(column);
        let measured = || losses.iter().copied().filter(|loss| !loss.is_nan());
        let count = measured().count();
        (count > 0).then(|| LossRange {
            smallest: measured().fold(f64::INFINITY, f64::min),
            mean: measured().sum::<f64>() / count as f64,
            largest: measured().fold(f64::NEG_INFINITY, f64::max),
        })
    }
}

/// The measured losses of one column, in nats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LossRange {
    /// The smallest of them.
    pub smallest: f64,
    /// Their mean.
    pub mean: f64,
    /// The largest of them.
    pub largest: f64,
}

/// Geometric mean of the finite values; 1 if there is none.
pub(crate) fn reference(values: &[f64]) -> f64 {
    let logs: Vec<f64> = values
        .iter()
        .filter(|value| value.is_finite())
        .map(|value| value.ln())
        .collect();
    if logs.is_empty() {
        1.0
    } else {
        (logs.iter().sum::<f64>() / logs.len() as f64).exp()
    }
}
