//! What can be wrong with an experiment file, told with the place in the file.

use std::fmt::{self, Display};
use std::io;
use std::ops::Range;
use std::path::PathBuf;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use thiserror::Error;

use super::long_lines::LongLines;
use crate::text::terminal::same_length;

/// Why an experiment file cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// There is no such file.
    #[error("there is no file `{}`", path.display())]
    NotFound {
        /// The path asked for.
        path: PathBuf,
        /// A file of the same folder with a similar name.
        similar: Option<PathBuf>,
    },
    /// The file is there but cannot be read.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// The path asked for.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is not text.
    #[error("`{name}` is not UTF-8 text: byte {offset} fits no character")]
    NotText {
        /// Name of the file.
        name: String,
        /// Position of the first bad byte, from 0.
        offset: usize,
    },
    /// The text is no valid experiment.
    #[error(transparent)]
    Invalid(Box<Invalid>),
}

/// A text with at least one problem in it.
#[derive(Debug)]
pub struct Invalid {
    source: NamedSource<String>,
    problems: Vec<Problem>,
    /// Problems that were found beyond those.
    more: usize,
}

/// Most problems of a file that are told: each shows a piece of it, and after these it is clear that
/// something else is wrong.
const MOST_TOLD: usize = 20;

/// One thing that is wrong, and its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    message: String,
    labels: Vec<(Range<usize>, String)>,
    help: Option<String>,
}

impl ConfigError {
    pub(crate) fn invalid(name: &str, text: &str, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.labels.first().map_or(0, |(span, _)| span.start));
        if let Some(lines) = LongLines::of(text) {
            problems
                .iter_mut()
                .for_each(|problem| problem.tell_place(&lines));
        }
        let more = problems.len().saturating_sub(MOST_TOLD);
        problems.truncate(MOST_TOLD);
        Self::Invalid(Box::new(Invalid {
            more,
            // A snippet of the file is shown as it stands there: it must not act on the terminal.
            source: NamedSource::new(name, same_length(text).into_owned()),
            problems,
        }))
    }

    /// What is wrong in the text, in the order of the file; empty if no text could be read.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Invalid(invalid) => &invalid.problems,
            _ => &[],
        }
    }

    /// The problem, if there is just one: it is then told as the error itself.
    fn only(&self) -> Option<&Problem> {
        match self.problems() {
            [problem] => Some(problem),
            _ => None,
        }
    }
}

impl Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            // Without a place to point at, only the name tells which file is meant.
            [problem] if problem.labels.is_empty() => {
                write!(f, "`{}`: {}", self.source.name(), problem.message)
            }
            [problem] => f.write_str(&problem.message),
            problems if self.more == 0 => {
                write!(f, "`{}` has {} errors", self.source.name(), problems.len())
            }
            problems => {
                let (shown, all) = (problems.len(), problems.len() + self.more);
                let name = self.source.name();
                write!(
                    f,
                    "`{name}` has {all} errors, of which the first {shown} follow"
                )
            }
        }
    }
}

impl std::error::Error for Invalid {}

impl Diagnostic for ConfigError {
    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        match self {
            Self::NotFound { similar, .. } => similar.as_ref().map(|similar| {
                Box::new(format!("did you mean `{}`?", similar.display())) as Box<dyn Display>
            }),
            Self::NotText { .. } => Some(Box::new("an experiment file is TOML, saved as UTF-8")),
            Self::Unreadable { .. } => None,
            Self::Invalid(_) => self.only()?.help(),
        }
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        match self {
            Self::Invalid(invalid) => Some(&invalid.source),
            _ => None,
        }
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.only()?.labels()
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        match self.problems() {
            [] | [_] => None,
            problems => Some(Box::new(problems.iter().map(|p| p as &dyn Diagnostic))),
        }
    }
}

impl Problem {
    /// A problem of the whole file.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            labels: Vec::new(),
            help: None,
        }
    }

    /// Points at `span` and says there what `text` says.
    pub(crate) fn label(mut self, span: Range<usize>, text: impl Into<String>) -> Self {
        self.labels.push((span, text.into()));
        self
    }

    /// What is allowed, or what was perhaps meant.
    /// Puts the place into words where the lines are too long to be shown.
    fn tell_place(&mut self, lines: &LongLines) {
        let places = self.labels.iter().map(|(span, _)| lines.place(span));
        // Where one line cannot be shown, the places of all are told by that of the first.
        let Some((line, column)) = places.flatten().next() else {
            return;
        };
        self.message = format!("line {line}, column {column}: {}", self.message);
        self.labels.clear();
    }

    pub(crate) fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// What is wrong, in one sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The bytes of the file that are wrong; `None` if something is absent.
    pub fn span(&self) -> Option<Range<usize>> {
        self.labels.first().map(|(span, _)| span.clone())
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        let help = self.help.as_ref()?;
        Some(Box::new(help))
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.labels.is_empty() {
            return None;
        }
        Some(Box::new(self.labels.iter().map(|(span, text)| {
            LabeledSpan::new_with_span(Some(text.clone()), span.clone())
        })))
    }
}
