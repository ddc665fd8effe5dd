//! What comes out of fitting a law to a table.

use super::bootstrap::Replicates;
use super::convergence::Convergence;
use super::errors::Errors;
use super::fitted_law::ParameterValue;
use super::identifiability::Identifiability;
use super::influence::Influence;
use super::scarce::Scarce;
use super::transfer::Transfer;

/// One law, fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct LawFit {
    /// Name of the law, as in `--law`.
    pub law: String,
    /// Free parameters of one fit.
    pub parameter_count: usize,
    /// Errors on the training rows of the splits (of all rows if there are none).
    pub train: Errors,
    /// Errors on the held-out rows.
    pub test: Option<Errors>,
    /// Parameters of a fit to all rows.
    pub parameters: Vec<ParameterValue>,
    /// Coefficients of transfer C_ij of the same fit; `None` for a law without them.
    pub transfer: Option<Transfer>,
    /// The fits behind the intervals of the parameters; `None` without a bootstrap.
    pub bootstrap: Option<Replicates>,
    /// Whether every fit met the convergence test.
    pub converged: bool,
    /// Where the search of the fit to all rows ended.
    pub convergence: Convergence,
    /// What all rows determine of the parameters; `None` for a law that has none.
    pub identifiability: Option<Identifiability>,
    /// The first fit with more parameters than losses, if there is one.
    pub scarce: Option<Scarce>,
    /// What leaving mixtures out shows; `None` unless the plan asks for it.
    pub influence: Option<Influence>,
    /// Wall time of all fits of this law, seconds.
    pub seconds: f64,
    /// Starts of all fits of this law.
    pub starts: usize,
    /// Mean wall time of one start of one fit, seconds; 0 where there is nothing to search.
    pub start_seconds: f64,
}
