//! The table of training runs, simulated or real: (mixture h, capacity N, tokens D) → losses.

mod mapping;
mod table;

pub use mapping::{FilterValue, Mapping, ScaleSource};
pub use table::{Columns, RunTable, TableError};
