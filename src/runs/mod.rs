//! The table of training runs, simulated or real: (mixture h, capacity N, tokens D) → losses.

mod table;

pub use table::{Columns, RunTable, TableError};
