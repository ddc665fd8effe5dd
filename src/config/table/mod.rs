//! The tables of an experiment file, one file each: raw as it is written, checked into the types of
//! the lower modules, and written out again.

pub(super) mod checks;
pub(super) mod cost_spread;
pub(super) mod data;
pub(super) mod fit;
pub(super) mod learner;
mod learner_sgd;
pub(super) mod mixtures;
pub(super) mod optimum;
mod optimum_path;
mod overlap;
mod pool;
mod row_filter;
pub(super) mod sgd_checks;
mod spectrum;
mod spectrum_table;
mod split;
pub(super) mod supply;
pub(super) mod sweep;
pub(super) mod vary;
pub(super) mod world;
