//! What a claim asks for, held against what its experiment measures.

use super::failure::Failure;
use super::{allocation, vary};
use crate::claim;
use crate::config::{Experiment, Source};
use crate::learner::{Learner, LearnerKind};
use crate::runs::words::nearest;
use crate::sweep::Sweep;
use crate::world::World;

/// Refuses checks of figures that the experiment does not measure, before any work.
pub(super) fn check_figures(experiment: &Experiment) -> Result<(), Failure> {
    let simulated = matches!(experiment.source, Source::Simulated { .. });
    let measured = |experiment: &Experiment| {
        experiment.fit.as_ref().map_or(Vec::new(), |fit| {
            let held_out = fit.split != crate::fit::SplitRule::None;
            claim::names(&fit.laws, held_out, simulated)
        })
    };
    let mut known = measured(experiment);
    for (value, variant) in experiment.vary.iter().flat_map(|vary| &vary.variants) {
        let names = measured(variant);
        known.extend(names.iter().map(|name| vary::at(*value, name)));
    }
    known.extend(allocation::figure_names(experiment));
    if let Some(plan) = &experiment.optimum {
        let domains = match &experiment.source {
            Source::Simulated { world, .. } => Some(world.names()),
            // Those of real runs are known when the table is read.
            Source::Runs(_) => None,
        };
        known.extend(claim::optimum_names(
            &plan.of,
            domains.as_deref(),
            known_truth(experiment).is_some(),
        ));
        let of_weight =
            |figure: &String| domains.is_none() && figure.starts_with("optimum.weight.");
        let asked = experiment.checks.iter().map(|check| &check.figure);
        known.extend(asked.filter(|figure| of_weight(figure)).cloned());
    }
    for check in &experiment.checks {
        if !known.contains(&check.figure) {
            let help = if known.is_empty() {
                "without [fit] nothing is measured".to_string()
            } else {
                let meant = nearest(&check.figure, known.iter().map(String::as_str))
                    .map_or(String::new(), |figure| format!("did you mean `{figure}`? "));
                format!("{meant}figures of this experiment: {}", known.join(", "))
            };
            return Err(Failure::words_with_help(
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

/// World, learner and sweep of an experiment whose true best mixture can be found.
pub(super) fn known_truth(experiment: &Experiment) -> Option<(&World, &Learner, &Sweep)> {
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
