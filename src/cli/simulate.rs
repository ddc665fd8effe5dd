//! `mixlaw simulate`.

use std::path::Path;

use super::arguments::SimulateArguments;
use super::failure::Failure;
use super::output;
use super::progress::{Talk, Work};
use crate::config::{self, Source};
use crate::learner::{LearnerKind, sgd::Limits};
use crate::runs::{self, RunTable};
use crate::simulate::{Simulator, Trainer};
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
    let table = simulated(world, learner, &sweep, talk)?.table;
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

/// Simulated runs.
pub(super) struct Simulated {
    pub(super) table: RunTable,
    /// The losses of training runs on their way, as CSV.
    pub(super) curves: Option<String>,
}

/// Simulates a sweep with progress on stderr.
pub(super) fn simulated(
    world: World,
    learner: LearnerKind,
    sweep: &Sweep,
    talk: Talk,
) -> Result<Simulated, Failure> {
    let work = Work::begin(talk, "simulated runs", sweep.runs());
    let done = |more| work.advance(more);
    match learner {
        LearnerKind::Counting(learner) => {
            let simulator = Simulator::new(world, learner, sweep.resolution);
            let table = sweep::simulate(&simulator, sweep, &done).map_err(Failure::words)?;
            work.finish();
            Ok(Simulated {
                table,
                curves: None,
            })
        }
        LearnerKind::Sgd(sgd) => {
            let (batch, step) = (sgd.batch, sgd.step);
            let trainer = Trainer::new(world, sgd);
            let training = sweep::train(&trainer, sweep, &done).map_err(Failure::words)?;
            work.finish();
            if let Some(limits) = training.limits {
                say_limits(step, limits, talk);
            }
            if training.diverged > 0 {
                talk.say(&format!(
                    "{} of {} runs diverged: the table has no losses for them and no law is fitted to them",
                    training.diverged,
                    sweep.runs()
                ));
            }
            Ok(Simulated {
                curves: Some(training.curves_csv(batch)),
                table: training.table,
            })
        }
    }
}

/// Says how far the step size is from divergence.
fn say_limits(step: f64, limits: Limits, talk: Talk) {
    let exact = limits.mean_square.map_or(String::new(), |limit| {
        format!("; second moments diverge from {limit:.3} on")
    });
    talk.say(&format!(
        "the step is {step}{exact}; below {:.3} it is safe under any projection",
        limits.sufficient
    ));
}
