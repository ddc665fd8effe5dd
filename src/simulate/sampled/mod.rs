//! Sampled runs: the numbers of meetings are drawn, as deviations from the expected run.

mod by_expected_score;
mod by_realised_counts;
mod near_threshold;
mod poisson;
pub(super) mod sampler;
mod shared_ranks;
pub(super) mod skill_groups;
pub(super) mod tokens;
mod top_n;
mod truncated_poisson;
