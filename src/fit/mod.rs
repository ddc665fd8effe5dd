//! Fitting a law to a table of runs.

mod plan;
mod summary;

pub use plan::{FitPlan, Residual, Robust, SplitRule};
pub use summary::{Errors, LawFit, Masked, ParameterValue, Spread};
