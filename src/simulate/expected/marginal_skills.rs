//! The skills of a family that may be kept or not by their realised counts.

use crate::learner::{Kernel, SkillClasses};
use crate::world::Seen;

/// The skills of a family that may be kept or not, and those that are kept for sure.
#[derive(Debug, Clone, Default)]
pub(crate) struct MarginalSkills {
    /// The kernel for meetings as they count, and for which domains each counts: `None` if they
    /// count alike.
    pub(super) kernel: Option<Kernel>,
    pub(super) apart: Option<Vec<Seen>>,
    /// For each row how often a frequency of 1 is met, and what these meetings are worth.
    pub(crate) met: Vec<f64>,
    pub(crate) valued: Vec<f64>,
    /// So many nodes are kept for sure; they end at this rank.
    pub(super) sure: usize,
    pub(super) sure_rank: f64,
    /// Beyond this rank none is kept.
    pub(super) end: f64,
    /// What lies between.
    pub(super) classes: SkillClasses,
    /// For each row the mass of each crowd, and of ranks between that are never met.
    pub(super) masses: Vec<Vec<f64>>,
}

impl MarginalSkills {
    /// The kernel of these skills, for a learner of the kernel `learner`.
    pub(super) fn kernel<'a>(&'a self, learner: &'a Kernel) -> &'a Kernel {
        self.kernel.as_ref().unwrap_or(learner)
    }

    /// Fewest meetings that may teach anything, and those that do whichever domains they are of.
    pub(super) fn teaching(&self, learner: &Kernel) -> (f64, f64) {
        let surely = self.kernel(learner).least_count();
        let Some(seen) = &self.apart else {
            return (surely, surely);
        };
        let most = seen
            .iter()
            .fold(1.0, |most, seen| f64::max(most, seen.worth));
        (learner.counting(most).least_count(), surely)
    }

    /// The least and the largest value of a meeting, over all ranks; `None` if there are none.
    pub(crate) fn values(&self) -> Option<(f64, f64)> {
        let rows = self.met.iter().zip(&self.valued);
        let values = rows.filter(|(met, _)| **met > 0.0).map(|(m, v)| v / m);
        values.fold(None, |range, value| {
            let (low, high) = range.unwrap_or((value, value));
            Some((f64::min(low, value), f64::max(high, value)))
        })
    }
}
