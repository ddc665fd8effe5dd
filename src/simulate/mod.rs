//! One training run: (world, learner, h, N, D) → domain losses.

mod between;
mod competition;
mod contest;
mod counts;
mod deviations;
mod expected;
mod groups;
mod held;
mod observed;
mod onset;
pub mod oracle;
mod ranked;
mod reach;
mod regress;
mod repeated;
mod rivals;
mod sampled;
mod scratch;
mod selected;
mod sharing;
mod simulator;
mod smooth;
mod tokens;
mod trainer;
mod view;

pub use groups::Grouping;
pub use sampled::{Sampler, SamplerScratch};
pub use scratch::Scratch;
pub use simulator::Simulator;
pub use tokens::Counts;
pub use trainer::{Trained, Trainer, TrainingError};
pub use view::View;
