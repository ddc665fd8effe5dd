//! The share of a sweep that one process does.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use thiserror::Error;

/// Most shards of a sweep.
const MOST: usize = 1_000_000;

/// One of several processes that share a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

/// Why a text names no shard.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ShardError {
    /// Another form.
    #[error("a shard is written INDEX/COUNT, such as 0/8 for the first of eight")]
    Form,
    /// A number out of range.
    #[error(
        "there is no shard {index} of {count}: they count from 0, so that the last of {count} is {}",
        count.saturating_sub(1)
    )]
    Index {
        /// The number given.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// No shard, or too many.
    #[error("the number of shards must be from 1 to {MOST}")]
    Count,
}

impl Shard {
    /// Shard `index` of `count`, counted from 0.
    ///
    /// # Errors
    /// [`ShardError`] when there is no such shard.
    pub fn new(index: usize, count: usize) -> Result<Self, ShardError> {
        if !(1..=MOST).contains(&count) {
            return Err(ShardError::Count);
        }
        if index >= count {
            return Err(ShardError::Index { index, count });
        }
        Ok(Self { index, count })
    }

    /// Its number, from 0.
    pub fn index(self) -> usize {
        self.index
    }

    /// How many there are.
    pub fn count(self) -> usize {
        self.count
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let (index, count) = text.split_once('/').ok_or(ShardError::Form)?;
        let whole = |text: &str| text.trim().parse().map_err(|_| ShardError::Form);
        Self::new(whole(index)?, whole(count)?)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

/// Runs that one process does, of all runs of a sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share(Option<Vec<bool>>);

/// Runs that are done together, and what each of their sort costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// Their numbers.
    pub runs: Range<usize>,
    /// What they cost together, in any unit that is common to all.
    pub cost: f64,
}

impl Share {
    /// All runs.
    pub const fn all() -> Self {
        Self(None)
    }

    /// The given runs of a sweep of `runs`.
    pub(crate) fn of_runs(chosen: &[usize], runs: usize) -> Self {
        let mut mine = vec![false; runs];
        for run in chosen {
            if let Some(mine) = mine.get_mut(*run) {
                *mine = true;
            }
        }
        Self(Some(mine))
    }

    /// The share of `shard` in the units of a sweep. The costliest unit goes first, each to the shard
    /// that has least so far, the first of them on equal terms: the shares are disjoint, cover the
    /// sweep, and no shard has more than another by more than one unit. Every process comes to the
    /// same shares.
    pub fn of(shard: Shard, units: &[Unit]) -> Self {
        let runs = units.iter().map(|unit| unit.runs.end).max().unwrap_or(0);
        let mut order: Vec<usize> = (0..units.len()).collect();
        order.sort_by(|a, b| f64::total_cmp(&units[*b].cost, &units[*a].cost).then(a.cmp(b)));
        let mut loads: BinaryHeap<Reverse<Load>> = (0..shard.count)
            .map(|index| Reverse(Load { cost: 0.0, index }))
            .collect();
        let mut mine = vec![false; runs];
        for unit in order.iter().map(|unit| &units[*unit]) {
            let Some(Reverse(mut least)) = loads.pop() else {
                break;
            };
            if least.index == shard.index {
                mine[unit.runs.clone()].fill(true);
            }
            least.cost += unit.cost;
            loads.push(Reverse(least));
        }
        Self(Some(mine))
    }

    /// Whether run `run` belongs to the share.
    pub fn has(&self, run: usize) -> bool {
        self.0.as_ref().is_none_or(|mine| mine[run])
    }
}

/// What a shard has to do so far.
#[derive(Debug, Clone, Copy)]
struct Load {
    cost: f64,
    index: usize,
}

impl Ord for Load {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        f64::total_cmp(&self.cost, &other.cost).then(self.index.cmp(&other.index))
    }
}

impl PartialOrd for Load {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Load {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Load {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shards_count_from_0() {
        assert_eq!("7/8".parse(), Shard::new(7, 8));
        assert_eq!(Shard::new(7, 8).unwrap().to_string(), "7/8");
        assert_eq!("7".parse::<Shard>(), Err(ShardError::Form));
        assert_eq!("-1/8".parse::<Shard>(), Err(ShardError::Form));
        assert_eq!("0/0".parse::<Shard>(), Err(ShardError::Count));
        let error = "8/8".parse::<Shard>().unwrap_err();
        assert_eq!(error, ShardError::Index { index: 8, count: 8 });
        assert!(error.to_string().contains("the last of 8 is 7"));
    }

    proptest! {
        #[test]
        fn shares_are_disjoint_cover_the_sweep_and_are_balanced(
            costs in proptest::collection::vec((1usize..5, 0.1f64..10.0), 1..60), count in 1usize..9,
        ) {
            let mut first = 0;
            let units: Vec<Unit> = costs
                .iter()
                .map(|(runs, cost)| {
                    first += runs;
                    Unit { runs: first - runs..first, cost: *cost }
                })
                .collect();
            let shares: Vec<Share> = (0..count)
                .map(|index| Share::of(Shard::new(index, count).unwrap(), &units))
                .collect();
            for run in 0..first {
                prop_assert_eq!(shares.iter().filter(|share| share.has(run)).count(), 1);
            }
            let loads: Vec<f64> = shares
                .iter()
                .map(|share| {
                    units.iter().filter(|u| share.has(u.runs.start)).map(|u| u.cost).sum()
                })
                .collect();
            let most = loads.iter().copied().fold(0.0, f64::max);
            let least = loads.iter().copied().fold(f64::INFINITY, f64::min);
            let largest = costs.iter().map(|c| c.1).fold(0.0, f64::max);
            prop_assert!(most - least <= largest + 1e-9, "{:?}", loads);
        }
    }
}
