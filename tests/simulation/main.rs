//! Worlds, learners, runs in expectation, sampled and trained: against brute force, closed forms
//! and what another program computed.

#[path = "../common/shared_files.rs"]
mod shared_files;
#[path = "../common/small_worlds.rs"]
mod small_worlds;

mod finite_data;
mod finite_spectra;
mod golden;
mod masses;
mod phase_transition;
mod pool;
mod resolution;
mod sampled;
mod sgd;
mod simulator;
mod worlds;
