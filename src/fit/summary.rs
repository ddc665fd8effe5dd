//! What comes out of fitting laws to a table: errors over splits and the parameters.

use serde::Serialize;

use super::{Convergence, Identifiability, Influence, Scarce, Transfer};

/// Mean and standard deviation of a figure over splits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// Mean over splits.
    pub mean: f64,
    /// Sample standard deviation over splits; 0 for a single split.
    pub sd: f64,
}

/// A figure over two sets of cells (run × loss column).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Masked {
    /// Over all measured cells.
    pub all: Spread,
    /// Over the cells whose domain had a weight above 0.
    pub positive: Spread,
}

/// Errors of a law on a set of rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Errors {
    /// Mean relative error of the loss, percent.
    pub mre: Masked,
    /// Mean absolute error of the loss, nats.
    pub mae: Masked,
    /// Root mean squared error of the loss, nats.
    pub rmse: Masked,
    /// Mean relative error of the excess L − E, percent, where the true floor E is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excess_mre: Option<Masked>,
    /// Rank correlation of predicted and measured losses, from −1 to 1, mean of the loss columns;
    /// `None` where predictions or losses do not vary within any column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank_correlation: Option<Spread>,
}

/// A fitted parameter: its name (the symbol of the equation) and its value for each domain, or one
/// value for all.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterValue {
    /// Symbol as in the law's equation, such as `b`, `c`, `E`, `H`.
    pub symbol: String,
    /// The loss column it belongs to; `None` for a parameter of the whole law.
    pub domain: Option<String>,
    /// Fitted on all rows, in natural units; `None` where the data say nothing about it.
    pub value: Option<f64>,
    /// Its 95 % interval over resampled noise; `None` without a bootstrap, and where a
    /// resample says nothing about it.
    pub interval: Option<(f64, f64)>,
}

/// The fits of a bootstrap, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Replicates {
    /// Fits to resampled noise.
    pub count: usize,
    /// Those that did not meet the convergence test; they are part of the intervals all the same.
    pub unconverged: usize,
}

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
