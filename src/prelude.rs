//! What most programs need: `use mixlaw::prelude::*;`.

pub use crate::experiment::Experiment;
pub use crate::learner::{Kernel, Learner};
pub use crate::mixture::{Design, Mixture};
pub use crate::optimum::{OptimumPlan, SIMULATOR};
pub use crate::runner::{
    Findings, Keeping, Observer, RunError, conduct, load_experiment, run_into,
};
pub use crate::world::{DEFAULT_SKILLS, Domain, Overlap, World};
