//! Fitting laws to a table of runs: least squares from several starts, splits, errors.

mod at_point;
mod bootstrap;
mod comparison;
mod convergence;
mod cross_validation;
mod doubts;
mod errors;
mod fit_error;
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
mod saved;
mod scale_splits;
mod scarce;
mod search;
mod size;
mod split_file;
mod split_file_error;
mod splits;
mod summary;
mod transfer;

pub use bootstrap::{bootstrap, bootstrap_with_starts, prediction_intervals};
pub use comparison::{Comparison, compare};
pub use convergence::{Convergence, StartSpread};
pub use cross_validation::Chosen;
pub use doubts::{Doubt, doubts};
pub use errors::{Cell, errors_over_splits, spread};
pub use fit_error::FitError;
pub use fitting::{FittedLaw, LawResult, fit_laws, observations};
pub use identifiability::{FlatGroup, Identifiability};
pub use influence::{
    DomainResiduals, Influence, MixtureInfluence, Outlier, Residuals, WeightBand, influence,
};
pub use parameter_name::ParameterName;
pub use plan::{
    DEFAULT_DELTA, DEFAULT_STARTS, FitPlan, HeldOutMixtures, Residual, Ridge, Robust, ScaleRule,
    SplitRule, Unit,
};
pub use rank_correlation::spearman;
pub use saved::{FORMAT, Restored, SavedError, SavedFits, SavedLaw};
pub use scarce::Scarce;
pub use split_file::{FileSplit, read_splits};
pub use split_file_error::SplitFileError;
pub use splits::{Split, SplitError, splits};
pub use summary::{Errors, LawFit, Masked, ParameterValue, Replicates, Spread};
pub use transfer::{DomainMap, Similarity, Transfer};
