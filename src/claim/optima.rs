//! The figures of best mixtures.
//!
//! | name | figure |
//! |---|---|
//! | `optimum.weight.DOMAIN.OF` | weight of a domain in the best mixture of a law, or of `simulator` |
//! | `optimum.loss.OF` | its target loss, nats |
//! | `regret.LAW` | true target loss of a law's mixture less the best, percent of the best's excess |
//! | `regret.tokens.LAW` | share of the tokens that the best mixture could do without, percent |
//! | `optimism.LAW` | predicted less true target loss of the law's mixture, nats |
//!
//! A weight and a predicted loss have intervals where the runs were resampled.

use super::figures::{Figure, Figures};
use crate::optimum::{BestMixture, SIMULATOR};

/// All figures of best mixtures.
pub fn measure_optima(found: &[BestMixture]) -> Figures {
    let mut figures = Figures::new();
    for one in found {
        let mut add = |name: String, value: f64, interval| {
            figures.insert(name, Figure { value, interval });
        };
        let uncertainty = one.uncertainty.as_ref();
        for (domain, name) in one.domains.iter().enumerate() {
            let interval = uncertainty.map(|uncertainty| uncertainty.weights[domain]);
            add(weight(name, &one.of), one.optimum.weights[domain], interval);
        }
        let interval = uncertainty.map(|uncertainty| uncertainty.target_loss);
        add(
            format!("optimum.loss.{}", one.of),
            one.optimum.target_loss,
            interval,
        );
        if let Some(regret) = &one.regret {
            add(format!("regret.{}", one.of), regret.excess_percent, None);
            add(format!("optimism.{}", one.of), regret.optimism, None);
            if let Some(tokens) = regret.tokens_percent {
                add(format!("regret.tokens.{}", one.of), tokens, None);
            }
        }
    }
    figures
}

/// Names of the figures that the best mixtures of `of` can have; without `domains` those of the
/// weights are left out.
pub fn optimum_names(of: &[String], domains: Option<&[String]>, simulated: bool) -> Vec<String> {
    let mut names = Vec::new();
    for of in of {
        names.extend(
            domains
                .into_iter()
                .flatten()
                .map(|domain| weight(domain, of)),
        );
        names.push(format!("optimum.loss.{of}"));
        if simulated && of != SIMULATOR {
            names
                .extend(["regret", "regret.tokens", "optimism"].map(|kind| format!("{kind}.{of}")));
        }
    }
    names
}

fn weight(domain: &str, of: &str) -> String {
    format!("optimum.weight.{domain}.{of}")
}
