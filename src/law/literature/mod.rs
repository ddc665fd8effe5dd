//! Laws of the literature and baselines, whose losses follow from smooth forms in the mixture.

pub(super) mod additive;
pub(super) mod bimix;
pub(super) mod boosted_trees;
pub(super) mod chinchilla;
pub(super) mod exponential;
pub(super) mod joint;
pub(super) mod kaplan;
pub(super) mod linear;
pub(super) mod mean;
