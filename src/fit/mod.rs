//! Fitting laws to a table of runs: least squares from several starts, splits, errors.

mod at_point;
mod bootstrap;
mod comparison;
mod cross_validation;
mod errors;
mod fitting;
mod guard;
mod levenberg_marquardt;
mod linear;
mod objective;
mod plan;
mod refit;
mod saved;
mod search;
mod split_file;
mod split_file_error;
mod splits;
mod summary;

pub use bootstrap::{bootstrap, prediction_intervals};
pub use comparison::{Comparison, compare};
pub use cross_validation::Chosen;
pub use errors::{Cell, errors_over_splits, spread};
pub use fitting::{FitError, FittedLaw, LawResult, fit_laws, observations};
pub use linear::pin_blas;
pub use plan::{DEFAULT_DELTA, DEFAULT_STARTS, FitPlan, Residual, Ridge, Robust, SplitRule};
pub use saved::{FORMAT, Restored, SavedError, SavedFits, SavedLaw};
pub use split_file::{FileSplit, read_splits};
pub use split_file_error::SplitFileError;
pub use splits::{Split, SplitError, splits};
pub use summary::{Errors, LawFit, Masked, ParameterValue, Replicates, Spread};
