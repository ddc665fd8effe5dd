//! Arguments of `fit`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::numbers::{folds, hundred_thousand, million};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mixlaw fit runs.csv --law mean,capacity,capacity-noise\n  \
    mixlaw fit runs.csv --splits splits.csv --only-splits 100-119 --json fits.json\n  \
    mixlaw fit runs.csv --folds 5 --repeats 4 --bootstrap 200\n  \
    mixlaw fit runs.csv --law effective-data --split-by none --diagnose\n  \
    mixlaw fit mixture.csv loss.csv --join index --weight 'train_{domain}' --loss '{domain}_loss'\n  \
    mixlaw fit runs.csv --loss '{domain}_loss' --capacity model_size --where model_size=122e6\n\n\
    Columns: weight_NAME and loss_NAME unless patterns are given; capacity and tokens if present.")]
pub(in crate::cli) struct FitArguments {
    /// The runs (CSV); several files are joined on `--join`.
    #[arg(required = true)]
    pub(in crate::cli) runs: Vec<PathBuf>,

    /// Laws to fit, in the order of the report.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "mean,capacity,capacity-noise"
    )]
    pub(in crate::cli) law: Vec<String>,

    /// Test runs from a file with the columns `split` and `run`.
    #[arg(long, conflicts_with_all = ["split_by", "test_fraction", "split_count"])]
    pub(in crate::cli) splits: Option<PathBuf>,

    /// Names of the splits of the file to use, with ranges of numbers: 42,100-119.
    #[arg(long, value_delimiter = ',', requires = "splits")]
    pub(in crate::cli) only_splits: Vec<String>,

    /// What is held out together; default mixture.
    #[arg(long, value_enum)]
    pub(in crate::cli) split_by: Option<SplitBy>,

    /// Share held out; default 0.3. With `--capacity-below` or `--tokens-below` a share of the
    /// mixtures, which train at no scale; default none.
    #[arg(long)]
    pub(in crate::cli) test_fraction: Option<f64>,

    /// Number of random splits, up to 100000; default 20.
    #[arg(long, value_parser = hundred_thousand)]
    pub(in crate::cli) split_count: Option<usize>,

    /// Folds instead of random splits: each mixture (or run) is held out once.
    #[arg(long, value_name = "COUNT", value_parser = folds, conflicts_with_all = ["splits", "test_fraction", "split_count"])]
    pub(in crate::cli) folds: Option<usize>,

    /// Deals of the folds; default 1.
    #[arg(long, value_name = "COUNT", value_parser = hundred_thousand, requires = "folds")]
    pub(in crate::cli) repeats: Option<usize>,

    /// Fit runs of a capacity below this, test the others.
    #[arg(long, value_name = "N", conflicts_with_all = ["splits", "split_by", "folds"])]
    pub(in crate::cli) capacity_below: Option<f64>,

    /// Fit runs of fewer tokens than this, test the others.
    #[arg(long, value_name = "D", conflicts_with_all = ["splits", "split_by", "folds"])]
    pub(in crate::cli) tokens_below: Option<f64>,

    /// Test runs of at least this capacity; larger runs that lack it are in no split.
    #[arg(long, value_name = "N", conflicts_with_all = ["splits", "split_by", "folds"])]
    pub(in crate::cli) test_capacity_at_least: Option<f64>,

    /// Test runs of at least this many tokens; larger runs that lack them are in no split.
    #[arg(long, value_name = "D", conflicts_with_all = ["splits", "split_by", "folds"])]
    pub(in crate::cli) test_tokens_at_least: Option<f64>,

    /// Seed of the splits; default: that of `--seed`.
    #[arg(long)]
    pub(in crate::cli) split_seed: Option<u64>,

    /// Column on which several files are joined.
    #[arg(long)]
    pub(in crate::cli) join: Option<String>,

    /// Pattern of the weight columns.
    #[arg(long, default_value = "weight_{domain}")]
    pub(in crate::cli) weight: String,

    /// Pattern of the loss columns.
    #[arg(long, default_value = "loss_{domain}")]
    pub(in crate::cli) loss: String,

    /// Column of the capacity (model size), or a number; default: the column `capacity`.
    #[arg(long)]
    pub(in crate::cli) capacity: Option<String>,

    /// Column of the training tokens, or a number; default: the column `tokens`.
    #[arg(long)]
    pub(in crate::cli) tokens: Option<String>,

    /// Keep only rows where COLUMN=VALUE, COLUMN>=NUMBER or COLUMN<=NUMBER; may be repeated.
    #[arg(long = "where", value_name = "COLUMN=VALUE")]
    pub(in crate::cli) filter: Vec<String>,

    /// Leave out one measured loss; may be repeated. RUN is the run's label, else its row from 0.
    #[arg(long, value_name = "RUN:DOMAIN")]
    pub(in crate::cli) exclude_cell: Vec<String>,

    /// Scale of a residual.
    #[arg(long, value_enum, default_value = "relative")]
    pub(in crate::cli) residual: ResidualName,

    /// Cost of a residual; default: huber, but square for absolute residuals.
    #[arg(long, value_enum)]
    pub(in crate::cli) robust: Option<RobustName>,

    /// Size from which the huber cost is linear, in the unit of the residual; default 0.02.
    #[arg(long)]
    pub(in crate::cli) delta: Option<f64>,

    /// Strength of the ridge: a number of at least 0, `auto`, or `cv` for inner cross-validation.
    #[arg(long, default_value = "auto")]
    pub(in crate::cli) ridge: String,

    /// Most starting points of each fit: it ends when six end at the lowest objective.
    #[arg(long, default_value = "16", value_parser = hundred_thousand)]
    pub(in crate::cli) starts: usize,

    /// Fits to resampled noise, for 95 % intervals of the parameters; default: none.
    #[arg(long, value_name = "COUNT", value_parser = million)]
    pub(in crate::cli) bootstrap: Option<usize>,

    /// Say what a fit rests on: convergence, parameters that the runs do not tell, mixtures that
    /// move it most, cells that stand out, residuals by domain and weight.
    #[arg(long)]
    pub(in crate::cli) diagnose: bool,

    /// Seed of splits, starts and resampled noise.
    #[arg(long, default_value = "0")]
    pub(in crate::cli) seed: u64,

    /// Also write the results as JSON.
    #[arg(long)]
    pub(in crate::cli) json: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum SplitBy {
    /// All runs of a mixture.
    Mixture,
    /// Runs one by one.
    Run,
    /// Nothing: training error only.
    None,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum ResidualName {
    /// (predicted − measured) / measured.
    Relative,
    /// predicted − measured, in nats.
    Absolute,
    /// Difference of the logarithms.
    Log,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum RobustName {
    /// Squared.
    Square,
    /// Squared up to `--delta`, linear beyond.
    Huber,
}
