//! The verdicts of many experiments: one table, one page of text, one file for machines.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::claim::ClaimResult;

use super::Manifest;
use super::json::claim_value;
use super::table::{Align, Row, Table, printable};
use super::verdict_table::verdict_table;

/// What became of each experiment, in order.
#[derive(Debug, Clone, Default)]
pub struct Verdicts {
    experiments: Vec<(String, Outcome)>,
}

/// What became of one experiment.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// It was run.
    Run(ClaimResult),
    /// It could not be run.
    Skipped {
        /// What it claims.
        claim: Option<String>,
        /// Why it could not be run.
        reason: String,
    },
}

impl Verdicts {
    /// Adds an experiment that was run, in the place of what was known of it.
    pub fn add(&mut self, name: &str, claim: ClaimResult) {
        self.put(name, Outcome::Run(claim));
    }

    /// Adds an experiment that could not be run, and why.
    pub fn skip(&mut self, name: &str, claim: Option<&str>, reason: &str) {
        let outcome = Outcome::Skipped {
            claim: claim.map(Into::into),
            reason: reason.into(),
        };
        self.put(name, outcome);
    }

    fn put(&mut self, name: &str, outcome: Outcome) {
        match self.experiments.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = outcome,
            None => self.experiments.push((name.into(), outcome)),
        }
    }

    /// Says what an experiment claims that could not be run: a file of claims does not.
    pub(crate) fn tell_claim(&mut self, name: &str, claimed: Option<&str>) {
        for (known, outcome) in &mut self.experiments {
            if let Outcome::Skipped { claim, .. } = outcome
                && known == name
            {
                *claim = claimed.map(Into::into);
            }
        }
    }

    /// Whether the experiment called `name` was run.
    pub(crate) fn was_run(&self, name: &str) -> bool {
        matches!(self.outcome(name), Some(Outcome::Run(_)))
    }

    /// Puts the experiments in the order of `names`; those that are not among them come last.
    pub(crate) fn arrange(&mut self, names: &[String]) {
        let place = |name: &String| names.iter().position(|known| known == name);
        self.experiments
            .sort_by_key(|(name, _)| place(name).unwrap_or(names.len()));
    }

    /// The experiments and what became of them, in order.
    pub(super) fn experiments(&self) -> impl Iterator<Item = (&str, &Outcome)> {
        self.experiments
            .iter()
            .map(|(name, outcome)| (name.as_str(), outcome))
    }

    /// Names of the experiments, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.experiments().map(|(name, _)| name)
    }

    /// Leaves out what was not run here and in `other`.
    pub(crate) fn keep_run_in(&mut self, other: &Self) {
        self.experiments.retain(|(name, outcome)| {
            let run = |outcome: &Outcome| matches!(outcome, Outcome::Run(_));
            run(outcome) && other.outcome(name).is_some_and(run)
        });
    }

    /// What became of the experiment called `name`.
    pub(super) fn outcome(&self, name: &str) -> Option<&Outcome> {
        self.experiments()
            .find_map(|(other, outcome)| (other == name).then_some(outcome))
    }

    /// One row for each check of each experiment.
    pub fn table(&self) -> Table {
        let mut table = Table::new([
            ("experiment", Align::Left),
            ("figure", Align::Left),
            ("measured", Align::Left),
            ("limit", Align::Left),
            ("verdict", Align::Left),
        ]);
        for (name, outcome) in &self.experiments {
            match outcome {
                Outcome::Run(claim) => {
                    for row in verdict_table(claim).rows {
                        let cells = std::iter::once(name.clone()).chain(row.cells).collect();
                        table.rows.push(Row {
                            cells,
                            strong: row.strong,
                        });
                    }
                }
                Outcome::Skipped { reason, .. } => table.rows.push(Row {
                    cells: vec![
                        name.clone(),
                        reason.clone(),
                        String::new(),
                        String::new(),
                        "skipped".into(),
                    ],
                    strong: false,
                }),
            }
        }
        table
    }

    /// Markdown: each claim with its checks and its picture, `NAME/figures/PICTURE.svg`; `pictures`
    /// by the name of the experiment.
    pub fn markdown(&self, pictures: &BTreeMap<&str, &str>) -> String {
        let mut text = String::from(
            "# Results\n\nWritten by `mixlaw reproduce`. A check that fails is a result: the claim \
             does not hold as it stands.\n",
        );
        for (name, outcome) in &self.experiments {
            let _ = write!(text, "\n## {}\n\n", escaped(name));
            let claim = match outcome {
                Outcome::Run(claim) => claim.claim.as_deref(),
                Outcome::Skipped { claim, .. } => claim.as_deref(),
            };
            if let Some(claim) = claim {
                let _ = write!(text, "{}\n\n", escaped(claim));
            }
            match outcome {
                Outcome::Run(claim) => {
                    text.push_str("| figure | measured | limit | verdict |\n|---|---|---|---|\n");
                    for row in verdict_table(claim).rows {
                        let cells: Vec<String> = row.cells.iter().map(|c| escaped(c)).collect();
                        let _ = writeln!(text, "| {} |", cells.join(" | "));
                    }
                    if let Some(picture) = pictures.get(name.as_str()) {
                        let _ = write!(
                            text,
                            "\n![Figure {picture} of {0}]({0}/figures/{picture}.svg)\n",
                            escaped(name)
                        );
                    }
                }
                Outcome::Skipped { reason, .. } => {
                    let _ = writeln!(text, "Skipped: it {}.", escaped(reason));
                }
            }
        }
        text
    }

    /// All claims as JSON, one line break at the end.
    pub fn json(&self) -> String {
        let experiments: Vec<Value> = self
            .experiments
            .iter()
            .map(|(name, outcome)| match outcome {
                Outcome::Run(claim) => {
                    json!({ "experiment": name, "result": claim_value(claim) })
                }
                Outcome::Skipped { reason, .. } => {
                    json!({ "experiment": name, "skipped": reason })
                }
            })
            .collect();
        let file = json!({ "format": Manifest::FORMAT, "experiments": experiments });
        format!("{file:#}\n")
    }
}

/// Text without control characters or Markdown of its own.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in printable(text).chars() {
        if matches!(
            character,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#'
        ) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::Check;

    fn verdicts() -> Verdicts {
        let check = Check {
            figure: "test.mre.mean".into(),
            at_most: Some(2.0),
            at_least: None,
        };
        let mut verdicts = Verdicts::default();
        verdicts.add(
            "01-first",
            ClaimResult {
                claim: Some("A <b>claim</b> | with markup.".into()),
                checks: vec![check.judge(Some(3.0), None)],
            },
        );
        verdicts.skip("02-second", None, "needs data.csv, which is absent");
        verdicts
    }

    #[test]
    fn every_experiment_is_in_each_form() {
        let verdicts = verdicts();
        let markdown = verdicts.markdown(&BTreeMap::from([("01-first", "error-map")]));
        assert!(markdown.contains("(01-first/figures/error-map.svg)"));
        assert!(markdown.contains(r"A \<b\>claim\</b\> \| with markup."));
        assert!(markdown.contains("| test.mre.mean | 3 | at most 2 | fails |"));
        assert!(markdown.contains("Skipped: it needs data.csv"));
        let json: Value = serde_json::from_str(&verdicts.json()).unwrap();
        assert_eq!(
            json["experiments"][0]["result"]["checks"][0]["verdict"],
            "fails"
        );
        assert_eq!(verdicts.table().rows.len(), 2);
    }
}
