//! Expected runs: losses in closed form, by sums over nodes of the spectra.

pub(super) mod by_expected_score;
mod by_realised_counts;
pub(super) mod collect_marginal;
pub(super) mod finite_data;
pub(super) mod marginal_skills;
mod phase_transition;
mod ranks_held;
pub(super) mod selected_nodes;
mod smooth;
pub(super) mod threshold_bracket;
