//! Arguments about sweeps that are kept in a directory: of `merge`, of `verify`, and what to try again.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::numbers::positive;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Retry {
    /// Runs without losses, because they diverged.
    Failed,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mixlaw merge results                    all shards wrote into one directory\n  \
    mixlaw merge node-1 node-2 node-3       each had its own; results go into the first\n\n\
    Refused are gaps (runs that no shard has), runs of another experiment, and results of one run \
    that disagree.")]
pub(in crate::cli) struct MergeArguments {
    /// The directory of the results, which holds experiment.toml and parts.
    pub(in crate::cli) folder: PathBuf,

    /// More directories that hold parts.
    pub(in crate::cli) others: Vec<PathBuf>,

    /// Exit with 3 when a check of the claim fails.
    #[arg(long)]
    pub(in crate::cli) strict: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mixlaw verify results --sample 1000\n\n\
    On the kind of processor that made the runs they must be the same to the byte, elsewhere within \
    1e-9 (relative). Files must have the SHA-256 that manifest.json says. Exit codes: 0, or 1 when \
    something differs.")]
pub(in crate::cli) struct VerifyArguments {
    /// The directory of the results.
    pub(in crate::cli) folder: PathBuf,

    /// Number of runs to simulate again.
    #[arg(long, default_value = "100", value_parser = positive)]
    pub(in crate::cli) sample: usize,

    /// Seed of the choice.
    #[arg(long, default_value = "0")]
    pub(in crate::cli) seed: u64,
}
