//! mixlaw tests the scaling laws of data mixing, on simulated skills and on real training runs.

mod bounded;
pub mod claim;
pub mod cli;
pub mod config;
pub mod fit;
mod gaussian;
pub mod law;
pub mod learner;
mod linear;
pub mod mixture;
pub mod optimum;
pub mod planning;
pub mod random;
mod replace;
pub mod report;
pub mod runs;
pub mod simulate;
pub mod sweep;
mod terminal;
mod triangle;
pub mod world;
