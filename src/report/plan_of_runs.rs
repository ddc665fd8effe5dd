//! A plan of proxy runs in words, in JSON and in CSV.

use serde_json::{Value, json};

use super::numbers::rounded;
use super::table::{Align, Row, Table};
use crate::planning::{Answer, DesignOutcome, Outcome, Regrets, Study, rule_of_runs};

/// A table with a row for each law and design, and what there is to say about them.
pub(crate) fn plan_table(study: &Study, outcome: &Outcome) -> Table {
    let target = &study.target;
    let mut table = Table::new([
        ("law", Align::Left),
        ("mixtures", Align::Left),
        ("scales", Align::Left),
        ("how\nmany", Align::Right),
        ("runs", Align::Right),
        ("cost\nΣ N·D", Align::Right),
        ("regret, %\nmedian", Align::Right),
    ]);
    let mut push = |title: String| {
        table.columns.push(super::table::Column {
            title,
            align: Align::Right,
        });
    };
    push(format!("in {} %\nof worlds", percent(target.share)));
    push(format!("worlds\nwithin {} %", rounded(target.regret, 3)));
    let answers = outcome.answers(study);
    for one in &outcome.designs {
        table.rows.push(Row {
            cells: vec![
                one.law.clone(),
                one.design.layout.word().into(),
                one.scales.clone(),
                one.design.mixtures.to_string(),
                one.runs.to_string(),
                format!("{:.1e}", one.cost),
                rounded(one.regrets.within(MEDIAN), 3),
                rounded(one.regrets.within(target.share), 3),
                format!("{:.0} %", 100.0 * one.regrets.share_within(target.regret)),
            ],
            strong: answers.iter().any(|answer| answer.smallest == Some(one)),
        });
    }
    table.notes = plan_sentences(study, outcome);
    table
}

/// The share of worlds below a median.
const MEDIAN: f64 = 0.5;

fn percent(share: f64) -> String {
    rounded(100.0 * share, 3)
}

/// What there is to say about a plan of proxy runs, sentence by sentence.
pub(super) fn plan_sentences(study: &Study, outcome: &Outcome) -> Vec<String> {
    let target = &study.target;
    let without = Regrets::new(outcome.target_regrets.clone());
    let scale = |value: f64| {
        if value.is_finite() {
            format!("{value:e}")
        } else {
            "unlimited".into()
        }
    };
    let mut out = vec![format!(
        "Regret: what the mixture that a law calls best at capacity {} and {} tokens loses there \
         against the best one, in percent of the excess, over {} worlds. Without any run, training \
         on the target itself: median {}, {} in {} % of the worlds.",
        scale(target.capacity),
        scale(target.tokens),
        study.worlds,
        rounded(without.within(MEDIAN), 3),
        rounded(without.within(target.share), 3),
        percent(target.share),
    )];
    if study.budget.is_finite() {
        out.push(format!(
            "Designs above the budget of {:e} are left out.",
            study.budget
        ));
    }
    for answer in outcome.answers(study) {
        out.push(answer_sentence(&answer, study));
    }
    let failed: usize = outcome.designs.iter().map(DesignOutcome::failed).sum();
    let why = outcome
        .designs
        .iter()
        .flat_map(|design| &design.trials)
        .find_map(|trial| trial.as_ref().err());
    if let Some(why) = why {
        out.push(format!(
            "{failed} trials named no mixture and count as an infinite regret; the first: {why}."
        ));
    }
    out
}

fn answer_sentence(answer: &Answer<'_>, study: &Study) -> String {
    let target = &study.target;
    let who = format!(
        "{}, {}, {}",
        answer.law,
        answer.layout.word(),
        answer.scales
    );
    let wanted = format!(
        "{} % in {} % of the worlds",
        rounded(target.regret, 3),
        percent(target.share)
    );
    let enough = match answer.smallest {
        Some(design) => format!(
            "{} mixtures ({} runs) keep the regret to {wanted}",
            design.design.mixtures, design.runs
        ),
        None => format!("no design that was tried keeps the regret to {wanted}"),
    };
    let rule = rule_of_runs(study.prior.domains);
    let by_rule = match answer.by_rule {
        None => format!("none has the 3(K+1) = {rule} mixtures of the rule"),
        Some(design) => {
            let reached = design.regrets.within(target.share);
            let verdict = if reached <= target.regret {
                "would do"
            } else {
                "would not do"
            };
            format!(
                "the rule of 3(K+1) = {rule} mixtures {verdict}: {} with {}",
                rounded(reached, 3),
                design.design.mixtures
            )
        }
    };
    format!("{who}: {enough}; {by_rule}.")
}

/// `plan.json`: the answers, and every law and design, one line break at the end. What is infinite
/// is `null`.
pub(crate) fn plan_json(study: &Study, outcome: &Outcome) -> String {
    let target = &study.target;
    let without = Regrets::new(outcome.target_regrets.clone());
    let regret = |regrets: &Regrets| {
        json!({
            "median": regrets.within(MEDIAN),
            "at-share": regrets.within(target.share),
            "share-within-wanted": regrets.share_within(target.regret),
        })
    };
    let design = |one: &DesignOutcome| {
        json!({
            "law": one.law,
            "layout": one.design.layout.word(),
            "scales": one.scales,
            "mixtures": one.design.mixtures,
            "runs": one.runs,
            "cost": one.cost,
            "regret-percent": regret(&one.regrets),
            "failed": one.failed(),
        })
    };
    let answers: Vec<Value> = outcome
        .answers(study)
        .iter()
        .map(|answer| {
            json!({
                "law": answer.law,
                "layout": answer.layout.word(),
                "scales": answer.scales,
                "smallest": answer.smallest.map(design),
                "by-rule": answer.by_rule.map(design),
                "words": answer_sentence(answer, study),
            })
        })
        .collect();
    let all: Vec<Value> = outcome.designs.iter().map(design).collect();
    let plan = json!({
        "name": study.name,
        "domains": study.prior.domains,
        "worlds": study.worlds,
        "seed": study.seed,
        "target": {
            "capacity": target.capacity,
            "tokens": target.tokens,
            "weights": target.weights,
        },
        "wanted": { "regret-percent": target.regret, "share": target.share },
        "rule": rule_of_runs(study.prior.domains),
        "without-runs": regret(&without),
        "answers": answers,
        "designs": all,
    });
    format!("{plan:#}\n")
}

/// `trials.csv`: one row for each law, design and world, with the mixture that came out.
pub(crate) fn trials_csv(study: &Study, outcome: &Outcome) -> String {
    let mut header: Vec<String> = [
        "law",
        "layout",
        "scales",
        "mixtures",
        "runs",
        "world",
        "regret_percent",
    ]
    .map(Into::into)
    .into();
    let names = study.prior.names();
    header.extend(names.iter().map(|name| format!("weight_{name}")));
    let rows = outcome.designs.iter().flat_map(|one| {
        let names = &names;
        one.trials.iter().enumerate().map(move |(world, trial)| {
            let mut row = vec![
                one.law.clone(),
                one.design.layout.word().into(),
                one.scales.clone(),
                one.design.mixtures.to_string(),
                one.runs.to_string(),
                (world + 1).to_string(),
            ];
            match trial {
                Ok(trial) => {
                    row.push(trial.regret.to_string());
                    row.extend(trial.mixture.iter().map(ToString::to_string));
                }
                Err(_) => row.extend(vec![String::new(); names.len() + 1]),
            }
            row
        })
    });
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    super::figure::csv_text(&header, rows)
}
