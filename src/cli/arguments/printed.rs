//! Arguments of the commands that print what mixlaw knows of itself.

use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mixlaw schema > experiment.schema.json\n  \
    mixlaw schema --markdown\n\n\
    An editor with taplo completes and checks an experiment that begins with\n  \
    #:schema ./experiment.schema.json")]
pub(in crate::cli) struct SchemaArguments {
    /// As a page to read, in Markdown, instead of JSON.
    #[arg(long)]
    pub(in crate::cli) markdown: bool,

    /// The figures that a check can name, in Markdown.
    #[arg(long, conflicts_with = "markdown")]
    pub(in crate::cli) figures: bool,

    /// That of the file of `plan-runs` instead.
    #[arg(long, conflicts_with_all = ["markdown", "figures"])]
    pub(in crate::cli) plan_runs: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  mixlaw completions bash > ~/.local/share/bash-completion/completions/mixlaw"
)]
pub(in crate::cli) struct CompletionsArguments {
    /// The shell.
    pub(in crate::cli) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mixlaw man > ~/.local/share/man/man1/mixlaw.1\n  \
    mixlaw man fit | man -l -")]
pub(in crate::cli) struct ManArguments {
    /// The command; default: the page of the program.
    pub(in crate::cli) command: Option<String>,
}
