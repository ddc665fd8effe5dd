//! `mixlaw simulate`.

use std::io::{self, ErrorKind, Write};
use std::path::Path;

use super::arguments::SimulateArguments;
use super::failure::Failure;
use super::progress::Terminal;
use crate::config::Source;
use crate::files::replace::{Flowing, replace};
use crate::learner::LearnerKind;
use crate::runner::output::{self, Content};
use crate::runner::{Asking, Observer, Work, load_experiment, simulated};
use crate::runs::{self, WriteError};
use crate::simulate::Simulator;
use crate::sweep;

pub(super) fn simulate(arguments: &SimulateArguments, talk: &Terminal) -> Result<(), Failure> {
    let experiment = load_experiment(&arguments.file).map_err(Failure::input)?;
    crate::runner::estimate::allow(&experiment, arguments.yes)?;
    crate::runner::warn_of_coarse_nodes(&experiment, talk);
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
                match talk.interrupted() {
                    true => Err(io::Error::other("interrupted")),
                    false => Ok(()),
                }
            };
            put(&arguments.out, talk, |mut out| match form {
                Form::Csv => sweep::write(&simulator, &sweep, &mut out, &done),
                #[cfg(feature = "parquet")]
                Form::Parquet => sweep::write_parquet(&simulator, &sweep, out, &done),
            })?;
            work.finish();
        }
        LearnerKind::Sgd(_) => {
            let table = simulated(&world, &learner, &sweep, talk)?;
            put(&arguments.out, talk, |out| match form {
                Form::Csv => runs::write(&table, out),
                #[cfg(feature = "parquet")]
                Form::Parquet => runs::write_parquet(&table, out),
            })?;
        }
    }
    if !to_stdout {
        let out = arguments.out.display();
        talk.note(&format!("{runs} runs written to {out}"));
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
    talk: &Terminal,
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
    let asking = Asking::begin(talk);
    let written = replace(out, |file| write(&mut Flowing::new(file)));
    drop(asking);
    match written {
        // A pipe (`/dev/stdout`) whose reader closes early.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|source| {
            if talk.interrupted() {
                return Failure::Interrupted(format!("{} is not written", out.display()));
            }
            Failure::input(WriteError {
                file: out.into(),
                source,
            })
        }),
    }
}
