//! Conducts experiments: from what is asked to what was found, in memory or in a directory of results.

mod coarse;
mod conduct;
mod error;
pub(crate) mod estimate;
pub mod figure;
mod fitted;
mod keeping;
mod observer;
mod optima;
pub(crate) mod output;
pub(crate) mod picture;
mod question;
mod refused_directory;
mod resumed_sweep;
mod run_directory;
mod runs;
mod truth;
mod vary;

use std::path::Path;

pub use conduct::{Findings, conduct};
pub use error::RunError;
pub use fitted::Fitted;
pub use keeping::{Keeping, Simulated};
pub use observer::Observer;
pub use run_directory::{Ran, run_into};
pub use truth::Truth;

pub(crate) use coarse::warn_of_coarse_nodes;
pub(crate) use fitted::{check_laws, fit_table};
pub(crate) use observer::{Asking, Work};
pub(crate) use question::Question;
pub(crate) use run_directory::share_into;
pub(crate) use runs::{load, simulate_missing, simulated};

use crate::config::{self, ConfigError};
use crate::experiment::Experiment;

/// Reads the experiment file at `path`, as [`config::load`] does; a check of a figure that the experiment does
/// not measure is refused at its place.
///
/// # Errors
/// [`ConfigError`] when the file cannot be read, or with all that is wrong in it.
pub fn load_experiment(path: &Path) -> Result<Experiment, ConfigError> {
    config::load_checked(path, Some(figure::known::known_figures))
}
