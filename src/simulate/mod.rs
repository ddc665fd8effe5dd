//! One training run: (world, learner, h, N, D) → domain losses.

mod counts;
mod expected;
mod groups;
mod observed;
pub mod oracle;
mod sampled;
mod scratch;
mod simulator;
mod smooth;

pub use groups::Grouping;
pub use sampled::Sampler;
pub use scratch::Scratch;
pub use simulator::Simulator;
