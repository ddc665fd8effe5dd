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

pub use coarse::warn_of_coarse_nodes;
pub use conduct::{Findings, conduct};
pub use error::RunError;
pub use fitted::{Fitted, fit_table};
pub use keeping::{Keeping, Simulated};
pub use observer::{Observer, Work};
pub use run_directory::{Ran, run_into, share_into};
pub use truth::Truth;

pub(crate) use fitted::check_laws;
pub(crate) use observer::Asking;
pub(crate) use question::Question;
pub(crate) use runs::{load, simulated};
