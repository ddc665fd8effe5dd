//! Runs a sweep on all threads.

use std::ops::Range;

use rayon::prelude::*;

use super::finished::Finished;
use super::hooks::{Hooks, SweepError};
use super::shard::Unit;
use super::store::Writer;
use super::{Mode, Sweep, SweepRun};
use crate::numeric::random::{Purpose, stream};
use crate::runs::RunTable;
use crate::simulate::{Grouping, Sampler, SamplerScratch, Simulator};

/// Runs that one thread takes at a time: enough work to make handing it out free.
pub(super) const BATCH: usize = 64;

/// Simulates single runs of a sweep, expected or drawn as its mode says.
pub struct Runner<'a> {
    sweep: &'a Sweep,
    simulator: &'a Simulator,
    sampler: Option<Sampler<'a>>,
}

impl<'a> Runner<'a> {
    /// Prepares the runs of `sweep`.
    pub fn new(simulator: &'a Simulator, sweep: &'a Sweep) -> Self {
        Self {
            sweep,
            simulator,
            sampler: match sweep.mode {
                Mode::Expected => None,
                Mode::Sampled(counts) => {
                    Some(Sampler::new(simulator, Grouping::default()).with_counts(counts))
                }
            },
        }
    }

    /// Domain losses of `run` in nats, into `losses` (length K). The memory of `scratch` may have
    /// served any run.
    ///
    /// # Panics
    /// When `losses` has not one entry per domain.
    pub fn run(&self, run: &SweepRun, scratch: &mut SamplerScratch, losses: &mut [f64]) {
        let weights = run.mixture.weights();
        match &self.sampler {
            None => {
                let scratch = &mut scratch.expected;
                self.simulator
                    .losses_into(weights, run.capacity, run.tokens, scratch, losses);
            }
            Some(sampler) => {
                let mut random =
                    stream(self.sweep.seed, Purpose::Training, run.cell, run.replicate);
                let scale = (run.capacity, run.tokens);
                sampler.losses_into(weights, scale, &mut random, scratch, losses);
            }
        }
    }

    /// The numbers of the runs of a batch.
    pub(super) fn batch(&self, batch: usize) -> Range<usize> {
        batch * BATCH..((batch + 1) * BATCH).min(self.sweep.runs())
    }
}

/// Simulates every run of `sweep`. `done` hears how many more runs are finished; it is called from
/// any thread. The table does not depend on the number of threads.
///
/// # Errors
/// [`SweepError::Table`] when the sweep has no runs.
pub fn simulate(
    simulator: &Simulator,
    sweep: &Sweep,
    done: &(dyn Fn(usize) + Sync),
) -> Result<RunTable, SweepError> {
    let names = simulator.world().names();
    let mut finished = Finished::none(sweep, names.len());
    complete(simulator, sweep, &mut finished, &Hooks::all(done))?;
    Ok(finished.into_table(sweep, names)?)
}

/// Simulates the runs of a share of `sweep` that are not in `finished` yet, and adds them.
///
/// # Errors
/// [`SweepError::Stopped`] and [`SweepError::Write`]; what was done until then is with the writer and
/// in `finished`.
pub(crate) fn complete(
    simulator: &Simulator,
    sweep: &Sweep,
    finished: &mut Finished,
    hooks: &Hooks<'_>,
) -> Result<(), SweepError> {
    let domains = finished.domains;
    let runner = Runner::new(simulator, sweep);
    let losses = finished.losses.par_chunks_mut(BATCH * domains);
    let all_done = finished.done.par_chunks_mut(BATCH);
    losses.zip(all_done).enumerate().try_for_each_init(
        SamplerScratch::default,
        |scratch, (batch, (losses, all_done))| {
            let numbers = runner.batch(batch);
            let missing = |(number, done): (usize, &bool)| !*done && hooks.share.has(number);
            if !numbers.clone().zip(all_done.iter()).any(missing) {
                return Ok(());
            }
            hooks.go_on()?;
            let mut kept = hooks.writer.map(Writer::batch);
            let mut more = 0;
            for ((number, losses), done) in numbers
                .zip(losses.chunks_mut(domains))
                .zip(all_done.iter_mut())
                .filter(|((number, _), done)| missing((*number, done)))
            {
                runner.run(&sweep.run(number), scratch, losses);
                if let (Some(writer), Some(kept)) = (hooks.writer, &mut kept) {
                    writer.push(kept, number, losses, &[]);
                }
                *done = true;
                more += 1;
            }
            hooks.keep(kept)?;
            (hooks.done)(more);
            Ok(())
        },
    )
}

/// The runs of a sweep one by one. What a run costs depends on its capacity and tokens, hardly on
/// its mixture, and runs of one scale follow one another: dealt out in turn, every shard gets its
/// part of each scale.
pub fn single_runs(sweep: &Sweep) -> Vec<Unit> {
    (0..sweep.runs())
        .map(|run| Unit {
            runs: run..run + 1,
            cost: 1.0,
        })
        .collect()
}
