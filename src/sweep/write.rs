//! Runs a sweep on all threads and writes its runs down as they come, in order.
//!
//! The rows are made of text by the threads that simulate them, and none is kept once it is
//! written: memory does not grow with the number of runs. Where several threads simulate, another one
//! writes: it waits for the disk, they do not.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::mpsc::sync_channel;
use std::{panic, thread};

use rayon::prelude::*;

use super::Sweep;
use super::execute::Runner;
#[cfg(feature = "parquet")]
use crate::runs::ParquetWriter;
use crate::runs::{Row, RowWriter};
use crate::simulate::{SamplerScratch, Simulator};

/// Batches that are simulated while those before are written: work enough for many threads, in a
/// few megabytes of text.
const WAVE: usize = 256;

/// Waves that wait to be written.
const WAITING: usize = 2;

/// Simulates every run of `sweep` and writes them to `out` as
/// [`runs::write`](crate::runs::write()) writes the table of
/// [`simulate`](super::simulate()). `done` hears how many more runs are finished, from any thread, and
/// may end the sweep. The bytes do not depend on the number of threads.
///
/// # Errors
/// Those of `out` and of `done`; runs that are not yet simulated then never are.
pub fn write(
    simulator: &Simulator,
    sweep: &Sweep,
    out: &mut (impl Write + Send),
    done: &(dyn Fn(usize) -> io::Result<()> + Sync),
) -> io::Result<()> {
    let names = simulator.world().names();
    let text = |runs: Range<usize>, losses: &[f64]| -> io::Result<Vec<u8>> {
        let mut rows = RowWriter::new(Vec::new());
        for (number, losses) in runs.zip(losses.chunks(names.len())) {
            let row = row(sweep, number, losses);
            if number == 0 {
                rows.header(&row, &names, &names)?;
            }
            rows.row(&row)?;
        }
        rows.finish()
    };
    in_waves((simulator, sweep), done, &text, &mut |rows| {
        out.write_all(&rows)
    })?;
    out.flush()
}

/// The same as Parquet, as [`runs::write_parquet`](crate::runs::write_parquet()) writes the table.
///
/// # Errors
/// Those of `out` and of `done`; runs that are not yet simulated then never are.
#[cfg(feature = "parquet")]
pub(super) fn write_parquet(
    simulator: &Simulator,
    sweep: &Sweep,
    out: impl Write + Send,
    done: &(dyn Fn(usize) -> io::Result<()> + Sync),
) -> io::Result<()> {
    let domains = simulator.world().names();
    let mut rows = ParquetWriter::new(out, &domains)?;
    let keep = |runs: Range<usize>, losses: &[f64]| Ok((runs, losses.to_vec()));
    in_waves((simulator, sweep), done, &keep, &mut |(runs, losses)| {
        let mut losses = losses.chunks(domains.len());
        runs.zip(&mut losses)
            .try_for_each(|(number, losses)| rows.row(&row(sweep, number, losses)))
    })?;
    rows.finish()
}

/// Simulates the runs of a sweep in batches. `make` makes something of the numbers of a batch and of
/// its losses (runs × K), on any thread; `take` takes what was made, in order, while more is.
fn in_waves<T: Send>(
    (simulator, sweep): (&Simulator, &Sweep),
    done: &(dyn Fn(usize) -> io::Result<()> + Sync),
    make: &(impl Fn(Range<usize>, &[f64]) -> io::Result<T> + Sync),
    take: &mut (impl FnMut(T) -> io::Result<()> + Send),
) -> io::Result<()> {
    let domains = simulator.world().domains().len();
    let runner = Runner::new(simulator, sweep);
    let batches = sweep.runs().div_ceil(super::execute::BATCH);
    let wave = |first: usize| -> io::Result<Vec<T>> {
        (first..batches.min(first + WAVE))
            .into_par_iter()
            .map_init(
                || (SamplerScratch::default(), Vec::new()),
                |(scratch, losses), batch| {
                    let runs = runner.batch(batch);
                    losses.resize(runs.len() * domains, 0.0);
                    for (number, losses) in runs.clone().zip(losses.chunks_mut(domains)) {
                        runner.run(&sweep.run(number), scratch, losses);
                    }
                    done(runs.len())?;
                    make(runs, losses)
                },
            )
            .collect()
    };
    let waves = (0..batches).step_by(WAVE);
    if rayon::current_num_threads() == 1 {
        for first in waves {
            wave(first)?.into_iter().try_for_each(&mut *take)?;
        }
        return Ok(());
    }
    thread::scope(|scope| {
        let (ready, waiting) = sync_channel::<Vec<T>>(WAITING);
        let writer = scope.spawn(move || waiting.into_iter().flatten().try_for_each(take));
        for first in waves {
            // Who writes has failed, and says why.
            if ready.send(wave(first)?).is_err() {
                break;
            }
        }
        drop(ready);
        writer
            .join()
            .unwrap_or_else(|panicked| panic::resume_unwind(panicked))
    })
}

/// The row of the run numbered `number`.
fn row<'a>(sweep: &'a Sweep, number: usize, losses: &'a [f64]) -> Row<'a> {
    let run = sweep.run(number);
    Row {
        label: None,
        cell: run.cell,
        replicate: run.replicate,
        capacity: Some(run.capacity),
        tokens: Some(run.tokens),
        weights: run.mixture.weights(),
        losses,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::{Efficiency, Kernel, Learner, Ranking, Selection};
    use crate::mixture::Mixture;
    use crate::runs;
    use crate::sweep::{Mode, Scales};
    use crate::world::{Domain, Masses, Overlap, Resolution, Shape, Spectrum, World};

    fn simulator() -> Simulator {
        let domain = |name: &str, exponent| Domain {
            name: name.into(),
            spectrum: Spectrum::new(exponent, Masses::Pareto, Shape::PowerLaw).unwrap(),
            cost: 2.0,
            floor: 0.5,
        };
        let domains = vec![domain("web", 1.3), domain("c++, \"C\"", 1.7)];
        let learner = Learner {
            kernel: Kernel::Exponential { tau: 5.0 },
            ranking: Ranking::Value,
            selection: Selection::Expected,
            efficiency: Efficiency::default(),
            capacity_limits: true,
        };
        let world = World::new(domains, 20.0, 1e10, Overlap::None).unwrap();
        Simulator::new(world, learner, Resolution::default())
    }

    fn sweep(mode: Mode, capacities: u32) -> Sweep {
        Sweep {
            seed: 3,
            mode,
            replicates: 1,
            capacities: (1..=capacities).map(|n| f64::from(n) * 100.0).collect(),
            tokens: vec![1e5, f64::INFINITY],
            scales: Scales::Product,
            mixtures: (0..=100u32)
                .map(|i| f64::from(i) / 100.0)
                .map(|h| Mixture::new(vec![h, 1.0 - h]).unwrap())
                .collect(),
            resolution: Resolution::default(),
        }
    }

    #[test]
    fn what_is_written_is_the_table() {
        let simulator = simulator();
        // Several waves in expectation, and a part of one.
        for (mode, capacities) in [(Mode::Expected, 170), (Mode::SAMPLED, 2)] {
            let sweep = sweep(mode, capacities);
            let table = crate::sweep::simulate(&simulator, &sweep, &|_| ()).unwrap();
            let mut expected = Vec::new();
            runs::write(&table, &mut expected).unwrap();
            for threads in [1, 3] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
                let pool = pool.build().unwrap();
                let mut written = Vec::new();
                pool.install(|| write(&simulator, &sweep, &mut written, &|_| Ok(())))
                    .unwrap();
                assert!(written == expected, "{mode:?} on {threads} threads");
                #[cfg(feature = "parquet")]
                {
                    let (mut expected, mut written) = (Vec::new(), Vec::new());
                    runs::write_parquet(&table, &mut expected).unwrap();
                    pool.install(|| write_parquet(&simulator, &sweep, &mut written, &|_| Ok(())))
                        .unwrap();
                    assert!(written == expected, "{mode:?} on {threads} threads");
                }
            }
        }
    }

    /// A full disk ends the sweep, and so does who listens.
    #[test]
    fn errors_are_passed_on() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let sweep = sweep(Mode::Expected, 1);
        let error = write(&simulator(), &sweep, &mut Full, &|_| Ok(())).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        let stop = |_| Err(io::ErrorKind::ConnectionAborted.into());
        let error = write(&simulator(), &sweep, &mut Vec::new(), &stop).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionAborted);
    }
}
