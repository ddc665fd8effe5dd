//! Runs a sweep on all threads.

use ndarray::Array2;
use rayon::prelude::*;

use super::{Mode, Sweep};
use crate::random::{Purpose, stream};
use crate::runs::{Columns, RunTable, TableError};
use crate::simulate::{Grouping, Sampler, Simulator};

/// Runs that one thread takes at a time: enough work to make handing it out free.
const BATCH: usize = 64;

/// Simulates every run of `sweep`. `done` hears how many more runs are finished; it is called from
/// any thread. The table does not depend on the number of threads.
///
/// # Errors
/// [`TableError`] when the sweep has no runs.
pub fn simulate(
    simulator: &Simulator,
    sweep: &Sweep,
    done: &(dyn Fn(usize) + Sync),
) -> Result<RunTable, TableError> {
    let names = simulator.world().names();
    let (runs, domains) = (sweep.runs(), names.len());
    let mut losses = vec![0.0; runs * domains];
    let sampler = match sweep.mode {
        Mode::Expected => None,
        Mode::Sampled => Some(Sampler::new(simulator, Grouping::default())),
    };
    losses
        .par_chunks_mut(BATCH * domains)
        .enumerate()
        .for_each(|(batch, losses)| {
            for (offset, losses) in losses.chunks_mut(domains).enumerate() {
                let run = sweep.run(batch * BATCH + offset);
                let weights = run.mixture.weights();
                let simulated = match &sampler {
                    None => simulator.losses(weights, run.capacity, run.tokens),
                    Some(sampler) => {
                        let mut random =
                            stream(sweep.seed, Purpose::Training, run.cell, run.replicate);
                        sampler.losses(weights, run.capacity, run.tokens, &mut random)
                    }
                };
                losses.copy_from_slice(&simulated);
            }
            done(losses.len() / domains);
        });
    table(sweep, names, &losses)
}

/// The table of a sweep's runs, with `losses` of runs × domains; NaN where there is none.
pub(super) fn table(
    sweep: &Sweep,
    names: Vec<String>,
    losses: &[f64],
) -> Result<RunTable, TableError> {
    let (runs, domains) = (sweep.runs(), names.len());
    let each = |figure: &dyn Fn(super::SweepRun) -> f64| {
        (0..runs).map(|number| figure(sweep.run(number))).collect()
    };
    let columns = Columns {
        cells: (0..runs).map(|number| sweep.run(number).cell).collect(),
        replicates: (0..runs)
            .map(|number| sweep.run(number).replicate)
            .collect(),
        labels: Vec::new(),
        capacity: Some(each(&|run| run.capacity)),
        tokens: Some(each(&|run| run.tokens)),
    };
    let weights = Array2::from_shape_fn((runs, domains), |(number, domain)| {
        sweep.run(number).mixture.weights()[domain]
    });
    let losses = Array2::from_shape_fn((runs, domains), |(number, domain)| {
        losses[number * domains + domain]
    });
    RunTable::new(names.clone(), names, weights, losses, columns)
}
