//! Why a file is no CSV table.

use std::io;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

/// Why a file is no CSV table.
#[derive(Debug, Error, Diagnostic)]
pub enum CsvTableError {
    /// The file cannot be opened or read.
    #[error("cannot read {}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A folder was given.
    #[error("{} is a folder", file.display())]
    #[diagnostic(help("name the CSV file in it"))]
    Folder {
        /// The folder.
        file: PathBuf,
    },
    /// More than 4 GiB.
    #[error("{} is larger than 4 GiB", file.display())]
    #[diagnostic(help("a table of runs is far smaller; split it if it is one"))]
    TooLarge {
        /// The file.
        file: PathBuf,
    },
    /// A Parquet file.
    #[error("{} is a Parquet file: runs are read from CSV", file.display())]
    #[diagnostic(help(
        "pandas.read_parquet(…).to_csv(…, index=False) makes a CSV of it, and so does `mixlaw simulate --out runs.csv`"
    ))]
    Parquet {
        /// The file.
        file: PathBuf,
    },
    /// Bytes that are not UTF-8.
    #[error("{}, line {line}: the text is not UTF-8", file.display())]
    #[diagnostic(help(
        "save the file as CSV in UTF-8 (a spreadsheet's \"Unicode text\" is UTF-16)"
    ))]
    NotUtf8 {
        /// The file.
        file: PathBuf,
        /// First line with such bytes, from 1.
        line: u64,
    },
    /// No header.
    #[error("{} is empty", file.display())]
    #[diagnostic(help("the first line holds the names of the columns"))]
    Empty {
        /// The file.
        file: PathBuf,
    },
    /// A header and nothing below it.
    #[error("{} has a header but no rows", file.display())]
    HeaderOnly {
        /// The file.
        file: PathBuf,
    },
    /// Two columns of one name.
    #[error("{} has two columns named `{column}`: number {first} and number {second}", file.display())]
    #[diagnostic(help("rename or remove one of them"))]
    DuplicateColumn {
        /// The file.
        file: PathBuf,
        /// The name, shortened.
        column: String,
        /// Position of the first, from 1.
        first: usize,
        /// Position of the second, from 1.
        second: usize,
    },
    /// A row with too many or too few fields.
    #[error("{}, line {line}: {found} fields, but the header has {expected}", file.display())]
    #[diagnostic(help(
        "fields are separated by commas; a field that holds a comma stands in quotation marks, and every quotation mark is closed"
    ))]
    Ragged {
        /// The file.
        file: PathBuf,
        /// Line on which the row begins, from 1.
        line: u64,
        /// Fields of the row.
        found: usize,
        /// Fields of the header.
        expected: usize,
    },
    /// Anything else that the CSV reader refuses.
    #[error("{} is not CSV", file.display())]
    NotCsv {
        /// The file.
        file: PathBuf,
        /// What it says.
        source: csv::Error,
    },
}
