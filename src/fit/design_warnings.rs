//! What rows and splits leave a fit without: said before it is fitted, since no figure shows it.

use std::fmt;

use super::{FitError, FitPlan, Residual, Split};
use crate::runs::RunTable;

/// Something that no law can learn from the rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum DesignWarning {
    /// No run has a share of a domain.
    NeverTrained {
        /// The domain.
        domain: String,
    },
    /// All runs have the same share of a domain.
    ConstantWeight {
        /// The domain.
        domain: String,
        /// Its weight.
        weight: f64,
    },
    /// All runs have the same loss.
    ConstantLoss {
        /// The domain.
        domain: String,
        /// The loss, nats.
        loss: f64,
    },
    /// Splits whose test runs have a share of a domain, but no training run has.
    TestedOnly {
        /// The domain.
        domain: String,
        /// Splits of which it is true.
        splits: usize,
        /// All splits.
        of: usize,
        /// The first of them.
        first: String,
    },
}

impl fmt::Display for DesignWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeverTrained { domain } => write!(
                f,
                "no run has a share of `{domain}`: what a law says of it rests on its prior"
            ),
            Self::ConstantWeight { domain, weight } => write!(
                f,
                "the weight of `{domain}` is {weight} in every run: what it does cannot be told"
            ),
            Self::ConstantLoss { domain, loss } => write!(
                f,
                "the loss of `{domain}` is {loss} in every run: it tells nothing of a law"
            ),
            Self::TestedOnly {
                domain,
                splits,
                of,
                first,
            } => write!(
                f,
                "in {splits} of {of} splits (the first is {first}) no training run has a share of \
                 `{domain}`, but test runs have: what a law says there rests on its prior"
            ),
        }
    }
}

/// What is to be doubted in fitting `table` on `splits`, in the order of the columns.
pub(crate) fn design_warnings(table: &RunTable, splits: &[Split]) -> Vec<DesignWarning> {
    let mut all = Vec::new();
    if table.len() < 2 {
        return all;
    }
    for (column, domain) in table.weight_names().iter().enumerate() {
        let weights = (0..table.len()).map(|row| table.weights(row)[column]);
        let domain = domain.clone();
        match same(weights) {
            Some(weight) if weight > 0.0 => {
                all.push(DesignWarning::ConstantWeight { domain, weight });
            }
            Some(_) => all.push(DesignWarning::NeverTrained { domain }),
            None => all.extend(tested_only(table, splits, column, domain)),
        }
    }
    for (column, domain) in table.loss_names().iter().enumerate() {
        let losses = (0..table.len()).filter_map(|row| table.loss(row, column));
        if losses.clone().count() > 1
            && let Some(loss) = same(losses)
        {
            let domain = domain.clone();
            all.push(DesignWarning::ConstantLoss { domain, loss });
        }
    }
    all
}

/// The value that all `values` have; `None` if they differ, or there is none.
fn same(mut values: impl Iterator<Item = f64>) -> Option<f64> {
    let first = values.next()?;
    values
        .all(|value| value.to_bits() == first.to_bits())
        .then_some(first)
}

fn tested_only(
    table: &RunTable,
    splits: &[Split],
    column: usize,
    domain: String,
) -> Option<DesignWarning> {
    let share = |rows: &[usize]| rows.iter().any(|row| table.weights(*row)[column] > 0.0);
    let mut found = splits
        .iter()
        .filter(|split| !share(&split.train) && share(&split.test));
    let first = found.next()?;
    Some(DesignWarning::TestedOnly {
        domain,
        splits: 1 + found.count(),
        of: splits.len(),
        first: first.name.clone(),
    })
}

/// Refuses splits that leave a loss column without a training row.
pub(super) fn check_splits(table: &RunTable, splits: &[Split]) -> Result<(), FitError> {
    for split in splits {
        for (column, domain) in table.loss_names().iter().enumerate() {
            let measured = |row: &usize| table.loss(*row, column).is_some();
            if !split.train.iter().any(measured) {
                return Err(FitError::Untrained {
                    split: split.name.clone(),
                    domain: domain.clone(),
                });
            }
        }
    }
    Ok(())
}

/// Sizes of losses, in nats, whose squares and ratios are numbers.
const SIZES: std::ops::RangeInclusive<f64> = 1e-100..=1e100;

/// Refuses losses of 0 and below where residuals are relative or of logarithms, and of a size that no
/// loss has.
pub(super) fn check_losses(table: &RunTable, plan: &FitPlan) -> Result<(), FitError> {
    for row in 0..table.len() {
        for (column, name) in table.loss_names().iter().enumerate() {
            let Some(loss) = table.loss(row, column) else {
                continue;
            };
            let place = || (table.label(row).to_string(), name.clone());
            if loss <= 0.0 && plan.residual != Residual::Absolute {
                let (run, column) = place();
                return Err(FitError::Loss { run, column, loss });
            }
            if loss != 0.0 && !SIZES.contains(&loss.abs()) {
                let (run, column) = place();
                return Err(FitError::LossSize { run, column, loss });
            }
        }
    }
    Ok(())
}
