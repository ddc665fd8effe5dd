//! Rank correlation of predicted and measured losses: whether a law orders the runs rightly.

use std::collections::BTreeMap;

use super::cell::Cell;

/// Spearman's rank correlation of predicted and measured losses, from −1 to 1: mean over the loss
/// columns. Columns where either does not vary have none; `None` if no column has one.
///
/// It does not see an error of level, and hardly separates laws that differ in the shape of their
/// predictions: to be read beside an error, not in its place.
pub(super) fn rank_correlation(cells: &[Cell]) -> Option<f64> {
    let mut columns: BTreeMap<usize, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
    for cell in cells {
        let (measured, predicted) = columns.entry(cell.column).or_default();
        measured.push(cell.measured);
        predicted.push(cell.predicted);
    }
    let found: Vec<f64> = columns
        .values()
        .filter_map(|(measured, predicted)| spearman(measured, predicted))
        .collect();
    (!found.is_empty()).then(|| found.iter().sum::<f64>() / found.len() as f64)
}

/// Spearman's rank correlation of two lists, from −1 to 1, equal values sharing the mean of their ranks;
/// `None` if either does not vary.
///
/// # Panics
/// When one list is longer than the other.
pub fn spearman(a: &[f64], b: &[f64]) -> Option<f64> {
    assert_eq!(a.len(), b.len(), "pairs");
    correlation(&ranks(a), &ranks(b))
}

/// Ranks from 1; equal values share the mean of their ranks.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    while first < order.len() {
        let value = values[order[first]];
        let same = order[first..]
            .iter()
            .take_while(|at| values[**at].total_cmp(&value).is_eq());
        let end = first + same.count();
        let shared = (first + 1 + end) as f64 / 2.0;
        for at in &order[first..end] {
            ranks[*at] = shared;
        }
        first = end;
    }
    ranks
}

/// Pearson's correlation; `None` if either does not vary.
fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut products, mut squares_a, mut squares_b) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean_a, b - mean_b);
        products += a * b;
        squares_a += a * a;
        squares_b += b * b;
    }
    (squares_a > 0.0 && squares_b > 0.0).then(|| products / (squares_a * squares_b).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use proptest::prelude::*;

    fn cells(column: usize, pairs: &[(f64, f64)]) -> Vec<Cell> {
        let cell = |(measured, predicted): &(f64, f64)| Cell {
            row: 0,
            column,
            measured: *measured,
            predicted: *predicted,
            positive: true,
            floor: None,
        };
        pairs.iter().map(cell).collect()
    }

    #[test]
    fn ranks_by_hand() {
        // Ranks 1 2 3 4 against 2 1 4 3: 1 − 6·4/(4·15) = 0.6.
        let crossed = cells(0, &[(1.0, 20.0), (2.0, 10.0), (3.0, 40.0), (9.0, 30.0)]);
        assert_relative_eq!(
            rank_correlation(&crossed).unwrap(),
            0.6,
            max_relative = 1e-12
        );
        assert_eq!(ranks(&[5.0, 1.0, 5.0, 7.0]), [2.5, 1.0, 2.5, 4.0]);
        let turned = cells(1, &[(1.0, 3.0), (2.0, 2.0)]);
        let both: Vec<Cell> = [crossed, turned].concat();
        assert_relative_eq!(rank_correlation(&both).unwrap(), -0.2, max_relative = 1e-12);
    }

    #[test]
    fn what_does_not_vary_has_no_order() {
        assert_eq!(rank_correlation(&[]), None);
        assert_eq!(rank_correlation(&cells(0, &[(1.0, 2.0)])), None);
        assert_eq!(rank_correlation(&cells(0, &[(1.0, 2.0), (3.0, 2.0)])), None);
    }

    proptest! {
        #[test]
        fn a_rising_curve_changes_nothing(losses in proptest::collection::vec((0.1..9.0, 0.1..9.0), 2..30)) {
            let bent: Vec<(f64, f64)> = losses.iter().map(|(m, p): &(f64, f64)| (*m, p.exp())).collect();
            let before = rank_correlation(&cells(0, &losses));
            prop_assert_eq!(before, rank_correlation(&cells(0, &bent)));
            prop_assert!(before.is_none_or(|found| (-1.0 - 1e-12..=1.0 + 1e-12).contains(&found)));
        }
    }
}
