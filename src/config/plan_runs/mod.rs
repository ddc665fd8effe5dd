//! The file of a plan of proxy runs, for `mixlaw plan-runs`.

pub(super) mod file;
mod range;
mod world;
