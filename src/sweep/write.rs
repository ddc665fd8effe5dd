//! Runs a sweep on all threads and writes its runs down as they come, in order.
//!
//! The rows are made of text by the threads that simulate them, and none is kept once it is
//! written: memory does not grow with the number of runs. Where several threads simulate, another one
//! writes: it waits for the disk, they do not.

use std::io::{self, Write};
use std::sync::mpsc::sync_channel;
use std::{panic, thread};

use rayon::prelude::*;

use super::Sweep;
use super::execute::Runner;
use crate::runs::{Row, RowWriter};
use crate::simulate::{SamplerScratch, Simulator};

/// Batches that are simulated while those before are written: work enough for many threads, in a
/// few megabytes of text.
const WAVE: usize = 256;

/// Waves that wait to be written.
const WAITING: usize = 2;

/// Simulates every run of `sweep` and writes them to `out` as
/// [`runs::write`](crate::runs::write()) writes the table of
/// [`simulate`](super::simulate()). `done` hears how many more runs are finished; it is called
/// from any thread. The bytes do not depend on the number of threads.
///
/// # Errors
/// Those of `out`; runs that are not yet simulated then never are.
pub fn write(
    simulator: &Simulator,
    sweep: &Sweep,
    out: &mut (impl Write + Send),
    done: &(dyn Fn(usize) + Sync),
) -> io::Result<()> {
    let names = simulator.world().names();
    let runner = Runner::new(simulator, sweep);
    let batches = sweep.runs().div_ceil(super::execute::BATCH);
    let wave = |first: usize| -> io::Result<Vec<Vec<u8>>> {
        (first..batches.min(first + WAVE))
            .into_par_iter()
            .map_init(
                || (SamplerScratch::default(), vec![0.0; names.len()]),
                |(scratch, losses), batch| {
                    let mut rows = RowWriter::new(Vec::new());
                    let runs = runner.batch(batch);
                    let count = runs.len();
                    for number in runs {
                        let run = sweep.run(number);
                        runner.run(&run, scratch, losses);
                        let row = Row {
                            label: None,
                            cell: run.cell,
                            replicate: run.replicate,
                            capacity: Some(run.capacity),
                            tokens: Some(run.tokens),
                            weights: run.mixture.weights(),
                            losses,
                        };
                        if number == 0 {
                            rows.header(&row, &names, &names)?;
                        }
                        rows.row(&row)?;
                    }
                    done(count);
                    rows.finish()
                },
            )
            .collect()
    };
    let waves = (0..batches).step_by(WAVE);
    if rayon::current_num_threads() == 1 {
        for first in waves {
            put(&wave(first)?, out)?;
        }
        return out.flush();
    }
    thread::scope(|scope| {
        let (ready, waiting) = sync_channel::<Vec<Vec<u8>>>(WAITING);
        let writer = scope.spawn(move || {
            let mut waves = waiting.into_iter();
            waves.try_for_each(|rows| put(&rows, out))?;
            out.flush()
        });
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

/// Writes a wave of rows.
fn put(wave: &[Vec<u8>], out: &mut impl Write) -> io::Result<()> {
    wave.iter().try_for_each(|rows| out.write_all(rows))
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
                let mut written = Vec::new();
                let result = pool
                    .build()
                    .unwrap()
                    .install(|| write(&simulator, &sweep, &mut written, &|_| ()));
                result.unwrap();
                assert!(written == expected, "{mode:?} on {threads} threads");
            }
        }
    }

    /// A full disk ends the sweep.
    #[test]
    fn errors_of_the_output_are_passed_on() {
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
        let error = write(&simulator(), &sweep, &mut Full, &|_| ()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
}
