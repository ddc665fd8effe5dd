//! The best mixture: min_h of a target loss over the mixtures that are allowed.
//!
//! [`Losses`] says what a mixture costs every domain, with derivatives by the weights: a fitted law
//! ([`LawLosses`]) or the simulator in expected mode ([`SimulatorLosses`]), each at one scale (N, D).
//! An [`Aim`] makes one number of them, [`Constraints`] say which mixtures are allowed, and [`best`]
//! finds the lowest point: mirror descent from several starts, then Newton's method on the set of
//! constraints that hold (Dai and Zheng 2026 use mirror descent alone). An [`Optimum`] carries its
//! certificate, and the price of each constraint that binds.

mod best_mixture;
mod certificate;
mod constraints;
pub(super) mod flatness;
mod joint_region;
mod losses;
mod mirror;
mod newton;
mod objective;
mod path;
mod plan;
mod region;
mod regret;
mod search;
mod simulator_losses;
mod trained;
mod uncertainty;

pub(crate) use best_mixture::LITTLE_LOSS;
pub use best_mixture::{BestMixture, Reference, ReferenceKind};
pub use certificate::Certificate;
pub use constraints::{ConstraintError, Constraints};
pub use flatness::Flatness;
pub(crate) use flatness::flatness;
pub use joint_region::{JointRegion, RegionAxis, joint_region};
pub use losses::{LawLosses, Losses, NoDerivatives, searchable};
pub use objective::{Aim, Near, Problem};
pub(crate) use path::PathMixtures;
pub(crate) use plan::Named;
pub use plan::{Along, Goal, NamedGroup, OptimumPlan, Path, PlanError, SIMULATOR, mixture};
pub use region::{Cause, Group, Region};
pub(crate) use regret::truth_resolution;
pub use regret::{Regret, regret};
pub use search::{Optimum, OptimumError, Price, best};
pub use simulator_losses::SimulatorLosses;
pub use trained::Trained;
pub use uncertainty::{Uncertainty, uncertainty};
