//! The cells of an experiment: every (capacity, tokens, mixture, replicate), simulated in
//! parallel, by one process or several, and kept so that an interruption loses nothing.

mod execute;
mod finished;
mod hooks;
mod shard;
mod store;
mod train;
mod write;

pub(crate) use execute::complete;
pub use execute::{Runner, simulate, single_runs};
pub use finished::{Added, Curve, Finished};
pub(crate) use hooks::Hooks;
pub use hooks::SweepError;
pub use shard::{Shard, ShardError, Share, Unit};
pub use store::{Batch, Damage, Key, Keys, Loaded, PARTS, Store, StoreError, Writer, load_table};
pub use train::{Training, train, trained_together};
pub(crate) use train::{complete_training, curves_csv};
pub use write::write;
#[cfg(feature = "parquet")]
pub(crate) use write::write_parquet;

use crate::mixture::Mixture;
use crate::simulate::Counts;
use crate::world::Resolution;

/// How a run is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Expected losses in closed form: no noise.
    #[default]
    Expected,
    /// One random training run per replicate, its meetings drawn so.
    Sampled(Counts),
}

impl Mode {
    /// Random runs, drawn as they are when nothing else is said.
    pub const SAMPLED: Self = Self::Sampled(Counts::Poisson);
}

/// How capacities and tokens make the scales of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scales {
    /// Every capacity with every number of tokens, capacities varying slowest.
    #[default]
    Product,
    /// The first capacity with the first number of tokens, the second with the second and so on;
    /// there are as many of the one as of the other.
    Pairs,
}

/// The axes of a sweep. Runs are numbered with scales varying slowest, then mixtures, then
/// replicates.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// The seed from which every random stream derives.
    pub seed: u64,
    /// How a run is simulated.
    pub mode: Mode,
    /// Runs of each cell, at least 1.
    pub replicates: u64,
    /// Capacities N in skills, `INFINITY` for unlimited.
    pub capacities: Vec<f64>,
    /// Tokens D, `INFINITY` for unlimited.
    pub tokens: Vec<f64>,
    /// How the two are combined.
    pub scales: Scales,
    /// Mixtures h.
    pub mixtures: Vec<Mixture>,
    /// How finely the simulator groups ranks.
    pub resolution: Resolution,
}

/// One run of a sweep.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SweepRun<'a> {
    /// Number of the cell: of (capacity, tokens, mixture).
    pub cell: u64,
    /// Number of the replicate in the cell.
    pub replicate: u64,
    /// Capacity N in skills.
    pub capacity: f64,
    /// Tokens D.
    pub tokens: f64,
    /// Mixture h.
    pub mixture: &'a Mixture,
}

impl Sweep {
    /// Number of cells: scales × mixtures.
    pub fn cells(&self) -> usize {
        self.capacities.len() * self.tokens_per_capacity() * self.mixtures.len()
    }

    /// Number of different tokens that go with each capacity.
    pub(crate) fn tokens_per_capacity(&self) -> usize {
        match self.scales {
            Scales::Product => self.tokens.len(),
            Scales::Pairs => 1,
        }
    }

    /// Capacity and tokens of each scale, in the order of the runs.
    pub(crate) fn each_scale(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        (0..self.capacities.len() * self.tokens_per_capacity()).map(|scale| self.scale(scale))
    }

    /// Capacity and tokens of the scale numbered `scale`.
    fn scale(&self, scale: usize) -> (f64, f64) {
        match self.scales {
            Scales::Product => (
                self.capacities[scale / self.tokens.len()],
                self.tokens[scale % self.tokens.len()],
            ),
            Scales::Pairs => (self.capacities[scale], self.tokens[scale]),
        }
    }

    /// Number of runs: cells × replicates.
    pub fn runs(&self) -> usize {
        self.cells() * self.replicates as usize
    }

    /// The run numbered `number`, counted from 0 to below [`Sweep::runs`].
    pub fn run(&self, number: usize) -> SweepRun<'_> {
        let replicates = self.replicates as usize;
        let (cell, replicate) = (number / replicates, number % replicates);
        let (scale, mixture) = (cell / self.mixtures.len(), cell % self.mixtures.len());
        let (capacity, tokens) = self.scale(scale);
        SweepRun {
            cell: cell as u64,
            replicate: replicate as u64,
            capacity,
            tokens,
            mixture: &self.mixtures[mixture],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capacities_vary_slowest_and_replicates_fastest() {
        let sweep = Sweep {
            seed: 0,
            mode: Mode::Expected,
            replicates: 2,
            capacities: vec![10.0, 20.0],
            tokens: vec![1.0, 2.0, 3.0],
            scales: Scales::Product,
            mixtures: vec![Mixture::uniform(2), Mixture::uniform(2)],
            resolution: Resolution::default(),
        };
        assert_eq!(sweep.runs(), 24);
        let at = |number| {
            let run = sweep.run(number);
            (run.capacity, run.tokens, run.cell, run.replicate)
        };
        assert_eq!(at(0), (10.0, 1.0, 0, 0));
        assert_eq!(at(3), (10.0, 1.0, 1, 1));
        assert_eq!(at(4), (10.0, 2.0, 2, 0));
        assert_eq!(at(23), (20.0, 3.0, 11, 1));
        let paired = Sweep {
            tokens: vec![1.0, 2.0],
            scales: Scales::Pairs,
            ..sweep
        };
        assert_eq!(paired.runs(), 8);
        let run = paired.run(5);
        assert_eq!((run.capacity, run.tokens, run.cell), (20.0, 2.0, 2));
    }
}
