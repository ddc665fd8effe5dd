//! `mixlaw simulate`.

use std::io::{self, ErrorKind, Write};
use std::path::Path;

use super::arguments::SimulateArguments;
use super::failure::Failure;
use super::interrupt;
use super::progress::{Talk, Work};
use crate::config::{self, Source};
use crate::files::replace::{Flowing, replace};
use crate::learner::LearnerKind;
use crate::runner::output;
use crate::runner::output::Content;
use crate::runs::{self, RunTable, WriteError};
use crate::sgd::{Limits, Trainer};
use crate::simulate::Simulator;
use crate::sweep::{self, Sweep};
use crate::world::World;

pub(super) fn simulate(arguments: &SimulateArguments, talk: Talk) -> Result<(), Failure> {
    let experiment = config::load(&arguments.file).map_err(Failure::input)?;
    crate::runner::estimate::allow(&experiment, arguments.yes)?;
    crate::runner::coarse::warn(&experiment, talk);
    let Source::Simulated {
        world,
        learner,
        sweep,
        ..
    } = experiment.source
    else {
        return Err(Failure::words_with_help(
            format!("{} loads its runs from a file", arguments.file.display()),
            "`simulate` needs an experiment with [world], [learner] and [sweep]",
        ));
    };
    let to_stdout = arguments.out == Path::new("-");
    if !to_stdout {
        output::check_file(&arguments.out, Content::Runs)?;
    }
    let form = Form::of(&arguments.out)?;
    let runs = sweep.runs();
    match learner {
        // Runs of counting learners are written as they come.
        LearnerKind::Counting(learner) => {
            let simulator = Simulator::new(world, learner, sweep.resolution);
            let work = Work::begin(talk, "simulated runs", runs);
            let done = |more| {
                work.advance(more);
                match interrupt::came() {
                    true => Err(io::Error::other("interrupted")),
                    false => Ok(()),
                }
            };
            put(&arguments.out, |mut out| match form {
                Form::Csv => sweep::write(&simulator, &sweep, &mut out, &done),
                #[cfg(feature = "parquet")]
                Form::Parquet => sweep::write_parquet(&simulator, &sweep, out, &done),
            })?;
            work.finish();
        }
        LearnerKind::Sgd(_) => {
            let table = simulated(world, learner, &sweep, talk)?;
            put(&arguments.out, |out| match form {
                Form::Csv => runs::write(&table, out),
                #[cfg(feature = "parquet")]
                Form::Parquet => runs::write_parquet(&table, out),
            })?;
        }
    }
    if !to_stdout {
        let out = arguments.out.display();
        talk.say(&format!("{runs} runs written to {out}"));
    }
    Ok(())
}

/// The form of a file of runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    #[cfg(feature = "parquet")]
    Parquet,
}

impl Form {
    /// The form that the name of a file asks for.
    fn of(out: &Path) -> Result<Self, Failure> {
        if !out
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"))
        {
            return Ok(Self::Csv);
        }
        #[cfg(feature = "parquet")]
        return Ok(Self::Parquet);
        #[cfg(not(feature = "parquet"))]
        Err(Failure::words_with_help(
            format!(
                "cannot write {}: this mixlaw was built without Parquet",
                out.display()
            ),
            "build it with `cargo build --release --features parquet`, or name a file that ends in .csv",
        ))
    }
}

/// Lets `write` write to the file `out`, or to stdout if it is "-".
fn put(
    out: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> Result<(), Failure> {
    if out == Path::new("-") {
        return match write(&mut io::stdout()) {
            // A reader that closes early (`| head`) is no failure.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::other(error)),
            _ => Ok(()),
        };
    }
    // The first signal only asks: what was begun goes away before the program ends.
    let patience = interrupt::Patience::begin();
    let written = replace(out, |file| write(&mut Flowing::new(file)));
    drop(patience);
    match written {
        // A pipe (`/dev/stdout`) whose reader closes early.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|source| {
            if interrupt::came() {
                return Failure::Interrupted(format!("{} is not written", out.display()));
            }
            Failure::input(WriteError {
                file: out.into(),
                source,
            })
        }),
    }
}

/// Simulates a sweep with progress on stderr; its runs are kept in memory alone.
pub(crate) fn simulated(
    world: World,
    learner: LearnerKind,
    sweep: &Sweep,
    talk: Talk,
) -> Result<RunTable, Failure> {
    let work = Work::begin(talk, "simulated runs", sweep.runs());
    let done = |more| work.advance(more);
    match learner {
        LearnerKind::Counting(learner) => {
            let simulator = Simulator::new(world, learner, sweep.resolution);
            let table = sweep::simulate(&simulator, sweep, &done).map_err(Failure::words)?;
            work.finish();
            Ok(table)
        }
        LearnerKind::Sgd(regression) => {
            let step = regression.one_pass().map(|sgd| sgd.step);
            let trainer = Trainer::new(world, regression);
            let training = sweep::train(&trainer, sweep, &done).map_err(Failure::words)?;
            work.fail(training.diverged);
            work.finish();
            if let (Some(step), Some(limits)) = (step, training.limits) {
                say_limits(step, limits, talk);
            }
            if training.diverged > 0 {
                talk.say(&format!(
                    "{} of {} runs diverged: the table has no losses for them and no law is fitted to them",
                    training.diverged,
                    sweep.runs()
                ));
            }
            Ok(training.table)
        }
    }
}

/// Says how far the step size is from divergence.
pub(crate) fn say_limits(step: f64, limits: Limits, talk: Talk) {
    let exact = limits.mean_square.map_or(String::new(), |limit| {
        format!("; second moments diverge from {limit:.3} on")
    });
    talk.say(&format!(
        "the step is {step}{exact}; below {:.3} it is safe under any projection",
        limits.sufficient
    ));
}
