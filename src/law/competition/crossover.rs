//! The terms of Eq. (3) joined almost as a maximum.
//!
//! L_i = E_i + (T1_i^p + T2_i^p)^(1/p), T1_i = c_i x_i*^(−b_i), T2_i = A_i (D h_i)^(−a_i). Source: the
//! terms are Dai and Zheng 2026, Eq. (3), whose sum is p = 1; the p-norm is ours. A learner that is
//! short of both capacity and data leaves unlearned what either forbids, not the sum of the two.
//!
//! Parameters: E_i, c_i, b_i, A_i, a_i for each domain, p common to them (5K+1) and, where
//! capacities differ, the head size H. p is identified by runs that both limits bind; without a
//! run of limited capacity and limited tokens it is left out. From .2 to 30: at 30 the two terms
//! differ from their maximum by at most 2.3 %, so a p at this bound means a maximum and nothing
//! more precise. A term that limits no run is dropped. Predicts columns with a weight of their own.

use super::{Competition, Domains, Draw, Join, Joined, NoiseExponent, Power, PowerLaw};
use crate::law::{Law, LawError, Model, Observations, Parameter};

/// Bounds of p.
const POWERS: (f64, f64) = (0.2, 30.0);

/// Centre of the prior of p, between the sum and the maximum, and the unit of ln p.
const POWER_CENTRE: f64 = 5.0;
const POWER_UNIT: f64 = 1.0;

/// Range from which starts draw p.
const START_POWERS: (f64, f64) = (2.0, 15.0);

/// The p-norm of the terms of Eq. (3).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crossover;

impl Law for Crossover {
    fn name(&self) -> &'static str {
        "crossover"
    }

    fn title(&self) -> &'static str {
        "capacity and noise joined by a p-norm"
    }

    fn needs_own_weight(&self) -> bool {
        true
    }

    fn common_symbols(&self) -> &'static [&'static str] {
        &["p", "H"]
    }

    fn exponents_of_theory(&self) -> &'static [&'static str] {
        &["b", "a"]
    }

    fn bind(&self, training: &Observations) -> Result<Vec<Box<dyn Model>>, LawError> {
        let model = Competition::bind(self.name(), training, |domains| {
            PowerLaw::new(Norm::new(domains), NoiseExponent::Free, domains)
        })?;
        Ok(vec![Box::new(model)])
    }
}

/// (T1^p + T2^p)^(1/p) with the coordinate ln p.
struct Norm {
    /// Some row has both limits.
    free: bool,
}

impl Norm {
    fn new(domains: &Domains) -> Self {
        Self {
            free: domains.both_limit,
        }
    }
}

impl Join for Norm {
    fn common(&self) -> Option<Parameter> {
        self.free.then(|| Parameter {
            symbol: "p",
            column: None,
            source: None,
            lower: POWERS.0.ln(),
            upper: POWERS.1.ln(),
            centre: POWER_CENTRE.ln(),
            unit: POWER_UNIT,
        })
    }

    fn join(&self, common: f64, capacity: &Power, noise: &Power) -> Joined {
        // A single term is its own norm, whatever p.
        if capacity.term == 0.0 || noise.term == 0.0 {
            return Joined {
                excess: capacity.term + noise.term,
                by_ln_terms: [capacity.term, noise.term],
                by_common: 0.0,
            };
        }
        // Rows that both limits bind may be predicted without having been trained on.
        let p = if self.free {
            common.exp()
        } else {
            POWER_CENTRE
        };
        let gap = capacity.ln_term - noise.ln_term;
        let (larger, smaller) = if gap >= 0.0 {
            (capacity.term, 1)
        } else {
            (noise.term, 0)
        };
        // e^(ln S − ln larger) = (1 + e^(−p|gap|))^(1/p).
        let ratio = (-p * gap.abs()).exp();
        let ln_stretch = ratio.ln_1p() / p;
        let excess = larger * ln_stretch.exp();
        let minor = ratio / (1.0 + ratio);
        let mut by_ln_terms = [excess * (1.0 - minor); 2];
        by_ln_terms[smaller] = excess * minor;
        Joined {
            excess,
            by_ln_terms,
            by_common: -excess * (ln_stretch + minor * gap.abs()),
        }
    }

    fn start_common(&self, draw: Draw<'_>) -> f64 {
        draw(START_POWERS.0.ln(), START_POWERS.1.ln())
    }

    fn common_value(&self, common: Option<f64>) -> Option<(&'static str, Option<f64>)> {
        Some(("p", common.map(f64::exp)))
    }
}
