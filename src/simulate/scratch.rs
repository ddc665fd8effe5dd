//! Memory that a run uses, kept from one run to the next.

use super::expected::marginal_skills::MarginalSkills;
use crate::learner::{Selected, TopNScratch};
use crate::world::Seen;

/// Memory of [`Simulator::losses_into`](super::Simulator::losses_into): with one for each thread,
/// runs by expected score allocate nothing, and runs by observed score hardly anything.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    pub(super) cut: TopNScratch,
    pub(super) selected: Vec<Selected>,
    /// Exposure of each row of a family.
    pub(super) exposure: Vec<f64>,
    /// What each row of a family has not learned.
    pub(super) left: Vec<f64>,
    /// Of the ranks of the panel in which the cut falls: for each row their mass, and what of it
    /// is not learned.
    pub(super) partial: Vec<(f64, f64)>,
    /// For each family the skills that compete by realised counts.
    pub(super) marginal: Vec<MarginalSkills>,
    /// How many times a token counts.
    pub(super) efficiency: f64,
    /// What the run sees of each domain, where data are finite.
    pub(super) seen: Vec<Seen>,
    /// Meetings of one skill by each of its domains, and what they are worth.
    pub(super) met: Vec<(f64, f64)>,
    /// Mass of each domain that is not learned.
    pub(super) unlearned: Vec<f64>,
}
