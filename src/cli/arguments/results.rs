//! Arguments of `reproduce` and `compare`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mixlaw reproduce\n  \
    mixlaw reproduce --only 03 --out /tmp/results")]
pub(in crate::cli) struct ReproduceArguments {
    /// Folder of the experiment files.
    #[arg(long, default_value = "experiments")]
    pub(in crate::cli) experiments: PathBuf,

    /// Only experiments whose file name begins with this; may be repeated. The results of the others stay.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) only: Vec<String>,

    /// Leave out the experiments that say that they are slow.
    #[arg(long)]
    pub(in crate::cli) fast: bool,

    /// Folder for the results; those that are there already stay, but for the experiments that are run.
    #[arg(long, default_value = "results")]
    pub(in crate::cli) out: PathBuf,

    /// Exit with 3 when a check of a claim fails.
    #[arg(long)]
    pub(in crate::cli) strict: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mixlaw compare results /tmp/results\n  \
    mixlaw compare before/claims.json after/claims.json --strict\n\n\
    Equal means: figures and their intervals within 1e-4 (relative; or 1e-5 in their unit), runs within 1e-9, \
    which is what another processor may change. Exit codes: 0, or 3 with --strict when something differs.")]
pub(in crate::cli) struct CompareArguments {
    /// Results of `mixlaw reproduce` or `mixlaw run`: the folder, or its claims.json.
    pub(in crate::cli) first: PathBuf,

    /// The results to compare with them.
    pub(in crate::cli) second: PathBuf,

    /// Only the experiments that both have run.
    #[arg(long)]
    pub(in crate::cli) common: bool,

    /// Exit with 3 when something differs.
    #[arg(long)]
    pub(in crate::cli) strict: bool,
}
