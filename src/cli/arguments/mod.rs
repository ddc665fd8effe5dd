//! What can be typed after `mixlaw`: one file for each group of commands.

mod fit;
mod kept;
mod mixture;
mod numbers;
mod plan;
mod printed;
mod results;
mod simulation;

use clap::{Parser, Subcommand, ValueEnum};

pub(super) use fit::{FitArguments, ResidualName, RobustName, SplitBy};
pub(super) use kept::{MergeArguments, Retry, VerifyArguments};
pub(super) use mixture::{OptimizeArguments, PredictArguments};
use numbers::threads;
pub(super) use plan::{PlanArguments, PlanRunsArguments};
pub(super) use printed::{CompletionsArguments, ManArguments, SchemaArguments};
pub(super) use results::{CompareArguments, ReproduceArguments};
pub(super) use simulation::{RunArguments, SimulateArguments};

/// Test the scaling laws of data mixing on simulated skills and on real training runs.
#[derive(Debug, Parser)]
#[command(
    name = "mixlaw",
    version,
    max_term_width = 100,
    arg_required_else_help = true
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,

    /// Threads to use; default: all cores. Results do not depend on it.
    #[arg(long, global = true, value_parser = threads)]
    pub(super) threads: Option<usize>,

    /// Print results and errors only.
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,

    /// How progress is told on standard error: sentences and a bar, or a JSON object on each line.
    #[arg(long, global = true, value_enum, default_value = "text")]
    pub(super) log_format: LogFormat,
}

/// How progress is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// Sentences, and a bar on a terminal.
    Text,
    /// One JSON object on each line.
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run a whole experiment: simulate or load runs, fit laws, compare, judge the claim, report.
    Run(RunArguments),
    /// Join the shards of a sweep, and do with its runs what `run` does.
    Merge(MergeArguments),
    /// Simulate the runs of an experiment and write them as CSV or Parquet.
    Simulate(SimulateArguments),
    /// Fit laws to a CSV of training runs.
    Fit(Box<FitArguments>),
    /// Predict the losses of a mixture from a file of fits.
    Predict(PredictArguments),
    /// Find the best mixture under the laws of a file of fits.
    Optimize(Box<OptimizeArguments>),
    /// Run every experiment of a folder and write the table of verdicts.
    Reproduce(ReproduceArguments),
    /// Show which claims, verdicts and figures differ between two folders of results.
    Compare(CompareArguments),
    /// Simulate a random sample of finished runs again and compare.
    Verify(VerifyArguments),
    /// Show what an experiment would run: axes, cells, estimated time and memory.
    Plan(PlanArguments),
    /// Show how many proxy runs it takes to choose a good mixture, in worlds like yours.
    PlanRuns(PlanRunsArguments),
    /// Print the JSON Schema of the experiment file.
    Schema(SchemaArguments),
    /// Print shell completions.
    Completions(CompletionsArguments),
    /// Print the manual page of mixlaw or of a command.
    Man(ManArguments),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    /// Lines of the help that show the use of a command, as arguments: without what stands beside
    /// them, after two spaces, and without what the shell does.
    fn examples(help: &str) -> Vec<Vec<String>> {
        let line = |line: &str| {
            let typed = line.trim_start();
            let typed = typed.split("  ").next().unwrap_or(typed);
            let ours = typed.split(['|', '>']).next().unwrap_or(typed);
            ours.strip_suffix(" 2")
                .unwrap_or(ours)
                .trim()
                .replace('\'', "")
        };
        let shown = help
            .lines()
            .map(line)
            .filter(|line| line.starts_with("mixlaw "));
        let words = |line: String| line.split_whitespace().map(Into::into).collect();
        shown.map(words).collect()
    }

    #[test]
    fn every_command_has_examples_that_parse() {
        for command in Arguments::command().get_subcommands() {
            let name = command.get_name();
            let help = command.get_after_help().map(ToString::to_string);
            let examples = examples(&help.unwrap_or_default());
            assert!(!examples.is_empty(), "{name} has no example");
            for example in examples {
                let parsed = Arguments::try_parse_from(&example);
                assert!(parsed.is_ok(), "{example:?}: {}", parsed.unwrap_err());
                assert_eq!(example[1], name, "{example:?} is of another command");
            }
        }
    }
}
