//! What a filter asks of the cells of a column: a number, a text, or a range of numbers.

use std::cmp::Ordering;
use std::collections::HashSet;

use crate::text::words::{listed, rounded, shown};

/// Values listed when a filter keeps nothing.
const LISTED: usize = 10;

/// What a column must hold for a row to be kept.
#[derive(Debug, Clone, PartialEq)]
pub enum FilterValue {
    /// Equal as numbers.
    Number(f64),
    /// Equal as texts.
    Text(String),
    /// A number within the limits, the limits included. A cell that is no number is not within.
    Range {
        /// Smallest value; −∞ for no limit.
        at_least: f64,
        /// Largest value; ∞ for no limit, which `unlimited` is within.
        at_most: f64,
    },
}

impl FilterValue {
    /// Whether a cell holds what is asked.
    pub(super) fn holds(&self, cell: &str) -> bool {
        match self {
            Self::Text(text) => cell == text.trim(),
            Self::Number(wanted) => {
                number(cell).is_some_and(|cell| cell.partial_cmp(wanted) == Some(Ordering::Equal))
            }
            Self::Range { at_least, at_most } => {
                number(cell).is_some_and(|cell| (*at_least..=*at_most).contains(&cell))
            }
        }
    }

    /// What is asked, in words that follow the name of the column.
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Number(number) => format!("= {}", rounded(*number)),
            Self::Text(text) => format!("= `{}`", shown(text)),
            Self::Range { at_least, at_most } => {
                let limits = [("at least", at_least), ("at most", at_most)];
                let given = limits.iter().filter(|(_, limit)| limit.is_finite());
                let words: Vec<String> = given
                    .map(|(word, limit)| format!("{word} {}", rounded(**limit)))
                    .collect();
                words.join(" and ")
            }
        }
    }

    /// What `cells` hold instead, in words.
    pub(super) fn instead<'a>(&self, cells: impl Iterator<Item = &'a str> + Clone) -> String {
        let numbers = || cells.clone().filter_map(number).filter(|n| !n.is_nan());
        if matches!(self, Self::Range { .. }) && numbers().next().is_some() {
            let least = numbers().fold(f64::INFINITY, f64::min);
            let most = numbers().fold(f64::NEG_INFINITY, f64::max);
            return format!(
                "numbers there: from {} to {}",
                rounded(least),
                rounded(most)
            );
        }
        let mut seen = HashSet::new();
        let different = cells.filter(|value| seen.insert(*value));
        format!("values there: {}", listed(different, LISTED))
    }
}

/// A cell as a number.
fn number(cell: &str) -> Option<f64> {
    if cell.eq_ignore_ascii_case("unlimited") {
        return Some(f64::INFINITY);
    }
    cell.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn filters_compare_numbers_as_numbers_and_texts_as_texts() {
        let number = FilterValue::Number;
        let text = |text: &str| FilterValue::Text(text.into());
        assert!(number(122e6).holds("122000000.0"));
        assert!(number(f64::INFINITY).holds("Unlimited"));
        assert!(!number(1.0).holds("large"));
        assert!(!number(f64::NAN).holds("nan"));
        assert!(text("large").holds("large"));
        assert!(!text("1").holds("1.0"));
    }

    #[rstest]
    #[case::both_ends(1.0, 2.0, &["1.0", "1.5", "2"])]
    #[case::from(2.0, f64::INFINITY, &["2", "1e300", "unlimited"])]
    #[case::up_to(f64::NEG_INFINITY, 1.5, &["-3", "1.0", "1.5"])]
    fn ranges_hold_their_ends_and_no_text(
        #[case] at_least: f64,
        #[case] at_most: f64,
        #[case] expected: &[&str],
    ) {
        let range = FilterValue::Range { at_least, at_most };
        let cells = [
            "-3",
            "1.0",
            "1.5",
            "2",
            "1e300",
            "unlimited",
            "large",
            "nan",
            "",
        ];
        let held: Vec<&str> = cells.into_iter().filter(|cell| range.holds(cell)).collect();
        assert_eq!(held, expected);
    }

    #[test]
    fn what_is_there_instead_is_told() {
        let range = |at_least, at_most| FilterValue::Range { at_least, at_most };
        let numbers = ["1", "large", "5e9", "nan"];
        assert_eq!(range(2.0, 3.0).in_words(), "at least 2.0 and at most 3.0");
        assert_eq!(range(f64::NEG_INFINITY, 3.0).in_words(), "at most 3.0");
        assert_eq!(
            range(2.0, 3.0).instead(numbers.into_iter()),
            "numbers there: from 1.0 to 5000000000.0"
        );
        assert_eq!(
            range(2.0, 3.0).instead(["a", "b", "a"].into_iter()),
            "values there: `a`, `b`"
        );
        assert_eq!(
            FilterValue::Number(2.0).instead(["1", "3", "1"].into_iter()),
            "values there: `1`, `3`"
        );
    }
}
