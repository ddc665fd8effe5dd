//! Paired comparison of two laws over the same splits.
//!
//! Random splits share rows, so their errors are not independent and the plain t-test calls far
//! too many differences real. The corrected resampled t-test (Nadeau and Bengio 2003, "Inference
//! for the generalization error", Eq. 5) puts 1/n + n_test/n_train in place of 1/n.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::errors::{Cell, spread};
use super::{LawResult, Split};

/// How much larger one law's held-out error is than another's.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Comparison {
    /// The law compared.
    pub law: String,
    /// The law it is compared with.
    pub with: String,
    /// Mean over splits of the difference of their MRE of the loss over all cells that both
    /// predict, in percentage points; above 0 where `law` is worse.
    pub difference: f64,
    /// 95 % interval of the difference.
    pub interval: Option<(f64, f64)>,
    /// Two-sided p-value of no difference.
    pub p_value: Option<f64>,
    /// Splits in which `law` has the smaller error.
    pub wins: usize,
    /// Splits compared.
    pub splits: usize,
}

/// Share of the distribution inside the interval.
const CONFIDENCE: f64 = 0.95;

/// Compares `law` with `other` on the held-out cells that both predict; `None` without splits.
pub fn compare(law: &LawResult, other: &LawResult, splits: &[Split]) -> Option<Comparison> {
    let differences: Vec<f64> = law
        .held_out
        .iter()
        .zip(&other.held_out)
        .filter_map(|(ours, theirs)| difference(ours, theirs))
        .collect();
    if differences.is_empty() || splits.is_empty() {
        return None;
    }
    let ratio = splits
        .iter()
        .map(|split| split.test.len() as f64 / split.train.len().max(1) as f64)
        .sum::<f64>()
        / splits.len() as f64;
    let test = corrected_test(&differences, ratio);
    Some(Comparison {
        law: law.fit.law.clone(),
        with: other.fit.law.clone(),
        difference: spread(differences.iter().copied()).mean,
        interval: test.map(|(interval, _)| interval),
        p_value: test.map(|(_, p_value)| p_value),
        wins: differences.iter().filter(|d| **d < 0.0).count(),
        splits: differences.len(),
    })
}

/// Difference of the MRE in one split, percentage points, over the cells of both.
fn difference(ours: &[Cell], theirs: &[Cell]) -> Option<f64> {
    let relative = |cell: &Cell| ((cell.predicted - cell.measured) / cell.measured).abs();
    let mut theirs = theirs.iter().peekable();
    let (mut sum, mut count) = (0.0, 0.0);
    // Both lists run through rows and columns in the same order.
    for cell in ours {
        let key = |cell: &Cell| (cell.row, cell.column);
        while theirs.next_if(|other| key(other) < key(cell)).is_some() {}
        if let Some(other) = theirs.next_if(|other| key(other) == key(cell)) {
            sum += relative(cell) - relative(other);
            count += 1.0;
        }
    }
    (count > 0.0).then_some(100.0 * sum / count)
}

/// Interval and p-value of the mean of `differences`; `ratio` is n_test/n_train. `None` for fewer
/// than two splits or differences that are all the same.
fn corrected_test(differences: &[f64], ratio: f64) -> Option<((f64, f64), f64)> {
    let count = differences.len() as f64;
    let over = spread(differences.iter().copied());
    if differences.len() < 2 || over.sd == 0.0 {
        return None;
    }
    let error = over.sd * (1.0 / count + ratio).sqrt();
    let student = StudentsT::new(0.0, 1.0, count - 1.0).ok()?;
    let reach = student.inverse_cdf(0.5 + 0.5 * CONFIDENCE) * error;
    let p_value = 2.0 * student.sf((over.mean / error).abs());
    Some(((over.mean - reach, over.mean + reach), p_value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    fn cell(row: usize, column: usize, predicted: f64) -> Cell {
        Cell {
            row,
            column,
            measured: 2.0,
            predicted,
            positive: true,
            floor: None,
        }
    }

    #[test]
    fn only_cells_of_both_are_compared() {
        let ours = [cell(0, 0, 2.2), cell(0, 1, 9.0), cell(3, 0, 2.0)];
        let theirs = [cell(0, 0, 2.0), cell(3, 0, 2.1), cell(3, 1, 9.0)];
        assert_relative_eq!(
            difference(&ours, &theirs).unwrap(),
            2.5,
            max_relative = 1e-12
        );
        assert_eq!(difference(&ours[1..2], &theirs), None);
    }

    /// By hand: mean .2, sd .1, n = 3, ratio 3/7, so the error is .1·√(1/3 + 3/7) = .08729 and
    /// t = 2.2913 on 2 degrees of freedom; P(|t| > 2.2913) = 1 − t/√(t² + 2) = .14914.
    #[test]
    fn the_correction_widens_the_interval() {
        let ((low, high), p_value) = corrected_test(&[0.1, 0.2, 0.3], 3.0 / 7.0).unwrap();
        let t = 0.2 / (0.1 * (1.0f64 / 3.0 + 3.0 / 7.0).sqrt());
        assert_relative_eq!(p_value, 1.0 - t / (t * t + 2.0).sqrt(), max_relative = 1e-9);
        // The 97.5 % point of Student's t on 2 degrees of freedom is 4.302 652 730.
        let reach = 4.302_652_730 * 0.2 / t;
        assert_relative_eq!(low, 0.2 - reach, max_relative = 1e-8);
        assert_relative_eq!(high, 0.2 + reach, max_relative = 1e-8);
        assert_eq!(corrected_test(&[0.1], 0.5), None);
    }
}
