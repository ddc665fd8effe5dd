//! The figures that an experiment measures, by name.
//!
//! | name | figure |
//! |---|---|
//! | `test.mre.LAW` | mean relative error of the loss on held-out rows, percent |
//! | `test.excess-mre.LAW` | the same of the excess loss, where the true floors are known |
//! | `test.mae.LAW`, `test.rmse.LAW` | mean absolute and root mean squared error, nats |
//! | `test.rank-correlation.LAW` | rank correlation of predicted and measured losses, mean of the columns |
//! | `train.…` | the same on the training rows |
//! | `….positive.LAW` | the same over cells whose domain has a weight above 0 |
//! | `recovery.b.LAW`, `recovery.a.LAW` | largest relative error of a recovered exponent, percent |
//! | `parameter.SYMBOL.LAW`, `identifiability.…` | see [`super::parameters`] |
//! | `optimum.…`, `regret.…`, `optimism.…` | see [`super::optima`] |
//!
//! The interval of an error is two standard errors of its mean over the splits to either side.
//! Splits share rows, so it is on the narrow side.

use std::collections::BTreeMap;

use super::parameters;
use crate::claim::{Figure, Figures};
use crate::fit::{Errors, LawFit, Masked, Spread};
use crate::law;

/// True exponents of the loss columns, for [`measure`].
#[derive(Debug, Clone, Default)]
pub struct TrueExponents {
    /// b_i = α_i − 1 by domain.
    pub b: BTreeMap<String, f64>,
    /// a_i = b_i/(1 + b_i) by domain.
    pub a: BTreeMap<String, f64>,
}

/// Standard errors to either side of a mean over splits.
const STANDARD_ERRORS: f64 = 2.0;

/// All figures of fitted laws; `splits` is the number of splits their errors are means over.
pub fn measure(fits: &[LawFit], splits: usize, truth: Option<&TrueExponents>) -> Figures {
    let mut figures = Figures::new();
    for fit in fits {
        for (set, errors) in [("train", Some(fit.train)), ("test", fit.test)] {
            if let Some(errors) = errors {
                add_errors(&mut figures, set, &fit.law, &errors, splits);
            }
        }
        parameters::add(&mut figures, fit);
        if let Some(truth) = truth.filter(|_| law::has_exponents_of_theory(&fit.law)) {
            for (symbol, exponents) in [("b", &truth.b), ("a", &truth.a)] {
                if let Some(value) = largest_error(fit, symbol, exponents) {
                    let name = format!("recovery.{symbol}.{}", fit.law);
                    figures.insert(
                        name,
                        Figure {
                            value,
                            interval: None,
                        },
                    );
                }
            }
        }
    }
    figures
}

/// Names of the figures that fits of `laws` can measure: what a check may ask for.
pub fn names(laws: &[String], held_out: bool, simulated: bool) -> Vec<String> {
    let mut names = Vec::new();
    let sets: &[&str] = if held_out {
        &["test", "train"]
    } else {
        &["train"]
    };
    for law in laws {
        for set in sets {
            for kind in ["mre", "excess-mre", "mae", "rmse"] {
                if kind == "excess-mre" && !simulated {
                    continue;
                }
                names.push(format!("{set}.{kind}.{law}"));
                names.push(format!("{set}.{kind}.positive.{law}"));
            }
            names.push(format!("{set}.rank-correlation.{law}"));
        }
        if simulated && law::has_exponents_of_theory(law) {
            names.push(format!("recovery.b.{law}"));
            names.push(format!("recovery.a.{law}"));
        }
        names.extend(parameters::names(law));
    }
    names
}

fn add_errors(figures: &mut Figures, set: &str, law: &str, errors: &Errors, splits: usize) {
    let kinds: [(&str, Option<Masked>); 4] = [
        ("mre", Some(errors.mre)),
        ("excess-mre", errors.excess_mre),
        ("mae", Some(errors.mae)),
        ("rmse", Some(errors.rmse)),
    ];
    for (kind, masked) in kinds {
        let Some(masked) = masked else { continue };
        figures.insert(
            format!("{set}.{kind}.{law}"),
            over_splits(masked.all, splits),
        );
        figures.insert(
            format!("{set}.{kind}.positive.{law}"),
            over_splits(masked.positive, splits),
        );
    }
    if let Some(spread) = errors.rank_correlation {
        figures.insert(
            format!("{set}.rank-correlation.{law}"),
            over_splits(spread, splits),
        );
    }
}

fn over_splits(spread: Spread, splits: usize) -> Figure {
    let reach = STANDARD_ERRORS * spread.sd / (splits.max(1) as f64).sqrt();
    Figure {
        value: spread.mean,
        interval: (splits > 1).then_some((spread.mean - reach, spread.mean + reach)),
    }
}

/// Largest relative error of the law's exponents, percent, over the domains that have one in truth;
/// `None` unless it tells all of them.
fn largest_error(fit: &LawFit, symbol: &str, truth: &BTreeMap<String, f64>) -> Option<f64> {
    let mut largest: Option<f64> = None;
    for parameter in fit.parameters.iter().filter(|p| p.symbol == symbol) {
        let Some(expected) = truth.get(parameter.domain.as_ref()?) else {
            continue;
        };
        let error = 100.0 * (parameter.value? / expected - 1.0).abs();
        largest = Some(largest.map_or(error, |largest| largest.max(error)));
    }
    largest
}
