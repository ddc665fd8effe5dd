//! How far losses may be off because a few nodes stand for what is log-normal.
//!
//! Ranks are summed to 1e-5 of the excess. Costs that spread, ranks that differ between domains and
//! frequencies of a pool are spread over nodes, and what a learner keeps at a node changes skill by
//! skill: where it keeps few, each of them shows. The bounds are those of the worlds of
//! `tests/simulation/resolution.rs`, and of brute force in others.

use super::{Overlap, Resolution, World};

/// Largest part of the excess that a spread of costs or of partners' ranks may be off by, times the
/// capacity.
const BY_CAPACITY: f64 = 2.5;

/// Largest part for costs that spread, however small the capacity.
const COSTS: f64 = 0.03;

/// The same for partners' ranks, and whatever the capacity where partners of the last ranks are
/// missing.
const JITTER: f64 = 0.02;

/// Share of the ranks from which on a learner meets the last of them.
const LAST_RANKS: f64 = 0.1;

/// Largest part for the strands of a pool.
const POOL: f64 = 0.01;

impl World {
    /// Bound on the relative error of the excess losses at (N, D) that comes from the nodes of
    /// costs, partners' ranks and a pool at `resolution`; 0 where there are no such nodes. It falls
    /// with the root of their number, as a mean over steps does.
    pub fn coarseness(&self, (capacity, tokens): (f64, f64), resolution: Resolution) -> f64 {
        let finer = resolution.refinement().sqrt();
        let few = BY_CAPACITY / capacity;
        let mut bound: f64 = 0.0;
        if self.cost_spread().iter().any(|spread| *spread > 0.0) {
            bound = bound.max(few.min(COSTS));
        }
        if self.overlap().rank_jitter() > 0.0 {
            let last = capacity.min(tokens) >= LAST_RANKS * self.skills();
            bound = bound.max(if last { JITTER } else { few.min(JITTER) });
        }
        if let Overlap::Pool(pool) = self.overlap()
            && pool.strand_count(resolution) > 1
        {
            bound = bound.max(POOL);
        }
        bound / finer
    }
}
