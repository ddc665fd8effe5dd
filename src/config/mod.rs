//! The experiment file: TOML in, a checked [`Experiment`] out.
//!
//! A file is read in three steps. The text becomes a tree of TOML with the place of every value.
//! The tree is held against the JSON Schema of the raw structs, which finds unknown keys, wrong
//! types and absent keys. The raw structs are then checked into the types of the lower modules,
//! which finds values out of range and keys that do not go together. Every step tells all that it
//! finds, each with its place in the file, what is allowed, and what was perhaps meant.
//!
//! The raw structs are the format: the schema, the reading and the writing of a file with every
//! default are made from them, so that no key is named twice. `diagnosis` finds places and words for
//! what is wrong, `table` has one file for each table, `experiment` puts the tables together, and
//! `toml_writer` lays them out. `plan_runs` reads the file of a plan of proxy runs in the same way.
//! The format is documented by [`QUICKSTART`], which is also the experiment that runs when no file is
//! given.
//!
//! ```
//! let experiment = mixlaw::config::parse(mixlaw::config::QUICKSTART, "quickstart.toml")?;
//! assert_eq!(experiment.name, "quickstart");
//! # Ok::<(), mixlaw::config::ConfigError>(())
//! ```

mod diagnosis;
mod experiment;
mod load;
mod plan_runs;
mod reference;
mod relative_path;
pub(super) mod run_identity;
mod schema;
mod table;
#[cfg(test)]
mod tests;
mod toml_writer;

pub use crate::experiment::{Experiment, Source, Vary};
pub use diagnosis::error::{ConfigError, Invalid, Problem};
pub use experiment::resolved_toml;
pub use load::{load, parse, parse_study};
pub(crate) use load::{load_checked, load_study};
pub use reference::reference;
pub use run_identity::differences;
pub(crate) use run_identity::{RunIdentity, run_identity};
pub use schema::{schema, study_schema};

/// The built-in experiment: runs when no file is given, and documents every key of the format.
pub const QUICKSTART: &str = include_str!("../../configs/quickstart.toml");
