//! Results in words and pictures: tables for the terminal, figures, files for machines, one page
//! for people.
//!
//! This room knows nothing of the simulator or of fitting. It takes plain results, and the same
//! results always give the same bytes: no clock, no counter, no thread shows in what it writes,
//! except in the [`Manifest`], whose purpose that is.

mod best_mixture;
mod changes;
mod claims_file;
mod comparison_table;
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
mod parameter_table;
mod plan_of_runs;
mod prediction_table;
mod run_changes;
mod summary_table;
mod table;
mod verdict_table;
mod verdicts;

pub use best_mixture::{best_mixture_table, optima_table, sentences};
pub use changes::{Change, ChangeKind, change_table, changes};
pub use claims_file::{ClaimsFileError, is_newer};
pub use comparison_table::comparison_table;
pub use diagnosis::diagnosis;
pub use exponents::{DomainExponent, Estimate, Exponents, exponent_table};
pub use files::write_atomic;
pub use index::Index;
pub use json::{DataSource, claims_json, fits_json};
pub use manifest::{
    Build, CellCounts, ExperimentSource, InputFile, LawTime, Manifest, Simulation, cpu_model, utc,
};
pub use optimum_json::optima_json;
pub use page::{Page, PageError, PageFigure};
pub use parameter_table::parameter_table;
pub use plan_of_runs::{plan_json, plan_sentences, plan_table, trials_csv};
pub use prediction_table::{PredictedLosses, prediction_table};
pub use run_changes::run_changes;
pub use summary_table::{FitScope, MEAN_LAW, law_table, law_title};
pub use table::{Align, Column, Row, Table};
pub use verdict_table::{verdict_table, verdict_text};
pub use verdicts::Verdicts;
