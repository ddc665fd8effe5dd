//! Why runs cannot be read: what is wrong, where, and what to do about it.

use std::fmt;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use super::csv_table_error::CsvTableError;
use super::table::TableError;

/// A cell of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// Line on which its row begins, from 1; the header is usually line 1.
    pub line: u64,
    /// Name of its column, shortened.
    pub column: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        write!(f, "{file}, line {}, column `{}`", self.line, self.column)
    }
}

/// Why files and a mapping do not give a table of runs. Texts from a file are shortened and their
/// control characters escaped.
#[derive(Debug, Error, Diagnostic)]
pub enum ReadError {
    /// A file is no CSV table.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Csv(#[from] CsvTableError),

    /// A loss that is to be left out is not there.
    #[error("the cell `{cell}` cannot be left out: {fault}")]
    #[diagnostic(help("{help}"))]
    Exclude {
        /// The cell as it was given.
        cell: String,
        /// What is wrong with it.
        fault: String,
        /// What is allowed.
        help: String,
    },

    /// The mapping names no file.
    #[error("no file of runs is given")]
    NoFile,

    /// Several files and nothing to join them on.
    #[error("several files of runs need a column to join them on")]
    #[diagnostic(help("name it with `join` (or `--join`); {common}"))]
    NoJoin {
        /// Which columns they have in common, in words.
        common: String,
    },

    /// A value of the join column occurs twice in one file.
    #[error("{second}: `{value}` was already on line {first_line}")]
    #[diagnostic(help("files are joined row by row: each value may stand once in each file"))]
    JoinTwice {
        /// Where it occurs again.
        second: Place,
        /// Where it occurred first.
        first_line: u64,
        /// The value.
        value: String,
    },

    /// A row has no partner in another file.
    #[error("{place}: `{value}` is not in {}", absent.display())]
    #[diagnostic(help("each row needs its partner in every file; {count} of this file have none"))]
    JoinMissing {
        /// Where the value is.
        place: Place,
        /// The value.
        value: String,
        /// The file that lacks it.
        absent: PathBuf,
        /// Rows of the one file that the other lacks.
        count: usize,
    },

    /// The mapping names a column that does not exist.
    #[error("`{key}` names the column `{column}`, but {} has none of that name", file.display())]
    #[diagnostic(help("{instead}"))]
    NoColumn {
        /// The key of the mapping.
        key: &'static str,
        /// The name that was asked for.
        column: String,
        /// The (first) file that lacks it.
        file: PathBuf,
        /// The nearest name, or the names that exist.
        instead: String,
    },

    /// Two files have a column that is used.
    #[error("both {} and {} have a column `{column}`", first.display(), second.display())]
    #[diagnostic(help("remove it from one of the files, so that it is clear which one counts"))]
    ColumnTwice {
        /// Its name.
        column: String,
        /// The first file.
        first: PathBuf,
        /// The second file.
        second: PathBuf,
    },

    /// A pattern that does not say where the domain stands.
    #[error("the pattern `{pattern}` of `{key}` must hold `{{domain}}` exactly once")]
    #[diagnostic(help("for example `{key}_{{domain}}`"))]
    Pattern {
        /// `weight` or `loss`.
        key: &'static str,
        /// The pattern.
        pattern: String,
    },

    /// No column matches a pattern.
    #[error("no column of {} matches the {key} pattern `{pattern}`", file.display())]
    #[diagnostic(help("set the pattern with `{key}` (or `--{key}`); {columns}"))]
    NoMatch {
        /// `weight` or `loss`.
        key: &'static str,
        /// The pattern.
        pattern: String,
        /// The (first) file.
        file: PathBuf,
        /// Which columns there are, in words.
        columns: String,
    },

    /// A column matches both patterns, and neither is more specific.
    #[error("the column `{column}` matches both `{weight}` and `{loss}`")]
    #[diagnostic(help("the weight pattern and the loss pattern must tell columns apart"))]
    BothPatterns {
        /// The column.
        column: String,
        /// The weight pattern.
        weight: String,
        /// The loss pattern.
        loss: String,
    },

    /// A domain name that cannot be shown.
    #[error("{}: the column `{column}` names a domain that {problem}", file.display())]
    DomainName {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
        /// What is wrong with the name.
        problem: &'static str,
    },

    /// A cell that does not hold what it should.
    #[error("{place}: `{text}` is not a {wanted}")]
    #[diagnostic(help("{help}"))]
    Value {
        /// Where it is.
        place: Place,
        /// What stands there.
        text: String,
        /// What should stand there.
        wanted: &'static str,
        /// What else is allowed there.
        help: &'static str,
    },

    /// A cell that must not be empty.
    #[error("{place}: the {what} is missing")]
    #[diagnostic(help("only losses may be missing"))]
    Missing {
        /// Where it is.
        place: Place,
        /// What is missing.
        what: &'static str,
    },

    /// Weights that are no mixture.
    #[error("{}, line {line}: the weights sum to {sum}, not to 1", file.display())]
    #[diagnostic(help("{help}"))]
    WeightSum {
        /// The file of the first weight column.
        file: PathBuf,
        /// Line of the row, from 1.
        line: u64,
        /// Their sum.
        sum: String,
        /// The columns that were added, or a likely reason.
        help: String,
    },

    /// A capacity or a token count of the mapping that cannot be.
    #[error("`{key}` is {value}, but must be above 0")]
    Scale {
        /// `capacity` or `tokens`.
        key: &'static str,
        /// The number.
        value: f64,
    },

    /// The filter keeps nothing.
    #[error("no row has `{column}` {condition}")]
    #[diagnostic(help("{there}"))]
    NothingKept {
        /// The column on which the last rows were lost.
        column: String,
        /// What it was to hold, in words.
        condition: String,
        /// What exists among the rows that the filters before it kept, in words.
        there: String,
    },

    /// No row has a loss.
    #[error("no row of {} has a loss", file.display())]
    NoLoss {
        /// The (first) file.
        file: PathBuf,
    },

    /// The columns do not fit together.
    #[error(transparent)]
    Table(#[from] TableError),
}
