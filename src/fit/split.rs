//! One split of a table into training rows and rows held out.

use miette::Diagnostic;
use rand::seq::SliceRandom;
use thiserror::Error;

use super::split_file_error::SplitFileError;
use crate::numeric::random::{self, Purpose};

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
    /// More folds than there is to deal.
    #[error("{folds} folds need at least {folds} {what}, but there are {units}")]
    Folds {
        /// Folds asked for.
        folds: usize,
        /// What is dealt.
        what: &'static str,
        /// Number of units.
        units: usize,
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

/// `count` random draws of a share of `number` units.
pub(super) fn draws(
    number: usize,
    what: &'static str,
    fraction: f64,
    count: usize,
    seed: u64,
) -> Result<Vec<Vec<usize>>, SplitError> {
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
            order.truncate(held_out);
            order
        })
        .collect())
}
