//! Conducts experiments: from what is asked to what was found, in memory or in a directory of results.

pub(super) mod coarse;
pub(super) mod estimate;
pub(super) mod figure;
pub(super) mod fitted;
pub(super) mod keeping;
mod optima;
pub(super) mod output;
pub(super) mod picture;
pub(super) mod question;
pub(super) mod refused_directory;
pub(super) mod resumed_sweep;
pub(super) mod run_directory;
mod truth;
mod vary;
