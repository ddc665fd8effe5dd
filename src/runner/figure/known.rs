//! What a claim asks for, held against what its experiment measures.

use super::errors::{self, TrueExponents};
use super::{allocation, optima, phase_transition, transfer};
use crate::claim::{Check, instead_of_figure};
use crate::experiment::{Experiment, Source};
use crate::learner::{Learner, LearnerKind};
use crate::optimum::Along;
use crate::runner::error::RunError;
use crate::runner::truth::Truth;
use crate::runner::vary;
use crate::sweep::Sweep;
use crate::world::World;

/// Refuses checks of figures that the experiment does not measure, before any work. In a file they are
/// refused at their place ([`load_experiment`](crate::runner::load_experiment)).
pub(crate) fn check_figures(experiment: &Experiment) -> Result<(), RunError> {
    let known = known_figures(experiment);
    let unknown = |check: &&Check| !known.contains(&check.figure);
    match experiment.checks.iter().find(unknown) {
        None => Ok(()),
        Some(check) => Err(RunError::words_with_help(
            format!(
                "[[checks]] asks for the figure `{}`, which this experiment does not measure",
                check.figure
            ),
            instead_of_figure(&check.figure, &known),
        )),
    }
}

/// Names of all figures that an experiment measures; of weights of real runs, whose names come with their
/// table, those that it asks for.
pub(crate) fn known_figures(experiment: &Experiment) -> Vec<String> {
    let measured = |experiment: &Experiment| {
        experiment.fit.as_ref().map_or(Vec::new(), |fit| {
            let held_out = fit.split != crate::fit::SplitRule::None;
            errors::names(&fit.laws, held_out, exponents(experiment).as_ref())
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
        let names = domains.as_deref();
        let judged = known_truth(experiment).is_some();
        known.extend(optima::optimum_names(&plan.of, names, judged, plan.tokens));
        if let Some(path) = &plan.path {
            let tokens = |value: &f64| match path.along {
                Along::Tokens => (*value, *value),
                Along::Capacity | Along::Target(_) => (*value, plan.tokens),
            };
            let tokens: Vec<(f64, f64)> = path.values.iter().map(tokens).collect();
            known.extend(optima::path_names(&tokens, &plan.of, names, judged));
        }
        let of_weight = |figure: &String| {
            let of_path = plan.path.is_some() && figure.starts_with("path.");
            names.is_none() && (figure.starts_with("optimum.weight.") || of_path)
        };
        let asked = experiment.checks.iter().map(|check| &check.figure);
        known.extend(asked.filter(|figure| of_weight(figure)).cloned());
    }
    known
}

/// The exponents that are known of a simulated world, as far as its sweep lets them show: b where some
/// capacity is limited, a where some number of tokens is.
fn exponents(experiment: &Experiment) -> Option<TrueExponents> {
    let Source::Simulated { world, sweep, .. } = &experiment.source else {
        return None;
    };
    let mut exponents = Truth::of(world).exponents;
    let limited = |values: &[f64]| values.iter().any(|value| value.is_finite());
    if !limited(&sweep.capacities) {
        exponents.b.clear();
    }
    if !limited(&sweep.tokens) {
        exponents.a.clear();
    }
    Some(exponents)
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
    use crate::runner::figure::kind::is_capitals;
    use crate::runner::figure::{GROUPS, reference};
    use std::path::Path;

    const PAGE: &str = include_str!("../../../docs/figures.md");

    #[test]
    fn the_page_is_made_of_the_registry() {
        assert!(
            PAGE == reference(),
            "docs/figures.md is stale: mixlaw schema --figures > docs/figures.md"
        );
    }

    /// Names of all kinds.
    fn patterns() -> Vec<&'static str> {
        let kinds = GROUPS.iter().flat_map(|group| group.kinds);
        kinds.map(|kind| kind.name).collect()
    }

    /// Whether the parts of a pattern go through those of a name, a word in capitals taking one part or
    /// more: a value may have a point.
    fn matches(pattern: &[&str], name: &[&str]) -> bool {
        match (pattern, name) {
            ([], []) => true,
            ([first, rest @ ..], [_, ..]) if is_capitals(first) => {
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
                let literal = |row: &usize| split[*row].iter().filter(|p| !is_capitals(p)).count();
                let Some(row) = fitting.max_by_key(literal) else {
                    panic!("docs/figures.md lacks {name}");
                };
                used[row] = true;
            }
        }
        let stale: Vec<&&str> = patterns
            .iter()
            .zip(used)
            .filter(|(_, used)| !used)
            .map(|(p, _)| p)
            .collect();
        assert!(stale.is_empty(), "no experiment measures {stale:?}");
    }
}
