//! The table of a spectrum: in the experiment file, or in a CSV file beside it.

use std::path::Path;

use miette::Diagnostic;

use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::At;
use crate::runs::csv_table::CsvTable;
use crate::text::words::{instead_of, shown};
use crate::world::{TableError, TailTable};

/// Most rows of a table.
const MOST_ROWS: usize = 10_000;

/// Columns of a CSV file of tail masses.
const COLUMNS: [&str; 2] = ["rank", "tail"];

/// The table of the rows [rank, tail mass].
pub(super) fn from_rows(
    rows: &At<Vec<At<Vec<f64>>>>,
    problems: &mut Problems,
) -> Option<TailTable> {
    let mut pairs = Vec::with_capacity(rows.len());
    for row in rows.iter() {
        let [rank, tail] = row[..] else {
            return problems.add(
                Problem::new(format!("a row of `rows` has {} numbers", row.len()))
                    .label(row.span(), "needs a rank and the mass beyond it"),
            );
        };
        pairs.push((rank, tail));
    }
    if pairs.len() > MOST_ROWS {
        return problems.add(too_long(pairs.len()).label(rows.span(), "too long"));
    }
    match TailTable::new(pairs) {
        Ok(table) => Some(table),
        Err(error) => {
            let place = error.row().and_then(|row| rows.get(row));
            let place = place.map_or(rows.span(), At::span);
            problems.add(Problem::new(error.to_string()).label(place, "no table of tail masses"))
        }
    }
}

/// The table in the CSV file `path`, relative to `folder`.
pub(super) fn from_file(
    path: &At<String>,
    folder: &Path,
    problems: &mut Problems,
) -> Option<TailTable> {
    if path.trim().is_empty() || path.contains('\0') {
        return problems.add(
            Problem::new("`path` has no usable name")
                .label(path.span(), "must be the path of a CSV file"),
        );
    }
    match read(&folder.join(&**path)) {
        Ok(table) => Some(table),
        Err(problem) => problems.add(problem.label(path.span(), "this file")),
    }
}

fn read(path: &Path) -> Result<TailTable, Problem> {
    let csv = CsvTable::bytes(path)
        .and_then(|bytes| CsvTable::parse(path, &bytes))
        .map_err(|error| {
            let problem = match std::error::Error::source(&error) {
                Some(source) => Problem::new(format!("{error}: {source}")),
                None => Problem::new(error.to_string()),
            };
            match Diagnostic::help(&error) {
                Some(help) => problem.help(help.to_string()),
                None => problem,
            }
        })?;
    if csv.rows() > MOST_ROWS {
        return Err(too_long(csv.rows()));
    }
    let column = |name: &str| {
        csv.column(name).ok_or_else(|| {
            Problem::new(format!("{} has no column `{name}`", path.display())).help(format!(
                "a table of tail masses has the columns rank,tail; {}",
                instead_of(name, csv.headers())
            ))
        })
    };
    let columns = [column(COLUMNS[0])?, column(COLUMNS[1])?];
    let at = |row: usize| format!("{}, line {}", path.display(), csv.line(row));
    let mut rows = Vec::with_capacity(csv.rows());
    for row in 0..csv.rows() {
        let number = |column: usize| {
            let text = csv.cell(row, column);
            text.parse::<f64>().map_err(|_| {
                let name = csv.header(column);
                Problem::new(format!("{}: `{name}` is \"{}\"", at(row), shown(text)))
                    .help("both columns hold numbers")
            })
        };
        rows.push((number(columns[0])?, number(columns[1])?));
    }
    TailTable::new(rows).map_err(|error: TableError| match error.row() {
        Some(row) => Problem::new(format!("{}: {error}", at(row))),
        None => Problem::new(format!("{}: {error}", path.display())),
    })
}

fn too_long(rows: usize) -> Problem {
    Problem::new(format!(
        "the table has {rows} rows: the most is {MOST_ROWS}"
    ))
    .help("a few rows for each decade of ranks are enough")
}
