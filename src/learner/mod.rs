//! The idealised learner: which skills it selects, and what it has learned of them after so many
//! meetings.

mod kernel;
mod selection;

pub use kernel::forms::Kernel;
pub use kernel::poisson::at_least;
pub(crate) use kernel::poisson::{certain_mean, tail_bound};
pub use kernel::poisson_tails::TOGETHER;
pub use kernel::series::Series;
pub use kernel::variance::Spread;
pub use selection::count_threshold::{Threshold, threshold};
pub use selection::selected::Selected;
pub use selection::skill_classes::SkillClasses;
pub(crate) use selection::skill_classes::least_count;
pub use selection::smooth_top_n::Held;
pub(crate) use selection::smooth_top_n::smooth_top_n;
pub use selection::top_n::cut;
pub(crate) use selection::top_n::{TopNScratch, top_n_into};

use thiserror::Error;

use crate::world::{Domain, Member};

/// Which skills go first when capacity is short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ranking {
    /// Those that lower the training loss most: cost × frequency.
    #[default]
    Value,
    /// Those met most often, whatever they cost.
    Count,
}

impl Ranking {
    /// Value of one meeting of a skill of `member`'s family by `domain`: its cost, or 1.
    pub fn value(self, domain: &Domain, member: &Member) -> f64 {
        match self {
            Self::Value => domain.cost * member.cost,
            Self::Count => 1.0,
        }
    }
}

/// What the ranking looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Selection {
    /// Expected scores.
    #[default]
    Expected,
    /// Scores of the realised numbers of meetings.
    Observed,
}

/// Sample efficiency that grows with size: D_eff = D·(N/reference)^exponent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Efficiency {
    /// Exponent v, dimensionless; 0 switches it off.
    pub exponent: f64,
    /// Capacity at which a token counts once, in skills.
    pub reference: f64,
}

impl Default for Efficiency {
    fn default() -> Self {
        Self {
            exponent: 0.0,
            reference: 1e4,
        }
    }
}

impl Efficiency {
    /// Effective tokens D_eff for a learner of `capacity` skills that saw `tokens`.
    pub(crate) fn effective_tokens(&self, tokens: f64, capacity: f64) -> f64 {
        if self.exponent == 0.0 {
            tokens
        } else {
            tokens * (capacity / self.reference).powf(self.exponent)
        }
    }
}

/// An idealised learner.
#[derive(Debug, Clone, PartialEq)]
pub struct Learner {
    /// What n meetings leave unlearned.
    pub kernel: Kernel,
    /// Which skills go first when capacity is short.
    pub ranking: Ranking,
    /// What the ranking looks at.
    pub selection: Selection,
    /// Sample efficiency as a function of capacity.
    pub efficiency: Efficiency,
    /// Whether only the best N skills can be held. Without it, capacity acts through
    /// [`Efficiency`] alone.
    pub capacity_limits: bool,
}

impl Learner {
    /// A learner of `kernel` that holds the most valuable skills, ranked by expected scores.
    pub fn new(kernel: Kernel) -> Self {
        Self {
            kernel,
            ranking: Ranking::default(),
            selection: Selection::default(),
            efficiency: Efficiency::default(),
            capacity_limits: true,
        }
    }
}

/// Which learner takes part in an experiment.
#[derive(Debug, Clone, PartialEq)]
pub enum LearnerKind {
    /// One that counts its meetings with skills.
    Counting(Learner),
    /// One that takes gradient steps.
    Sgd(crate::sgd::ProjectedRegression),
}

/// Why a learner cannot exist.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum LearnerError {
    /// A number of meetings that is not above 0.
    #[error("tau is {0}: it must be a number above 0, at most 1e6")]
    Tau(f64),
    /// A noise that is not at least 0.
    #[error("noise is {0}: it must be a number of at least 0")]
    Noise(f64),
    /// An efficiency that is not finite, or a reference that is not above 0.
    #[error("the efficiency needs a finite exponent and a reference above 0")]
    Efficiency,
}
