//! `mixlaw simulate`.

use std::path::Path;

use super::arguments::SimulateArguments;
use super::failure::Failure;
use super::output;
use super::progress::{Talk, Work};
use crate::config::{self, Source};
use crate::learner::Learner;
use crate::runs::{self, RunTable};
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
    let table = simulated(world, learner, &sweep, talk)?;
    if to_stdout {
        let mut text = Vec::new();
        runs::write(&table, &mut text).map_err(Failure::other)?;
        output::print(&String::from_utf8_lossy(&text))
    } else {
        runs::write_file(&table, &arguments.out).map_err(Failure::input)?;
        talk.say(&format!(
            "{} runs written to {}",
            table.len(),
            arguments.out.display()
        ));
        Ok(())
    }
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
