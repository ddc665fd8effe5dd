//! What differs between two `runs.csv`.

use super::changes::{Change, ChangeKind, close};
use super::numbers::rounded;

/// Relative difference up to which the numbers of two simulations count as equal: other processors
/// round elementary functions otherwise.
pub(super) const RUN_TOLERANCE: f64 = 1e-9;

/// Significant digits of a number that differs.
const DIGITS: i32 = 12;

/// The largest difference of two tables of runs of one experiment, both as CSV text; `None` if they
/// agree within the tolerance.
pub(crate) fn run_changes(experiment: &str, before: &str, after: &str) -> Option<Change> {
    let (before, after) = (rows(before), rows(after));
    let change = |before, after| Change {
        experiment: experiment.into(),
        figure: "runs.csv".into(),
        before,
        after,
        kind: ChangeKind::Moved,
    };
    let size = |rows: &[Vec<String>]| {
        let columns = rows.first().map_or(0, Vec::len);
        format!("{} runs, {columns} columns", rows.len().saturating_sub(1))
    };
    let shape = |rows: &[Vec<String>]| rows.iter().map(Vec::len).collect::<Vec<_>>();
    if shape(&before) != shape(&after) || before.first() != after.first() {
        return Some(change(size(&before), size(&after)));
    }
    let mut worst: Option<(f64, String, String)> = None;
    for (row, (old, new)) in before.iter().zip(&after).enumerate().skip(1) {
        for (column, (old, new)) in old.iter().zip(new).enumerate() {
            let apart = apart(old, new);
            if apart > 0.0 && worst.as_ref().is_none_or(|(most, ..)| apart > *most) {
                let place = format!("run {row}, {}: {}", before[0][column], shown(old));
                worst = Some((apart, place, shown(new)));
            }
        }
    }
    worst.map(|(_, before, after)| change(before, after))
}

/// Records of a CSV text, header included; ends at the first that cannot be read.
fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    reader
        .records()
        .map_while(Result::ok)
        .map(|record| record.iter().map(Into::into).collect())
        .collect()
}

/// Relative difference of two cells beyond the tolerance, else 0; infinite where one is no number.
fn apart(old: &str, new: &str) -> f64 {
    if old == new {
        return 0.0;
    }
    match (old.parse::<f64>(), new.parse::<f64>()) {
        (Ok(old), Ok(new)) if close(old, new, RUN_TOLERANCE, 0.0) => 0.0,
        (Ok(old), Ok(new)) if old.is_finite() && new.is_finite() => {
            (old - new).abs() / old.abs().max(new.abs())
        }
        _ => f64::INFINITY,
    }
}

fn shown(cell: &str) -> String {
    cell.parse::<f64>()
        .map_or_else(|_| cell.into(), |number| rounded(number, DIGITS))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUNS: &str = "cell,tokens,loss_web\n0,inf,2.5\n1,1000,2.25\n";

    #[test]
    fn last_digits_are_no_change() {
        assert_eq!(run_changes("x", RUNS, RUNS), None);
        let near = RUNS
            .replace("2.25", "2.2500000001")
            .replace("2.5\n", "2.5000000001\n");
        assert_eq!(run_changes("x", RUNS, &near), None);
    }

    #[test]
    fn the_largest_change_is_named() {
        let other = RUNS.replace("2.25", "2.26").replace("2.5\n", "2.50001\n");
        let change = run_changes("x", RUNS, &other).unwrap();
        assert_eq!(change.before, "run 2, loss_web: 2.25");
        assert_eq!(change.after, "2.26");
        let limited = RUNS.replace("inf", "1000");
        assert!(run_changes("x", RUNS, &limited).is_some());
        let shorter = run_changes("x", RUNS, "cell,tokens,loss_web\n").unwrap();
        assert_eq!(shorter.after, "0 runs, 3 columns");
    }
}
