//! `mixlaw simulate`.

use std::io::ErrorKind;
use std::path::Path;

use super::arguments::SimulateArguments;
use super::failure::Failure;
use super::output;
use super::progress::{Talk, Work};
use crate::config::{self, Source};
use crate::learner::Learner;
use crate::replace::replace;
use crate::runs::{RunTable, WriteError};
use crate::simulate::Simulator;
use crate::sweep::{self, Sweep};
use crate::world::World;

pub(super) fn simulate(arguments: &SimulateArguments, talk: Talk) -> Result<(), Failure> {
    let experiment = config::load(&arguments.file).map_err(Failure::input)?;
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
        output::check_file(&arguments.out)?;
    }
    let simulator = Simulator::new(world, learner, sweep.resolution);
    let work = Work::begin(talk, "simulated runs", sweep.runs());
    let done = |more| work.advance(more);
    if to_stdout {
        match sweep::write(&simulator, &sweep, &mut std::io::stdout(), &done) {
            // A reader that closes early (`| head`) is no failure.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                return Err(Failure::other(error));
            }
            _ => work.finish(),
        }
        return Ok(());
    }
    replace(&arguments.out, |file| {
        sweep::write(&simulator, &sweep, file, &done)
    })
    .map_err(|source| {
        Failure::input(WriteError {
            file: arguments.out.clone(),
            source,
        })
    })?;
    work.finish();
    talk.say(&format!(
        "{} runs written to {}",
        sweep.runs(),
        arguments.out.display()
    ));
    Ok(())
}

/// Simulates a sweep with progress on stderr.
pub(super) fn simulated(
    world: World,
    learner: Learner,
    sweep: &Sweep,
    talk: Talk,
) -> Result<RunTable, Failure> {
    let simulator = Simulator::new(world, learner, sweep.resolution);
    let work = Work::begin(talk, "simulated runs", sweep.runs());
    let table =
        sweep::simulate(&simulator, sweep, &|more| work.advance(more)).map_err(Failure::words)?;
    work.finish();
    Ok(table)
}
