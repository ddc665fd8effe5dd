//! The top level of an experiment file, and how its tables go together.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::diagnosis::error::Problem;
use super::diagnosis::names::{self, NameOf};
use super::diagnosis::problems::Problems;
use super::diagnosis::span::{At, list, span_of, whole};
use super::table::checks::{self, RawCheck};
use super::table::cost_spread::SpreadAt;
use super::table::data::{self, RawData};
use super::table::fit::{self, RawFit};
use super::table::learner::{self, RawLearner};
use super::table::optimum::{self, RawOptimum};
use super::table::sweep::{self, RawSweep, Setting};
use super::table::vary::RawVary;
use super::table::world::{self, RawWorld, Surroundings};
use super::table::{sgd_checks, supply};
use super::toml_writer::to_toml;
use crate::experiment::{Experiment, Source};
use crate::learner::LearnerKind;

/// An experiment of mixlaw: a simulated world or real training runs, laws to fit to them, and
/// figures to check.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawExperiment {
    /// Name of the experiment, part of file names; default the name of the file.
    name: Option<At<String>>,
    /// What the experiment is to show, in one sentence.
    claim: Option<At<String>>,
    /// Seed of all random numbers, a whole number of at least 0; default 0.
    seed: Option<At<i64>>,
    /// Whether the experiment takes long, so that `mixlaw reproduce --fast` leaves it out; default
    /// false.
    slow: Option<bool>,
    /// A synthetic world of skills; goes with [learner] and [sweep].
    world: Option<At<RawWorld>>,
    /// The idealised learner.
    learner: Option<At<RawLearner>>,
    /// The cells to simulate.
    sweep: Option<At<RawSweep>>,
    /// Real training runs, in place of [world], [learner] and [sweep].
    data: Option<At<RawData>>,
    /// Laws to fit; without it nothing is fitted.
    fit: Option<At<RawFit>>,
    /// The experiment again, for several values of one of its numbers.
    pub(super) vary: Option<At<RawVary>>,
    /// The best mixture to look for; without it none is.
    optimum: Option<At<RawOptimum>>,
    /// Figures and their limits, as [[checks]].
    checks: Option<At<Vec<At<RawCheck>>>>,
}

impl RawExperiment {
    /// What is to be checked.
    pub(super) fn checks(&self) -> &[At<RawCheck>] {
        self.checks.as_ref().map_or(&[], |checks| checks.as_slice())
    }
}

/// Checks a whole file called `file`; what it reads on the way is relative to `folder`.
pub(super) fn validate(
    raw: &RawExperiment,
    file: &str,
    folder: &Path,
    problems: &mut Problems,
) -> Option<Experiment> {
    let name = match &raw.name {
        Some(name) => names::check(name, NameOf::Experiment, problems),
        None => stem(file, problems),
    };
    let claim = match &raw.claim {
        Some(claim) if claim.trim().is_empty() => problems.add(
            Problem::new("`claim` is empty")
                .label(claim.span(), "says nothing")
                .help("say in one sentence what the experiment is to show, or take `claim` out"),
        ),
        Some(claim) => Some(Some((**claim).clone())),
        None => Some(None),
    };
    let seed = problems.whole_or("seed", raw.seed.as_ref(), 0, 0..=i64::MAX);
    let around = Surroundings {
        seed: seed.unwrap_or(0),
        folder,
        floor: 0.0,
    };
    let source = validate_source(raw, around, problems);
    let fit = match &raw.fit {
        Some(fit) => fit::validate(fit, seed.unwrap_or(0), problems).map(Some),
        None => Some(None),
    };
    let optimum = match &raw.optimum {
        Some(optimum) => {
            let setting = optimum::Setting {
                laws: match (&raw.fit, &fit) {
                    (None, _) => Some(&[][..]),
                    (Some(_), Some(Some(plan))) => Some(&plan.laws[..]),
                    // What is wrong with [fit] is told already.
                    (Some(_), _) => None,
                },
                domains: match &source {
                    Some(Source::Simulated { world, .. }) => Some(world.names()),
                    // Those of real runs are known when the table is read.
                    Some(Source::Runs(_)) | None => None,
                },
                simulator: source.as_ref().map_or(Ok(()), Source::has_best_mixture),
                // What a law says of a world beyond its runs is a question there, which truth answers;
                // of real runs it would be advice.
                beyond_trained: matches!(source, Some(Source::Simulated { .. })),
            };
            optimum::validate(optimum, &setting, problems).map(Some)
        }
        None => Some(None),
    };
    let checks = match &raw.checks {
        Some(checks) => checks::validate(checks, problems),
        None => Some(Vec::new()),
    };
    Some(Experiment {
        name: name?,
        claim: claim?,
        seed: seed?,
        source: source?,
        fit: fit?,
        slow: raw.slow.unwrap_or(false),
        vary: None,
        optimum: optimum?,
        checks: checks?,
    })
}

/// The name of a file without folder and ending, as the name of the experiment.
pub(super) fn stem(file: &str, problems: &mut Problems) -> Option<String> {
    let stem = Path::new(file)
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    match names::fault(&stem, NameOf::Experiment) {
        None => Some(stem),
        Some(fault) => problems.add(
            Problem::new(format!(
                "the name of the file cannot name the experiment: it {fault}"
            ))
            .help("add a line such as name = \"my-experiment\" at the top"),
        ),
    }
}

fn validate_source(
    raw: &RawExperiment,
    around: Surroundings<'_>,
    problems: &mut Problems,
) -> Option<Source> {
    let simulated = [
        ("[world]", span_of(raw.world.as_ref())),
        ("[learner]", span_of(raw.learner.as_ref())),
        ("[sweep]", span_of(raw.sweep.as_ref())),
    ];
    let given = simulated
        .iter()
        .find_map(|(table, span)| span.clone().map(|span| (*table, span)));
    match (&raw.data, given) {
        (Some(data), Some((table, span))) => problems.add(
            Problem::new(format!("both [data] and {table} are given"))
                .label(data.span(), "real runs")
                .label(span, "a simulation")
                .help(
                    "an experiment has one source of runs: [data], or [world] with [learner] and \
                     [sweep]",
                ),
        ),
        (None, None) => {
            problems.add(Problem::new("the experiment has no source of runs").help(
                "add [data] for real runs, or [world], [learner] and [sweep] for a simulation",
            ))
        }
        (Some(data), None) => data::validate(data, problems).map(Source::Runs),
        (None, Some((table, span))) => {
            let missing: Vec<&str> = simulated
                .iter()
                .filter(|(_, span)| span.is_none())
                .map(|(table, _)| *table)
                .collect();
            if !missing.is_empty() {
                let missing = missing.join(" and ");
                problems.add::<()>(
                    Problem::new(format!("{table} is given without {missing}"))
                        .label(span, format!("needs {missing}"))
                        .help("a simulation is made of [world], [learner] and [sweep]"),
                );
            }
            validate_simulation(raw, around, problems)
        }
    }
}

fn validate_simulation(
    raw: &RawExperiment,
    around: Surroundings<'_>,
    problems: &mut Problems,
) -> Option<Source> {
    let learner = match &raw.learner {
        Some(learner) => learner::validate(learner, problems),
        None => None,
    };
    let around = match &learner {
        // The label noise cannot be learned: it is the loss that is left.
        Some(LearnerKind::Sgd(regression)) => Surroundings {
            floor: regression.noise(),
            ..around
        },
        _ => around,
    };
    let world = match &raw.world {
        Some(world) => world::validate(world, around, problems),
        None => None,
    };
    let world = match (world, &learner, &raw.learner) {
        (Some(world), Some(LearnerKind::Counting(_)), Some(learner)) => {
            supply::complete(world, learner, problems)
        }
        (world, ..) => world,
    };
    let setting = Setting {
        domains: raw.world.as_ref().map_or(0, |world| world.domains.len()),
        world: world.as_ref(),
        learner: learner.as_ref(),
        seed: around.seed,
    };
    if let (Some(raw), Some(LearnerKind::Sgd(_)), Some(world)) = (&raw.world, &learner, &world) {
        sgd_checks::check_world(raw, world, problems);
    }
    let (sweep, design) = sweep::validate(raw.sweep.as_ref()?, setting, problems)?;
    Some(Source::Simulated {
        world: world?,
        learner: learner?,
        sweep,
        design,
    })
}

/// The experiment as a file in `folder` would say it, with every default written out. Reading it
/// from there gives an equal experiment, up to the spelling of paths: they are written relative
/// to `folder`.
pub fn resolved_toml(experiment: &Experiment, folder: &Path) -> String {
    let text = to_toml(&raw(experiment, folder));
    format!("# Every default is written out.\n{text}")
}

/// The file that says `experiment`, with paths relative to `folder`.
fn raw(experiment: &Experiment, folder: &Path) -> RawExperiment {
    let fit = experiment.fit.as_ref();
    let optimum = experiment.optimum.as_ref();
    let checks = experiment.checks.iter().map(RawCheck::from);
    let raw = RawExperiment {
        name: Some(experiment.name.clone().into()),
        claim: experiment.claim.clone().map(At::from),
        seed: Some(whole(experiment.seed)),
        slow: Some(experiment.slow),
        fit: fit.map(|plan| fit::raw(plan, folder).into()),
        vary: experiment
            .vary
            .as_ref()
            .map(|vary| RawVary::from(vary).into()),
        optimum: optimum.map(|plan| RawOptimum::from(plan).into()),
        checks: (!experiment.checks.is_empty()).then(|| list(checks)),
        ..RawExperiment::default()
    };
    match &experiment.source {
        Source::Simulated {
            world,
            learner,
            sweep,
            design,
        } => {
            let spread = SpreadAt::of(experiment.vary.as_ref());
            let supply = world.supply();
            let mut raw_learner = RawLearner::from(learner);
            if !supply.is_unlimited() {
                raw_learner.repetition_decay = Some(supply.decay().into());
            }
            RawExperiment {
                world: Some(world::raw(world, &spread).into()),
                learner: Some(raw_learner.into()),
                sweep: Some(sweep::raw(sweep, design, learner).into()),
                ..raw
            }
        }
        Source::Runs(mapping) => RawExperiment {
            data: Some(data::raw(mapping, folder).into()),
            ..raw
        },
    }
}
