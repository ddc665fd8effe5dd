//! One training run: (world, learner, h, N, D) → domain losses.

mod counts;
mod expected;
mod groups;
mod observed;
pub mod oracle;
mod sampled;
mod simulator;
mod trainer;
mod view;

pub use groups::Grouping;
pub use sampled::Sampler;
pub use simulator::Simulator;
pub use trainer::{Trained, Trainer, TrainingError};
pub use view::View;
