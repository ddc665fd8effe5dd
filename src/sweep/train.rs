//! Runs a sweep of the learner that trains, on all threads.

use std::fmt::Write as _;
use std::ops::Range;

use ndarray::Array2;
use rayon::prelude::*;
use thiserror::Error;

use super::execute::table;
use super::{Mode, Sweep};
use crate::learner::sgd::{Limits, SharedRun};
use crate::random::{Purpose, stream};
use crate::runs::{RunTable, TableError};
use crate::simulate::{Trained, Trainer, TrainingError, View};

/// Runs that share a projection and go side by side: enough to make matrix products of them.
const TOGETHER: usize = 24;

/// Losses of a run on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct CurvePoint {
    /// Number of the run in the sweep.
    pub run: usize,
    /// Steps taken.
    pub step: u64,
    /// Domain losses L_i there, in nats; NaN if the run has diverged.
    pub losses: Vec<f64>,
}

/// A sweep of training runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// The runs; one that diverged has no loss.
    pub table: RunTable,
    /// Their curves, by run and step; empty for a learner that takes no steps.
    pub curves: Vec<CurvePoint>,
    /// Number of runs that diverged.
    pub diverged: usize,
    /// The smallest limits of the step size over all runs; `None` if no run takes steps.
    pub limits: Option<Limits>,
}

/// Why a sweep cannot be trained.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum TrainError {
    /// The learner cannot run in some cell.
    #[error(transparent)]
    Training(#[from] TrainingError),
    /// The runs make no table.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// Trains every run of `sweep`. `done` hears how many more runs are finished; it is called from
/// any thread. Results do not depend on the number of threads.
///
/// # Errors
/// [`TrainError`] when the step is too large in some cell (before anything runs), or the sweep has
/// no runs.
pub fn train(
    trainer: &Trainer,
    sweep: &Sweep,
    done: &(dyn Fn(usize) + Sync),
) -> Result<Training, TrainError> {
    let mut limits = None;
    // The projection `top` costs nothing: every capacity is checked before anything runs.
    if !trainer.is_random() {
        for capacity in &sweep.capacities {
            let view = trainer.average_view(*capacity);
            check(trainer, sweep, &view, *capacity, &mut limits)?;
        }
    }
    let mut trained = Vec::with_capacity(sweep.runs());
    for (number, capacity) in sweep.capacities.iter().enumerate() {
        trained.extend(at_capacity(
            trainer,
            sweep,
            (number, *capacity),
            &mut limits,
            done,
        )?);
    }
    let names = trainer.world().names();
    let losses = Array2::from_shape_fn((trained.len(), names.len()), |(run, domain)| {
        trained[run].losses[domain]
    });
    Ok(Training {
        table: table(sweep, names, losses)?,
        diverged: trained
            .iter()
            .filter(|run| run.losses.iter().any(|loss| loss.is_nan()))
            .count(),
        curves: trained
            .into_iter()
            .enumerate()
            .flat_map(|(run, trained)| {
                trained
                    .curve
                    .into_iter()
                    .map(move |(step, losses)| CurvePoint { run, step, losses })
            })
            .collect(),
        limits,
    })
}

/// Every run at one capacity, in order. One projection is in memory at a time.
fn at_capacity(
    trainer: &Trainer,
    sweep: &Sweep,
    (number, capacity): (usize, f64),
    limits: &mut Option<Limits>,
    done: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Trained>, TrainingError> {
    let runs = sweep.runs() / sweep.capacities.len();
    // Only under a common projection have runs something to share.
    let together = match sweep.mode {
        Mode::Sampled(_) if trainer.is_random() && trainer.takes_steps() => TOGETHER,
        Mode::Sampled(_) | Mode::Expected => 1,
    };
    let per_tokens = runs / sweep.tokens_per_capacity();
    let batches: Vec<Range<usize>> = (0..sweep.tokens_per_capacity())
        .flat_map(|tokens| (0..per_tokens.div_ceil(together)).map(move |batch| (tokens, batch)))
        .map(|(tokens, batch)| {
            let first = number * runs + tokens * per_tokens;
            first + batch * together..first + ((batch + 1) * together).min(per_tokens)
        })
        .collect();
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
    let mut by_sketch: Vec<Vec<Trained>> = Vec::new();
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
        let trained: Vec<Vec<Trained>> = batches
            .par_iter()
            .with_max_len(1)
            .map(|batch| {
                let trained = one_batch(trainer, sweep, &view, batch.clone(), sketch);
                if sketch + 1 == sketches {
                    done(batch.len());
                }
                trained
            })
            .collect();
        by_sketch.push(trained.into_iter().flatten().collect());
    }
    Ok((0..runs)
        .map(|run| {
            let same: Vec<Trained> = by_sketch.iter().map(|runs| runs[run].clone()).collect();
            Trained::mean(&same)
        })
        .collect())
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

impl Training {
    /// The curves as CSV: one row for each run and step, with the columns of the run table and, in
    /// between, `step` and `tokens-seen`. The first line is a comment that says what a point is not.
    pub fn curves_csv(&self, batch: u64) -> String {
        let table = &self.table;
        let mut text = String::from(
            "# A point of a run whose step decays is not the final loss of a shorter run: \
             its steps are sized for the whole run.\n\
             cell,replicate,capacity,tokens",
        );
        for name in table.weight_names() {
            let _ = write!(text, ",weight_{name}");
        }
        text.push_str(",step,tokens-seen");
        for name in table.loss_names() {
            let _ = write!(text, ",loss_{name}");
        }
        text.push('\n');
        for point in &self.curves {
            let run = point.run;
            let _ = write!(text, "{},{}", table.cell(run), table.replicate(run));
            let scales = [table.capacity(run), table.tokens(run)];
            for number in scales.iter().flatten().chain(&table.weights(run)) {
                let _ = write!(text, ",{number:?}");
            }
            let _ = write!(text, ",{},{}", point.step, point.step * batch);
            for loss in &point.losses {
                if loss.is_nan() {
                    text.push(',');
                } else {
                    let _ = write!(text, ",{loss:?}");
                }
            }
            text.push('\n');
        }
        text
    }
}
