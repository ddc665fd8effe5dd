//! The table of a claim's checks.

use crate::claim::{Check, CheckResult, ClaimResult};

use super::numbers::{ABSENT, significant};
use super::table::{Align, Row, Table, push_wrapped};

/// One row for each check: the figure, what was measured, the limit, the verdict. A check that
/// fails stands out.
pub(super) fn verdict_table(claim: &ClaimResult) -> Table {
    let mut table = Table::new([
        ("figure", Align::Left),
        ("measured", Align::Left),
        ("limit", Align::Left),
        ("verdict", Align::Left),
    ]);
    table.rows = claim
        .checks
        .iter()
        .map(|result| Row {
            cells: vec![
                result.check.figure.clone(),
                measured(result),
                limit(&result.check),
                result.verdict.to_string(),
            ],
            strong: false,
        })
        .collect();
    table
}

/// The claim as a sentence, then its table of checks.
pub(crate) fn verdict_text(claim: &ClaimResult) -> String {
    let mut out = String::new();
    if let Some(sentence) = &claim.claim {
        push_wrapped(&mut out, &format!("Claim: {sentence}"));
        out.push('\n');
    }
    if claim.checks.is_empty() {
        push_wrapped(&mut out, "No figure is held against a limit.");
    } else {
        out.push_str(&verdict_table(claim).text(false));
    }
    out
}

/// The measured figure and its interval.
fn measured(result: &CheckResult) -> String {
    match (result.value, result.interval) {
        (None, _) => ABSENT.into(),
        (Some(value), None) => significant(value),
        (Some(value), Some((low, high))) => format!(
            "{} [{}, {}]",
            significant(value),
            significant(low),
            significant(high)
        ),
    }
}

/// The limit in words.
pub(super) fn limit(check: &Check) -> String {
    match (check.at_least, check.at_most) {
        (None, None) => ABSENT.into(),
        (None, Some(most)) => format!("at most {}", significant(most)),
        (Some(least), None) => format!("at least {}", significant(least)),
        (Some(least), Some(most)) => format!("{} to {}", significant(least), significant(most)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples::claim;

    #[test]
    fn claim_and_checks() {
        insta::assert_snapshot!(verdict_text(&claim()));
    }

    #[test]
    fn a_claim_without_checks_says_so() {
        assert_eq!(
            verdict_text(&ClaimResult::default()),
            "No figure is held against a limit.\n"
        );
    }
}
