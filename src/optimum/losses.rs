//! What a mixture costs every domain at one scale, with derivatives by the weights.

use ndarray::ArrayView1;
use thiserror::Error;

use crate::fit::FittedLaw;
use crate::law::{Observations, Point};

/// Domain losses as a function of the mixture.
pub trait Losses: Sync {
    /// Number of weights K.
    fn sources(&self) -> usize;

    /// Number of loss columns M.
    fn columns(&self) -> usize;

    /// Writes the losses (M, in nats; NaN in a column that is not predicted) and their derivatives
    /// by the weights (M × K, row after row).
    fn differentiate(&self, weights: &[f64], losses: &mut [f64], slopes: &mut [f64]);

    /// The losses alone.
    fn losses(&self, weights: &[f64]) -> Vec<f64>;
}

/// A law without derivatives by the weights.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "law `{0}` has no derivatives by the weights: its predictions are steps, and no mixture can be shown to be its best"
)]
pub struct NoDerivatives(pub String);

/// A weight that stands in for 0 where derivatives are taken: power laws have none at 0 itself.
pub(super) const LEAST_WEIGHT: f64 = 1e-12;

/// The rows that a law was fitted to, for binding it to search mixtures: there a weight of 0 is as
/// good as 0. In a fit half of the smallest weight stands in for 0, and a law without a finite loss
/// at 0 would seem to lose nothing when a domain is left out.
pub fn searchable(training: &Observations) -> Observations {
    Observations {
        weight_floor: LEAST_WEIGHT,
        ..training.clone()
    }
}

/// A fitted law at one scale.
pub struct LawLosses<'a> {
    fitted: &'a FittedLaw,
    capacity: f64,
    tokens: f64,
    sources: usize,
    columns: usize,
}

impl<'a> LawLosses<'a> {
    /// The law at a scale; `columns` is the number of loss columns of the table it was fitted to,
    /// `name` that of the law.
    ///
    /// # Errors
    /// [`NoDerivatives`] for a law whose predictions are steps.
    pub fn new(
        fitted: &'a FittedLaw,
        name: &str,
        (sources, columns): (usize, usize),
        (capacity, tokens): (f64, f64),
    ) -> Result<Self, NoDerivatives> {
        let law = Self {
            fitted,
            capacity,
            tokens,
            sources,
            columns,
        };
        let uniform = vec![1.0 / sources as f64; sources];
        let (mut losses, mut slopes) = (vec![0.0; columns], vec![0.0; columns * sources]);
        if law.fill(&uniform, &mut losses, &mut slopes) {
            Ok(law)
        } else {
            Err(NoDerivatives(name.into()))
        }
    }

    fn point<'b>(&self, weights: &'b [f64]) -> Point<'b> {
        Point::new(ArrayView1::from(weights), self.capacity, self.tokens)
    }

    fn fill(&self, weights: &[f64], losses: &mut [f64], slopes: &mut [f64]) -> bool {
        let weights: Vec<f64> = weights.iter().map(|h| h.max(LEAST_WEIGHT)).collect();
        let point = self.point(&weights);
        self.fitted.predict_point(point, losses);
        self.fitted.differentiate_by_weights(point, slopes)
    }
}

impl Losses for LawLosses<'_> {
    fn sources(&self) -> usize {
        self.sources
    }

    fn columns(&self) -> usize {
        self.columns
    }

    fn differentiate(&self, weights: &[f64], losses: &mut [f64], slopes: &mut [f64]) {
        self.fill(weights, losses, slopes);
    }

    fn losses(&self, weights: &[f64]) -> Vec<f64> {
        let weights: Vec<f64> = weights.iter().map(|h| h.max(LEAST_WEIGHT)).collect();
        let mut losses = vec![f64::NAN; self.columns];
        self.fitted.predict_point(self.point(&weights), &mut losses);
        losses
    }
}
