//! Kernels: what n meetings with a skill leave unlearned, its means over random numbers of meetings, and their variance.

mod compound_poisson;
pub(super) mod forms;
mod learned_if_kept;
pub(super) mod poisson;
pub(super) mod poisson_tails;
pub(super) mod series;
mod slope;
mod sum;
pub(super) mod variance;
