//! Selection: which skills a learner of limited capacity holds.

pub(super) mod count_threshold;
mod joint;
mod leftover;
mod nested;
mod score;
pub(super) mod selected;
pub(super) mod skill_classes;
pub(super) mod smooth_top_n;
pub(super) mod top_n;
