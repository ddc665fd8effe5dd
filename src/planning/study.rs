//! A question about proxy runs.

use thiserror::Error;

use super::design::{Layout, Scales};
use super::prior::{PriorError, WorldPrior};
use crate::fit::FitPlan;
use crate::learner::Learner;
use crate::sweep::Mode;
use crate::world::Resolution;

/// Where the mixture will be used, and what would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Capacity N, infinite for unlimited.
    pub capacity: f64,
    /// Tokens D, infinite for unlimited.
    pub tokens: f64,
    /// Weights of the domain losses in the target loss, a mixture.
    pub weights: Vec<f64>,
    /// The regret that would do, percent of the excess, above 0.
    pub regret: f64,
    /// Share of the worlds in which it is wanted, above 0, at most 1.
    pub share: f64,
}

/// A question about proxy runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    /// Name, part of file names.
    pub name: String,
    /// The one seed of all random numbers.
    pub seed: u64,
    /// Worlds to draw, at least 1.
    pub worlds: usize,
    /// What is not known about them.
    pub prior: WorldPrior,
    /// Who learns in them: a learner that selects by expected counts.
    pub learner: Learner,
    /// Whether proxy runs are drawn or expected.
    pub mode: Mode,
    /// How finely ranks are grouped.
    pub resolution: Resolution,
    /// How mixtures are found.
    pub layouts: Vec<Layout>,
    /// Numbers of mixtures to try.
    pub mixtures: Vec<usize>,
    /// Smallest weight of a domain in a proxy run, from 0 to below 1/K.
    pub floor: f64,
    /// Where proxy runs can be made.
    pub scales: Vec<Scales>,
    /// Most that a design may cost, Σ N·D; infinite without a limit.
    pub budget: f64,
    /// Laws, and how they are fitted.
    pub fit: FitPlan,
    /// Where the mixture will be used.
    pub target: Target,
}

/// Why a study cannot be made.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum StudyError {
    /// No such world.
    #[error("no world can be drawn from [world]: {0}")]
    Prior(#[from] PriorError),
    /// A name that is no law.
    #[error("there is no law `{0}`")]
    Law(String),
    /// No design that can be paid for.
    #[error("no design costs at most the budget of {0:e}")]
    Budget(f64),
    /// A world without a best mixture.
    #[error("world {world} has no best mixture at the target: {reason}")]
    World {
        /// Number of the world, from 1.
        world: usize,
        /// Why.
        reason: String,
    },
    /// A law that cannot be followed.
    #[error("`{law}` cannot be followed: {reason}")]
    Unfit {
        /// Name of the law.
        law: String,
        /// Why.
        reason: String,
    },
}
