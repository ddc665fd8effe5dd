//! How many families a world is divided into, before it is.

use super::normal::{NormalNode, normal_nodes};
use super::{HeadOrder, Overlap, Resolution, World, WorldError, jitter};

/// Most domains in families, each counted as often as it is in one: beyond, a world takes
/// gigabytes of memory and a run minutes.
pub(super) const MOST_MEMBERS: f64 = 1e7;

impl World {
    /// This world, if its families are few enough at the default resolution.
    pub(super) fn of_bearable_size(self) -> Result<Self, WorldError> {
        self.check_size(Resolution::default())?;
        Ok(self)
    }

    /// Checks that the families of this world are few enough to be simulated at `resolution`.
    ///
    /// # Errors
    /// [`WorldError::TooManyMembers`] if they are not.
    pub fn check_size(&self, resolution: Resolution) -> Result<(), WorldError> {
        let members = self.members(resolution);
        if members > MOST_MEMBERS {
            return Err(WorldError::TooManyMembers(members));
        }
        Ok(())
    }

    /// Domains in families, each counted as often as it is in one; at least as many as there are.
    fn members(&self, resolution: Resolution) -> f64 {
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
                (2.0 * pairs + domains) * jitter::nodes(jitter, resolution).len() as f64
            }
            Overlap::Pair { .. } | Overlap::Matrix { .. } => 2.0 * pairs,
            Overlap::Pool(pool) => domains * pool.strand_count(resolution) as f64,
        };
        (head + shared + domains) * self.cost_nodes(resolution).len().max(1) as f64
    }

    /// Nodes of the ξ by which costs spread; none if they do not.
    pub(super) fn cost_nodes(&self, resolution: Resolution) -> Vec<NormalNode> {
        let largest = self.cost_spread().iter().copied().fold(0.0, f64::max);
        if largest > 0.0 {
            normal_nodes(largest, (0.0, largest), resolution)
        } else {
            Vec::new()
        }
    }
}
