//! The order of the head: which rank each domain gives to each fundamental skill.

use rand::RngExt;

use super::World;
use crate::numeric::random::{Purpose, stream};

/// Largest head whose order may differ between domains: each skill is then kept by itself.
pub(crate) const LARGEST_PERMUTED_HEAD: f64 = 1e4;

/// Which rank each domain gives to each skill of the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HeadOrder {
    /// All domains give it the same.
    #[default]
    Shared,
    /// Each domain gives it one at random.
    Permuted {
        /// Seed of the draw.
        seed: u64,
    },
}

impl World {
    /// The ranks 1 to H that domain number `domain` gives to the H skills of the head.
    pub fn head_ranks(&self, domain: usize) -> Vec<f64> {
        let mut ranks: Vec<f64> = (1..=self.head() as u64).map(|rank| rank as f64).collect();
        if let HeadOrder::Permuted { seed } = self.head_order() {
            let mut random = stream(seed, Purpose::HeadOrder, domain as u64, 0);
            // Fisher and Yates.
            for last in (1..ranks.len()).rev() {
                ranks.swap(last, random.random_range(0..=last));
            }
        }
        ranks
    }
}
