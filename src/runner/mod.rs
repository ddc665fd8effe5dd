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

pub(crate) use coarse::warn_of_coarse_nodes;
pub use conduct::{Findings, conduct};
pub use error::RunError;
pub use fitted::Fitted;
pub(crate) use fitted::fit_table;
pub use keeping::{Keeping, Simulated};
pub use observer::Observer;
pub(crate) use observer::Work;
pub(crate) use run_directory::share_into;
pub use run_directory::{Ran, run_into};
pub use truth::Truth;

use std::path::Path;

use crate::config::{self, ConfigError, Experiment};

pub(crate) use fitted::check_laws;
pub(crate) use observer::Asking;
pub(crate) use question::Question;
pub(crate) use runs::{load, simulated};

/// Reads the experiment file at `path`, as [`config::load`] does; a check of a figure that the experiment does
/// not measure is refused at its place.
///
/// # Errors
/// [`ConfigError`] when the file cannot be read, or with all that is wrong in it.
pub fn load_experiment(path: &Path) -> Result<Experiment, ConfigError> {
    let known = (
        figure::known::known_figures as fn(&Experiment) -> Vec<String>,
        figure::known::instead as fn(&str, &[String]) -> String,
    );
    config::load_checked(path, Some(known))
}
