//! Errors of a law, and how it recovers the exponents of the theory.

use std::collections::BTreeMap;

use super::kind::{Group, Kind};
use super::parameters;
use crate::claim::{Figure, Figures};
use crate::fit::{Errors, LawFit, Masked, Spread};
use crate::law;

/// True exponents of the loss columns, for `measure`.
#[derive(Debug, Clone, Default)]
pub struct TrueExponents {
    /// b_i = α_i − 1 by domain.
    pub b: BTreeMap<String, f64>,
    /// a_i = b_i/(1 + b_i) by domain.
    pub a: BTreeMap<String, f64>,
}

impl TrueExponents {
    /// Those of a symbol, `a` or `b`.
    fn of(&self, symbol: &str) -> &BTreeMap<String, f64> {
        if symbol == "a" { &self.a } else { &self.b }
    }
}

/// Standard errors to either side of a mean over splits.
const STANDARD_ERRORS: f64 = 2.0;

/// The rows that errors are taken over.
const SETS: [&str; 2] = ["test", "train"];

/// A kind of error, and how it is measured.
type ErrorKind = (Kind, fn(&Errors) -> Option<Masked>);

const ERRORS: [ErrorKind; 4] = [
    (
        Kind {
            name: "SET.mre.LAW",
            unit: "%",
            meaning: "mean relative error of the loss",
        },
        |errors| Some(errors.mre),
    ),
    (
        Kind {
            name: EXCESS,
            unit: "%",
            meaning: "the same of the excess loss, where the true floors are known",
        },
        |errors| errors.excess_mre,
    ),
    (
        Kind {
            name: "SET.mae.LAW",
            unit: "nats",
            meaning: "mean absolute error",
        },
        |errors| Some(errors.mae),
    ),
    (
        Kind {
            name: "SET.rmse.LAW",
            unit: "nats",
            meaning: "root mean squared error",
        },
        |errors| Some(errors.rmse),
    ),
];

/// The error that needs the truth.
const EXCESS: &str = "SET.excess-mre.LAW";

const POSITIVE: Kind = Kind {
    name: "SET.KIND.positive.LAW",
    unit: "of KIND",
    meaning: "any of these over cells whose domain has a weight above 0",
};

const RANKS: Kind = Kind {
    name: "SET.rank-correlation.LAW",
    unit: "",
    meaning: "rank correlation of predicted and measured losses, from −1 to 1, mean of the columns",
};

const RECOVERED: [(&str, Kind); 2] = [
    (
        "b",
        Kind {
            name: "recovery.b.LAW",
            unit: "%",
            meaning: "largest relative error of a recovered exponent b of capacity",
        },
    ),
    (
        "a",
        Kind {
            name: "recovery.a.LAW",
            unit: "%",
            meaning: "the same of the exponent a of data",
        },
    ),
];

/// Errors.
pub(super) const ERROR_GROUP: Group = Group {
    title: "Errors of a law",
    kinds: &[
        ERRORS[0].0,
        ERRORS[1].0,
        ERRORS[2].0,
        ERRORS[3].0,
        POSITIVE,
        RANKS,
    ],
    note: "SET is `test`, the rows held out, or `train`. The interval of an error is two standard errors of its\n\
           mean over the splits to either side. Splits share rows, so it is on the narrow side.",
};

/// Recovered exponents.
pub(super) const RECOVERY_GROUP: Group = Group {
    title: "Exponents of the theory",
    kinds: &[RECOVERED[0].1, RECOVERED[1].1],
    note: "Recovery needs the truth, so a simulated world with domains that follow power laws, and a law that has\n\
           the exponent.",
};

/// All figures of fitted laws; `splits` is the number of splits their errors are means over.
pub(crate) fn measure(fits: &[LawFit], splits: usize, truth: Option<&TrueExponents>) -> Figures {
    let mut figures = Figures::new();
    for fit in fits {
        for (set, errors) in [("train", Some(fit.train)), ("test", fit.test)] {
            if let Some(errors) = errors {
                add_errors(&mut figures, set, &fit.law, &errors, splits);
            }
        }
        parameters::add(&mut figures, fit);
        let Some(truth) = truth else { continue };
        for (symbol, kind) in recovered(&fit.law) {
            if let Some(value) = largest_error(fit, symbol, truth.of(symbol)) {
                figures.insert(kind.of(&[&fit.law]), Figure::exact(value));
            }
        }
    }
    figures
}

/// The exponents that a law has.
fn recovered(law: &str) -> impl Iterator<Item = (&'static str, Kind)> {
    let exponents = law::exponents_of_theory(law);
    RECOVERED
        .into_iter()
        .filter(|(symbol, _)| exponents.contains(symbol))
}

/// Names of the figures that fits of `laws` can measure: what a check may ask for. `truth` are the
/// exponents of a simulated world.
pub fn names(laws: &[String], held_out: bool, truth: Option<&TrueExponents>) -> Vec<String> {
    let mut names = Vec::new();
    for law in laws {
        for set in SETS.into_iter().filter(|set| held_out || *set != "test") {
            for (kind, _) in ERRORS {
                if kind.name != EXCESS || truth.is_some() {
                    names.push(kind.of(&[set, law]));
                    names.push(positive(kind, set, law));
                }
            }
            names.push(RANKS.of(&[set, law]));
        }
        let told = |symbol| truth.is_some_and(|truth| !truth.of(symbol).is_empty());
        let exponents = recovered(law).filter(|(symbol, _)| told(*symbol));
        names.extend(exponents.map(|(_, kind)| kind.of(&[law])));
        names.extend(parameters::names(law));
    }
    names
}

/// The name of an error over cells whose domain has a weight above 0.
fn positive(kind: Kind, set: &str, law: &str) -> String {
    let measure = kind.name.split('.').nth(1).unwrap_or_default();
    POSITIVE.of(&[set, measure, law])
}

fn add_errors(figures: &mut Figures, set: &str, law: &str, errors: &Errors, splits: usize) {
    for (kind, measure) in ERRORS {
        let Some(masked) = measure(errors) else {
            continue;
        };
        figures.insert(kind.of(&[set, law]), over_splits(masked.all, splits));
        figures.insert(
            positive(kind, set, law),
            over_splits(masked.positive, splits),
        );
    }
    if let Some(spread) = errors.rank_correlation {
        figures.insert(RANKS.of(&[set, law]), over_splits(spread, splits));
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
