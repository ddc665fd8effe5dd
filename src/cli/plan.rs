//! `mixlaw plan`.

use std::fmt::Write as _;
use std::time::Instant;

use super::arguments::PlanArguments;
use super::failure::Failure;
use super::output;
use super::run::experiment_or_quickstart;
use crate::config::{Experiment, Source};
use crate::fit::SplitRule;
use crate::learner::LearnerKind;
use crate::learner::sgd::SharedRun;
use crate::random::{Purpose, stream};
use crate::simulate::{SamplerScratch, Simulator, Trainer};
use crate::sweep::{Mode, Runner, Scales, Sweep};

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

pub(super) fn plan(arguments: &PlanArguments) -> Result<(), Failure> {
    let experiment = experiment_or_quickstart(arguments.file.as_deref())?;
    output::print(&describe(&experiment))
}

fn describe(experiment: &Experiment) -> String {
    let mut text = format!("experiment  {}\n", experiment.name);
    if let Some(claim) = &experiment.claim {
        let _ = writeln!(text, "claim       {claim}");
    }
    match &experiment.source {
        Source::Simulated {
            world,
            learner,
            sweep,
            ..
        } => {
            let names = world.names();
            let _ = writeln!(text, "domains     {} ({})", names.len(), names.join(", "));
            let _ = writeln!(text, "capacities  {}", list(&sweep.capacities));
            let _ = writeln!(text, "tokens      {}", list(&sweep.tokens));
            if sweep.scales == Scales::Pairs {
                let _ = writeln!(text, "scales      {} pairs", sweep.tokens.len());
            }
            let _ = writeln!(text, "mixtures    {}", sweep.mixtures.len());
            let _ = writeln!(text, "replicates  {}", sweep.replicates);
            let _ = writeln!(text, "cells       {}", sweep.cells());
            let _ = writeln!(text, "runs        {}", sweep.runs());
            let threads = rayon::current_num_threads();
            let seconds = match learner {
                LearnerKind::Counting(learner) => {
                    let simulator =
                        Simulator::new(world.clone(), learner.clone(), sweep.resolution);
                    seconds_per_run(&simulator, sweep) * sweep.runs() as f64
                }
                LearnerKind::Sgd(regression) => {
                    training_seconds(&Trainer::new(world.clone(), regression.clone()), sweep)
                }
            };
            let _ = writeln!(
                text,
                "time        about {} to simulate on {threads} threads, fits not counted",
                duration(seconds / threads as f64)
            );
            let numbers = 2 * names.len();
            let memory = sweep.runs() * (numbers * 8 + BYTES_PER_RUN);
            let disk = sweep.runs() * (numbers + 4) * BYTES_PER_NUMBER;
            let _ = writeln!(text, "memory      about {}", bytes(memory));
            let _ = writeln!(text, "disk        about {}", bytes(disk));
        }
        Source::Runs(mapping) => {
            for file in &mapping.files {
                let _ = writeln!(text, "runs from   {}", file.display());
            }
        }
    }
    if let Some(fit) = &experiment.fit {
        let _ = writeln!(text, "laws        {}", fit.laws.join(", "));
        let splits = match &fit.split {
            SplitRule::Mixture { count, .. } => format!("{count} by mixture"),
            SplitRule::Run { count, .. } => format!("{count} by run"),
            SplitRule::Folds { folds, repeats, .. } => {
                format!("{folds} folds, {repeats} times")
            }
            SplitRule::Scale { .. } => "1 by scale".into(),
            SplitRule::File { path, .. } => format!("from {}", path.display()),
            SplitRule::None => "none".into(),
        };
        let _ = writeln!(text, "splits      {splits}, {} starts each", fit.starts);
    }
    let _ = writeln!(text, "checks      {}", experiment.checks.len());
    text
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

fn list(values: &[f64]) -> String {
    let texts: Vec<String> = values
        .iter()
        .map(|value| {
            if value.is_infinite() {
                "unlimited".into()
            } else {
                format!("{value:e}")
            }
        })
        .collect();
    texts.join(", ")
}

fn duration(seconds: f64) -> String {
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

fn bytes(count: usize) -> String {
    let count = count as f64;
    if count < 1e6 {
        format!("{:.0} kB", (count / 1e3).ceil())
    } else if count < 1e9 {
        format!("{:.0} MB", count / 1e6)
    } else {
        format!("{:.1} GB", count / 1e9)
    }
}
