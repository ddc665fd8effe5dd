//! How many families a world is divided into, before it is.

use super::normal::normal_nodes;
use super::{HeadOrder, Overlap, World, WorldError, jitter};

/// Most domains in families, each counted as often as it is in one: beyond, a world takes
/// gigabytes of memory and a run minutes.
pub const MOST_MEMBERS: f64 = 1e7;

impl World {
    /// This world, if its families are few enough.
    pub(super) fn of_bearable_size(self) -> Result<Self, WorldError> {
        let members = self.members();
        if members > MOST_MEMBERS {
            return Err(WorldError::TooManyMembers(members));
        }
        Ok(self)
    }

    /// Domains in families, each counted as often as it is in one; at least as many as there are.
    fn members(&self) -> f64 {
        let domains = self.domains().len() as f64;
        let head = match self.head_order() {
            HeadOrder::Shared => domains,
            HeadOrder::Permuted { .. } => self.head() * domains,
        };
        let jitter = self.overlap().rank_jitter();
        let pairs = domains * (domains - 1.0) / 2.0;
        let shared = match self.overlap() {
            Overlap::None => 0.0,
            Overlap::All { .. } => domains,
            Overlap::Pair { .. } | Overlap::Matrix { .. } if jitter > 0.0 => {
                // Pairs, and each domain's ranks that have no partner.
                (2.0 * pairs + domains) * jitter::nodes(jitter).len() as f64
            }
            Overlap::Pair { .. } | Overlap::Matrix { .. } => 2.0 * pairs,
            Overlap::Pool(pool) => domains * pool.strand_count() as f64,
        };
        (head + shared + domains) * self.cost_nodes().len().max(1) as f64
    }

    /// Nodes of the ξ by which costs spread; none if they do not.
    pub(super) fn cost_nodes(&self) -> Vec<super::normal::NormalNode> {
        let largest = self.cost_spread().iter().copied().fold(0.0, f64::max);
        if largest > 0.0 {
            normal_nodes(largest, 0.0, largest)
        } else {
            Vec::new()
        }
    }
}
