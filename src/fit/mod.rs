//! Fitting a law to a table of runs.

mod plan;
mod split_file;
mod split_file_error;
mod summary;

pub use plan::{FitPlan, Residual, Robust, SplitRule};
pub use split_file::{FileSplit, read_splits};
pub use split_file_error::SplitFileError;
pub use summary::{Errors, LawFit, Masked, ParameterValue, Spread};
