//! Splits of a table's runs into training and test rows.

use rand::seq::SliceRandom;

use super::plan::{SplitRule, Unit};
use super::scale_splits::scale_splits;
use super::split::{Split, SplitError, draws};
use super::split_file::read_splits;
use crate::numeric::random::{self, Purpose};
use crate::runs::RunTable;

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
        SplitRule::Folds { by, folds, repeats } => {
            let (units, what) = match by {
                Unit::Mixture => (table.mixture_numbers(), "mixtures"),
                Unit::Run => ((0..table.len()).collect(), "runs"),
            };
            fold_splits(&units, what, *folds, *repeats, seed)
        }
        SplitRule::Scale(rule) => scale_splits(table, rule, seed),
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
    let drawn = draws(count_of(units), what, fraction, count, seed)?;
    let splits = drawn.iter().enumerate();
    Ok(splits
        .map(|(split, held_out)| held_out_units(split.to_string(), units, held_out))
        .collect())
}

/// Number of units; `units` gives the unit of each row, counted from 0.
fn count_of(units: &[usize]) -> usize {
    units.iter().max().map_or(0, |largest| largest + 1)
}

/// The split that holds out all rows of some units.
fn held_out_units(name: String, units: &[usize], held_out: &[usize]) -> Split {
    let mut in_test = vec![false; count_of(units)];
    for unit in held_out {
        in_test[*unit] = true;
    }
    let (test, train) = (0..units.len()).partition(|row| in_test[units[*row]]);
    Split { name, train, test }
}

/// Replicate of the streams that deal folds; random splits and inner cross-validation have others.
const FOLDS: u64 = 2;

/// `repeats` times `folds` splits, named REPEAT.FOLD, that hold out each unit once per repeat.
fn fold_splits(
    units: &[usize],
    what: &'static str,
    folds: usize,
    repeats: usize,
    seed: u64,
) -> Result<Vec<Split>, SplitError> {
    let number = count_of(units);
    if folds > number {
        return Err(SplitError::Folds {
            folds,
            what,
            units: number,
        });
    }
    Ok((0..repeats)
        .flat_map(|repeat| {
            let mut order: Vec<usize> = (0..number).collect();
            let mut rng = random::stream(seed, Purpose::Splits, repeat as u64, FOLDS);
            order.shuffle(&mut rng);
            (0..folds).map(move |fold| {
                let dealt: Vec<usize> = order.iter().copied().skip(fold).step_by(folds).collect();
                held_out_units(format!("{repeat}.{fold}"), units, &dealt)
            })
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn folds_hold_out_each_row_once_per_repeat_and_keep_units_together(
            rows in 1_usize..60, of in 1_usize..20, folds in 2_usize..8, repeats in 1_usize..4, seed: u64
        ) {
            // Units numbered without gaps, as mixtures are.
            let units: Vec<usize> = (0..rows).map(|row| row % of.min(rows)).collect();
            let number = count_of(&units);
            let Ok(splits) = fold_splits(&units, "mixtures", folds, repeats, seed) else {
                prop_assert!(folds > number);
                return Ok(());
            };
            prop_assert_eq!(splits.len(), folds * repeats);
            for repeat in splits.chunks(folds) {
                let mut out = vec![0; rows];
                for split in repeat {
                    prop_assert!(!split.train.is_empty() && !split.test.is_empty());
                    prop_assert_eq!(split.train.len() + split.test.len(), rows);
                    for row in &split.test {
                        out[*row] += 1;
                        prop_assert!(split.train.iter().all(|other| units[*other] != units[*row]));
                    }
                }
                prop_assert!(out.iter().all(|times| *times == 1));
            }
        }
    }
}
