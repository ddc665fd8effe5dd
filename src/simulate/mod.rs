//! One training run: (world, learner, h, N, D) → domain losses.

mod expected;

pub use expected::Simulator;
