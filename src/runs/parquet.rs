//! Writes simulated runs as Parquet: the columns of the CSV, each with its type.
//!
//! Rows are gathered into row groups, and a group is written when it is full: memory holds one group
//! and half a kilobyte for each column of each group before it. Bytes do not depend on threads.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, Encoding, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{
    SerializedColumnWriter, SerializedFileWriter, SerializedRowGroupWriter,
};
use parquet::schema::types::{ColumnPath, Type};

use super::table::RunTable;
use super::write::{Row, each_row, simulated_columns};

/// Most rows of a row group.
const MOST_ROWS: usize = 1 << 17;

/// Most bytes of a row group in memory: tables of many domains get groups of fewer rows.
const MOST_BYTES: usize = 1 << 26;

/// Columns of whole numbers, which come first.
const NUMBERS: usize = 2;

/// Columns that are there beside those of the domains.
const BESIDE: usize = 4;

/// Most bytes of the different values of a column: weights of more mixtures are written as they are.
const MOST_DIFFERENT: usize = 1 << 18;

/// Writes the runs of a sweep over given domains as Parquet, one after the other.
///
/// `cell` and `replicate` are 64-bit integers, all else 64-bit floats; a loss that is NaN is null.
pub(super) struct ParquetWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    group: Group,
    most_rows: usize,
}

/// Rows on their way, column by column.
struct Group {
    cells: Vec<i64>,
    replicates: Vec<i64>,
    capacities: Vec<f64>,
    tokens: Vec<f64>,
    weights: Vec<Vec<f64>>,
    losses: Vec<Vec<f64>>,
}

impl<W: Write + Send> ParquetWriter<W> {
    /// Writes runs over the domains `names` to `out`.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(out: W, names: &[String]) -> io::Result<Self> {
        let columns = simulated_columns(names);
        let fields = columns.iter().enumerate().map(|(at, name)| {
            let (physical, repetition) = match at {
                _ if at < NUMBERS => (Physical::INT64, Repetition::REQUIRED),
                _ if at < BESIDE + names.len() => (Physical::DOUBLE, Repetition::REQUIRED),
                _ => (Physical::DOUBLE, Repetition::OPTIONAL),
            };
            let logical = (physical == Physical::INT64).then_some(LogicalType::integer(64, true));
            Type::primitive_type_builder(name, physical)
                .with_repetition(repetition)
                .with_logical_type(logical)
                .build()
                .map(Arc::new)
        });
        let fields = fields.collect::<Result<_, _>>().map_err(of_output)?;
        let schema = Type::group_type_builder("runs")
            .with_fields(fields)
            .build()
            .map_err(of_output)?;
        let file = SerializedFileWriter::new(out, Arc::new(schema), properties(&columns, names))
            .map_err(of_output)?;
        Ok(Self {
            file,
            group: Group {
                cells: Vec::new(),
                replicates: Vec::new(),
                capacities: Vec::new(),
                tokens: Vec::new(),
                weights: vec![Vec::new(); names.len()],
                losses: vec![Vec::new(); names.len()],
            },
            most_rows: (MOST_BYTES / (8 * columns.len())).clamp(1, MOST_ROWS),
        })
    }

    /// Writes one row. Its label is left out, as simulated runs have none; capacity and tokens that it
    /// does not have are unlimited.
    ///
    /// # Errors
    /// Those of the output, and of a row that has another number of domains.
    pub fn row(&mut self, row: &Row) -> io::Result<()> {
        let group = &mut self.group;
        if row.weights.len() != group.weights.len() || row.losses.len() != group.losses.len() {
            return Err(io::Error::other("a row has another number of domains"));
        }
        group.cells.push(whole(row.cell)?);
        group.replicates.push(whole(row.replicate)?);
        group.capacities.push(row.capacity.unwrap_or(f64::INFINITY));
        group.tokens.push(row.tokens.unwrap_or(f64::INFINITY));
        for (column, weight) in group.weights.iter_mut().zip(row.weights) {
            column.push(*weight);
        }
        for (column, loss) in group.losses.iter_mut().zip(row.losses) {
            column.push(*loss);
        }
        if group.cells.len() >= self.most_rows {
            self.write_group()?;
        }
        Ok(())
    }

    /// Writes what is left, and what a file ends with.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(mut self) -> io::Result<()> {
        self.write_group()?;
        self.file.close().map(drop).map_err(of_output)
    }

    fn write_group(&mut self) -> io::Result<()> {
        let group = &mut self.group;
        if group.cells.is_empty() {
            return Ok(());
        }
        let mut write = || -> Result<(), ParquetError> {
            let mut out = self.file.next_row_group()?;
            for numbers in [&mut group.cells, &mut group.replicates] {
                column(&mut out, |column| {
                    column.typed::<Int64Type>().write_batch(numbers, None, None)
                })?;
                numbers.clear();
            }
            let numbers = [&mut group.capacities, &mut group.tokens];
            for numbers in numbers.into_iter().chain(&mut group.weights) {
                column(&mut out, |column| {
                    column
                        .typed::<DoubleType>()
                        .write_batch(numbers, None, None)
                })?;
                numbers.clear();
            }
            for losses in &mut group.losses {
                let there: Vec<i16> = losses
                    .iter()
                    .map(|loss| i16::from(!loss.is_nan()))
                    .collect();
                losses.retain(|loss| !loss.is_nan());
                column(&mut out, |column| {
                    let column = column.typed::<DoubleType>();
                    column.write_batch(losses, Some(&there), None)
                })?;
                losses.clear();
            }
            out.close().map(drop)
        };
        write().map_err(of_output)
    }
}

/// How columns are written. Whole numbers rise by steps, scales and weights repeat, losses do neither.
fn properties(columns: &[String], names: &[String]) -> Arc<WriterProperties> {
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("mixlaw version ", env!("CARGO_PKG_VERSION")).into())
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_dictionary_page_size_limit(MOST_DIFFERENT);
    for (at, name) in columns.iter().enumerate() {
        // A name with a dot is one name.
        let path = ColumnPath::new(vec![name.clone()]);
        if at < NUMBERS {
            properties = properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        } else if at >= BESIDE + names.len() {
            properties = properties.set_column_dictionary_enabled(path, false);
        }
    }
    Arc::new(properties.build())
}

/// Writes the next column of a row group.
fn column<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    write: impl FnOnce(&mut SerializedColumnWriter<'_>) -> Result<usize, ParquetError>,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General("a column is missing".into()));
    };
    write(&mut column)?;
    column.close()
}

fn whole(number: u64) -> io::Result<i64> {
    i64::try_from(number).map_err(io::Error::other)
}

/// What the output says, if it is the output that fails.
fn of_output(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}

/// Writes the table of a simulated sweep to `out` as Parquet: the values of the CSV that
/// [`write`](super::write()) makes of it.
///
/// # Errors
/// Those of `out`, and of a table with other loss columns than weight columns.
pub(super) fn write_parquet(table: &RunTable, out: impl Write + Send) -> io::Result<()> {
    if table.weight_names() != table.loss_names() {
        return Err(io::Error::other("weights and losses are of other domains"));
    }
    let mut rows = ParquetWriter::new(out, table.weight_names())?;
    each_row(table, |row| rows.row(row))?;
    rows.finish()
}

#[cfg(test)]
#[path = "parquet_tests.rs"]
mod tests;
