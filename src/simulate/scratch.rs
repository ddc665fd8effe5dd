//! Memory that a run uses, kept from one run to the next.

use crate::learner::{CutScratch, Selected};

/// Memory of [`Simulator::losses_into`](super::Simulator::losses_into): with one for each thread,
/// runs by expected score allocate nothing.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    pub(super) cut: CutScratch,
    pub(super) selected: Vec<Selected>,
    /// Exposure of each row of a family.
    pub(super) exposure: Vec<f64>,
    /// What each row of a family has not learned.
    pub(super) left: Vec<f64>,
    /// Of the ranks of the panel in which the cut falls: for each row their mass, and what of it
    /// is not learned.
    pub(super) partial: Vec<(f64, f64)>,
    /// Mass of each domain that is not learned.
    pub(super) unlearned: Vec<f64>,
}
