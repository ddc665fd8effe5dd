//! Runs a sweep of the learner that trains, on all threads.

use std::fmt::Write as _;

use rayon::prelude::*;
use thiserror::Error;

use super::execute::table;
use super::{Mode, Sweep};
use crate::learner::sgd::Limits;
use crate::random::{Purpose, stream};
use crate::runs::{RunTable, TableError};
use crate::simulate::{Trained, Trainer, TrainingError};

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
    /// Their curves, by run and step.
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
    let limits = check(trainer, sweep)?;
    let trained: Vec<Trained> = (0..sweep.runs())
        .into_par_iter()
        .with_max_len(1)
        .map(|number| {
            let run = sweep.run(number);
            let weights = run.mixture.weights();
            let trained = match sweep.mode {
                Mode::Expected => trainer.expected(weights, run.capacity, run.tokens),
                Mode::Sampled => {
                    let mut random = stream(sweep.seed, Purpose::Training, run.cell, run.replicate);
                    trainer.train(weights, run.capacity, run.tokens, &mut random)
                }
            };
            done(1);
            trained
        })
        .collect();
    let losses: Vec<f64> = trained
        .iter()
        .flat_map(|run| run.losses.iter().copied())
        .collect();
    Ok(Training {
        table: table(sweep, trainer.world().names(), &losses)?,
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

/// The smallest limits of the step size over all runs that take steps.
fn check(trainer: &Trainer, sweep: &Sweep) -> Result<Option<Limits>, TrainingError> {
    if sweep.tokens.iter().all(|tokens| tokens.is_infinite()) {
        return Ok(None);
    }
    let cells: Vec<_> = sweep
        .capacities
        .iter()
        .flat_map(|capacity| {
            sweep
                .mixtures
                .iter()
                .map(move |mixture| (*capacity, mixture))
        })
        .collect();
    let limits: Vec<Limits> = cells
        .par_iter()
        .map(|(capacity, mixture)| trainer.check(mixture.weights(), *capacity))
        .collect::<Result<_, _>>()?;
    Ok(limits.into_iter().reduce(Limits::smaller))
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
