//! One training run: (world, learner, h, N, D) → domain losses.

mod expected;
pub mod oracle;
mod sampled;
mod scratch;
mod simulator;

pub use sampled::sampler::{Sampler, SamplerScratch};
pub use sampled::skill_groups::Grouping;
pub use sampled::tokens::Counts;
pub use scratch::Scratch;
pub use simulator::Simulator;
