//! The table of training runs, simulated or real: (mixture h, capacity N, tokens D) → losses.

pub(super) mod csv_table;
mod csv_table_error;
mod exclude;
mod filter;
mod joined;
mod layout;
mod lines;
mod mapping;
mod notes;
#[cfg(feature = "parquet")]
mod parquet;
mod pattern;
mod read;
mod read_error;
mod table;
mod write;

pub(crate) use crate::files::fingerprint::file_fingerprint;
pub use crate::files::fingerprint::fingerprint;
pub use csv_table_error::CsvTableError;
pub use filter::FilterValue;
pub use mapping::{ExcludedCell, Mapping, ScaleSource};
pub use notes::ReadNotes;
#[cfg(feature = "parquet")]
pub(crate) use parquet::{ParquetWriter, write_parquet};
pub use read::read;
pub use read_error::{Place, ReadError};
pub use table::{Columns, RunTable, TableError};
pub use write::{Row, WriteError, write, write_file};
pub(crate) use write::{RowWriter, simulated_columns};
