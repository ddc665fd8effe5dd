//! Splits by scale: small runs train, larger ones test.

use super::plan::ScaleRule;
use super::split::{Split, SplitError, draws};
use crate::runs::RunTable;

/// The splits of `table` by scale: one, or as many as mixtures are drawn for.
///
/// With mixtures held out, those are drawn among the mixtures that have a run to test. Their larger
/// runs test, and none of their runs trains; all other mixtures train.
pub(super) fn scale_splits(
    table: &RunTable,
    rule: &ScaleRule,
    seed: u64,
) -> Result<Vec<Split>, SplitError> {
    let limits = [rule.capacity_below, rule.test_capacity];
    if limits.into_iter().any(is_limit) && table.capacity(0).is_none() {
        return Err(SplitError::NoScale("capacity"));
    }
    let limits = [rule.tokens_below, rule.test_tokens];
    if limits.into_iter().any(is_limit) && table.tokens(0).is_none() {
        return Err(SplitError::NoScale("tokens"));
    }
    let (train, larger): (Vec<usize>, Vec<usize>) = (0..table.len()).partition(|row| {
        below(table.capacity(*row), rule.capacity_below)
            && below(table.tokens(*row), rule.tokens_below)
    });
    let test: Vec<usize> = larger
        .into_iter()
        .filter(|row| {
            reaches(table.capacity(*row), rule.test_capacity)
                && reaches(table.tokens(*row), rule.test_tokens)
        })
        .collect();
    let one = Split {
        name: "scale".into(),
        train,
        test,
    };
    filled(&one)?;
    let Some(held_out) = rule.mixtures else {
        return Ok(vec![one]);
    };
    let mixtures = table.mixture_numbers();
    let mut tested: Vec<usize> = one.test.iter().map(|row| mixtures[*row]).collect();
    tested.sort_unstable();
    tested.dedup();
    let (fraction, count) = (held_out.test_fraction, held_out.count);
    draws(tested.len(), "mixtures to test", fraction, count, seed)?
        .into_iter()
        .enumerate()
        .map(|(number, drawn)| {
            let drawn: Vec<usize> = drawn.iter().map(|unit| tested[*unit]).collect();
            let is_drawn = |row: &usize| drawn.contains(&mixtures[*row]);
            let split = Split {
                name: number.to_string(),
                train: one
                    .train
                    .iter()
                    .copied()
                    .filter(|row| !is_drawn(row))
                    .collect(),
                test: one.test.iter().copied().filter(is_drawn).collect(),
            };
            filled(&split)?;
            Ok(split)
        })
        .collect()
}

/// Refuses a split with an empty side.
fn filled(split: &Split) -> Result<(), SplitError> {
    for (side, rows) in [("train", &split.train), ("test", &split.test)] {
        if rows.is_empty() {
            return Err(SplitError::Scale { side });
        }
    }
    Ok(())
}

fn is_limit(limit: f64) -> bool {
    limit.is_finite() && limit > 0.0
}

/// A limit that was not given holds for every run, unlimited ones included.
fn below(value: Option<f64>, limit: f64) -> bool {
    !is_limit(limit) || value.is_some_and(|value| value < limit)
}

fn reaches(value: Option<f64>, limit: f64) -> bool {
    !is_limit(limit) || value.is_some_and(|value| value >= limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::HeldOutMixtures;
    use crate::runs::Columns;
    use ndarray::Array2;
    use proptest::prelude::*;

    const ALL: ScaleRule = ScaleRule {
        capacity_below: f64::INFINITY,
        tokens_below: f64::INFINITY,
        test_capacity: 0.0,
        test_tokens: 0.0,
        mixtures: None,
    };

    /// Every one of `mixtures` mixtures at each (capacity, tokens).
    fn table(mixtures: usize, scales: &[(f64, f64)]) -> RunTable {
        let rows = mixtures * scales.len();
        let scale = |row: usize| scales[row / mixtures];
        RunTable::new(
            vec!["web".into(), "code".into()],
            vec!["web".into()],
            Array2::from_shape_fn((rows, 2), |(row, column)| {
                let web = (1 + row % mixtures) as f64 / (1 + mixtures) as f64;
                if column == 0 { web } else { 1.0 - web }
            }),
            Array2::from_elem((rows, 1), 1.0),
            Columns {
                capacity: Some((0..rows).map(|row| scale(row).0).collect()),
                tokens: Some((0..rows).map(|row| scale(row).1).collect()),
                ..Columns::default()
            },
        )
        .unwrap()
    }

    #[test]
    fn runs_between_the_limits_are_in_no_split() {
        let table = table(2, &[(1.0, 1.0), (1.0, 9.0), (9.0, 1.0), (9.0, 9.0)]);
        let rule = ScaleRule {
            capacity_below: 5.0,
            test_tokens: 5.0,
            ..ALL
        };
        let splits = scale_splits(&table, &rule, 0).unwrap();
        assert_eq!(splits.len(), 1);
        assert_eq!(splits[0].train, [0, 1, 2, 3]);
        assert_eq!(splits[0].test, [6, 7]);
    }

    #[test]
    fn an_empty_side_is_refused() {
        let table = table(3, &[(1.0, 1.0), (9.0, f64::INFINITY)]);
        let refused = |rule| scale_splits(&table, &rule, 0).unwrap_err().to_string();
        let capacity = |capacity_below| ScaleRule {
            capacity_below,
            ..ALL
        };
        assert!(refused(capacity(1.0)).contains("no runs to train"));
        assert!(refused(capacity(10.0)).contains("no runs to test"));
        assert!(
            refused(ScaleRule {
                test_capacity: 10.0,
                ..capacity(5.0)
            })
            .contains("to test")
        );
        let mixtures = |test_fraction| ScaleRule {
            mixtures: Some(HeldOutMixtures {
                test_fraction,
                count: 1,
            }),
            ..capacity(5.0)
        };
        assert!(refused(mixtures(0.1)).contains("3 mixtures to test"));
        // Unlimited tokens are at least any number.
        let rule = ScaleRule {
            test_tokens: 1e300,
            ..capacity(5.0)
        };
        assert_eq!(scale_splits(&table, &rule, 0).unwrap()[0].test, [3, 4, 5]);
    }

    proptest! {
        #[test]
        fn test_runs_are_new_in_scale_and_in_mixture(
            mixtures in 2_usize..12, test_fraction in 0.0..1.0, count in 1_usize..4, seed: u64
        ) {
            let table = table(mixtures, &[(1.0, 1.0), (2.0, 1.0), (9.0, 1.0)]);
            let rule = ScaleRule {
                capacity_below: 5.0,
                mixtures: Some(HeldOutMixtures { test_fraction, count }),
                ..ALL
            };
            let held_out = (test_fraction * mixtures as f64).round() as usize;
            let Ok(splits) = scale_splits(&table, &rule, seed) else {
                prop_assert!(held_out == 0 || held_out >= mixtures);
                return Ok(());
            };
            prop_assert_eq!(splits.len(), count);
            for split in splits {
                prop_assert_eq!(split.test.len(), held_out);
                prop_assert_eq!(split.train.len(), 2 * (mixtures - held_out));
                for row in &split.test {
                    prop_assert!(*row >= 2 * mixtures);
                    prop_assert!(split.train.iter().all(|other| other % mixtures != row % mixtures));
                }
                prop_assert!(split.train.iter().all(|row| *row < 2 * mixtures));
            }
        }
    }
}
