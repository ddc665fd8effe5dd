//! The table of training runs, simulated or real: (mixture h, capacity N, tokens D) → losses.

mod lines;
mod mapping;
pub(crate) mod sheet;
mod sheet_error;
mod table;
pub(crate) mod words;

pub use mapping::{FilterValue, Mapping, ScaleSource};
pub use sheet_error::SheetError;
pub use table::{Columns, RunTable, TableError};
