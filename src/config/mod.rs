//! The experiment file: TOML in, a checked [`Experiment`] out.
//!
//! A file is read in three steps. The text becomes a tree of TOML with the place of every value.
//! The tree is held against the JSON Schema of the raw structs, which finds unknown keys, wrong
//! types and absent keys. The raw structs are then checked into the types of the lower modules,
//! which finds values out of range and keys that do not go together. Every step tells all that it
//! finds, each with its place in the file, what is allowed, and what was perhaps meant.
//!
//! One file per table: `world` with `overlap`, `pool`, `spectrum` and `tails`, `learner` with `sgd` and
//! `sgd_setting`, `sweep` with
//! `mixtures`, `data`, `fit` with `split`, `vary`, `checks`; `experiment` puts them together. The format is
//! documented by [`QUICKSTART`], which is also the experiment that runs when no file is given. `study`
//! with `prior` reads the file of a plan of proxy runs in the same way.
//!
//! ```
//! let experiment = mixlaw::config::parse(mixlaw::config::QUICKSTART, "quickstart.toml")?;
//! assert_eq!(experiment.name, "quickstart");
//! # Ok::<(), mixlaw::config::ConfigError>(())
//! ```

mod between;
mod checks;
mod choice;
mod data;
mod error;
mod experiment;
mod filter;
mod fit;
mod keys;
mod kind;
mod learner;
mod load;
mod long_lines;
mod meaning;
mod mixtures;
mod names;
mod nesting;
mod number;
mod optimum;
mod optimum_names;
mod optimum_path;
mod overlap;
mod path;
mod place;
mod planned;
mod pool;
mod prior;
mod problems;
mod reference;
mod resolved;
mod scale_split;
mod schema;
mod sgd;
mod sgd_setting;
mod spectrum;
mod split;
mod structure;
mod study;
mod supply;
mod sweep;
mod tails;
#[cfg(test)]
mod tests;
mod vary;
mod wording;
mod world;

pub use error::{ConfigError, Invalid, Problem};
pub use experiment::{Experiment, Source};
pub use load::{load, load_study, parse, parse_study};
pub use meaning::{Meaning, differences, meaning};
pub use reference::reference;
pub use resolved::resolved_toml;
pub use schema::{schema, study_schema};
pub use vary::Vary;

/// The built-in experiment: runs when no file is given, and documents every key of the format.
pub const QUICKSTART: &str = include_str!("../../configs/quickstart.toml");
