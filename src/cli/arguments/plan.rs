//! Arguments of `plan` and `plan-runs`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mixlaw plan my-world.toml")]
pub(in crate::cli) struct PlanArguments {
    /// The experiment file (TOML); default: the built-in quickstart.
    pub(in crate::cli) file: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mixlaw plan-runs configs/plan-runs.toml --out plan")]
pub(in crate::cli) struct PlanRunsArguments {
    /// The plan (TOML): worlds, designs of runs, laws and target, as in configs/plan-runs.toml.
    pub(in crate::cli) file: PathBuf,

    /// Directory for the results; default: mixlaw-out/NAME.
    #[arg(long)]
    pub(in crate::cli) out: Option<PathBuf>,
}
