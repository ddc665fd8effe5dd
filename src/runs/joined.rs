//! The rows of one or more files, joined, and those that pass a filter.

use std::collections::HashMap;

use super::csv_table::CsvTable;
use super::filter::FilterValue;
use super::layout::At;
use super::read_error::{Place, ReadError};
use crate::text::words::shown;

/// Rows over one or more files, in the order of the first file.
#[derive(Debug)]
pub(super) struct Joined {
    tables: Vec<CsvTable>,
    /// For each file after the first, its row for each row of the first.
    partners: Vec<Vec<usize>>,
}

impl Joined {
    /// Pairs the rows of `sheets` whose `join` cells are equal as texts; `join` has one column for
    /// each file, and is `None` only for a single file.
    pub(super) fn new(tables: Vec<CsvTable>, join: Option<&[At]>) -> Result<Self, ReadError> {
        let mut partners = Vec::new();
        if let Some(join) = join {
            let keys: Vec<Keys<'_>> = tables
                .iter()
                .zip(join)
                .map(|(csv, at)| Keys::of(csv, at.column))
                .collect::<Result<_, _>>()?;
            if let [first, others @ ..] = keys.as_slice() {
                for other in others {
                    partners.push(first.partners(other)?);
                    other.partners(first)?;
                }
            }
        }
        Ok(Self { tables, partners })
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.tables[0].rows()
    }

    /// The files.
    pub(super) fn tables(&self) -> &[CsvTable] {
        &self.tables
    }

    /// The text of a cell.
    pub(super) fn cell(&self, row: usize, at: At) -> &str {
        self.tables[at.file].cell(self.row_in(at.file, row), at.column)
    }

    /// Line of a row in a file, from 1.
    pub(super) fn line(&self, row: usize, file: usize) -> u64 {
        self.tables[file].line(self.row_in(file, row))
    }

    /// Where a cell is.
    pub(super) fn place(&self, row: usize, at: At) -> Place {
        place(&self.tables[at.file], self.row_in(at.file, row), at.column)
    }

    fn row_in(&self, file: usize, row: usize) -> usize {
        match file.checked_sub(1) {
            Some(other) => self.partners[other][row],
            None => row,
        }
    }

    /// The rows that pass every filter.
    pub(super) fn filtered(&self, filter: &[(At, FilterValue)]) -> Result<Vec<usize>, ReadError> {
        let mut rows: Vec<usize> = (0..self.len()).collect();
        for (at, value) in filter {
            let passes = |row: &usize| value.holds(self.cell(*row, *at));
            let kept: Vec<usize> = rows.iter().copied().filter(passes).collect();
            if kept.is_empty() {
                return Err(self.nothing_kept(&rows, *at, value));
            }
            rows = kept;
        }
        Ok(rows)
    }

    fn nothing_kept(&self, rows: &[usize], at: At, value: &FilterValue) -> ReadError {
        ReadError::NothingKept {
            column: shown(self.tables[at.file].header(at.column)),
            condition: value.in_words(),
            there: value.instead(rows.iter().map(|row| self.cell(*row, at))),
        }
    }
}

fn place(csv: &CsvTable, row: usize, column: usize) -> Place {
    Place {
        file: csv.path().into(),
        line: csv.line(row),
        column: shown(csv.header(column)),
    }
}

/// The values of the join column of one file.
struct Keys<'a> {
    csv: &'a CsvTable,
    column: usize,
    row_of: HashMap<&'a str, usize>,
}

impl<'a> Keys<'a> {
    fn of(csv: &'a CsvTable, column: usize) -> Result<Self, ReadError> {
        let mut row_of = HashMap::with_capacity(csv.rows());
        for row in 0..csv.rows() {
            let value = csv.cell(row, column);
            if value.is_empty() {
                return Err(ReadError::Missing {
                    place: place(csv, row, column),
                    what: "value to join on",
                });
            }
            if let Some(first) = row_of.insert(value, row) {
                return Err(ReadError::JoinTwice {
                    second: place(csv, row, column),
                    first_line: csv.line(first),
                    value: shown(value),
                });
            }
        }
        Ok(Self {
            csv,
            column,
            row_of,
        })
    }

    /// For each row here, the row of `other` with the same value.
    fn partners(&self, other: &Self) -> Result<Vec<usize>, ReadError> {
        let value = |row| self.csv.cell(row, self.column);
        let partner = |row| other.row_of.get(value(row)).copied();
        let rows = 0..self.csv.rows();
        let found: Vec<usize> = rows.clone().filter_map(partner).collect();
        match rows.clone().find(|row| partner(*row).is_none()) {
            None => Ok(found),
            Some(row) => Err(ReadError::JoinMissing {
                place: place(self.csv, row, self.column),
                value: shown(value(row)),
                absent: other.csv.path().into(),
                count: rows.len() - found.len(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const INDEX: [At; 2] = [At { file: 0, column: 0 }, At { file: 1, column: 0 }];

    fn join(first: &str, second: &str) -> Result<Joined, ReadError> {
        let csv =
            |name: &str, text: &str| CsvTable::parse(Path::new(name), text.as_bytes()).unwrap();
        let tables = vec![csv("a.csv", first), csv("b.csv", second)];
        Joined::new(tables, Some(&INDEX))
    }

    #[test]
    fn rows_meet_their_partners() {
        let joined = join("i,a\n1,x\n2,y\n", "i,b\n2,Y\n1,X\n").unwrap();
        let b = At { file: 1, column: 1 };
        assert_eq!(joined.cell(0, b), "X");
        assert_eq!(joined.cell(1, b), "Y");
        assert_eq!(joined.line(0, 0), 2);
        assert_eq!(joined.place(0, b).to_string(), "b.csv, line 3, column `b`");
    }

    #[test]
    fn rows_without_a_partner_are_named() {
        for (first, second, file, line) in [
            ("i,a\n1,x\n2,y\n3,z\n", "i,b\n1,X\n", "a.csv", 3),
            ("i,a\n1,x\n", "i,b\n7,X\n1,X\n8,X\n", "b.csv", 2),
        ] {
            let error = join(first, second).unwrap_err();
            let ReadError::JoinMissing { place, count, .. } = error else {
                panic!("{error}");
            };
            assert_eq!((place.file.to_str(), place.line), (Some(file), line));
            assert_eq!(count, 2);
        }
    }

    #[test]
    fn a_value_stands_once_in_each_file() {
        let error = join("i,a\n1,x\n", "i,b\n1,X\n1,Y\n").unwrap_err();
        assert!(matches!(
            error,
            ReadError::JoinTwice {
                first_line: 2,
                second: Place { line: 3, .. },
                ..
            }
        ));
        let error = join("i,a\n,x\n", "i,b\n1,X\n").unwrap_err();
        assert!(matches!(error, ReadError::Missing { .. }));
    }

    #[test]
    fn a_filter_that_keeps_nothing_lists_what_its_predecessors_left() {
        let csv = "size,kind\n1,a\n1,b\n2,c\n";
        let csv = CsvTable::parse(Path::new("runs.csv"), csv.as_bytes()).unwrap();
        let joined = Joined::new(vec![csv], None).unwrap();
        let size = (At { file: 0, column: 0 }, FilterValue::Number(1.0));
        let kind = |kind: &str| (At { file: 0, column: 1 }, FilterValue::Text(kind.into()));
        assert_eq!(joined.filtered(&[size.clone(), kind("b")]).unwrap(), [1]);
        let error = joined.filtered(&[size, kind("c")]).unwrap_err();
        let ReadError::NothingKept {
            there, condition, ..
        } = error
        else {
            panic!("{error}");
        };
        assert_eq!(there, "values there: `a`, `b`");
        assert_eq!(condition, "= `c`");
    }
}
