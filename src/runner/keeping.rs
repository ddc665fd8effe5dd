//! What is to be kept in a directory, and how what is there already is treated.

use std::path::PathBuf;

use crate::config::Source;
use crate::learner::LearnerKind;
use crate::sweep::{Shard, Sweep};
use crate::world::World;

/// How a run treats what its directory holds already.
#[derive(Debug, Clone, Default)]
pub struct Keeping {
    /// Everything is simulated anew.
    pub fresh: bool,
    /// Runs that diverged are tried again.
    pub retry_failed: bool,
    /// The share of this process; `None`: all runs.
    pub shard: Option<Shard>,
    /// Folders whose part files are read, too; nothing is simulated. `None`: what is missing is.
    pub merged: Option<Vec<PathBuf>>,
}

/// World, learner and sweep of a simulated experiment.
#[derive(Clone, Copy)]
pub struct Simulated<'a> {
    /// The world.
    pub world: &'a World,
    /// The learner.
    pub learner: &'a LearnerKind,
    /// The sweep.
    pub sweep: &'a Sweep,
}

impl<'a> Simulated<'a> {
    /// Those of an experiment, if it simulates.
    pub fn of(source: &'a Source) -> Option<Self> {
        match source {
            Source::Simulated {
                world,
                learner,
                sweep,
                ..
            } => Some(Self {
                world,
                learner,
                sweep,
            }),
            Source::Runs(_) => None,
        }
    }
}
