//! A learner that trains: one-pass SGD on projected linear regression, the setting of Theorem 4.1.
//!
//! Each skill is an eigen-direction. A sample of domain i has x_s ~ N(0, p_i(s)) and the label
//! y = ⟨w*, x⟩ + ε with ε ~ N(0, σ²) and w*_s² the cost of the skill's domain (in the head: the
//! mean cost). The model sees z = S x in N dimensions and starts from 0. The loss is the squared
//! error; steps follow the gradient of half of it,
//! v ← v − (γ_t/B) Σ z (⟨v, z⟩ − y), and every step size here is this γ.
//!
//! Losses come from covariances, never from test samples. The excess loss of a domain has two
//! counterparts: one trained run, exact in distribution, and its exact mean over runs, by a
//! recursion of second moments. [`Ridge`] regression on the same samples is the second estimator.
//!
//! Source: Lin, Wu, Kakade, Bartlett and Lee 2024 (arXiv:2406.08466) for the setting with one
//! domain; Dai and Zheng 2026 (arXiv:2606.08167), Theorem 4.1, for the mixture.

mod batch;
mod classes;
mod closed_form;
mod directions;
mod equivalent;
mod features;
mod moments;
pub mod oracle;
mod panel;
mod recursion;
mod ridge;
mod schedule;
mod stability;
mod together;
mod trainer;
mod view;
mod watch;

pub use batch::trained_excess;
pub use closed_form::{Residuals, closed_form_excess, decay_tau};
pub use directions::{Directions, Shared};
pub use equivalent::{equivalent_excess, equivalent_resolved};
pub use features::{Features, Prepared};
pub use moments::expected_feature_excess;
pub use recursion::{Blocks, expected_excess};
pub use ridge::{
    Penalty, Ridge, best_penalty, best_penalty_on_average, drawn_feature_ridge, drawn_ridge,
    equivalent_ridge, expected_ridge,
};
pub use schedule::Schedule;
pub use stability::{Limits, limits};
pub use together::{SharedRun, trained_together};
pub use trainer::{Trained, Trainer, TrainingError};
pub use view::View;
pub use watch::Watch;

/// What the model sees of the skills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Projection {
    /// The N directions of largest value Σ_i h_i p_i(s) w*_s².
    #[default]
    Top,
    /// N random combinations of all directions, with entries N(0, 1/N).
    Gaussian,
}

/// One-pass SGD.
#[derive(Debug, Clone, PartialEq)]
pub struct Sgd {
    /// Samples B in a step, at least 1.
    pub batch: u64,
    /// First step size γ_0, above 0.
    pub step: f64,
    /// How the step size falls.
    pub schedule: Schedule,
    /// Label noise σ², at least 0.
    pub noise: f64,
}

/// How the weights follow from the samples.
#[derive(Debug, Clone, PartialEq)]
pub enum Estimator {
    /// One pass of SGD.
    OnePass(Sgd),
    /// Ridge regression on the same samples.
    Ridge {
        /// How the weights are held back.
        penalty: Penalty,
        /// Label noise σ², at least 0.
        noise: f64,
    },
}

/// A regression on what a model sees of the skills.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectedRegression {
    /// What the model sees.
    pub projection: Projection,
    /// Random projections over which losses are averaged, at least 1.
    pub sketches: u64,
    /// How the weights follow from the samples.
    pub estimator: Estimator,
}

impl ProjectedRegression {
    /// The pass of SGD; `None` where the weights follow otherwise.
    pub fn one_pass(&self) -> Option<&Sgd> {
        match &self.estimator {
            Estimator::OnePass(sgd) => Some(sgd),
            Estimator::Ridge { .. } => None,
        }
    }

    /// Label noise σ², which cannot be learned.
    pub fn noise(&self) -> f64 {
        match &self.estimator {
            Estimator::OnePass(sgd) => sgd.noise,
            Estimator::Ridge { noise, .. } => *noise,
        }
    }
}

impl Sgd {
    /// Steps of one pass over `tokens` samples: D/B, the last incomplete batch left out.
    pub fn steps(&self, tokens: f64) -> u64 {
        (tokens / self.batch as f64).floor() as u64
    }
}
