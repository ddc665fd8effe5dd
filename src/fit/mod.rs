//! Fitting laws to a table of runs: least squares from several starts, splits, errors.

mod at_point;
mod bootstrap;
mod cell;
mod comparison;
mod convergence;
mod cross_validation;
pub(super) mod design_warnings;
mod errors;
mod fit_error;
mod fitted_law;
mod fitting;
mod guard;
mod identifiability;
mod influence;
mod information;
mod levenberg_marquardt;
mod objective;
mod parameter_name;
mod plan;
mod rank_correlation;
mod refit;
mod rows;
mod saved;
mod scale_splits;
mod scarce;
mod search;
mod size;
mod split;
mod split_file;
mod split_file_error;
mod splits;
mod summary;
mod transfer;

pub use bootstrap::{Replicates, bootstrap, prediction_intervals};
pub use cell::Cell;
pub use comparison::{Comparison, compare};
pub use convergence::{Convergence, StartSpread};
pub use cross_validation::Chosen;
pub(crate) use design_warnings::design_warnings;
pub use errors::{Errors, Masked, Spread, errors_over_splits, spread};
pub use fit_error::FitError;
pub use fitted_law::{FittedLaw, ParameterValue};
pub use fitting::{LawResult, fit_laws};
pub use identifiability::{FlatGroup, Identifiability};
pub use influence::{
    DomainResiduals, Influence, MixtureInfluence, Outlier, Residuals, WeightBand, influence,
};
pub use parameter_name::ParameterName;
pub(crate) use plan::DEFAULT_STARTS;
pub use plan::{
    DEFAULT_DELTA, FitPlan, HeldOutMixtures, Residual, Ridge, Robust, ScaleRule, SplitRule, Unit,
};
pub use rank_correlation::spearman;
pub use rows::observations;
pub use saved::{Restored, SavedError, SavedFits, SavedLaw};
pub use scarce::Scarce;
pub use split::{Split, SplitError};
pub use split_file::{FileSplit, read_splits};
pub use split_file_error::SplitFileError;
pub use splits::splits;
pub use summary::LawFit;
pub(crate) use transfer::Similarity;
pub use transfer::{DomainMap, Transfer};
