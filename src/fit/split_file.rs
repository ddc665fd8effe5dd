//! Splits read from a file: which runs each split holds out.
//!
//! The file is CSV in long format with the columns `split,run`, one row for each run held out;
//! `split` is any name, `run` is the label of a run ([`RunTable::label`]). Other columns do not
//! count.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::split_file_error::SplitFileError;
use crate::runs::RunTable;
use crate::runs::csv_table::CsvTable;
use crate::text::formula::unguarded;
use crate::text::words::{instead_of, listed, nearest, shown};

/// Names listed in a message.
const LISTED: usize = 12;

/// One split of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSplit {
    /// Its name in the file.
    pub name: String,
    /// Rows of the table that are held out, ascending; at least one, and never all.
    pub test: Vec<usize>,
}

/// A split while it is read.
struct Growing<'a> {
    name: &'a str,
    first_line: u64,
    /// Line on which each run stood.
    runs: HashMap<&'a str, u64>,
}

/// Reads the splits of `table` from the file at `path`, in order of appearance; `only` names the
/// ones wanted, empty for all. Where a label belongs to several rows (checkpoints of a run), all
/// of them are held out. Rows of splits that are not wanted are not checked.
///
/// # Errors
/// [`SplitFileError`], with the line of the mistake.
pub fn read_splits(
    path: &Path,
    table: &RunTable,
    only: &[String],
) -> Result<Vec<FileSplit>, SplitFileError> {
    parse(path, &CsvTable::bytes(path)?, table, only)
}

fn parse(
    path: &Path,
    bytes: &[u8],
    table: &RunTable,
    only: &[String],
) -> Result<Vec<FileSplit>, SplitFileError> {
    let csv = CsvTable::parse(path, bytes)?;
    let column = |name| {
        csv.column(name).ok_or_else(|| SplitFileError::NoColumn {
            file: path.into(),
            column: name,
            instead: instead_of(name, csv.headers()),
        })
    };
    let (split_column, run_column) = (column("split")?, column("run")?);
    let rows_of = rows_by_label(table);

    let mut splits: Vec<Growing<'_>> = Vec::new();
    let mut position: HashMap<&str, usize> = HashMap::new();
    for row in 0..csv.rows() {
        let line = csv.line(row);
        let present = |column, name| match csv.cell(row, column) {
            "" => Err(SplitFileError::Blank {
                file: path.into(),
                line,
                column: name,
            }),
            text => Ok(text),
        };
        let name = present(split_column, "split")?;
        let index = *position.entry(name).or_insert_with(|| {
            splits.push(Growing {
                name,
                first_line: line,
                runs: HashMap::new(),
            });
            splits.len() - 1
        });
        if !is_wanted(name, only) {
            continue;
        }
        let run = unguarded(present(run_column, "run")?);
        if !rows_of.contains_key(run) {
            return Err(SplitFileError::UnknownRun {
                file: path.into(),
                line,
                run: shown(run),
                instead: known_runs(run, table),
            });
        }
        if let Some(first_line) = splits[index].runs.insert(run, line) {
            return Err(SplitFileError::Twice {
                file: path.into(),
                line,
                first_line,
                run: shown(run),
                split: shown(name),
            });
        }
    }

    check_names(path, &position, &splits, only)?;
    splits
        .iter()
        .filter(|split| is_wanted(split.name, only))
        .map(|split| {
            let rows = split.runs.keys().filter_map(|run| rows_of.get(run));
            let mut test: Vec<usize> = rows.flatten().copied().collect();
            test.sort_unstable();
            if test.len() == table.len() {
                return Err(SplitFileError::NothingLeft {
                    file: path.into(),
                    line: split.first_line,
                    split: shown(split.name),
                    rows: table.len(),
                });
            }
            Ok(FileSplit {
                name: split.name.to_owned(),
                test,
            })
        })
        .collect()
}

fn is_wanted(name: &str, only: &[String]) -> bool {
    only.is_empty() || only.iter().any(|wanted| wanted == name)
}

fn rows_by_label(table: &RunTable) -> HashMap<&str, Vec<usize>> {
    let mut rows: HashMap<&str, Vec<usize>> = HashMap::new();
    for row in 0..table.len() {
        rows.entry(table.label(row)).or_default().push(row);
    }
    rows
}

/// What to say to a person who named a run that is not there.
fn known_runs(run: &str, table: &RunTable) -> String {
    let mut seen = HashSet::new();
    let labels: Vec<&str> = (0..table.len())
        .map(|row| table.label(row))
        .filter(|label| seen.insert(*label))
        .collect();
    // Numbers are always near to other numbers: there a list says more than a guess.
    match nearest(run, labels.iter().copied()) {
        Some(near) if run.parse::<f64>().is_err() => format!("did you mean `{}`?", shown(near)),
        _ => format!("there are {}", listed(labels, LISTED)),
    }
}

fn check_names(
    path: &Path,
    position: &HashMap<&str, usize>,
    splits: &[Growing<'_>],
    only: &[String],
) -> Result<(), SplitFileError> {
    let missing: Vec<&str> = only
        .iter()
        .map(String::as_str)
        .filter(|name| !position.contains_key(name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(SplitFileError::NoSplit {
        file: path.into(),
        missing: listed(missing, LISTED),
        splits: listed(splits.iter().map(|split| split.name), LISTED),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::Columns;
    use miette::Diagnostic;
    use ndarray::Array2;
    use proptest::prelude::*;
    use rstest::rstest;

    fn table(labels: &[&str]) -> RunTable {
        RunTable::new(
            vec!["web".into()],
            vec!["web".into()],
            Array2::ones((labels.len(), 1)),
            Array2::ones((labels.len(), 1)),
            Columns {
                labels: labels.iter().map(ToString::to_string).collect(),
                ..Columns::default()
            },
        )
        .unwrap()
    }

    fn splits(text: &str, only: &[&str]) -> Result<Vec<FileSplit>, SplitFileError> {
        let only: Vec<String> = only.iter().map(ToString::to_string).collect();
        let table = table(&["a", "b", "c", "a"]);
        parse(Path::new("splits.csv"), text.as_bytes(), &table, &only)
    }

    #[test]
    fn splits_come_in_order_of_appearance_and_hold_every_row_of_a_run() {
        let text = "note,split,run\n,late,c\n,early,b\nx,late,a\n";
        let late = FileSplit {
            name: "late".into(),
            test: vec![0, 2, 3],
        };
        let early = FileSplit {
            name: "early".into(),
            test: vec![1],
        };
        assert_eq!(splits(text, &[]).unwrap(), [late, early.clone()]);
        assert_eq!(splits(text, &["early"]).unwrap(), [early]);
    }

    #[test]
    fn splits_that_are_not_wanted_may_name_other_runs() {
        let text = "split,run\n1,a\n2,elsewhere\n";
        assert_eq!(splits(text, &["1"]).unwrap().len(), 1);
        assert!(splits(text, &[]).is_err());
    }

    #[rstest]
    #[case(
        "split,run\n1,a\n\n1,z\n",
        "splits.csv, line 4: the table has no run `z`"
    )]
    #[case(
        "split,run\n1,a\n2,a\n1,a\n",
        "splits.csv, line 4: the run `a` was already in split `1` on line 2"
    )]
    #[case(
        "split,run\n1,a\n2,b\n2,c\n2,a\n",
        "splits.csv, line 3: split `2` leaves no run to train on"
    )]
    #[case("splits,run\n1,a\n", "splits.csv has no column `split`")]
    #[case("split,Run\n1,a\n", "splits.csv has no column `run`")]
    #[case("split,run\n,a\n", "splits.csv, line 2: the column `split` is empty")]
    #[case("split,run\n1,\n", "splits.csv, line 2: the column `run` is empty")]
    #[case(
        "split,run\n1,a,b\n",
        "splits.csv, line 2: 3 fields, but the header has 2"
    )]
    fn mistakes_are_named_with_their_line(#[case] text: &str, #[case] message: &str) {
        assert_eq!(splits(text, &[]).unwrap_err().to_string(), message);
    }

    #[test]
    fn names_that_are_not_there_are_listed() {
        let error = splits("split,run\n1,a\n2,b\n", &["1", "3", "x"]).unwrap_err();
        assert_eq!(error.to_string(), "splits.csv has no split `3`, `x`");
        assert_eq!(error.help().unwrap().to_string(), "its splits are `1`, `2`");
    }

    proptest! {
        #[test]
        fn arbitrary_files_never_panic(text in "(split,run\n)?([abc12,\"\r\n]|\\PC){0,40}") {
            if let Ok(splits) = splits(&text, &[]) {
                for split in splits {
                    prop_assert!(!split.test.is_empty() && split.test.len() < 4);
                }
            }
        }
    }
}
