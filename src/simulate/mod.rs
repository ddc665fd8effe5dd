//! One training run: (world, learner, h, N, D) → domain losses.

mod expected;
pub mod oracle;

pub use expected::Simulator;
