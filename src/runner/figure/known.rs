//! What a claim asks for, held against what its experiment measures.

use super::{allocation, phase_transition, transfer};
use crate::config::{Experiment, Source};
use crate::learner::{Learner, LearnerKind};
use crate::runner::error::RunError;
use crate::runner::vary;
use crate::sweep::Sweep;
use crate::text::words::nearest;
use crate::world::World;

/// Refuses checks of figures that the experiment does not measure, before any work.
pub(crate) fn check_figures(experiment: &Experiment) -> Result<(), RunError> {
    let known = known_figures(experiment);
    for check in &experiment.checks {
        if !known.contains(&check.figure) {
            let help = if known.is_empty() {
                "without [fit] nothing is measured".to_string()
            } else {
                let meant = nearest(&check.figure, known.iter().map(String::as_str))
                    .map_or(String::new(), |figure| format!("did you mean `{figure}`? "));
                format!("{meant}figures of this experiment: {}", known.join(", "))
            };
            return Err(RunError::words_with_help(
                format!(
                    "[[checks]] asks for the figure `{}`, which this experiment does not measure",
                    check.figure
                ),
                help,
            ));
        }
    }
    Ok(())
}

/// Names of all figures that an experiment measures; of weights of real runs, whose names come with their
/// table, those that it asks for.
fn known_figures(experiment: &Experiment) -> Vec<String> {
    let simulated = matches!(experiment.source, Source::Simulated { .. });
    let measured = |experiment: &Experiment| {
        experiment.fit.as_ref().map_or(Vec::new(), |fit| {
            let held_out = fit.split != crate::fit::SplitRule::None;
            super::errors::names(&fit.laws, held_out, simulated)
        })
    };
    let mut known = measured(experiment);
    for (value, variant) in experiment.vary.iter().flat_map(|vary| &vary.variants) {
        let names = measured(variant);
        known.extend(names.iter().map(|name| vary::at(*value, name)));
    }
    known.extend(allocation::figure_names(experiment));
    known.extend(phase_transition::figure_names(experiment));
    known.extend(transfer::figure_names(experiment));
    if let Some(plan) = &experiment.optimum {
        let domains = match &experiment.source {
            Source::Simulated { world, .. } => Some(world.names()),
            // Those of real runs are known when the table is read.
            Source::Runs(_) => None,
        };
        let judged = known_truth(experiment).is_some();
        known.extend(super::optima::optimum_names(
            &plan.of,
            domains.as_deref(),
            judged,
        ));
        if let Some(path) = &plan.path {
            let domains = domains.as_deref();
            known.extend(super::optima::path_names(
                &path.values,
                &plan.of,
                domains,
                judged,
            ));
        }
        let of_weight = |figure: &String| {
            let of_path = plan.path.is_some() && figure.starts_with("path.");
            domains.is_none() && (figure.starts_with("optimum.weight.") || of_path)
        };
        let asked = experiment.checks.iter().map(|check| &check.figure);
        known.extend(asked.filter(|figure| of_weight(figure)).cloned());
    }
    known
}

/// World, learner and sweep of an experiment whose true best mixture can be found.
pub(crate) fn known_truth(experiment: &Experiment) -> Option<(&World, &Learner, &Sweep)> {
    match &experiment.source {
        Source::Simulated {
            world,
            learner: LearnerKind::Counting(learner),
            sweep,
            ..
        } if experiment.source.has_best_mixture().is_ok() => Some((world, learner, sweep)),
        Source::Simulated { .. } | Source::Runs(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use std::path::Path;

    const PAGE: &str = include_str!("../../../docs/figures.md");

    /// Names of the page, as patterns; words in capitals stand for anything.
    fn patterns() -> Vec<String> {
        let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `"));
        let names = rows.filter_map(|row| row.split_once('`'));
        names.map(|(name, _)| name.to_owned()).collect()
    }

    fn capitals(part: &str) -> bool {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_uppercase())
    }

    /// Whether the parts of a pattern go through those of a name, a word in capitals taking one part or
    /// more: a value may have a point.
    fn matches(pattern: &[&str], name: &[&str]) -> bool {
        match (pattern, name) {
            ([], []) => true,
            ([first, rest @ ..], [_, ..]) if capitals(first) => {
                (1..=name.len()).any(|taken| matches(rest, &name[taken..]))
            }
            ([first, rest @ ..], [part, others @ ..]) => first == part && matches(rest, others),
            _ => false,
        }
    }

    /// Every experiment measures what it checks; every figure of every experiment has its row on the page,
    /// and every row has its figure.
    #[test]
    fn the_page_of_figures_is_complete() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments");
        let files = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let files = files.filter(|path| path.extension().is_some_and(|e| e == "toml"));
        let patterns = patterns();
        let split: Vec<Vec<&str>> = patterns.iter().map(|p| p.split('.').collect()).collect();
        let mut used = vec![false; split.len()];
        for file in files {
            let experiment = config::load(&file).unwrap();
            assert!(check_figures(&experiment).is_ok(), "{}", file.display());
            for name in known_figures(&experiment) {
                let parts: Vec<&str> = name.split('.').collect();
                let fitting = (0..split.len()).filter(|row| matches(&split[*row], &parts));
                let literal = |row: &usize| split[*row].iter().filter(|p| !capitals(p)).count();
                let Some(row) = fitting.max_by_key(literal) else {
                    panic!("docs/figures.md lacks {name}");
                };
                used[row] = true;
            }
        }
        let stale: Vec<&String> = patterns
            .iter()
            .zip(used)
            .filter(|(_, used)| !used)
            .map(|(p, _)| p)
            .collect();
        assert!(stale.is_empty(), "no experiment measures {stale:?}");
    }
}
