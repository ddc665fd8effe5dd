//! One CSV file in memory: its header and its cells as text, with the line that each row came
//! from.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::csv_table_error::CsvTableError;
use super::lines::LineCounter;
use crate::text::words::shown;

/// What a Parquet file begins with, and no CSV that is meant.
const PARQUET: &[u8] = b"PAR1\x15";

/// Larger files are refused: an endless device would otherwise take all memory.
const MOST_BYTES: u64 = 4 << 30;

/// A CSV file: header and cells. Rows without any content are left out.
#[derive(Debug)]
pub(crate) struct CsvTable {
    path: PathBuf,
    headers: Vec<String>,
    by_name: HashMap<String, usize>,
    /// All cells one after another, row by row; `ends` holds where each one ends.
    text: String,
    ends: Vec<usize>,
    lines: Vec<u64>,
}

impl CsvTable {
    /// The bytes of a file, at most 4 GiB.
    pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, CsvTableError> {
        let unreadable = |source| CsvTableError::Unreadable {
            file: path.into(),
            source,
        };
        if std::fs::metadata(path).map_err(unreadable)?.is_dir() {
            return Err(CsvTableError::Folder { file: path.into() });
        }
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
            .map_err(unreadable)?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(CsvTableError::TooLarge { file: path.into() });
        }
        Ok(bytes)
    }

    /// Parses the bytes of the file at `path`. A byte order mark at the start is accepted; spaces
    /// around names and cells do not count.
    pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Result<Self, CsvTableError> {
        let file = || path.to_path_buf();
        if bytes.starts_with(PARQUET) {
            return Err(CsvTableError::Parquet { file: file() });
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut lines = LineCounter::new(bytes);
        if let Err(error) = std::str::from_utf8(bytes) {
            let line = lines.line_of(error.valid_up_to());
            return Err(CsvTableError::NotUtf8 { file: file(), line });
        }
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(bytes);
        let mut record = csv::StringRecord::new();
        let mut next = |record: &mut csv::StringRecord| {
            reader
                .read_record(record)
                .map_err(|source| CsvTableError::NotCsv {
                    file: file(),
                    source,
                })
        };

        let blank = |record: &csv::StringRecord| record.iter().all(|cell| cell.trim().is_empty());
        while next(&mut record)? && blank(&record) {}
        if blank(&record) {
            return Err(CsvTableError::Empty { file: file() });
        }
        let headers: Vec<String> = record.iter().map(|name| name.trim().to_owned()).collect();
        let by_name = positions(&headers).map_err(|(name, first, second)| {
            CsvTableError::DuplicateColumn {
                file: file(),
                column: shown(name),
                first: first + 1,
                second: second + 1,
            }
        })?;

        let mut csv = Self {
            path: file(),
            by_name,
            text: String::new(),
            ends: Vec::new(),
            lines: Vec::new(),
            headers,
        };
        while next(&mut record)? {
            if blank(&record) {
                continue;
            }
            let start = record.position().map_or(0, csv::Position::byte);
            let line = lines.line_of_record(usize::try_from(start).unwrap_or(usize::MAX));
            if record.len() != csv.headers.len() {
                return Err(CsvTableError::Ragged {
                    file: file(),
                    line,
                    found: record.len(),
                    expected: csv.headers.len(),
                });
            }
            for cell in &record {
                csv.text.push_str(cell.trim());
                csv.ends.push(csv.text.len());
            }
            csv.lines.push(line);
        }
        if csv.lines.is_empty() {
            return Err(CsvTableError::HeaderOnly { file: file() });
        }
        Ok(csv)
    }

    /// Where the file is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Names of the columns, spaces around them removed.
    pub(crate) fn headers(&self) -> impl Iterator<Item = &str> + Clone {
        self.headers.iter().map(String::as_str)
    }

    /// Name of a column.
    pub(crate) fn header(&self, column: usize) -> &str {
        &self.headers[column]
    }

    /// Position of the column of that name.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// Number of rows below the header, at least 1.
    pub(crate) fn rows(&self) -> usize {
        self.lines.len()
    }

    /// Line on which a row begins, from 1.
    pub(crate) fn line(&self, row: usize) -> u64 {
        self.lines[row]
    }

    /// The text of a cell, spaces around it removed.
    pub(crate) fn cell(&self, row: usize, column: usize) -> &str {
        let index = row * self.headers.len() + column;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[index]]
    }
}

/// Positions by name, or a name that occurs twice with both positions. Columns without a name (a
/// data frame's index, for one) cannot be asked for and may be many.
fn positions(headers: &[String]) -> Result<HashMap<String, usize>, (&str, usize, usize)> {
    let mut positions = HashMap::new();
    for (position, name) in headers.iter().enumerate() {
        if name.is_empty() {
            continue;
        }
        if let Some(first) = positions.insert(name.clone(), position) {
            return Err((name, first, position));
        }
    }
    Ok(positions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn parse(text: impl AsRef<[u8]>) -> Result<CsvTable, CsvTableError> {
        CsvTable::parse(Path::new("runs.csv"), text.as_ref())
    }

    #[test]
    fn cells_are_found_by_row_and_name() {
        let csv = parse("\u{feff}run, a ,b\n x ,1,\"two, 2\"\n\n,,\ny,3,\n").unwrap();
        assert_eq!(csv.headers().collect::<Vec<_>>(), ["run", "a", "b"]);
        assert_eq!(csv.rows(), 2);
        assert_eq!(csv.column("b"), Some(2));
        assert_eq!(csv.cell(0, 0), "x");
        assert_eq!(csv.cell(0, 2), "two, 2");
        assert_eq!(csv.cell(1, 2), "");
        assert_eq!([csv.line(0), csv.line(1)], [2, 5]);
    }

    #[rstest]
    #[case::lf("a,b\n1,2\n\n3,4,5\n", 4)]
    #[case::crlf("a,b\r\n1,2\r\n\r\n3,4,5\r\n", 4)]
    #[case::cr("a,b\r1,2\r\r3,4,5\r", 4)]
    #[case::quoted_line_ends("a,b\n\"1\n\n\",2\n3", 5)]
    #[case::no_last_line_end("a,b\n1", 2)]
    #[case::blank_start("\n\na,b\n1", 4)]
    #[case::open_quote("a,b\n1,2\n\"3,4\n5,6\n7,8", 3)]
    fn ragged_rows_name_the_line_of_the_file(#[case] text: &str, #[case] expected: u64) {
        let error = parse(text).unwrap_err();
        let CsvTableError::Ragged { line, .. } = error else {
            panic!("{error}");
        };
        assert_eq!(line, expected);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for empty in ["", "\n\n", "\u{feff}", " \n", ",,\n"] {
            assert!(
                matches!(parse(empty), Err(CsvTableError::Empty { .. })),
                "{empty:?}"
            );
        }
        assert!(matches!(
            parse("a,b\n\n"),
            Err(CsvTableError::HeaderOnly { .. })
        ));
        assert!(matches!(
            parse(b"PAR1\x15\x04"),
            Err(CsvTableError::Parquet { .. })
        ));
        assert!(parse("PAR1,b\n1,2\n").is_ok());
        assert!(matches!(
            parse(b"a,b\n1,2\n3,\xff\n"),
            Err(CsvTableError::NotUtf8 { line: 3, .. })
        ));
        assert!(matches!(
            parse("a,b, a\n1,2,3\n"),
            Err(CsvTableError::DuplicateColumn {
                first: 1,
                second: 3,
                ..
            })
        ));
        assert!(parse("a,,\n1,2,3\n").is_ok());
    }

    #[test]
    fn a_folder_and_a_missing_file_are_said() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            CsvTable::bytes(folder.path()),
            Err(CsvTableError::Folder { .. })
        ));
        assert!(matches!(
            CsvTable::bytes(&folder.path().join("none.csv")),
            Err(CsvTableError::Unreadable { .. })
        ));
    }
}
