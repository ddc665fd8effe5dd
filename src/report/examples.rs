//! Results for the tests of this room, with figures of the size that real ones have.

use crate::claim::{Check, ClaimResult};
use crate::fit::{Convergence, Errors, LawFit, Masked, ParameterValue, Spread};

use super::exponents::{DomainExponent, Estimate, Exponents};

/// A name that is markup, quotes and an entity at once.
pub(super) const HOSTILE: &str = "<script>&\"";

/// The same spread over all cells and over those with a weight.
pub(super) fn masked(mean: f64, sd: f64) -> Masked {
    let spread = Spread { mean, sd };
    Masked {
        all: spread,
        positive: spread,
    }
}

/// A fit with these errors, in percent.
pub fn fit(law: &str, parameter_count: usize, mre: f64, excess: Option<f64>) -> LawFit {
    let errors = |scale: f64| Errors {
        mre: masked(scale * mre, scale * mre / 8.0),
        mae: masked(scale * mre / 50.0, scale * mre / 400.0),
        rmse: masked(scale * mre / 40.0, scale * mre / 300.0),
        excess_mre: excess.map(|e| masked(scale * e, scale * e / 8.0)),
        rank_correlation: None,
    };
    LawFit {
        law: law.into(),
        parameter_count,
        train: errors(0.75),
        test: Some(errors(1.0)),
        parameters: Vec::new(),
        transfer: None,
        bootstrap: None,
        converged: true,
        convergence: Convergence::default(),
        identifiability: None,
        scarce: None,
        influence: None,
        seconds: 0.25,
        starts: 16,
        start_seconds: 0.01,
    }
}

/// The laws of a simulated experiment where both limits matter.
pub fn fits() -> Vec<LawFit> {
    let mut fits = vec![
        fit("capacity", 12, 4.31, Some(38.0)),
        fit("capacity-noise", 20, 0.632, Some(4.71)),
        fit("windowed", 17, 0.0119, Some(0.121)),
        fit("mean", 4, 2.04, Some(19.6)),
    ];
    fits[0].converged = false;
    fits[0].parameters = vec![
        parameter("H", None, Some(20.6)),
        parameter("b", Some("web"), Some(0.2)),
        parameter("E", Some("web"), Some(f64::NAN)),
        parameter("b", Some(HOSTILE), Some(0.35)),
        parameter("E", Some(HOSTILE), None),
    ];
    fits
}

fn parameter(symbol: &str, domain: Option<&str>, value: Option<f64>) -> ParameterValue {
    ParameterValue {
        symbol: symbol.into(),
        domain: domain.map(Into::into),
        value,
        interval: None,
    }
}

/// Capacity exponents of four domains by three laws.
pub fn exponents() -> Exponents {
    let rows = [
        ("web", 0.2, [Some(0.201), Some(0.15), None]),
        ("code", 0.35, [Some(0.352), Some(0.29), Some(0.349)]),
        ("papers", 0.5, [Some(0.497), Some(0.52), Some(0.5)]),
        ("books", 0.8, [Some(0.803), Some(1.08), Some(0.8)]),
    ];
    Exponents {
        symbol: "b".into(),
        meaning: "capacity exponent".into(),
        laws: ["capacity", "capacity-noise", "windowed"]
            .map(Into::into)
            .into(),
        domains: rows
            .into_iter()
            .map(|(domain, truth, values)| DomainExponent {
                domain: domain.into(),
                truth,
                recovered: values
                    .into_iter()
                    .enumerate()
                    .map(|(law, value)| {
                        value.map(|value: f64| Estimate {
                            value,
                            interval: (law == 1).then_some((value * 0.9, value * 1.12)),
                        })
                    })
                    .collect(),
            })
            .collect(),
    }
}

/// A claim with a check of each outcome.
pub fn claim() -> ClaimResult {
    let check = |figure: &str, at_least, at_most| Check {
        figure: figure.into(),
        at_least,
        at_most,
    };
    ClaimResult {
        claim: Some(
            "Capacity competition alone makes the best mixture equal the target, \
             whatever the costs of the domains."
                .into(),
        ),
        checks: vec![
            check("test.excess-mre.capacity", None, Some(0.25)).judge(Some(0.2479), None),
            check("test.mre.capacity", None, Some(0.02)).judge(Some(0.031), Some((0.027, 0.036))),
            check("parameter.b.web", Some(0.19), Some(0.21))
                .judge(Some(0.2003), Some((0.187, 0.214))),
            check("optimum.distance.capacity", None, Some(1e-3)).judge(None, None),
        ],
    }
}
