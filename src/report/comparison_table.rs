//! Each law held against the best one over the same splits.

use crate::fit::Comparison;

use super::numbers::{ABSENT, significant};
use super::summary_table::law_title;
use super::table::{Align, Row, Table};

/// One row for each comparison with one law: how much larger the law's error is, how sure that is,
/// and in how many splits it is the smaller one.
pub(crate) fn comparison_table(comparisons: &[Comparison]) -> Table {
    let mut table = Table::new([
        ("law", Align::Left),
        ("difference, points", Align::Right),
        ("95 % interval", Align::Right),
        ("p", Align::Right),
        ("splits won", Align::Right),
    ]);
    table.rows = comparisons.iter().map(row).collect();
    let with = comparisons.first().map_or("", |c| law_title(&c.with));
    table.notes = vec![format!(
        "Difference: held-out MRE of the loss less that of {with}, on the cells that both predict. \
         Interval and p-value allow for rows that splits share (Nadeau and Bengio 2003)."
    )];
    table
}

fn row(comparison: &Comparison) -> Row {
    Row {
        cells: vec![
            law_title(&comparison.law).into(),
            significant(comparison.difference),
            comparison.interval.map_or(ABSENT.into(), |(low, high)| {
                format!("{} to {}", significant(low), significant(high))
            }),
            comparison.p_value.map_or(ABSENT.into(), p_value),
            format!("{} of {}", comparison.wins, comparison.splits),
        ],
        strong: false,
    }
}

/// p-values below this say no more than that.
const SMALLEST_P: f64 = 0.001;

fn p_value(p: f64) -> String {
    if p < SMALLEST_P {
        "< 0.001".into()
    } else {
        format!("{p:.3}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comparison_in_words() {
        let comparison = Comparison {
            law: "capacity".into(),
            with: "effective-data".into(),
            difference: 0.6123,
            interval: Some((0.2, 1.0)),
            p_value: Some(0.0001),
            wins: 2,
            splits: 20,
        };
        insta::assert_snapshot!(comparison_table(&[comparison]).text(false));
    }
}
