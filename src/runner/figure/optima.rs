//! The figures of best mixtures.
//!
//! | name | figure |
//! |---|---|
//! | `optimum.weight.DOMAIN.OF` | weight of a domain in the best mixture of a law, or of `simulator` |
//! | `optimum.loss.OF` | its target loss, nats |
//! | `regret.LAW` | true target loss of a law's mixture less the best, percent of the best's excess |
//! | `regret.tokens.LAW` | share of the tokens that the best mixture could do without, percent |
//! | `optimism.LAW` | predicted less true target loss of the law's mixture, nats |
//! | `path.VALUE.…` | any of these at a value of the path |
//! | `path.change.DOMAIN.OF` | weight at the last value of the path less that at the first |
//! | `path.return.DOMAIN.OF` | the smaller of all rises and all falls of the weight along the path: 0 where it only rises or only falls |
//! | `path.regret.LAW` | largest `regret.LAW` along the path |
//!
//! A weight and a predicted loss have intervals where the runs were resampled.

use crate::claim::{Figure, Figures};
use crate::optimum::{BestMixture, PathMixtures, SIMULATOR};

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

/// All figures of the best mixtures along a path, `(value, mixtures)` from the lowest value on.
pub fn measure_path(points: &[PathMixtures]) -> Figures {
    let mut figures = Figures::new();
    for (value, found) in points {
        let here = measure_optima(found).into_iter();
        figures.extend(here.map(|(name, figure)| (at(*value, &name), figure)));
    }
    let mut add = |name: String, value: f64| {
        figures.insert(name, Figure::exact(value));
    };
    let Some((_, first)) = points.first() else {
        return figures;
    };
    for one in first {
        let along = || {
            points
                .iter()
                .filter_map(|(_, found)| found.iter().find(|other| other.of == one.of))
        };
        for (domain, name) in one.domains.iter().enumerate() {
            let weights: Vec<f64> = along().map(|one| one.optimum.weights[domain]).collect();
            let (change, back) = movement(&weights);
            add(of_path("change", name, &one.of), change);
            add(of_path("return", name, &one.of), back);
        }
        let regrets = along().filter_map(|one| Some(one.regret.as_ref()?.excess_percent));
        if let Some(largest) = regrets.reduce(f64::max) {
            add(format!("path.regret.{}", one.of), largest);
        }
    }
    figures
}

/// The last weight less the first, and the smaller of all rises and all falls.
fn movement(weights: &[f64]) -> (f64, f64) {
    let steps = || weights.windows(2).map(|pair| pair[1] - pair[0]);
    let rises: f64 = steps().filter(|step| *step > 0.0).sum();
    let falls: f64 = steps().filter(|step| *step < 0.0).map(f64::abs).sum();
    (rises - falls, rises.min(falls))
}

/// Names of the figures that the best mixtures of `of` along a path of `values` can have; the arguments
/// are those of [`optimum_names`].
pub fn path_names(
    values: &[f64],
    of: &[String],
    domains: Option<&[String]>,
    simulated: bool,
) -> Vec<String> {
    let each = optimum_names(of, domains, simulated);
    let mut names: Vec<String> = values
        .iter()
        .flat_map(|value| each.iter().map(|name| at(*value, name)))
        .collect();
    for of in of {
        for domain in domains.into_iter().flatten() {
            names.extend(["change", "return"].map(|kind| of_path(kind, domain, of)));
        }
        if simulated && of != SIMULATOR {
            names.push(format!("path.regret.{of}"));
        }
    }
    names
}

fn at(value: f64, name: &str) -> String {
    format!("path.{value}.{name}")
}

fn of_path(kind: &str, domain: &str, of: &str) -> String {
    format!("path.{kind}.{domain}.{of}")
}

fn weight(domain: &str, of: &str) -> String {
    format!("optimum.weight.{domain}.{of}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_that_turns_goes_back() {
        let (change, back) = movement(&[0.2, 0.5, 0.4, 0.6, 0.3]);
        assert!((change - 0.1).abs() < 1e-12 && (back - 0.4).abs() < 1e-12);
        let (change, back) = movement(&[0.5, 0.4, 0.4, 0.1]);
        assert!((change + 0.4).abs() < 1e-12 && back == 0.0);
    }
}
