//! Runs a sweep of the learner that trains, on all threads.

use std::fmt::Write as _;
use std::ops::Range;

use rayon::prelude::*;

use super::finished::Finished;
use super::hooks::{Hooks, SweepError};
use super::shard::Unit;
use super::{Mode, Sweep};
use crate::numeric::random::{Purpose, stream};
use crate::runs::RunTable;
use crate::sgd::{Limits, SharedRun, Trained, Trainer, TrainingError, View};

/// Runs that share a projection and go side by side: enough to make matrix products of them.
const TOGETHER: usize = 24;

/// A sweep of training runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// The runs; one that diverged has no loss.
    pub table: RunTable,
    /// Their curves as CSV; see `curves_csv`. Empty for a learner that takes no steps.
    pub curves: String,
    /// Number of runs that diverged.
    pub diverged: usize,
    /// The smallest limits of the step size over all runs; `None` if no run takes steps.
    pub limits: Option<Limits>,
}

/// Trains every run of `sweep`. `done` hears how many more runs are finished; it is called from
/// any thread. Results do not depend on the number of threads.
///
/// # Errors
/// [`SweepError`] when the step is too large in some cell (before anything runs), or the sweep has
/// no runs.
pub fn train(
    trainer: &Trainer,
    sweep: &Sweep,
    done: &(dyn Fn(usize) + Sync),
) -> Result<Training, SweepError> {
    let names = trainer.world().names();
    let mut finished = Finished::none(sweep, names.len());
    let limits = complete_training(trainer, sweep, &mut finished, &Hooks::all(done))?;
    let curves = trainer
        .regression()
        .one_pass()
        .map_or(String::new(), |sgd| {
            curves_csv(&finished, sweep, &names, sgd.batch)
        });
    Ok(Training {
        curves,
        diverged: finished.diverged(),
        table: finished.into_table(sweep, names)?,
        limits,
    })
}

/// Trains the runs of a share of `sweep` that are not in `finished` yet, and adds them; gives the
/// smallest limits of the step size that were met. Runs that are trained together are so again, even
/// if some of them are finished: their last bits depend on it.
///
/// # Errors
/// [`SweepError`] when the step is too large in some cell, and when the sweep is stopped or cannot
/// be written; batches that were done until then are with the writer.
pub(crate) fn complete_training(
    trainer: &Trainer,
    sweep: &Sweep,
    finished: &mut Finished,
    hooks: &Hooks<'_>,
) -> Result<Option<Limits>, SweepError> {
    let mut limits = None;
    // The projection `top` costs nothing: every capacity is checked before anything runs.
    if !trainer.is_random() {
        for capacity in &sweep.capacities {
            let view = trainer.average_view(*capacity);
            check(trainer, sweep, &view, *capacity, &mut limits)?;
        }
    }
    let runs = sweep.runs() / sweep.capacities.len().max(1);
    let batches: Vec<Range<usize>> = trained_together(trainer, sweep)
        .into_iter()
        .map(|unit| unit.runs)
        .filter(|batch| {
            hooks.share.has(batch.start) && batch.clone().any(|run| !finished.is_done(run))
        })
        .collect();
    for (number, capacity) in sweep.capacities.iter().enumerate() {
        let here: Vec<Range<usize>> = batches
            .iter()
            .filter(|batch| batch.start / runs == number)
            .cloned()
            .collect();
        if here.is_empty() {
            continue;
        }
        for (batch, trained) in at_capacity(trainer, sweep, (*capacity, &here), &mut limits, hooks)?
        {
            for (run, trained) in batch.zip(trained) {
                finished.add(run, &trained.losses, trained.curve);
            }
        }
    }
    Ok(limits)
}

/// The runs of `sweep` that are trained together. What they cost is taken to grow with the number
/// of steps and of directions.
pub fn trained_together(trainer: &Trainer, sweep: &Sweep) -> Vec<Unit> {
    // Only under a common projection have runs something to share.
    let together = match sweep.mode {
        Mode::Sampled(_) if trainer.is_random() && trainer.takes_steps() => TOGETHER,
        Mode::Sampled(_) | Mode::Expected => 1,
    };
    let scales = sweep.cells() / sweep.mixtures.len().max(1);
    let runs = sweep.mixtures.len() * sweep.replicates as usize;
    (0..scales)
        .flat_map(|scale| (0..runs.div_ceil(together)).map(move |batch| (scale, batch)))
        .map(|(scale, batch)| {
            let first = scale * runs;
            let runs = first + batch * together..first + ((batch + 1) * together).min(runs);
            let run = sweep.run(runs.start);
            Unit {
                cost: runs.len() as f64 * trainer.cost(run.capacity, run.tokens),
                runs,
            }
        })
        .collect()
}

/// The numbers of runs that were trained together, and what became of them.
type TrainedBatch = (Range<usize>, Vec<Trained>);

/// Batches of runs at one capacity, each with its runs. One projection is in memory at a time.
fn at_capacity(
    trainer: &Trainer,
    sweep: &Sweep,
    (capacity, batches): (f64, &[Range<usize>]),
    limits: &mut Option<Limits>,
    hooks: &Hooks<'_>,
) -> Result<Vec<TrainedBatch>, SweepError> {
    let no_steps = sweep.tokens.iter().all(|tokens| tokens.is_infinite());
    let averaged = match sweep.mode {
        Mode::Expected => trainer.averages(no_steps),
        Mode::Sampled(_) => !trainer.is_random(),
    };
    let sketches = if averaged {
        1
    } else {
        trainer.regression().sketches
    };
    // The runs of each batch under the projections so far.
    let mut so_far: Vec<Vec<Vec<Trained>>> = vec![Vec::new(); batches.len()];
    let mut trained = Vec::new();
    for sketch in 0..sketches {
        let view = if averaged {
            trainer.average_view(capacity)
        } else {
            // One projection for all mixtures and lengths: its draw is a random effect.
            let mut random = stream(sweep.seed, Purpose::Sketch, capacity as u64, sketch);
            let view = trainer.view(capacity, &mut random)?;
            if !no_steps {
                check(trainer, sweep, &view, capacity, limits)?;
            }
            view
        };
        let last = sketch + 1 == sketches;
        let results: Vec<Vec<Trained>> = batches
            .par_iter()
            .zip(&so_far)
            .with_max_len(1)
            .map(|(batch, so_far)| {
                hooks.go_on()?;
                let trained = one_batch(trainer, sweep, &view, batch.clone(), sketch);
                if !last {
                    return Ok(trained);
                }
                let means = means(so_far, trained);
                if let Some(writer) = hooks.writer {
                    let mut kept = writer.batch();
                    for (run, mean) in batch.clone().zip(&means) {
                        writer.push(&mut kept, run, &mean.losses, &mean.curve);
                    }
                    hooks.keep(Some(kept))?;
                }
                (hooks.done)(batch.len());
                Ok(means)
            })
            .collect::<Result<_, SweepError>>()?;
        if last {
            trained = results;
        } else {
            so_far
                .iter_mut()
                .zip(results)
                .for_each(|(so_far, more)| so_far.push(more));
        }
    }
    Ok(batches.iter().cloned().zip(trained).collect())
}

/// The mean of each run over projections: those so far, and the last.
fn means(so_far: &[Vec<Trained>], last: Vec<Trained>) -> Vec<Trained> {
    last.into_iter()
        .enumerate()
        .map(|(run, trained)| {
            let mut same: Vec<Trained> = so_far.iter().map(|runs| runs[run].clone()).collect();
            same.push(trained);
            Trained::mean(&same)
        })
        .collect()
}

/// Runs of one capacity and one number of tokens.
fn one_batch(
    trainer: &Trainer,
    sweep: &Sweep,
    view: &View,
    batch: Range<usize>,
    sketch: u64,
) -> Vec<Trained> {
    let tokens = sweep.run(batch.start).tokens;
    let runs = batch.map(|number| sweep.run(number));
    match sweep.mode {
        Mode::Expected => runs
            .map(|run| {
                let weights = run.mixture.weights();
                if tokens.is_infinite() {
                    let average = trainer.average_view(run.capacity);
                    return trainer.expected(&average, weights, tokens);
                }
                trainer.expected(view, weights, tokens)
            })
            .collect(),
        Mode::Sampled(_) => {
            let mut runs: Vec<_> = runs
                .map(|run| SharedRun {
                    weights: run.mixture.weights(),
                    random: stream(
                        sweep.seed,
                        Purpose::Training,
                        run.cell,
                        run.replicate + sketch * sweep.replicates,
                    ),
                })
                .collect();
            trainer.train(view, tokens, &mut runs)
        }
    }
}

/// Checks the step size under every mixture; `limits` becomes the smallest so far.
fn check(
    trainer: &Trainer,
    sweep: &Sweep,
    view: &View,
    capacity: f64,
    limits: &mut Option<Limits>,
) -> Result<(), TrainingError> {
    if sweep.tokens.iter().all(|tokens| tokens.is_infinite()) {
        return Ok(());
    }
    let found: Vec<Option<Limits>> = sweep
        .mixtures
        .par_iter()
        .map(|mixture| trainer.check(view, mixture.weights(), capacity))
        .collect::<Result<_, _>>()?;
    *limits = found
        .into_iter()
        .flatten()
        .chain(*limits)
        .reduce(Limits::smaller);
    Ok(())
}

/// The curves of `sweep` over domains `names` as CSV: one row for each run and step, with the
/// columns of the run table and, in between, `step` and `tokens-seen` (steps of `batch` samples).
/// The first line is a comment that says what a point is not.
pub(crate) fn curves_csv(
    finished: &Finished,
    sweep: &Sweep,
    names: &[String],
    batch: u64,
) -> String {
    let mut text = String::from(
        "# A point of a run whose step decays is not the final loss of a shorter run: \
         its steps are sized for the whole run.\n\
         cell,replicate,capacity,tokens",
    );
    for name in names {
        let _ = write!(text, ",weight_{name}");
    }
    text.push_str(",step,tokens-seen");
    for name in names {
        let _ = write!(text, ",loss_{name}");
    }
    text.push('\n');
    for number in 0..finished.len() {
        let run = sweep.run(number);
        for (step, losses) in finished.curve(number) {
            let _ = write!(text, "{},{}", run.cell, run.replicate);
            let scales = [run.capacity, run.tokens];
            for number in scales.iter().chain(run.mixture.weights()) {
                let _ = write!(text, ",{number:?}");
            }
            let _ = write!(text, ",{step},{}", step * batch);
            for loss in losses {
                if loss.is_nan() {
                    text.push(',');
                } else {
                    let _ = write!(text, ",{loss:?}");
                }
            }
            text.push('\n');
        }
    }
    text
}
