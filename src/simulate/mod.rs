//! One training run: (world, learner, h, N, D) → domain losses.

mod expected;
mod observed;
pub mod oracle;
mod simulator;

pub use simulator::Simulator;
