//! The command line: one file per subcommand, flags and words only.

// They panic when the reader has closed the pipe: `print` and `say` do not.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod arguments;
mod compare;
mod completions;
pub(super) mod failure;
mod filter;
pub(super) mod fit;
mod fit_file;
pub(super) mod interrupt;
mod man;
mod merge;
mod optimize;
mod plan;
mod plan_runs;
mod predict;
mod print;
pub(super) mod progress;
mod reproduce;
pub(super) mod run;
mod scale_split;
mod schema;
pub(super) mod simulate;
mod verify;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use failure::Failure;

/// Reads the arguments of the process, does what they say, and prints any failure.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return failure::print_usage(&error),
    };
    failure::install_reporter();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.print(),
    }
}

fn dispatch(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(threads) = arguments.threads {
        // Only this call sets the pool; a second one cannot happen.
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global()
            .map_err(Failure::other)?;
    }
    crate::numeric::linear::pin_blas();
    interrupt::install().map_err(Failure::other)?;
    let talk = &progress::Terminal::new(progress::Talk::new(
        arguments.quiet,
        arguments.log_format,
        std::io::stderr().is_terminal(),
    ));
    match &arguments.command {
        Command::Run(run) => run::run(run, talk),
        Command::Merge(merge) => merge::merge(merge, talk),
        Command::Simulate(simulate) => simulate::simulate(simulate, talk),
        Command::Fit(fit) => fit::fit(fit, talk),
        Command::Predict(predict) => predict::predict(predict),
        Command::Optimize(optimize) => optimize::optimize(optimize, talk),
        Command::Reproduce(reproduce) => reproduce::reproduce(reproduce, talk),
        Command::Compare(two) => compare::compare(two),
        Command::Verify(verify) => verify::verify(verify, talk),
        Command::Plan(plan) => plan::plan(plan),
        Command::PlanRuns(plan) => plan_runs::plan_runs(plan, talk),
        Command::Schema(how) => schema::schema(how),
        Command::Completions(completions) => completions::completions(completions),
        Command::Man(page) => man::man(page),
    }
}
