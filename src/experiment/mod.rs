//! What is asked: an experiment as plain types, without files or flags.

mod build;

use std::path::Path;

use crate::claim::Check;
use crate::fit::{FitPlan, SplitRule};
use crate::learner::{LearnerKind, Selection};
use crate::mixture::Design;
use crate::optimum::OptimumPlan;
use crate::runs::Mapping;
use crate::sweep::Sweep;
use crate::world::World;

/// An experiment, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// Name: part of file names. That of the file, without its ending, if the file gives none.
    pub name: String,
    /// What the experiment is to show, in words.
    pub claim: Option<String>,
    /// The one seed from which every random stream derives.
    pub seed: u64,
    /// Where the runs come from.
    pub source: Source,
    /// Which laws to fit, and how; `None` if nothing is to be fitted.
    pub fit: Option<FitPlan>,
    /// Whether `mixlaw reproduce --fast` leaves it out.
    pub slow: bool,
    /// The number that varies, if one does.
    pub vary: Option<Vary>,
    /// The best mixture that is asked for, if one is.
    pub optimum: Option<OptimumPlan>,
    /// Figures and the limits that they are held against.
    pub checks: Vec<Check>,
}

/// Where the runs of an experiment come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// They are simulated.
    Simulated {
        /// The world of skills.
        world: World,
        /// Who learns in it.
        learner: LearnerKind,
        /// The cells, with the mixtures drawn.
        sweep: Sweep,
        /// The design from which the mixtures of the sweep were drawn.
        design: Design,
    },
    /// They are read from tables of real training runs.
    Runs(Mapping),
}

impl Source {
    /// Whether its simulator has a best mixture that can be found; else why not.
    ///
    /// # Errors
    /// The reason, in words.
    pub(crate) fn has_best_mixture(&self) -> Result<(), &'static str> {
        match self {
            Source::Simulated {
                learner: LearnerKind::Sgd(_),
                ..
            } => Err("the kernel \"sgd\" tells no derivatives by the weights"),
            Source::Simulated {
                learner: LearnerKind::Counting(learner),
                ..
            } if learner.selection == Selection::Observed => {
                Err("its search ranks skills by expected counts: selection must be \"expected\"")
            }
            Source::Simulated { world, .. } if !world.supply().is_unlimited() => {
                Err("its search does not know repeated tokens: no domain may have `available`")
            }
            Source::Simulated { .. } => Ok(()),
            Source::Runs(_) => Err("real runs have no simulator"),
        }
    }

    /// Takes the paths of files as relative to `folder`.
    pub(crate) fn resolve(&mut self, folder: &Path) {
        if let Self::Runs(mapping) = self {
            for file in &mut mapping.files {
                *file = folder.join(&*file);
            }
        }
    }
}

impl Experiment {
    /// Takes the paths of files as relative to `folder`.
    pub(crate) fn resolve(&mut self, folder: &Path) {
        self.source.resolve(folder);
        if let Some(fit) = &mut self.fit
            && let SplitRule::File { path, .. } = &mut fit.split
        {
            *path = folder.join(&*path);
        }
        for (_, variant) in self.vary.iter_mut().flat_map(|vary| &mut vary.variants) {
            variant.resolve(folder);
        }
    }
}

/// An experiment repeated with other values of one of its numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Vary {
    /// The key of the number, with the tables that it is in.
    pub key: String,
    /// What the number is, in words.
    pub label: String,
    /// Each value, and the experiment with it; without checks of its own.
    pub variants: Vec<(f64, Experiment)>,
}
