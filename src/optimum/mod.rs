//! The best mixture: min_h of a target loss over the mixtures that are allowed.
//!
//! [`Losses`] says what a mixture costs every domain, with derivatives by the weights: a fitted law
//! ([`LawLosses`]) at one scale (N, D).
//! An [`Aim`] makes one number of them, [`Constraints`] say which mixtures are allowed, and [`best`]
//! finds the lowest point: mirror descent from several starts, then Newton's method on the set of
//! constraints that hold (Dai and Zheng 2026 use mirror descent alone). An [`Optimum`] carries its
//! certificate, and the price of each constraint that binds.

mod certificate;
mod constraints;
mod losses;
mod mirror;
mod newton;
mod objective;
mod region;
mod search;

pub use certificate::Certificate;
pub use constraints::{Cause, ConstraintError, Constraints, Group};
pub use losses::{LawLosses, Losses, NoDerivatives};
pub use objective::{Aim, Near, Problem};
pub use region::Region;
pub use search::{Optimum, OptimumError, Price, best};
