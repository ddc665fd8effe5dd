//! Why a file gives no splits of a table.

use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::runs::CsvTableError;

/// Why a file gives no splits of a table. Texts from the file are shortened.
#[derive(Debug, Error, Diagnostic)]
pub enum SplitFileError {
    /// The file is no CSV table.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Csv(#[from] CsvTableError),

    /// A column is missing.
    #[error("{} has no column `{column}`", file.display())]
    #[diagnostic(help("a split file has the columns `split` and `run`; {instead}"))]
    NoColumn {
        /// The file.
        file: PathBuf,
        /// `split` or `run`.
        column: &'static str,
        /// The nearest name, or the names that exist.
        instead: String,
    },

    /// A cell is empty.
    #[error("{}, line {line}: the column `{column}` is empty", file.display())]
    Blank {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: u64,
        /// `split` or `run`.
        column: &'static str,
    },

    /// A run that the table does not have.
    #[error("{}, line {line}: the table has no run `{run}`", file.display())]
    #[diagnostic(help(
        "runs are named by the column `run` of the table, else by the join column, else by the number of the row from 0; {instead}"
    ))]
    UnknownRun {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The label in the file.
        run: String,
        /// The nearest label, or the first ones.
        instead: String,
    },

    /// A run that stands twice in one split.
    #[error("{}, line {line}: the run `{run}` was already in split `{split}` on line {first_line}", file.display())]
    Twice {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The line on which it stood first.
        first_line: u64,
        /// The label of the run.
        run: String,
        /// The name of the split.
        split: String,
    },

    /// A split that holds out every row of the table.
    #[error("{}, line {line}: split `{split}` leaves no run to train on", file.display())]
    #[diagnostic(help("the file lists the runs that are held out; it names all {rows} of them"))]
    NothingLeft {
        /// The file.
        file: PathBuf,
        /// The line on which the split begins, from 1.
        line: u64,
        /// The name of the split.
        split: String,
        /// Rows of the table.
        rows: usize,
    },

    /// Splits were asked for that are not in the file.
    #[error("{} has no split {missing}", file.display())]
    #[diagnostic(help("its splits are {splits}"))]
    NoSplit {
        /// The file.
        file: PathBuf,
        /// The names that were asked for.
        missing: String,
        /// The names that exist.
        splits: String,
    },
}
