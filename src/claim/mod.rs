//! A measured figure held against a limit.

mod figure;
mod verdict;

pub use figure::Figure;
pub(crate) use figure::{Figures, instead_of_figure};
pub use verdict::{CheckResult, ClaimResult, Verdict};

/// A figure and the limits it is held against.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Name of the figure, such as `test.excess-mre.capacity`.
    pub figure: String,
    /// The claim holds if the figure is at most this.
    pub at_most: Option<f64>,
    /// The claim holds if the figure is at least this.
    pub at_least: Option<f64>,
}
