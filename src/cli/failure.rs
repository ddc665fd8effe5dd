//! What goes wrong, and the exit code that says so.

use std::fmt::Display;
use std::io::IsTerminal;
use std::process::ExitCode;

use miette::{Diagnostic, MietteHandlerOpts, Report};

use super::interrupt::INTERRUPTED;
use super::print::{print, say};
use crate::runner::RunError;
use crate::text::terminal::harmless;

/// Why a command did not succeed.
#[derive(Debug)]
pub(super) enum Failure {
    /// Bad input: exit code 2.
    Input(Report),
    /// A claim fails under `--strict`: exit code 3.
    Claim,
    /// Two results differ under `--strict`: exit code 3.
    Different,
    /// Ctrl-C or SIGTERM, and what is kept: exit code 130.
    Interrupted(String),
    /// Anything else: exit code 1.
    Other(String),
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Input(report) => Self::Input(report),
            RunError::Interrupted(kept) => Self::Interrupted(kept),
            RunError::Other(message) => Self::Other(message),
        }
    }
}

impl Failure {
    /// Bad input with its place and help.
    pub(super) fn input(error: impl Diagnostic + Send + Sync + 'static) -> Self {
        Self::Input(Report::new(error))
    }

    /// Bad input in a sentence.
    pub(super) fn words(message: impl Display) -> Self {
        Self::Input(miette::miette!("{message}"))
    }

    /// Bad input in a sentence, with what to do about it.
    pub(super) fn words_with_help(message: impl Display, help: impl Display) -> Self {
        Self::Input(miette::miette!(help = help.to_string(), "{message}"))
    }

    /// A failure that is not the user's.
    pub(super) fn other(error: impl Display) -> Self {
        Self::Other(error.to_string())
    }

    /// Prints the failure on stderr.
    pub(super) fn print(self) -> ExitCode {
        match self {
            Self::Input(report) => {
                say(&harmless(&format!("{report:?}")));
                ExitCode::from(2)
            }
            Self::Claim => {
                say("A check of the claim fails (--strict).");
                ExitCode::from(3)
            }
            Self::Different => {
                say("The results differ (--strict).");
                ExitCode::from(3)
            }
            Self::Interrupted(kept) => {
                say(&harmless(&format!("interrupted: {kept}")));
                ExitCode::from(INTERRUPTED)
            }
            Self::Other(message) => {
                say(&harmless(&format!("mixlaw: {message}")));
                ExitCode::FAILURE
            }
        }
    }
}

/// Prints what is wrong with the arguments, or the help that was asked for. Arguments are echoed:
/// the name of a file may have come from a pattern of the shell.
pub(super) fn print_usage(error: &clap::Error) -> ExitCode {
    let colour = |terminal: bool| terminal && std::env::var_os("NO_COLOR").is_none();
    let text = |colour| {
        let text = error.render();
        if colour {
            text.ansi().to_string()
        } else {
            text.to_string()
        }
    };
    if error.use_stderr() {
        let text = text(colour(std::io::stderr().is_terminal()));
        say(harmless(&text).trim_end_matches('\n'));
        return ExitCode::from(2);
    }
    let text = text(colour(std::io::stdout().is_terminal()));
    match print(&text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.print(),
    }
}

/// Reports show the place in the file; colours and drawn lines on a terminal only.
pub(super) fn install_reporter() {
    let terminal = std::io::stderr().is_terminal();
    // A second installation cannot happen: the command line is entered once.
    let _ = miette::set_hook(Box::new(move |_| {
        let options = MietteHandlerOpts::new().context_lines(1);
        Box::new(
            if terminal {
                options
            } else {
                options.color(false).unicode(false).width(100)
            }
            .build(),
        )
    }));
}
