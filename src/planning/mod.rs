//! Planning proxy runs: how many small training runs does it take to choose a good mixture?
//!
//! A [`Study`] names what is not known about the domains as a [`WorldPrior`], the runs that could be
//! paid for, and the scale at which the mixture will be used. [`study()`] draws worlds from the prior.
//! In each it simulates the proxy runs of every design, fits the laws, takes the mixture that each
//! law calls best at the target scale, and asks the simulator what that costs against the true
//! best. The regret over worlds, against what a design costs, is what people want to know before
//! the first run.
//!
//! Mixtures are drawn, laid out evenly, or chosen to tell most about the parameters of a law
//! (`informative()`). The rule of three mixtures for each domain and one more (`rule_of_runs`) is
//! held against what comes out; that runs should grow in proportion to the domains is a finding of
//! Chen et al. 2026, "Olmix" (arXiv:2602.12237).

mod design;
mod informative;
mod outcome;
mod prior;
mod runner;
mod study;
mod testbed;

pub use design::{Design, Layout, Scales};
pub(crate) use outcome::rule_of_runs;
pub use outcome::{Answer, DesignOutcome, Outcome, Regrets};
pub use prior::{Departure, Draw, PriorError, Range, Tails, WorldPrior};
pub use runner::study;
pub use study::{Study, StudyError, Target};
pub use testbed::Trial;
