//! What differs between two sets of verdicts.

use std::collections::BTreeSet;

use crate::claim::{CheckResult, ClaimResult};

use super::numbers::rounded;
use super::table::{Align, Row, Table};
use super::verdict_table::limit;
use super::verdicts::{Outcome, Verdicts};

/// Relative difference up to which figures of fits count as equal: another processor or another
/// build of the linear algebra changes the last digits of a fit.
pub(super) const FIT_TOLERANCE: f64 = 1e-4;

/// Difference up to which figures count as equal however small they are, in their own unit (percent,
/// nats or exponents). A fit that is exact ends where rounding ends it, at errors of 1e-6 %.
const FLOOR: f64 = 1e-5;

/// One difference.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Name of the experiment.
    pub experiment: String,
    /// The figure, empty where the experiment as a whole is meant.
    pub figure: String,
    /// What was there before, in words.
    pub before: String,
    /// What is there now, in words.
    pub after: String,
    /// What kind of change it is.
    pub kind: ChangeKind,
}

/// The kinds of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// The verdict is another one.
    Verdict,
    /// The figure, or its interval, moved beyond the tolerance.
    Moved,
    /// The limit is another one.
    Limit,
    /// The claim is worded otherwise.
    Wording,
    /// Only the second has it.
    Appeared,
    /// Only the first has it.
    Vanished,
}

impl ChangeKind {
    /// In a word or two.
    pub fn words(self) -> &'static str {
        match self {
            Self::Verdict => "verdict changed",
            Self::Moved => "figure moved",
            Self::Limit => "limit changed",
            Self::Wording => "claim reworded",
            Self::Appeared => "appeared",
            Self::Vanished => "vanished",
        }
    }
}

/// Everything that differs, in the order of `before`, then what appeared.
pub fn changes(before: &Verdicts, after: &Verdicts) -> Vec<Change> {
    let mut found = Vec::new();
    for (name, old) in before.experiments() {
        let mut add = |figure: &str, before: String, after: String, kind| {
            found.push(Change {
                experiment: name.into(),
                figure: figure.into(),
                before,
                after,
                kind,
            });
        };
        match (old, after.outcome(name)) {
            (old, None) => add("", said(old), String::new(), ChangeKind::Vanished),
            (Outcome::Run(old), Some(Outcome::Run(new))) => claim_changes(old, new, &mut add),
            (Outcome::Skipped { .. }, Some(Outcome::Skipped { .. })) => {}
            (old @ Outcome::Run(_), Some(new)) => {
                add("", said(old), said(new), ChangeKind::Vanished);
            }
            (old, Some(new)) => add("", said(old), said(new), ChangeKind::Appeared),
        }
    }
    let appeared = after
        .experiments()
        .filter(|(name, _)| before.outcome(name).is_none());
    found.extend(appeared.map(|(name, outcome)| Change {
        experiment: name.into(),
        figure: String::new(),
        before: String::new(),
        after: said(outcome),
        kind: ChangeKind::Appeared,
    }));
    found
}

fn claim_changes(
    old: &ClaimResult,
    new: &ClaimResult,
    add: &mut impl FnMut(&str, String, String, ChangeKind),
) {
    if old.claim != new.claim {
        let words = |claim: &ClaimResult| claim.claim.clone().unwrap_or_default();
        add("", words(old), words(new), ChangeKind::Wording);
    }
    let mut matched = BTreeSet::new();
    for check in &old.checks {
        let figure = &check.check.figure;
        // A figure may be checked twice; its checks are matched in their order.
        let partner = (0..new.checks.len())
            .find(|index| !matched.contains(index) && new.checks[*index].check.figure == *figure);
        match partner {
            None => add(figure, measured(check), String::new(), ChangeKind::Vanished),
            Some(index) => {
                matched.insert(index);
                let now = &new.checks[index];
                if check.check != now.check {
                    let (before, after) = (limit(&check.check), limit(&now.check));
                    add(figure, before, after, ChangeKind::Limit);
                }
                if check.verdict != now.verdict {
                    let (before, after) = (measured(check), measured(now));
                    add(figure, before, after, ChangeKind::Verdict);
                } else if !same(check, now) {
                    add(figure, measured(check), measured(now), ChangeKind::Moved);
                }
            }
        }
    }
    for (index, check) in new.checks.iter().enumerate() {
        if !matched.contains(&index) {
            let figure = &check.check.figure;
            add(figure, String::new(), measured(check), ChangeKind::Appeared);
        }
    }
}

/// Whether two measurements agree within the tolerance.
fn same(old: &CheckResult, new: &CheckResult) -> bool {
    let values = |check: &CheckResult| {
        let (low, high) = check.interval.unzip();
        [check.value, low, high]
    };
    values(old)
        .into_iter()
        .zip(values(new))
        .all(|pair| match pair {
            (None, None) => true,
            (Some(old), Some(new)) => close(old, new, FIT_TOLERANCE, FLOOR),
            _ => false,
        })
}

/// Whether two numbers agree within a relative tolerance or an absolute one.
pub fn close(old: f64, new: f64, relative: f64, absolute: f64) -> bool {
    // Equal infinities have no difference that is a number, and any other one is infinite.
    let apart = (old - new).abs();
    old.total_cmp(&new).is_eq()
        || apart.is_finite() && apart <= (relative * old.abs().max(new.abs())).max(absolute)
}

/// Significant digits of a figure: enough to see what the tolerance sees.
const DIGITS: i32 = 6;

/// The measured figure and its verdict.
fn measured(check: &CheckResult) -> String {
    let value = check
        .value
        .map_or("nothing".into(), |value| rounded(value, DIGITS));
    format!("{value}, {}", check.verdict)
}

/// What became of an experiment.
fn said(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Run(claim) => {
            let number = claim.checks.len();
            format!("{number} check{}", if number == 1 { "" } else { "s" })
        }
        Outcome::Skipped { .. } => "skipped".into(),
    }
}

/// The changes as a table.
pub fn change_table(changes: &[Change]) -> Table {
    let mut table = Table::new([
        ("experiment", Align::Left),
        ("figure", Align::Left),
        ("first", Align::Left),
        ("second", Align::Left),
        ("change", Align::Left),
    ]);
    table.rows = changes
        .iter()
        .map(|change| Row {
            cells: vec![
                change.experiment.clone(),
                change.figure.clone(),
                change.before.clone(),
                change.after.clone(),
                change.kind.words().into(),
            ],
            strong: change.kind == ChangeKind::Verdict,
        })
        .collect();
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples::claim;

    fn verdicts(claim: ClaimResult) -> Verdicts {
        let mut verdicts = Verdicts::default();
        verdicts.add("one", claim);
        verdicts.skip("two", None, "needs data");
        verdicts
    }

    fn kinds(before: &Verdicts, after: &Verdicts) -> Vec<ChangeKind> {
        changes(before, after).iter().map(|c| c.kind).collect()
    }

    /// The claim with the figure of its second check moved by a factor.
    fn moved(factor: f64) -> ClaimResult {
        let mut claim = claim();
        let check = &claim.checks[1];
        let scaled = check
            .interval
            .map(|(low, high)| (low * factor, high * factor));
        claim.checks[1] = check.check.judge(check.value.map(|v| v * factor), scaled);
        claim
    }

    #[test]
    fn last_digits_are_no_change_and_others_are() {
        let before = verdicts(claim());
        assert!(changes(&before, &verdicts(moved(1.0 + 0.9e-4))).is_empty());
        // .031 and its interval by 2e-4 is 6e-6, which is below the floor; by 1e-3 it is not.
        assert_eq!(kinds(&before, &verdicts(moved(1.001))), [ChangeKind::Moved]);
        assert_eq!(kinds(&before, &verdicts(moved(0.1))), [ChangeKind::Verdict]);
    }

    #[test]
    fn what_comes_and_goes() {
        let before = verdicts(claim());
        let mut after = Verdicts::default();
        let mut other = claim();
        other.claim = None;
        other.checks.swap(0, 1);
        other.checks[0].check.at_most = Some(0.025);
        let gone = other.checks.pop().unwrap();
        after.add("one", other);
        after.add("three", claim());
        assert_eq!(
            kinds(&before, &after),
            [
                ChangeKind::Wording,
                ChangeKind::Limit,
                ChangeKind::Vanished,
                ChangeKind::Vanished,
                ChangeKind::Appeared,
            ]
        );
        let table = change_table(&changes(&before, &after));
        assert_eq!(table.rows[2].cells[1], gone.check.figure);
        assert_eq!(table.rows[3].cells[0], "two");
    }

    #[test]
    fn a_figure_checked_twice_is_matched_in_order() {
        let mut twice = claim();
        twice.checks.push(twice.checks[0].clone());
        let once = verdicts(claim());
        let twice = verdicts(twice);
        assert!(changes(&twice, &twice.clone()).is_empty());
        assert_eq!(kinds(&once, &twice), [ChangeKind::Appeared]);
        assert_eq!(kinds(&twice, &once), [ChangeKind::Vanished]);
    }
}
