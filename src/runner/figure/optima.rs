//! The figures of best mixtures.

use super::kind::{Group, Kind};
use crate::claim::{Figure, Figures};
use crate::optimum::{BestMixture, PathMixtures, Regret, SIMULATOR};

const WEIGHT: Kind = Kind {
    name: "optimum.weight.DOMAIN.OF",
    unit: "",
    meaning: "weight of a domain in the best mixture of a law, or of `simulator`",
};

const LOSS: Kind = Kind {
    name: "optimum.loss.OF",
    unit: "nats",
    meaning: "its target loss",
};

/// A kind of cost, and how it is measured.
type CostKind = (Kind, fn(&Regret) -> Option<f64>);

/// Figures of what following a law costs.
const COSTS: [CostKind; 3] = [
    (
        Kind {
            name: "regret.LAW",
            unit: "%",
            meaning: "true target loss of a law's mixture less the best, of the best's excess",
        },
        |regret| Some(regret.excess_percent),
    ),
    (
        Kind {
            name: "regret.tokens.LAW",
            unit: "%",
            meaning: "share of the tokens that the best mixture could do without",
        },
        |regret| regret.tokens_percent,
    ),
    (
        Kind {
            name: "optimism.LAW",
            unit: "nats",
            meaning: "predicted less true target loss of the law's mixture",
        },
        |regret| Some(regret.optimism),
    ),
];

const AT_VALUE: Kind = Kind {
    name: "path.VALUE.FIGURE",
    unit: "of FIGURE",
    meaning: "any of these at a value of `[optimum.path]`",
};

const CHANGE: Kind = Kind {
    name: "path.change.DOMAIN.OF",
    unit: "",
    meaning: "weight at the last value of the path less that at the first",
};

const RETURN: Kind = Kind {
    name: "path.return.DOMAIN.OF",
    unit: "",
    meaning: "the smaller of all rises and all falls of a weight along the path: 0 where it only rises or only falls",
};

const LARGEST: Kind = Kind {
    name: "path.regret.LAW",
    unit: "%",
    meaning: "largest `regret.LAW` along the path",
};

/// Best mixtures.
pub(super) const GROUP: Group = Group {
    title: "Best mixtures",
    kinds: &[
        WEIGHT, LOSS, COSTS[0].0, COSTS[1].0, COSTS[2].0, AT_VALUE, CHANGE, RETURN, LARGEST,
    ],
    note: "A weight and a predicted loss have intervals where the runs were resampled. Regret needs the truth: a\n\
           simulated world with selection by expected score, without limits of available tokens, and not `sgd`.\n\
           `regret.tokens` needs a limited number of tokens. A regret below what the truth is known to (ranks are\n\
           whole, sums finite) has an interval up to there.",
};

/// All figures of best mixtures.
pub(crate) fn measure_optima(found: &[BestMixture]) -> Figures {
    let mut figures = Figures::new();
    for one in found {
        let uncertainty = one.uncertainty.as_ref();
        for (domain, name) in one.domains.iter().enumerate() {
            let value = one.optimum.weights[domain];
            let interval = uncertainty.map(|uncertainty| uncertainty.weights[domain]);
            figures.insert(WEIGHT.of(&[name, &one.of]), Figure { value, interval });
        }
        let value = one.optimum.target_loss;
        let interval = uncertainty.map(|uncertainty| uncertainty.target_loss);
        figures.insert(LOSS.of(&[&one.of]), Figure { value, interval });
        for (kind, measure) in COSTS {
            let Some(regret) = &one.regret else { continue };
            if let Some(value) = measure(regret) {
                // What the truth cannot tell from nothing may be as much.
                let unresolved = kind == COSTS[0].0 && !regret.is_resolved();
                let interval = unresolved.then_some((0.0, regret.resolution_percent));
                figures.insert(kind.of(&[&one.of]), Figure { value, interval });
            }
        }
    }
    figures
}

/// Names of the figures that the best mixtures of `of` can have; without `domains` those of the
/// weights are left out. `tokens` are those of the best mixture.
pub(super) fn optimum_names(
    of: &[String],
    domains: Option<&[String]>,
    judged: bool,
    tokens: f64,
) -> Vec<String> {
    let mut names = Vec::new();
    for of in of {
        let domains = domains.into_iter().flatten();
        names.extend(domains.map(|domain| WEIGHT.of(&[domain, of])));
        names.push(LOSS.of(&[of]));
        if judged && of != SIMULATOR {
            let costs = COSTS.iter().map(|(kind, _)| kind);
            let costs = costs.filter(|kind| tokens.is_finite() || **kind != COSTS[1].0);
            names.extend(costs.map(|kind| kind.of(&[of])));
        }
    }
    names
}

/// All figures of the best mixtures along a path, `(value, mixtures)` from the lowest value on.
pub(crate) fn measure_path(points: &[PathMixtures]) -> Figures {
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
            add(CHANGE.of(&[name, &one.of]), change);
            add(RETURN.of(&[name, &one.of]), back);
        }
        let regrets = along().filter_map(|one| Some(one.regret.as_ref()?.excess_percent));
        if let Some(largest) = regrets.reduce(f64::max) {
            add(LARGEST.of(&[&one.of]), largest);
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

/// Names of the figures that the best mixtures of `of` along a path can have, a plan for each value; the
/// other arguments are those of [`optimum_names`].
pub(super) fn path_names(
    tokens: &[(f64, f64)],
    of: &[String],
    domains: Option<&[String]>,
    judged: bool,
) -> Vec<String> {
    let each = |(value, tokens): &(f64, f64)| {
        let names = optimum_names(of, domains, judged, *tokens).into_iter();
        names.map(|name| at(*value, &name)).collect::<Vec<_>>()
    };
    let mut names: Vec<String> = tokens.iter().flat_map(each).collect();
    for of in of {
        for domain in domains.into_iter().flatten() {
            names.extend([CHANGE, RETURN].map(|kind| kind.of(&[domain, of])));
        }
        if judged && of != SIMULATOR {
            names.push(LARGEST.of(&[of]));
        }
    }
    names
}

fn at(value: f64, name: &str) -> String {
    AT_VALUE.of(&[&value.to_string(), name])
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
