//! `mixlaw verify`: results simulated again and compared.

use std::collections::BTreeSet;
use std::path::Path;

use rand::RngExt;

use super::arguments::VerifyArguments;
use super::failure::Failure;
use super::print::print;
use super::progress::Terminal;
use crate::config::{self, Experiment, Source, run_identity};
use crate::learner::LearnerKind;
use crate::numeric::random::{Purpose, stream};
use crate::report::{Manifest, Simulation, cpu_model};
use crate::runner::{Observer, Simulated, Work, load_experiment, simulate_missing};
use crate::runs::{file_fingerprint, fingerprint};
use crate::sgd::Trainer;
use crate::sweep::{Finished, Hooks, Keys, Share, Sweep, load_table, trained_together};
use crate::text::count::grouped;
use crate::text::words::{listed, shown};

/// What another kind of processor may change of a loss, relative.
const OTHER_PROCESSOR: f64 = 1e-9;

/// Most kinds of processor that are listed.
const MOST_PROCESSORS: usize = 5;

pub(super) fn verify(arguments: &VerifyArguments, talk: &Terminal) -> Result<(), Failure> {
    let folder = &arguments.folder;
    let manifest = Manifest::read(&folder.join("manifest.json")).ok_or_else(|| {
        Failure::words_with_help(
            format!("{} holds no results with a manifest.json", folder.display()),
            "name a directory that `mixlaw run` wrote to",
        )
    })?;
    let file = folder.join("experiment.toml");
    is_as_written(&file, &manifest.experiment.sha256)?;
    let experiment = load_experiment(&file).map_err(Failure::input)?;
    if manifest.mixlaw != env!("CARGO_PKG_VERSION") {
        talk.note(&format!(
            "note: the results are of mixlaw {}, this is {}",
            shown(&manifest.mixlaw),
            env!("CARGO_PKG_VERSION")
        ));
    }
    match &experiment.source {
        Source::Runs(mapping) => {
            let (_, source) = crate::runner::load(mapping, talk)?;
            let same = manifest
                .inputs
                .iter()
                .all(|input| input.sha256 == source.sha256);
            if !same {
                return Err(Failure::other(format!(
                    "{} is not the file that the results were made of: its SHA-256 differs",
                    source.path
                )));
            }
            print(&format!(
                "{} is the file that the results were made of; nothing in them is simulated\n",
                source.path
            ))
        }
        Source::Simulated {
            world,
            learner,
            sweep,
            ..
        } => {
            let simulation = manifest.simulation.as_ref().ok_or_else(|| {
                Failure::words_with_help(
                    format!("the runs of {} are not finished", folder.display()),
                    "finish them with `mixlaw run`, which goes on where it stopped",
                )
            })?;
            let simulated = Simulated {
                world,
                learner,
                sweep,
            };
            verify_runs(
                arguments,
                &experiment,
                simulated,
                (simulation, &manifest.mixlaw),
                talk,
            )
        }
    }
}

/// Simulates a sample of the runs again.
fn verify_runs(
    arguments: &VerifyArguments,
    experiment: &Experiment,
    simulated: Simulated<'_>,
    (simulation, version): (&Simulation, &str),
    talk: &Terminal,
) -> Result<(), Failure> {
    let folder = &arguments.folder;
    let table = folder.join("runs.csv");
    is_as_written(&table, &simulation.runs_sha256)?;
    if let Some(sha256) = &simulation.curves_sha256 {
        is_as_written(&folder.join("curves.csv"), sha256)?;
    }
    let resolved = config::resolved_toml(experiment, folder);
    let meaning = run_identity(&resolved, version).map_or(String::new(), |meaning| meaning.runs);
    if fingerprint(meaning.as_bytes()) != simulation.identity {
        return Err(Failure::other(format!(
            "the runs of {} are not those of its experiment.toml",
            folder.display()
        )));
    }
    let (sweep, names) = (simulated.sweep, simulated.world.names());
    let keys = Keys::new(&meaning, sweep);
    let mut written = Finished::none(sweep, names.len());
    load_table(&table, &names, &keys, &mut written)
        .map_err(|error| Failure::words(format!("cannot read {}: {error}", table.display())))?;
    let chosen = sample(sweep.runs(), arguments.sample, arguments.seed);
    let again = again(simulated, &chosen, talk)?;

    let mut largest: f64 = 0.0;
    let mut differing = 0;
    for run in &chosen {
        let place = || {
            let run = sweep.run(*run);
            format!("cell {} replicate {}", run.cell, run.replicate)
        };
        if !written.is_done(*run) {
            return Err(Failure::other(format!(
                "{} has no run of {}",
                table.display(),
                place()
            )));
        }
        let mut differs = false;
        for ((old, new), name) in written
            .losses(*run)
            .iter()
            .zip(again.losses(*run))
            .zip(&names)
        {
            if old.to_bits() == new.to_bits() || (old.is_nan() && new.is_nan()) {
                continue;
            }
            let relative = ((new - old) / old).abs();
            if relative.is_nan() || relative > OTHER_PROCESSOR {
                return Err(Failure::other(format!(
                    "{} differs: the loss of {name} in {} is {old:?} there and {new:?} here",
                    table.display(),
                    place()
                )));
            }
            differs = true;
            largest = largest.max(relative);
        }
        differing += usize::from(differs);
    }
    let counts = format!(
        "{} of {} runs simulated again",
        grouped(chosen.len()),
        grouped(sweep.runs())
    );
    if differing == 0 {
        return print(&format!("{counts}: all are the same to the byte\n"));
    }
    let here = cpu_model().unwrap_or_else(|| "unknown".into());
    let told =
        format!("{counts}: {differing} differ in their last digits, by {largest:.1e} at most");
    if simulation.processors == [here.clone()] {
        return Err(Failure::other(format!(
            "{told}, though they were made on this kind of processor ({here})"
        )));
    }
    print(&format!(
        "{told}; within 1e-9, which another processor may change (made on {}, this is {here})\n",
        listed(
            simulation.processors.iter().map(String::as_str),
            MOST_PROCESSORS
        )
    ))
}

/// At most `count` of `runs` numbers, chosen at random.
fn sample(runs: usize, count: usize, seed: u64) -> Vec<usize> {
    if count >= runs {
        return (0..runs).collect();
    }
    let mut random = stream(seed, Purpose::Verification, 0, 0);
    // Floyd's method: every set is as likely as any other.
    let mut chosen = BTreeSet::new();
    for last in runs - count..runs {
        let drawn = random.random_range(0..=last);
        chosen.insert(if chosen.contains(&drawn) { last } else { drawn });
    }
    chosen.into_iter().collect()
}

/// Runs of a sweep, simulated.
fn again(
    Simulated {
        world,
        learner,
        sweep,
    }: Simulated<'_>,
    chosen: &[usize],
    talk: &Terminal,
) -> Result<Finished, Failure> {
    let mut finished = Finished::none(sweep, world.domains().len());
    let runs = match learner {
        LearnerKind::Counting(_) => chosen.to_vec(),
        LearnerKind::Sgd(sgd) => {
            with_company(chosen, &Trainer::new(world.clone(), sgd.clone()), sweep)
        }
    };
    let work = Work::begin(talk, "simulated runs", runs.len());
    let share = Share::of_runs(&runs, sweep.runs());
    let done = |more| work.advance(more);
    let hooks = Hooks {
        share: &share,
        ..Hooks::all(&done)
    };
    simulate_missing(world, learner, sweep, &mut finished, &hooks).map_err(Failure::words)?;
    Ok(finished)
}

/// The runs that are trained together with some of the chosen.
fn with_company(chosen: &[usize], trainer: &Trainer, sweep: &Sweep) -> Vec<usize> {
    trained_together(trainer, sweep)
        .into_iter()
        .filter(|unit| chosen.iter().any(|run| unit.runs.contains(run)))
        .flat_map(|unit| unit.runs)
        .collect()
}

/// Refuses a file that has changed since it was written.
fn is_as_written(path: &Path, sha256: &str) -> Result<(), Failure> {
    let found = file_fingerprint(path)
        .map_err(|error| Failure::other(format!("cannot read {}: {error}", path.display())))?;
    if found == sha256 {
        return Ok(());
    }
    Err(Failure::other(format!(
        "{} is not as it was written: its SHA-256 is {found}, and manifest.json has {sha256}",
        path.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_distinct_and_follow_their_seed() {
        assert_eq!(sample(5, 9, 1), [0, 1, 2, 3, 4]);
        let one = sample(1000, 100, 1);
        assert_eq!(one.len(), 100);
        assert!(one.windows(2).all(|pair| pair[0] < pair[1]) && one[99] < 1000);
        assert_eq!(one, sample(1000, 100, 1));
        assert_ne!(one, sample(1000, 100, 2));
    }
}
