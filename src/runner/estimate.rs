//! What an experiment takes: runs, time, memory and disk, before it starts.

use std::time::Instant;

use super::error::RunError;
use crate::experiment::{Experiment, Source};
use crate::learner::LearnerKind;
use crate::numeric::random::{Purpose, stream};
use crate::sgd::{SharedRun, Trainer};
use crate::simulate::{SamplerScratch, Simulator};
use crate::sweep::{Mode, Runner, Sweep};
use crate::world::World;

/// Runs above which an experiment starts only if it is told to.
const MOST_RUNS: usize = 10_000_000;

/// Bytes of a run in memory beside its weights and losses: cell, replicate, capacity, tokens, label.
const BYTES_PER_RUN: usize = 64;

/// Bytes of a number in the run table on disk, on average.
const BYTES_PER_NUMBER: usize = 19;

/// Runs that are timed for the estimate, at most.
const TIMED_RUNS: usize = 200;

/// Seconds after which no more runs are timed.
const TIMED_SECONDS: f64 = 0.5;

/// The golden section: its multiples modulo 1 lie evenly between 0 and 1, however many are taken.
const SECTION: f64 = 0.618_033_988_749_894_9;

/// What the runs of a sweep take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Estimate {
    /// Seconds to simulate them on the threads at hand.
    pub(crate) seconds: f64,
    /// Bytes of memory to keep them.
    pub(crate) memory: f64,
    /// Bytes of their table on disk.
    pub(crate) disk: f64,
}

impl Estimate {
    /// Times a few runs, and counts the rest.
    pub(crate) fn of(world: &World, learner: &LearnerKind, sweep: &Sweep) -> Self {
        let seconds = match learner {
            LearnerKind::Counting(learner) => {
                let simulator = Simulator::new(world.clone(), learner.clone(), sweep.resolution);
                seconds_per_run(&simulator, sweep) * sweep.runs() as f64
            }
            LearnerKind::Sgd(regression) => {
                training_seconds(&Trainer::new(world.clone(), regression.clone()), sweep)
            }
        };
        let (runs, numbers) = (sweep.runs() as f64, 2 * world.domains().len());
        Self {
            seconds: seconds / rayon::current_num_threads() as f64,
            memory: runs * (numbers * 8 + BYTES_PER_RUN) as f64,
            disk: runs * ((numbers + 4) * BYTES_PER_NUMBER) as f64,
        }
    }
}

/// Refuses to start an experiment of more than 1e7 runs unless `yes` is said: the mistake is a zero
/// too many more often than not.
pub(crate) fn allow(experiment: &Experiment, yes: bool) -> Result<(), RunError> {
    let variants = experiment.vary.iter().flat_map(|vary| &vary.variants);
    let all = std::iter::once(experiment).chain(variants.map(|(_, variant)| variant));
    let sweep = |experiment: &Experiment| match &experiment.source {
        Source::Simulated { sweep, .. } => sweep.runs(),
        Source::Runs(_) => 0,
    };
    let runs = all.map(sweep).fold(0, usize::saturating_add);
    let Source::Simulated {
        world,
        learner,
        sweep,
        ..
    } = &experiment.source
    else {
        return Ok(());
    };
    if yes || runs <= MOST_RUNS {
        return Ok(());
    }
    let estimate = Estimate::of(world, learner, sweep);
    // Variants are like the experiment itself.
    let times = runs as f64 / sweep.runs().max(1) as f64;
    Err(RunError::words_with_help(
        format!(
            "this experiment has {runs} runs: about {} to simulate, and {} on disk",
            duration(estimate.seconds * times),
            bytes(estimate.disk),
        ),
        format!(
            "to start it all the same, add --yes; `run` keeps all runs in memory (about {}), `simulate` \
             writes those of a learner that counts as they come",
            bytes(estimate.memory)
        ),
    ))
}

/// Time of one run, expected or drawn as the sweep says, from a sample spread over the sweep.
fn seconds_per_run(simulator: &Simulator, sweep: &Sweep) -> f64 {
    let runs = sweep.runs();
    let runner = Runner::new(simulator, sweep);
    let mut scratch = SamplerScratch::default();
    let mut losses = vec![0.0; simulator.world().domains().len()];
    let clock = Instant::now();
    let (mut seconds, mut timed) = (0.0, 0);
    while timed < TIMED_RUNS.min(runs) && seconds < TIMED_SECONDS {
        let place = (timed as f64 * SECTION).fract();
        let run = sweep.run((place * runs as f64) as usize);
        runner.run(&run, &mut scratch, std::hint::black_box(&mut losses));
        timed += 1;
        seconds = clock.elapsed().as_secs_f64();
    }
    seconds / timed.max(1) as f64
}

/// Time of all training runs, from the shortest run at each capacity. A trained run takes as long
/// as it has steps; an expected one, or one without steps, depends little on their number.
fn training_seconds(trainer: &Trainer, sweep: &Sweep) -> f64 {
    let shortest = sweep.tokens.iter().copied().fold(f64::INFINITY, f64::min);
    let lengths: f64 = match sweep.mode {
        Mode::Sampled(_) if trainer.takes_steps() => sweep
            .tokens
            .iter()
            .map(|tokens| {
                if tokens.is_finite() {
                    tokens / shortest
                } else {
                    1.0
                }
            })
            .sum(),
        Mode::Expected | Mode::Sampled(_) => sweep.tokens.len() as f64,
    };
    let Some(mixture) = sweep.mixtures.first() else {
        return 0.0;
    };
    let expected = sweep.mode == Mode::Expected;
    let sketches = if expected && trainer.averages(shortest.is_infinite()) {
        1.0
    } else {
        trainer.regression().sketches as f64
    };
    let runs = sketches * sweep.mixtures.len() as f64 * sweep.replicates as f64;
    sweep
        .capacities
        .iter()
        .map(|capacity| {
            let clock = Instant::now();
            let mut random = stream(sweep.seed, Purpose::Training, 0, 0);
            let weights = mixture.weights();
            let view = if expected && trainer.averages(shortest.is_infinite()) {
                trainer.average_view(*capacity)
            } else {
                match trainer.view(*capacity, &mut random) {
                    Ok(view) => view,
                    // The run itself will say why.
                    Err(_) => return 0.0,
                }
            };
            // All runs of a capacity share its projections.
            let seen = clock.elapsed().as_secs_f64() * sketches;
            let clock = Instant::now();
            match sweep.mode {
                Mode::Expected => {
                    std::hint::black_box(trainer.expected(&view, weights, shortest));
                }
                Mode::Sampled(_) => {
                    let run = SharedRun { weights, random };
                    std::hint::black_box(trainer.train(&view, shortest, &mut [run]));
                }
            }
            seen + clock.elapsed().as_secs_f64() * lengths * runs
        })
        .sum()
}

/// A time in words.
pub(crate) fn duration(seconds: f64) -> String {
    if seconds < 1.0 {
        format!("{:.0} ms", (1e3 * seconds).max(1.0))
    } else if seconds < 120.0 {
        format!("{seconds:.0} s")
    } else if seconds < 7200.0 {
        format!("{:.0} min", seconds / 60.0)
    } else {
        format!("{:.1} h", seconds / 3600.0)
    }
}

/// A size in words.
pub(crate) fn bytes(count: f64) -> String {
    if count < 1e6 {
        format!("{:.0} kB", (count / 1e3).ceil())
    } else if count < 1e9 {
        format!("{:.0} MB", count / 1e6)
    } else {
        format!("{:.1} GB", count / 1e9)
    }
}
