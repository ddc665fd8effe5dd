//! Results in words and pictures: tables for the terminal, figures, files for machines, one page
//! for people.
//!
//! This room knows nothing of the simulator or of fitting. It takes plain results, and the same
//! results always give the same bytes: no clock, no counter, no thread shows in what it writes,
//! except in the `Manifest`, whose purpose that is.

mod best_mixture;
mod changes;
mod claims_file;
pub(super) mod comparison_table;
mod diagnosis;
#[cfg(test)]
mod examples;
mod exponents;
pub mod figure;
mod files;
mod index;
mod json;
mod manifest;
mod numbers;
mod optimum_json;
mod page;
pub(super) mod parameter_table;
mod plan_of_runs;
pub(super) mod prediction_table;
pub(super) mod run_changes;
mod summary_table;
mod table;
mod verdict_table;
mod verdicts;

pub use best_mixture::sentences;
pub(crate) use best_mixture::{best_mixture_table, optima_table};
pub use changes::{Change, ChangeKind, change_table, changes};
pub use claims_file::ClaimsFileError;
pub(crate) use claims_file::is_newer;
pub(crate) use comparison_table::comparison_table;
pub use diagnosis::diagnosis;
pub(crate) use exponents::exponent_table;
pub use exponents::{DomainExponent, Estimate, Exponents};
pub(crate) use files::write_atomic;
pub(crate) use index::Index;
pub(crate) use json::{DataSource, claims_json, fits_json};
pub(crate) use manifest::{
    Build, CellCounts, ExperimentSource, InputFile, LawTime, Manifest, Simulation, cpu_model, utc,
};
pub(crate) use optimum_json::optima_json;
pub(crate) use page::Page;
pub use page::PageFigure;
pub(crate) use parameter_table::parameter_table;
pub(crate) use plan_of_runs::{plan_json, plan_table, trials_csv};
pub(crate) use prediction_table::{PredictedLosses, prediction_table};
pub(crate) use run_changes::run_changes;
pub use summary_table::FitScope;
pub(crate) use summary_table::{MEAN_LAW, law_table, law_title};
pub use table::{Align, Column, Row, Table};
pub(crate) use verdict_table::verdict_text;
pub use verdicts::Verdicts;
