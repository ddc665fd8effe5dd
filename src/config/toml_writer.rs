//! Writes an experiment as a file with every default written out.

use std::path::Path;

use super::table::vary::SpreadAt;
use super::table::{checks, data, fit, learner, mixtures, optimum, sweep, vary, world};
use super::toml_text::Writer;
use crate::experiment::{Experiment, Source};

/// The experiment as a file in `folder` would say it, with every default written out. Reading it
/// from there gives an equal experiment, up to the spelling of paths: they are written relative
/// to `folder`.
pub fn resolved_toml(experiment: &Experiment, folder: &Path) -> String {
    let mut out = Writer::new(folder);
    out.comment("Every default is written out.");
    out.text("name", &experiment.name);
    if let Some(claim) = &experiment.claim {
        out.text("claim", claim);
    }
    out.key("seed", experiment.seed);
    out.key("slow", experiment.slow);
    match &experiment.source {
        Source::Simulated {
            world,
            learner,
            sweep,
            design,
        } => {
            let spread = SpreadAt::of(experiment.vary.as_ref());
            world::write(world, &spread, &mut out);
            learner::write(learner, &mut out);
            if !world.supply().is_unlimited() {
                out.number("repetition-decay", world.supply().decay());
            }
            sweep::write(sweep, learner, &mut out);
            mixtures::write(design, &mut out);
        }
        Source::Runs(mapping) => data::write(mapping, &mut out),
    }
    if let Some(plan) = &experiment.fit {
        fit::write(plan, &mut out);
    }
    if let Some(vary) = &experiment.vary {
        vary::write(vary, &mut out);
    }
    if let Some(plan) = &experiment.optimum {
        optimum::write(plan, &mut out);
    }
    checks::write(&experiment.checks, &mut out);
    out.text
}
