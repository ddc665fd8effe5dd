//! Splits of a table's runs into training and test rows.

use miette::Diagnostic;
use rand::seq::SliceRandom;
use thiserror::Error;

use super::{SplitFileError, SplitRule, read_splits};
use crate::random::{self, Purpose};
use crate::runs::RunTable;

/// One split.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// What it is called.
    pub name: String,
    /// Rows to fit.
    pub train: Vec<usize>,
    /// Rows held out.
    pub test: Vec<usize>,
}

/// Why a table cannot be split as asked.
#[derive(Debug, Error, Diagnostic)]
pub enum SplitError {
    /// The file gives no splits of this table.
    #[error(transparent)]
    #[diagnostic(transparent)]
    File(#[from] SplitFileError),
    /// Nothing would be left on one side.
    #[error(
        "a test fraction of {fraction} of {units} {what} leaves no {what} to {side}: at least two are needed"
    )]
    TooFew {
        /// The fraction asked for.
        fraction: f64,
        /// Number of units.
        units: usize,
        /// What is held out together.
        what: &'static str,
        /// The empty side.
        side: &'static str,
    },
    /// A split by scale with an empty side.
    #[error("the split by scale leaves no runs to {side}")]
    Scale {
        /// The empty side.
        side: &'static str,
    },
    /// A split by scale of a table that does not give the scale.
    #[error("the split by scale needs a {0} column, which the runs do not have")]
    NoScale(&'static str),
}

/// The splits of `table` by a rule; random ones are drawn from `seed`. No rule, no splits.
///
/// # Errors
/// [`SplitError`] when a side would be empty, or a file gives no splits of the table.
pub fn splits(table: &RunTable, rule: &SplitRule, seed: u64) -> Result<Vec<Split>, SplitError> {
    match rule {
        SplitRule::Mixture {
            test_fraction,
            count,
        } => random_splits(
            &table.mixture_numbers(),
            "mixtures",
            *test_fraction,
            *count,
            seed,
        ),
        SplitRule::Run {
            test_fraction,
            count,
        } => {
            let each: Vec<usize> = (0..table.len()).collect();
            random_splits(&each, "runs", *test_fraction, *count, seed)
        }
        SplitRule::Scale {
            capacity_below,
            tokens_below,
        } => Ok(vec![by_scale(table, *capacity_below, *tokens_below)?]),
        SplitRule::File { path, splits } => Ok(read_splits(path, table, splits)?
            .into_iter()
            .map(|split| {
                let mut in_test = vec![false; table.len()];
                for row in &split.test {
                    in_test[*row] = true;
                }
                Split {
                    name: split.name,
                    train: (0..table.len()).filter(|row| !in_test[*row]).collect(),
                    test: split.test,
                }
            })
            .collect()),
        SplitRule::None => Ok(Vec::new()),
    }
}

/// `count` random splits that hold out whole units; `units` gives the unit of each row.
fn random_splits(
    units: &[usize],
    what: &'static str,
    fraction: f64,
    count: usize,
    seed: u64,
) -> Result<Vec<Split>, SplitError> {
    let number = units.iter().max().map_or(0, |largest| largest + 1);
    let held_out = (fraction * number as f64).round() as usize;
    let refused = |side| SplitError::TooFew {
        fraction,
        units: number,
        what,
        side,
    };
    if held_out == 0 {
        return Err(refused("test"));
    }
    if held_out >= number {
        return Err(refused("train"));
    }
    Ok((0..count)
        .map(|split| {
            let mut order: Vec<usize> = (0..number).collect();
            let mut rng = random::stream(seed, Purpose::Splits, split as u64, 0);
            order.shuffle(&mut rng);
            let mut in_test = vec![false; number];
            for unit in &order[..held_out] {
                in_test[*unit] = true;
            }
            let (test, train) = (0..units.len()).partition(|row| in_test[units[*row]]);
            Split {
                name: split.to_string(),
                train,
                test,
            }
        })
        .collect())
}

fn by_scale(table: &RunTable, capacity: f64, tokens: f64) -> Result<Split, SplitError> {
    if capacity.is_finite() && table.capacity(0).is_none() {
        return Err(SplitError::NoScale("capacity"));
    }
    if tokens.is_finite() && table.tokens(0).is_none() {
        return Err(SplitError::NoScale("tokens"));
    }
    // A limit that was not given holds for every run, unlimited ones included.
    let below = |value: Option<f64>, limit: f64| {
        limit.is_infinite() || value.is_some_and(|value| value < limit)
    };
    let (train, test): (Vec<usize>, Vec<usize>) = (0..table.len()).partition(|row| {
        below(table.capacity(*row), capacity) && below(table.tokens(*row), tokens)
    });
    if train.is_empty() {
        return Err(SplitError::Scale { side: "train" });
    }
    if test.is_empty() {
        return Err(SplitError::Scale { side: "test" });
    }
    Ok(Split {
        name: "scale".into(),
        train,
        test,
    })
}
