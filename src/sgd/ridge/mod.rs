//! Ridge regression on the samples of one pass: the learner that makes the most of them.
//!
//! The model minimises (1/D) Σ (⟨v, z⟩ − y)² + λ |v|² over D samples of the mixture, in closed form.
//! The samples, what the model sees and the loss are those of [`sgd`](super); there are no steps.

mod drawn;
mod equivalent;
mod penalty;
mod runs;

pub use drawn::{drawn_feature_ridge, drawn_ridge};
pub use equivalent::{equivalent_ridge, expected_ridge};
pub use penalty::{Penalty, best_penalty, best_penalty_on_average};

/// Ridge regression.
#[derive(Debug, Clone, PartialEq)]
pub struct Ridge {
    /// Penalty λ of |v|² beside the *mean* of the squared residuals, above 0: its unit is that of a
    /// variance of the features.
    pub penalty: f64,
    /// Label noise σ², at least 0.
    pub noise: f64,
}
