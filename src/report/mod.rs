//! Results in words and pictures: tables for the terminal, figures, files for machines, one page
//! for people.
//!
//! This room knows nothing of the simulator or of fitting. It takes plain results, and the same
//! results always give the same bytes: no clock, no counter, no thread shows in what it writes,
//! except in the [`Manifest`], whose purpose that is.

mod best_mixture;
mod comparison_table;
#[cfg(test)]
mod examples;
mod exponents;
pub mod figure;
mod files;
mod json;
mod manifest;
mod numbers;
mod page;
mod prediction_table;
mod saved;
mod summary_table;
mod table;
mod verdict_table;
mod verdicts;

pub use best_mixture::{best_mixture_table, optima_json, optima_table, sentences};
pub use comparison_table::comparison_table;
pub use exponents::{DomainExponent, Estimate, Exponents, exponent_table};
pub use files::write_atomic;
pub use json::{DataSource, claims_json, fits_json};
pub use manifest::{CellCounts, ExperimentSource, InputFile, LawTime, Manifest, utc};
pub use page::{Page, PageError, PageFigure};
pub use prediction_table::{PredictedLosses, prediction_table};
pub use saved::with_fits;
pub use summary_table::{FitScope, MEAN_LAW, law_table, law_title};
pub use table::{Align, Column, Row, Table};
pub use verdict_table::{verdict_table, verdict_text};
pub use verdicts::Verdicts;
