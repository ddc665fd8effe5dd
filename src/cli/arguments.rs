//! What can be typed after `mixlaw`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::kept_arguments::{MergeArguments, Retry, VerifyArguments};
use crate::sweep::Shard;

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
    /// Simulate the runs of an experiment and write them as CSV.
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

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mixlaw run                              the built-in quickstart\n  \
    mixlaw run my-world.toml --out results  your own experiment\n  \
    mixlaw run my-world.toml --out results  once more: what is missing is finished\n  \
    mixlaw run my-world.toml --out results --shard 3/8   the fourth of eight processes\n  \
    mixlaw run huge.toml --yes --log-format json 2> progress.jsonl\n\n\
    Exit codes: 0 done, 2 bad input, 3 a claim fails and --strict is given, 130 interrupted (what is \
    finished is kept), 1 anything else.")]
pub(super) struct RunArguments {
    /// The experiment file (TOML); default: the built-in quickstart.
    pub(super) file: Option<PathBuf>,

    /// Directory for the results; default: mixlaw-out/NAME.
    #[arg(long)]
    pub(super) out: Option<PathBuf>,

    /// Simulate only this share of the runs, counted from 0 (as SLURM_ARRAY_TASK_ID may be), and fit
    /// nothing; `mixlaw merge` joins them.
    #[arg(long, value_name = "INDEX/COUNT", conflicts_with = "strict")]
    pub(super) shard: Option<Shard>,

    /// Discard the runs that the directory holds, and simulate all anew.
    #[arg(long)]
    pub(super) fresh: bool,

    /// Do finished runs of this kind again.
    #[arg(long, value_enum, value_name = "KIND", conflicts_with = "fresh")]
    pub(super) retry: Option<Retry>,

    /// Exit with 3 when a check of the claim fails.
    #[arg(long)]
    pub(super) strict: bool,

    /// Start even if there are more than 1e7 runs.
    #[arg(long)]
    pub(super) yes: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mixlaw simulate my-world.toml --out runs.csv\n  \
    mixlaw simulate my-world.toml --out - | gzip > runs.csv.gz")]
pub(super) struct SimulateArguments {
    /// The experiment file (TOML).
    pub(super) file: PathBuf,

    /// Where to write the runs (CSV); `-` for standard output.
    #[arg(long)]
    pub(super) out: PathBuf,

    /// Start even if there are more than 1e7 runs.
    #[arg(long)]
    pub(super) yes: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mixlaw fit runs.csv --law mean,capacity,capacity-noise\n  \
    mixlaw fit runs.csv --splits splits.csv --only-splits 100-119 --json fits.json\n  \
    mixlaw fit runs.csv --folds 5 --repeats 4 --bootstrap 200\n  \
    mixlaw fit runs.csv --law effective-data --split-by none --diagnose\n  \
    mixlaw fit mixture.csv loss.csv --join index --weight 'train_{domain}' --loss '{domain}_loss'\n  \
    mixlaw fit runs.csv --loss '{domain}_loss' --capacity model_size --where model_size=122e6\n\n\
    Columns: weight_NAME and loss_NAME unless patterns are given; capacity and tokens if present.")]
pub(super) struct FitArguments {
    /// The runs (CSV); several files are joined on `--join`.
    #[arg(required = true)]
    pub(super) runs: Vec<PathBuf>,

    /// Laws to fit, in the order of the report.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "mean,capacity,capacity-noise"
    )]
    pub(super) law: Vec<String>,

    /// Test runs from a file with the columns `split` and `run`.
    #[arg(long, conflicts_with_all = ["split_by", "test_fraction", "split_count"])]
    pub(super) splits: Option<PathBuf>,

    /// Names of the splits of the file to use, with ranges of numbers: 42,100-119.
    #[arg(long, value_delimiter = ',', requires = "splits")]
    pub(super) only_splits: Vec<String>,

    /// What is held out together; default mixture.
    #[arg(long, value_enum)]
    pub(super) split_by: Option<SplitBy>,

    /// Share held out; default 0.3. With `--capacity-below` or `--tokens-below` a share of the
    /// mixtures, which train at no scale; default none.
    #[arg(long)]
    pub(super) test_fraction: Option<f64>,

    /// Number of random splits, up to 100000; default 20.
    #[arg(long, value_parser = hundred_thousand)]
    pub(super) split_count: Option<usize>,

    /// Folds instead of random splits: each mixture (or run) is held out once.
    #[arg(long, value_name = "COUNT", value_parser = folds, conflicts_with_all = ["splits", "test_fraction", "split_count"])]
    pub(super) folds: Option<usize>,

    /// Deals of the folds; default 1.
    #[arg(long, value_name = "COUNT", value_parser = hundred_thousand, requires = "folds")]
    pub(super) repeats: Option<usize>,

    /// Fit runs of a capacity below this, test the others.
    #[arg(long, value_name = "N", conflicts_with_all = ["splits", "split_by", "folds"])]
    pub(super) capacity_below: Option<f64>,

    /// Fit runs of fewer tokens than this, test the others.
    #[arg(long, value_name = "D", conflicts_with_all = ["splits", "split_by", "folds"])]
    pub(super) tokens_below: Option<f64>,

    /// Test runs of at least this capacity; larger runs that lack it are in no split.
    #[arg(long, value_name = "N", conflicts_with_all = ["splits", "split_by", "folds"])]
    pub(super) test_capacity_at_least: Option<f64>,

    /// Test runs of at least this many tokens; larger runs that lack them are in no split.
    #[arg(long, value_name = "D", conflicts_with_all = ["splits", "split_by", "folds"])]
    pub(super) test_tokens_at_least: Option<f64>,

    /// Seed of the splits; default: that of `--seed`.
    #[arg(long)]
    pub(super) split_seed: Option<u64>,

    /// Column on which several files are joined.
    #[arg(long)]
    pub(super) join: Option<String>,

    /// Pattern of the weight columns.
    #[arg(long, default_value = "weight_{domain}")]
    pub(super) weight: String,

    /// Pattern of the loss columns.
    #[arg(long, default_value = "loss_{domain}")]
    pub(super) loss: String,

    /// Column of the capacity (model size), or a number; default: the column `capacity`.
    #[arg(long)]
    pub(super) capacity: Option<String>,

    /// Column of the training tokens, or a number; default: the column `tokens`.
    #[arg(long)]
    pub(super) tokens: Option<String>,

    /// Keep only rows where COLUMN=VALUE, COLUMN>=NUMBER or COLUMN<=NUMBER; may be repeated.
    #[arg(long = "where", value_name = "COLUMN=VALUE")]
    pub(super) filter: Vec<String>,

    /// Leave out one measured loss; may be repeated. RUN is the run's label, else its row from 0.
    #[arg(long, value_name = "RUN:DOMAIN")]
    pub(super) exclude_cell: Vec<String>,

    /// Scale of a residual.
    #[arg(long, value_enum, default_value = "relative")]
    pub(super) residual: ResidualName,

    /// Cost of a residual; default: huber, but square for absolute residuals.
    #[arg(long, value_enum)]
    pub(super) robust: Option<RobustName>,

    /// Size from which the huber cost is linear, in the unit of the residual; default 0.02.
    #[arg(long)]
    pub(super) delta: Option<f64>,

    /// Strength of the ridge: a number of at least 0, `auto`, or `cv` for inner cross-validation.
    #[arg(long, default_value = "auto")]
    pub(super) ridge: String,

    /// Starting points of each fit.
    #[arg(long, default_value = "16", value_parser = hundred_thousand)]
    pub(super) starts: usize,

    /// Fits to resampled mixtures, for 95 % intervals of the parameters; default: none.
    #[arg(long, value_name = "COUNT", value_parser = million)]
    pub(super) bootstrap: Option<usize>,

    /// Say what a fit rests on: convergence, parameters that the runs do not tell, mixtures that
    /// move it most, cells that stand out, residuals by domain and weight.
    #[arg(long)]
    pub(super) diagnose: bool,

    /// Seed of splits, starts and resampled mixtures.
    #[arg(long, default_value = "0")]
    pub(super) seed: u64,

    /// Also write the results as JSON.
    #[arg(long)]
    pub(super) json: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum SplitBy {
    /// All runs of a mixture.
    Mixture,
    /// Runs one by one.
    Run,
    /// Nothing: training error only.
    None,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum ResidualName {
    /// (predicted − measured) / measured.
    Relative,
    /// predicted − measured, in nats.
    Absolute,
    /// Difference of the logarithms.
    Log,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum RobustName {
    /// Squared.
    Square,
    /// Squared up to `--delta`, linear beyond.
    Huber,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    mixlaw predict fit.json --capacity 1e9 --tokens 3e10 --mixture web=.3,code=.7\n\n\
    The file is written by `mixlaw fit RUNS.csv --json fit.json`; with --bootstrap 200 there, \
    predictions come with intervals.")]
pub(super) struct PredictArguments {
    /// The file of fits.
    pub(super) fit: PathBuf,

    /// Laws to predict with; default: all of the file.
    #[arg(long, value_delimiter = ',')]
    pub(super) law: Vec<String>,

    /// The mixture, NAME=WEIGHT; domains that are not named have no weight.
    #[arg(
        long,
        required = true,
        value_delimiter = ',',
        value_name = "NAME=WEIGHT"
    )]
    pub(super) mixture: Vec<String>,

    /// Capacity (model size), a number or `unlimited`; default: that of the runs, if it is one.
    #[arg(long)]
    pub(super) capacity: Option<String>,

    /// Training tokens, a number or `unlimited`; default: those of the runs, if it is one number.
    #[arg(long)]
    pub(super) tokens: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mixlaw optimize fit.json --law capacity-noise --capacity 1e9 --tokens 3e10\n  \
    mixlaw optimize fit.json --tokens 1e11 --available code=5e9 --epochs 4 --max web=.4\n  \
    mixlaw optimize fit.json --target code=.5,math=.5 --group prose=web+books:0.3..0.6\n\n\
    The file is written by `mixlaw fit RUNS.csv --json fit.json`; with --bootstrap 200 there, \
    weights come with intervals.")]
pub(super) struct OptimizeArguments {
    /// The file of fits.
    pub(super) fit: PathBuf,

    /// Laws to follow; default: all of the file.
    #[arg(long, value_delimiter = ',')]
    pub(super) law: Vec<String>,

    /// Capacity (model size), a number or `unlimited`; default: that of the runs, if it is one.
    #[arg(long)]
    pub(super) capacity: Option<String>,

    /// Training tokens, a number or `unlimited`; default: those of the runs, if it is one number.
    #[arg(long)]
    pub(super) tokens: Option<String>,

    /// Weights of the losses in the target, summing to 1; default: all domains alike.
    #[arg(long, value_delimiter = ',', value_name = "NAME=WEIGHT")]
    pub(super) target: Vec<String>,

    /// Make the largest of these losses small instead; without names: of all domains.
    #[arg(long, value_delimiter = ',', num_args = 0.., value_name = "NAME", conflicts_with = "target")]
    pub(super) worst: Option<Vec<String>>,

    /// Smallest weights.
    #[arg(long, value_delimiter = ',', value_name = "NAME=WEIGHT")]
    pub(super) min: Vec<String>,

    /// Largest weights.
    #[arg(long, value_delimiter = ',', value_name = "NAME=WEIGHT")]
    pub(super) max: Vec<String>,

    /// Weights that are given.
    #[arg(long, value_delimiter = ',', value_name = "NAME=WEIGHT")]
    pub(super) fix: Vec<String>,

    /// A joint bound, NAME=DOMAIN+DOMAIN:LEAST..MOST; may be repeated.
    #[arg(long, value_name = "GROUP")]
    pub(super) group: Vec<String>,

    /// Tokens that there are of a domain.
    #[arg(long, value_delimiter = ',', value_name = "NAME=TOKENS")]
    pub(super) available: Vec<String>,

    /// How often available tokens may be trained on.
    #[arg(long, default_value = "1")]
    pub(super) epochs: f64,

    /// A mixture to stay near.
    #[arg(long, value_delimiter = ',', value_name = "NAME=WEIGHT")]
    pub(super) stay_near: Vec<String>,

    /// How strongly to stay near it: nats of loss for one nat of relative entropy.
    #[arg(long, default_value = "0.1", requires = "stay_near")]
    pub(super) strength: f64,

    /// Seed of the random starts.
    #[arg(long, default_value = "0")]
    pub(super) seed: u64,

    /// Also write the result as JSON.
    #[arg(long)]
    pub(super) json: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mixlaw reproduce\n  \
    mixlaw reproduce --only 03 --out /tmp/results")]
pub(super) struct ReproduceArguments {
    /// Folder of the experiment files.
    #[arg(long, default_value = "experiments")]
    pub(super) experiments: PathBuf,

    /// Only experiments whose file name begins with this; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub(super) only: Vec<String>,

    /// Leave out the experiments that say that they are slow.
    #[arg(long)]
    pub(super) fast: bool,

    /// Folder for the results.
    #[arg(long, default_value = "results")]
    pub(super) out: PathBuf,

    /// Exit with 3 when a check of a claim fails.
    #[arg(long)]
    pub(super) strict: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mixlaw compare results /tmp/results\n  \
    mixlaw compare before/claims.json after/claims.json --strict\n\n\
    Equal means: figures and their intervals within 1e-4 (relative; or 1e-5 in their unit), runs within 1e-9, \
    which is what another processor may change. Exit codes: 0, or 3 with --strict when something differs.")]
pub(super) struct CompareArguments {
    /// Results of `mixlaw reproduce` or `mixlaw run`: the folder, or its claims.json.
    pub(super) first: PathBuf,

    /// The results to compare with them.
    pub(super) second: PathBuf,

    /// Only the experiments that both have run.
    #[arg(long)]
    pub(super) common: bool,

    /// Exit with 3 when something differs.
    #[arg(long)]
    pub(super) strict: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mixlaw plan my-world.toml")]
pub(super) struct PlanArguments {
    /// The experiment file (TOML); default: the built-in quickstart.
    pub(super) file: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mixlaw plan-runs configs/plan-runs.toml --out plan")]
pub(super) struct PlanRunsArguments {
    /// The plan (TOML): worlds, designs of runs, laws and target, as in configs/plan-runs.toml.
    pub(super) file: PathBuf,

    /// Directory for the results; default: mixlaw-out/NAME.
    #[arg(long)]
    pub(super) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mixlaw schema > experiment.schema.json\n  \
    mixlaw schema --markdown\n\n\
    An editor with taplo completes and checks an experiment that begins with\n  \
    #:schema ./experiment.schema.json")]
pub(super) struct SchemaArguments {
    /// As a page to read, in Markdown, instead of JSON.
    #[arg(long)]
    pub(super) markdown: bool,

    /// That of the file of `plan-runs` instead.
    #[arg(long, conflicts_with = "markdown")]
    pub(super) plan_runs: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  mixlaw completions bash > ~/.local/share/bash-completion/completions/mixlaw"
)]
pub(super) struct CompletionsArguments {
    /// The shell.
    pub(super) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mixlaw man > ~/.local/share/man/man1/mixlaw.1\n  \
    mixlaw man fit | man -l -")]
pub(super) struct ManArguments {
    /// The command; default: the page of the program.
    pub(super) command: Option<String>,
}

/// Most splits, deals of folds, or starts.
const MOST_SPLITS: usize = 100_000;

/// Largest number of threads: more than any machine has cores.
const MOST_THREADS: usize = 4096;

/// A number of folds.
fn folds(text: &str) -> Result<usize, String> {
    from_to(text, 2, MOST_SPLITS)
}

/// A number of threads.
fn threads(text: &str) -> Result<usize, String> {
    from_to(text, 1, MOST_THREADS)
}

/// A number of splits or starts; as in the experiment file.
fn hundred_thousand(text: &str) -> Result<usize, String> {
    from_to(text, 1, MOST_SPLITS)
}

/// A number of resamples; as in the experiment file.
fn million(text: &str) -> Result<usize, String> {
    from_to(text, 1, 1_000_000)
}

fn from_to(text: &str, least: usize, most: usize) -> Result<usize, String> {
    match text.parse() {
        Ok(count) if (least..=most).contains(&count) => Ok(count),
        _ => Err(format!("a whole number from {least} to {most} is needed")),
    }
}

pub(super) fn positive(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(value) if value > 0 => Ok(value),
        _ => Err("a whole number of at least 1 is needed".into()),
    }
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
