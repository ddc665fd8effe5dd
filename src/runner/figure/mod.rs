//! The figures that an experiment measures: names, units, meanings and measures.

pub(super) mod allocation;
pub(crate) mod errors;
pub(crate) mod known;
pub(crate) mod optima;
mod parameters;
pub(super) mod phase_transition;
pub(super) mod transfer;
