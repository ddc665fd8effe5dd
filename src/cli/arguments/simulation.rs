//! Arguments of `run` and `simulate`.

use std::path::PathBuf;

use clap::Args;

use super::kept::Retry;
use crate::sweep::Shard;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mixlaw run                              the built-in quickstart\n  \
    mixlaw run my-world.toml --out results  your own experiment\n  \
    mixlaw run my-world.toml --out results  once more: what is missing is finished\n  \
    mixlaw run my-world.toml --out results --shard 3/8   the fourth of eight processes\n  \
    mixlaw run huge.toml --yes --log-format json 2> progress.jsonl\n\n\
    Exit codes: 0 done, 2 bad input, 3 a claim fails and --strict is given, 130 interrupted (what is \
    finished is kept), 1 anything else.")]
pub(in crate::cli) struct RunArguments {
    /// The experiment file (TOML); default: the built-in quickstart.
    pub(in crate::cli) file: Option<PathBuf>,

    /// Directory for the results; default: mixlaw-out/NAME.
    #[arg(long)]
    pub(in crate::cli) out: Option<PathBuf>,

    /// Simulate only this share of the runs, counted from 0 (as SLURM_ARRAY_TASK_ID may be), and fit
    /// nothing; `mixlaw merge` joins them.
    #[arg(long, value_name = "INDEX/COUNT", conflicts_with = "strict")]
    pub(in crate::cli) shard: Option<Shard>,

    /// Discard the runs that the directory holds, and simulate all anew.
    #[arg(long)]
    pub(in crate::cli) fresh: bool,

    /// Do finished runs of this kind again.
    #[arg(long, value_enum, value_name = "KIND", conflicts_with = "fresh")]
    pub(in crate::cli) retry: Option<Retry>,

    /// Exit with 3 when a check of the claim fails.
    #[arg(long)]
    pub(in crate::cli) strict: bool,

    /// Start even if there are more than 1e7 runs.
    #[arg(long)]
    pub(in crate::cli) yes: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mixlaw simulate my-world.toml --out runs.csv\n  \
    mixlaw simulate my-world.toml --out runs.parquet     if built with --features parquet\n  \
    mixlaw simulate my-world.toml --out - | gzip > runs.csv.gz")]
pub(in crate::cli) struct SimulateArguments {
    /// The experiment file (TOML).
    pub(in crate::cli) file: PathBuf,

    /// Where to write the runs: CSV, or Parquet if the name ends in .parquet and mixlaw was built with the
    /// feature of that name; `-` for CSV on standard output.
    #[arg(long)]
    pub(in crate::cli) out: PathBuf,

    /// Start even if there are more than 1e7 runs.
    #[arg(long)]
    pub(in crate::cli) yes: bool,
}
