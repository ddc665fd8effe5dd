//! `mixlaw run`: the whole experiment.

use std::path::Path;

use ndarray::Array2;

use super::arguments::{Retry, RunArguments};
use super::failure::Failure;
use super::progress::Talk;
use crate::claim::{ClaimResult, Verdict};
use crate::config::{self, Experiment, Source};
use crate::fit::observations;
use crate::optimum::Trained;
use crate::report::{Manifest, PageFigure};
use crate::runner::figure::known::check_figures;
use crate::runner::keeping::{Keeping, Simulated};
use crate::runner::output::Filler;
use crate::runner::question::Question;
use crate::runner::refused_directory::ELSEWHERE;
use crate::runner::resumed_sweep::KeptSweep;
use crate::runner::run_directory::{Directory, Origin};
use crate::runner::{coarse, estimate, output};
use crate::runs::RunTable;
use crate::sweep::{Store, Sweep};

/// Where results go when nothing else is said.
pub(super) const DEFAULT_FOLDER: &str = "mixlaw-out";

pub(super) fn run(arguments: &RunArguments, talk: Talk) -> Result<(), Failure> {
    let experiment = experiment_or_quickstart(arguments.file.as_deref())?;
    estimate::allow(&experiment, arguments.yes)?;
    coarse::warn(&experiment, talk);
    let folder = arguments
        .out
        .clone()
        .unwrap_or_else(|| Path::new(DEFAULT_FOLDER).join(&experiment.name));
    let keeping = Keeping {
        fresh: arguments.fresh,
        retry_failed: arguments.retry == Some(Retry::Failed),
        shard: arguments.shard,
        merged: None,
    };
    if keeping.shard.is_some() {
        return share_into(&folder, &experiment, &keeping, talk);
    }
    let ran = run_into(&folder, &experiment, &keeping, talk, true)?;
    if arguments.strict && fails(&ran.claim) {
        return Err(Failure::Claim);
    }
    Ok(())
}

/// The experiment of `file`, or the built-in one.
pub(super) fn experiment_or_quickstart(file: Option<&Path>) -> Result<Experiment, Failure> {
    match file {
        Some(file) => config::load(file),
        None => config::parse(config::QUICKSTART, "quickstart.toml"),
    }
    .map_err(Failure::input)
}

/// Whether some check of a claim fails.
pub(super) fn fails(claim: &ClaimResult) -> bool {
    claim
        .checks
        .iter()
        .any(|check| check.verdict == Verdict::Fails)
}

/// What came of an experiment.
pub(crate) struct Ran {
    /// Its claim and checks.
    pub(crate) claim: ClaimResult,
    /// The picture that shows the claim.
    pub(crate) picture: Option<PageFigure>,
}

/// Runs an experiment, fills `folder` with its results, and prints its tables if asked.
pub(super) fn run_into(
    folder: &Path,
    experiment: &Experiment,
    keeping: &Keeping,
    talk: Talk,
    tables: bool,
) -> Result<Ran, Failure> {
    check_figures(experiment)?;
    output::check_folder(folder, Filler::Run)?;
    let resolved = config::resolved_toml(experiment, folder);
    let (origin, question) = match &experiment.source {
        // Runs from files are read before anything is written: bad input leaves nothing behind.
        Source::Runs(mapping) => {
            if !keeping.fresh {
                refuse_simulated(folder)?;
            }
            let (table, source) = super::fit::load(mapping, talk)?;
            let question = question(experiment, Some(&table))?;
            (Origin::Read(table, source), question)
        }
        Source::Simulated {
            world,
            learner,
            sweep,
            ..
        } => {
            let simulated = Simulated {
                world,
                learner,
                sweep,
            };
            let question = question(experiment, None)?;
            output::make_folder(folder)?;
            let kept = KeptSweep::open(folder, simulated, &resolved, keeping, talk)?;
            (Origin::Kept(kept), question)
        }
    };
    output::make_folder(&folder.join("figures"))?;
    let directory = Directory {
        resolved,
        path: folder.to_path_buf(),
        tables,
    };
    directory.fill(experiment, origin, question.as_ref(), talk)
}

/// Refuses to replace runs that were simulated, perhaps for days, by a copy of runs from files.
fn refuse_simulated(folder: &Path) -> Result<(), Failure> {
    let manifest = Manifest::read(&folder.join("manifest.json"));
    let simulated = manifest.is_some_and(|manifest| manifest.simulation.is_some());
    if simulated || Store::is_in(folder) {
        return Err(Failure::words_with_help(
            format!(
                "{} holds simulated runs of another experiment",
                folder.display()
            ),
            ELSEWHERE,
        ));
    }
    Ok(())
}

/// Simulates a share of the runs of an experiment into `folder`.
fn share_into(
    folder: &Path,
    experiment: &Experiment,
    keeping: &Keeping,
    talk: Talk,
) -> Result<(), Failure> {
    check_figures(experiment)?;
    let Some(simulated) = Simulated::of(&experiment.source) else {
        return Err(Failure::words_with_help(
            format!("{} loads its runs from a file", experiment.name),
            "--shard needs an experiment with [world], [learner] and [sweep]",
        ));
    };
    question(experiment, None)?;
    output::check_folder(folder, Filler::Run)?;
    output::make_folder(folder)?;
    let resolved = config::resolved_toml(experiment, folder);
    let mut kept = KeptSweep::open(folder, simulated, &resolved, keeping, talk)?;
    output::write(&folder.join("experiment.toml"), resolved.as_bytes())?;
    kept.complete(talk)?;
    kept.end_share(talk);
    Ok(())
}

/// The best mixture that is asked for, in terms of the domains; what is wrong with it is told
/// before any work.
fn question(
    experiment: &Experiment,
    table: Option<&RunTable>,
) -> Result<Option<Question>, Failure> {
    let Some(plan) = &experiment.optimum else {
        return Ok(None);
    };
    let question = match (&experiment.source, table) {
        (Source::Simulated { world, sweep, .. }, _) => {
            let names = world.names();
            let own: Vec<_> = (0..names.len()).map(Some).collect();
            let trained = trained_by(sweep, names.len());
            Question::new(plan, &names, (&names, &own), &trained, experiment.seed)
        }
        (Source::Runs(_), Some(table)) => {
            let columns = (table.loss_names(), table.own_weight());
            let all: Vec<usize> = (0..table.len()).collect();
            let rows = observations(table, &all, 0.0);
            let trained = Trained::of(&rows.weights, &rows.capacity, &rows.tokens);
            let seed = experiment.seed;
            Question::new(plan, table.weight_names(), columns, &trained, seed)
        }
        (Source::Runs(_), None) => return Ok(None),
    };
    question.map(Some)
}

/// What the runs of a sweep over `domains` domains will cover.
fn trained_by(sweep: &Sweep, domains: usize) -> Trained {
    let shape = (sweep.mixtures.len(), domains);
    let weights = Array2::from_shape_fn(shape, |(at, domain)| sweep.mixtures[at].weights()[domain]);
    Trained::of(&weights, &sweep.capacities, &sweep.tokens)
}
