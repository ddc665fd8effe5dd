use ndarray::array;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use super::*;
use crate::runs::{Columns, write};

/// Five runs of two domains: unlimited scales, missing losses, names with marks.
fn table() -> RunTable {
    let names = || vec!["web".to_owned(), "c++, v1.2 \"C\"".to_owned()];
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    RunTable::new(
        names(),
        names(),
        array![[0.25, 0.75], [1.0, 0.0], [0.1, 0.9], [0.1, 0.9], [0.3, 0.7]],
        array![
            [2.5, 0.1 + 0.2],
            [nan, 1e-300],
            [-0.0, nan],
            [nan, nan],
            [3.0, 5e-324]
        ],
        Columns {
            cells: vec![0, 1, 2, 2, 1 << 40],
            replicates: vec![0, 0, 0, 1, 0],
            labels: Vec::new(),
            capacity: Some(vec![1e3, inf, 1e18, 1e18, 7.0]),
            tokens: Some(vec![1e-7, 1e30, inf, inf, 1e16]),
        },
    )
    .unwrap()
}

/// Rows as they come back: names and numbers, none for null.
fn read(bytes: &[u8]) -> (usize, Vec<Vec<(String, Option<f64>)>>) {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let rows = reader.get_row_iter(None).unwrap();
    let cell = |(name, field): (&String, &Field)| {
        let number = match field {
            Field::Null => None,
            Field::Double(number) => Some(*number),
            Field::Long(number) => Some(*number as f64),
            other => panic!("{name} is {other:?}"),
        };
        (name.clone(), number)
    };
    let rows = rows
        .map(|row| row.unwrap().get_column_iter().map(cell).collect())
        .collect();
    (reader.num_row_groups(), rows)
}

/// The same from the CSV of the table.
fn expected(table: &RunTable) -> Vec<Vec<(String, Option<f64>)>> {
    let mut text = Vec::new();
    write(table, &mut text).unwrap();
    let mut csv = csv::Reader::from_reader(text.as_slice());
    let names = csv.headers().unwrap().clone();
    let number = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
    csv.records()
        .map(|record| {
            let record = record.unwrap();
            let cells = names.iter().zip(record.iter());
            cells
                .map(|(name, text)| (name.to_owned(), number(text)))
                .collect()
        })
        .collect()
}

fn bits(rows: &[Vec<(String, Option<f64>)>]) -> Vec<(&str, Option<u64>)> {
    let cells = rows.iter().flatten();
    cells
        .map(|(name, number)| (name.as_str(), number.map(f64::to_bits)))
        .collect()
}

#[test]
fn values_are_those_of_the_csv_to_the_bit() {
    let table = table();
    let expected = expected(&table);
    assert_eq!(expected.len(), 5);
    let mut bytes = Vec::new();
    write_parquet(&table, &mut bytes).unwrap();
    let (groups, rows) = read(&bytes);
    assert_eq!((groups, bits(&rows)), (1, bits(&expected)));
    // The same in groups of two rows.
    let mut bytes = Vec::new();
    let mut writer = ParquetWriter::new(&mut bytes, table.weight_names()).unwrap();
    writer.most_rows = 2;
    each_row(&table, |row| writer.row(row)).unwrap();
    writer.finish().unwrap();
    let (groups, rows) = read(&bytes);
    assert_eq!((groups, bits(&rows)), (3, bits(&expected)));
}

#[test]
fn what_cannot_be_written_is_an_error() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let error = write_parquet(&table(), Full).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    let row = Row {
        label: None,
        cell: u64::MAX,
        replicate: 0,
        capacity: None,
        tokens: None,
        weights: &[1.0],
        losses: &[1.0],
    };
    let mut writer = ParquetWriter::new(Vec::new(), &["web".to_owned()]).unwrap();
    assert!(writer.row(&row).is_err());
    assert!(
        writer
            .row(&Row {
                cell: 0,
                weights: &[0.5, 0.5],
                ..row
            })
            .is_err()
    );
    writer.row(&Row { cell: 0, ..row }).unwrap();
    writer.finish().unwrap();
}

/// A table of a thousand domains has groups of few rows, so that one fits into little memory.
#[test]
fn wide_tables_have_short_groups() {
    let names: Vec<String> = (0..1000).map(|domain| format!("d{domain}")).collect();
    let writer = ParquetWriter::new(Vec::new(), &names).unwrap();
    assert_eq!(writer.most_rows, (1 << 26) / (8 * 2004));
}
