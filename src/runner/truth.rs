//! What a simulated world knows and a fit does not.

use std::collections::BTreeMap;

use super::figure::errors::TrueExponents;
use crate::fit::LawFit;
use crate::law;
use crate::report::{DomainExponent, Estimate, Exponents};
use crate::world::{Shape, World};

/// The truth of a simulated world.
pub struct Truth {
    /// Floors E_i, nats.
    pub floors: Vec<f64>,
    /// Exponents of the domains that follow a power law.
    pub exponents: TrueExponents,
}

impl Truth {
    /// What `world` knows.
    pub fn of(world: &World) -> Self {
        let mut exponents = TrueExponents::default();
        for domain in world.domains() {
            // Other shapes are no power law: there is no one exponent to recover.
            if *domain.spectrum.shape() == Shape::PowerLaw {
                let b = domain.spectrum.b();
                exponents.b.insert(domain.name.clone(), b);
                exponents.a.insert(domain.name.clone(), b / (1.0 + b));
            }
        }
        Self {
            floors: world.domains().iter().map(|d| d.floor).collect(),
            exponents,
        }
    }

    /// True exponents beside those that the laws recover; only symbols that some law has.
    pub fn recovered(&self, domains: &[String], fits: &[LawFit]) -> Vec<Exponents> {
        [
            ("b", "capacity exponent", &self.exponents.b),
            ("a", "data exponent", &self.exponents.a),
        ]
        .into_iter()
        .filter_map(|(symbol, meaning, truth)| recovered(domains, fits, symbol, meaning, truth))
        .collect()
    }
}

fn recovered(
    domains: &[String],
    fits: &[LawFit],
    symbol: &str,
    meaning: &str,
    truth: &BTreeMap<String, f64>,
) -> Option<Exponents> {
    let value = |fit: &LawFit, domain: &str| {
        fit.parameters.iter().find_map(|parameter| {
            let it = parameter.symbol == symbol && parameter.domain.as_deref() == Some(domain);
            it.then_some(parameter.value)?
        })
    };
    let domains: Vec<&String> = domains
        .iter()
        .filter(|name| truth.contains_key(*name))
        .collect();
    let fits: Vec<&LawFit> = fits
        .iter()
        .filter(|fit| law::exponents_of_theory(&fit.law).contains(&symbol))
        .filter(|fit| domains.iter().any(|domain| value(fit, domain).is_some()))
        .collect();
    if fits.is_empty() {
        return None;
    }
    Some(Exponents {
        symbol: symbol.into(),
        meaning: meaning.into(),
        laws: fits.iter().map(|fit| fit.law.clone()).collect(),
        domains: domains
            .iter()
            .map(|domain| DomainExponent {
                domain: (*domain).clone(),
                truth: truth[*domain],
                recovered: fits
                    .iter()
                    .map(|fit| {
                        value(fit, domain).map(|value| Estimate {
                            value,
                            interval: None,
                        })
                    })
                    .collect(),
            })
            .collect(),
    })
}
