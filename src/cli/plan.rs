//! `mixlaw plan`.

use std::fmt::Write as _;

use super::arguments::PlanArguments;
use super::failure::Failure;
use super::print::print;
use super::run::experiment_or_quickstart;
use crate::config::{Experiment, Source};
use crate::fit::SplitRule;
use crate::runner::estimate::{Estimate, bytes, duration};
use crate::sweep::Scales;

pub(super) fn plan(arguments: &PlanArguments) -> Result<(), Failure> {
    let experiment = experiment_or_quickstart(arguments.file.as_deref())?;
    print(&describe(&experiment))
}

fn describe(experiment: &Experiment) -> String {
    let mut text = format!("experiment  {}\n", experiment.name);
    if let Some(claim) = &experiment.claim {
        let _ = writeln!(text, "claim       {claim}");
    }
    match &experiment.source {
        Source::Simulated {
            world,
            learner,
            sweep,
            ..
        } => {
            let names = world.names();
            let _ = writeln!(text, "domains     {} ({})", names.len(), names.join(", "));
            let _ = writeln!(text, "capacities  {}", list(&sweep.capacities));
            let _ = writeln!(text, "tokens      {}", list(&sweep.tokens));
            if sweep.scales == Scales::Pairs {
                let _ = writeln!(text, "scales      {} pairs", sweep.tokens.len());
            }
            let _ = writeln!(text, "mixtures    {}", sweep.mixtures.len());
            let _ = writeln!(text, "replicates  {}", sweep.replicates);
            let _ = writeln!(text, "cells       {}", sweep.cells());
            let _ = writeln!(text, "runs        {}", sweep.runs());
            let threads = rayon::current_num_threads();
            let estimate = Estimate::of(world, learner, sweep);
            let _ = writeln!(
                text,
                "time        about {} to simulate on {threads} threads, fits not counted",
                duration(estimate.seconds)
            );
            let _ = writeln!(text, "memory      about {}", bytes(estimate.memory));
            let _ = writeln!(text, "disk        about {}", bytes(estimate.disk));
        }
        Source::Runs(mapping) => {
            for file in &mapping.files {
                let _ = writeln!(text, "runs from   {}", file.display());
            }
        }
    }
    if let Some(fit) = &experiment.fit {
        let _ = writeln!(text, "laws        {}", fit.laws.join(", "));
        let splits = match &fit.split {
            SplitRule::Mixture { count, .. } => format!("{count} by mixture"),
            SplitRule::Run { count, .. } => format!("{count} by run"),
            SplitRule::Folds { folds, repeats, .. } => {
                format!("{folds} folds, {repeats} times")
            }
            SplitRule::Scale(rule) => match rule.mixtures {
                None => "1 by scale".into(),
                Some(mixtures) => format!("{} by scale and mixture", mixtures.count),
            },
            SplitRule::File { path, .. } => format!("from {}", path.display()),
            SplitRule::None => "none".into(),
        };
        let _ = writeln!(text, "splits      {splits}, {} starts each", fit.starts);
    }
    let _ = writeln!(text, "checks      {}", experiment.checks.len());
    text
}

fn list(values: &[f64]) -> String {
    let texts: Vec<String> = values
        .iter()
        .map(|value| {
            if value.is_infinite() {
                "unlimited".into()
            } else {
                format!("{value:e}")
            }
        })
        .collect();
    texts.join(", ")
}
