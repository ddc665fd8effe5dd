//! The runs of an experiment: simulated in memory, or read from files.

use super::error::RunError;
use super::observer::{Asking, Observer, Work};
use crate::learner::LearnerKind;
use crate::report::DataSource;
use crate::runs::{self, Mapping, ReadNotes, RunTable};
use crate::sgd::{Limits, Trainer};
use crate::simulate::Simulator;
use crate::sweep::{Finished, Hooks, Sweep, SweepError, complete, complete_training};
use crate::world::World;

/// Simulates a sweep; its runs are kept in memory alone.
pub(crate) fn simulated(
    world: &World,
    learner: &LearnerKind,
    sweep: &Sweep,
    observer: &dyn Observer,
) -> Result<RunTable, RunError> {
    let mut finished = Finished::none(sweep, world.domains().len());
    let work = Work::begin(observer, "simulated runs", sweep.runs());
    let asking = Asking::begin(observer);
    let done = |more| work.advance(more);
    let stop = || observer.interrupted();
    let hooks = Hooks {
        stop: &stop,
        ..Hooks::all(&done)
    };
    let limits = simulate_missing(world, learner, sweep, &mut finished, &hooks);
    drop(asking);
    let limits = match limits {
        Ok(limits) => limits,
        Err(SweepError::Stopped) => {
            return Err(RunError::Interrupted(
                "nothing is kept of these runs".into(),
            ));
        }
        Err(error) => return Err(RunError::words(error)),
    };
    work.fail(finished.diverged());
    work.finish();
    if let Some((step, limits)) = limits {
        note_limits(step, limits, observer);
    }
    note_diverged(&finished, sweep, observer);
    finished
        .into_table(sweep, world.names())
        .map_err(RunError::words)
}

/// Simulates what of a sweep is not in `finished`; for a learner that takes steps, its step size with
/// the limits of stability.
pub(crate) fn simulate_missing(
    world: &World,
    learner: &LearnerKind,
    sweep: &Sweep,
    finished: &mut Finished,
    hooks: &Hooks<'_>,
) -> Result<Option<(f64, Limits)>, SweepError> {
    match learner {
        LearnerKind::Counting(learner) => {
            let simulator = Simulator::new(world.clone(), learner.clone(), sweep.resolution);
            complete(&simulator, sweep, finished, hooks).map(|()| None)
        }
        LearnerKind::Sgd(regression) => {
            let trainer = Trainer::new(world.clone(), regression.clone());
            let limits = complete_training(&trainer, sweep, finished, hooks)?;
            Ok(regression.one_pass().map(|sgd| sgd.step).zip(limits))
        }
    }
}

/// Says how far the step size is from divergence.
pub(super) fn note_limits(step: f64, limits: Limits, observer: &dyn Observer) {
    let exact = limits.mean_square.map_or(String::new(), |limit| {
        format!("; second moments diverge from {limit:.3} on")
    });
    observer.note(&format!(
        "the step is {step}{exact}; below {:.3} it is safe under any projection",
        limits.sufficient
    ));
}

/// Says how many runs diverged, if any did.
pub(super) fn note_diverged(finished: &Finished, sweep: &Sweep, observer: &dyn Observer) {
    if finished.diverged() > 0 {
        observer.note(&format!(
            "{} of {} runs diverged: the table has no losses for them and no law is fitted to them",
            finished.diverged(),
            sweep.runs()
        ));
    }
}

/// Reads the runs and says what was done to them.
pub(crate) fn load(
    mapping: &Mapping,
    observer: &dyn Observer,
) -> Result<(RunTable, DataSource), RunError> {
    let (table, notes) = runs::read(mapping).map_err(RunError::input)?;
    for sentence in notes.sentences() {
        observer.note(&sentence);
    }
    let source = source_of(mapping, &table, &notes);
    Ok((table.measured(), source))
}

fn source_of(mapping: &Mapping, table: &RunTable, notes: &ReadNotes) -> DataSource {
    let paths: Vec<String> = mapping
        .files
        .iter()
        .map(|file| file.display().to_string().replace('\\', "/"))
        .collect();
    DataSource {
        path: paths.join(","),
        sha256: notes.sha256.clone(),
        rows: table.len(),
        domains: table.loss_names().to_vec(),
    }
}
