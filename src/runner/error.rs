//! Why an experiment is not conducted to its end.

use std::fmt::{self, Display};

use miette::{Diagnostic, Report};

/// Why an experiment is not conducted to its end.
#[derive(Debug)]
pub enum RunError {
    /// The input is wrong: told with its place in a file, where it has one, and with what to do.
    Input(Report),
    /// The observer asked for an end; says what is kept.
    Interrupted(String),
    /// Anything else, such as a disk that is full.
    Other(String),
}

impl RunError {
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
}

impl Display for RunError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(report) => report.fmt(out),
            Self::Interrupted(kept) => write!(out, "interrupted: {kept}"),
            Self::Other(message) => message.fmt(out),
        }
    }
}

impl std::error::Error for RunError {}
