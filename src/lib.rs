//! mixlaw tests the scaling laws of data mixing, on simulated skills and on real training runs.

pub mod claim;
pub mod cli;
pub mod config;
mod files;
pub mod fit;
pub mod law;
pub mod learner;
pub mod mixture;
pub mod numeric;
pub mod optimum;
pub mod planning;
pub mod report;
pub mod runner;
pub mod runs;
pub mod sgd;
pub mod simulate;
pub mod sweep;
mod text;
pub mod world;
