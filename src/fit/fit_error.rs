//! Why laws cannot be fitted to a table.

use thiserror::Error;

use super::Scarce;
use crate::law::LawError;

/// Why laws cannot be fitted.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FitError {
    /// A law cannot be bound to the rows.
    #[error(transparent)]
    Law(#[from] LawError),
    /// A relative or log residual of a loss that is not above 0.
    #[error(
        "run {run} has the loss {loss} for `{column}`: residuals that are relative or of logarithms need losses above 0 (use absolute residuals)"
    )]
    Loss {
        /// Label of the run.
        run: String,
        /// Name of the loss column.
        column: String,
        /// The loss.
        loss: f64,
    },
    /// A loss so far from 1 that its square is none or too large.
    #[error(
        "run {run} has the loss {loss} for `{column}`: losses in nats have sizes from 1e-100 to 1e100"
    )]
    LossSize {
        /// Label of the run.
        run: String,
        /// Name of the loss column.
        column: String,
        /// The loss.
        loss: f64,
    },
    /// More derivatives than memory could hold.
    #[error(
        "law `{law}` has {parameters} parameters that depend on each other, for {losses} losses: too many to fit at once; fewer domains, or a law with fewer parameters, can be fitted"
    )]
    TooLarge {
        /// Name of the law.
        law: String,
        /// Parameters of its largest part.
        parameters: usize,
        /// Losses that the part is fitted to.
        losses: usize,
    },
    /// A single mixture.
    #[error(
        "to draw mixtures anew, or to leave one out, at least two are needed: the runs have {0}"
    )]
    TooFewMixtures(usize),
    /// More parameters than losses, and nothing else to decide between them.
    #[error(
        "law `{law}` has {scarce} (split {split}): without a ridge nothing decides between them; use the ridge `auto` or `cv`, or more runs"
    )]
    Scarce {
        /// Name of the law.
        law: String,
        /// Name of the split.
        split: String,
        /// The part of the law.
        scarce: Scarce,
    },
    /// A split without a training row for a loss column.
    #[error("the split {split} leaves no training row with a loss of `{domain}`")]
    Untrained {
        /// Name of the split.
        split: String,
        /// The loss column.
        domain: String,
    },
    /// No start of a fit reached a finite objective.
    #[error("law `{law}` has no finite prediction at any of the {starts} starts of split {split}")]
    NoFiniteStart {
        /// Name of the law.
        law: String,
        /// Name of the split.
        split: String,
        /// Number of starts.
        starts: usize,
    },
}
