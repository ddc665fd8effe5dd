//! The weight from which facts of equal frequency are learned: at once where capacity limits,
//! gradually where data do.
//!
//! | name | figure |
//! |---|---|
//! | `onset.capacity-exponent.DOMAIN` | x in r/(1−r) ~ N^−x, r the weight at which half is learned |
//! | `onset.tokens-exponent.DOMAIN` | the same x in D^−x |
//! | `onset.width.DOMAIN` | weight at which 90 % is learned over that for 10 %, the largest |
//! | `onset.knapsack-error.DOMAIN` | largest error of the knapsack's r/(1−r), percent |
//!
//! The knapsack is that of Gu et al. 2025 (arXiv:2505.18091): facts are learned once each of them
//! lowers the training loss more than the last skill of the other domain that fits,
//! r c' p' = (1−r) c p(N).

use super::kind::{Group, Kind};
use crate::claim::{Figure, Figures};
use crate::experiment::{Experiment, Source};
use crate::learner::LearnerKind;
use crate::report::figure::{Curve, CurvePanel, Curves};
use crate::runner::picture::maps::scale;
use crate::simulate::Simulator;
use crate::sweep::Sweep;
use crate::world::{Shape, World};

const CAPACITY: Kind = Kind {
    name: "onset.capacity-exponent.DOMAIN",
    unit: "",
    meaning: "x in r/(1−r) ~ N^−x, r the weight at which half of a domain of equal facts is learned",
};

const TOKENS: Kind = Kind {
    name: "onset.tokens-exponent.DOMAIN",
    unit: "",
    meaning: "the same x in D^−x",
};

const WIDTH: Kind = Kind {
    name: "onset.width.DOMAIN",
    unit: "",
    meaning: "weight at which 90 % is learned over that for 10 %, the largest of all scales",
};

const KNAPSACK: Kind = Kind {
    name: "onset.knapsack-error.DOMAIN",
    unit: "%",
    meaning: "largest error of the knapsack's r/(1−r) ([theory.md](theory.md))",
};

/// Where facts are learned.
pub(super) const GROUP: Group = Group {
    title: "The weight from which facts are learned",
    kinds: &[CAPACITY, TOKENS, WIDTH, KNAPSACK],
    note: "For domains of equal facts (`spectrum = { kind = \"flat\" }`) beside others, and a learner that counts.\n\
           An exponent needs several capacities or numbers of tokens, the knapsack one other domain and no head.",
};

/// Points of a curve over the whole axis, and of it where it rises.
const POINTS: (u32, u32) = (60, 12);

/// The axis goes this factor beyond the onsets.
const BEYOND: f64 = 8.0;

/// The simulator of an experiment that has domains of facts, with them.
struct Facts<'a> {
    simulator: Simulator,
    sweep: &'a Sweep,
    domains: Vec<usize>,
}

impl<'a> Facts<'a> {
    fn of(experiment: &'a Experiment) -> Option<Self> {
        let (world, sweep) = with_facts(experiment)?;
        let Source::Simulated {
            learner: LearnerKind::Counting(learner),
            ..
        } = &experiment.source
        else {
            return None;
        };
        Some(Self {
            simulator: Simulator::new(world.clone(), learner.clone(), sweep.resolution),
            domains: facts(world),
            sweep,
        })
    }

    fn name(&self, domain: usize) -> &str {
        &self.simulator.world().domains()[domain].name
    }

    /// Odds r/(1−r) of the weight at which half of `domain` is learned.
    fn odds(&self, domain: usize, (capacity, tokens): (f64, f64)) -> Option<f64> {
        let weight = self.simulator.onset(domain, 0.5, capacity, tokens)?;
        Some(weight / (1.0 - weight))
    }

    /// Minus the slope of the logarithm of the odds over that of the finite `values`.
    fn exponent(
        &self,
        domain: usize,
        values: &[f64],
        cell: impl Fn(f64) -> (f64, f64),
    ) -> Option<f64> {
        let points = values.iter().filter(|value| value.is_finite());
        let points = points
            .map(|value| Some((value.ln(), self.odds(domain, cell(*value))?.ln())))
            .collect::<Option<Vec<_>>>()?;
        slope(&points).map(|slope| -slope)
    }

    fn width(&self, domain: usize) -> Option<f64> {
        let widths = self.sweep.each_scale().map(|(capacity, tokens)| {
            let at = |part: f64| self.simulator.onset(domain, part, capacity, tokens);
            Some(at(0.9)? / at(0.1)?)
        });
        widths
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .reduce(f64::max)
    }

    /// The odds of the knapsack, for two domains and a limit of capacity.
    fn knapsack(&self, domain: usize, capacity: f64) -> Option<f64> {
        let [one, two] = self.simulator.world().domains() else {
            return None;
        };
        let (facts, other) = if domain == 0 { (one, two) } else { (two, one) };
        let margin = other.cost * other.spectrum.mass(capacity);
        let worth = facts.cost * facts.spectrum.mass(1.0);
        capacity.is_finite().then_some(margin / worth)
    }

    fn knapsack_error(&self, domain: usize) -> Option<f64> {
        let tokens = largest(&self.sweep.tokens);
        let capacities = self.sweep.capacities.iter().filter(|n| n.is_finite());
        let errors = capacities.map(|capacity| {
            let odds = self.odds(domain, (*capacity, tokens))?;
            Some(100.0 * (odds / self.knapsack(domain, *capacity)? - 1.0).abs())
        });
        errors
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .reduce(f64::max)
    }

    fn curve(&self, domain: usize, (capacity, tokens): (f64, f64), ends: (f64, f64)) -> Curve {
        let part = |weight: f64| {
            self.simulator
                .part_learned(domain, weight, capacity, tokens)
        };
        let mut weights = spaced(ends, POINTS.0);
        let edge = |part| self.simulator.onset(domain, part, capacity, tokens);
        if let (Some(low), Some(high)) = (edge(0.02), edge(0.98)) {
            weights.extend(spaced((low, high), POINTS.1));
            weights.sort_by(f64::total_cmp);
        }
        Curve {
            name: format!("N = {}, D = {}", scale(capacity), scale(tokens)),
            points: weights.into_iter().map(|h| (h, part(h))).collect(),
            expected: self
                .knapsack(domain, capacity)
                .map(|odds| odds / (1.0 + odds)),
            labels: Vec::new(),
        }
    }
}

/// Names of the figures of [`figures`]; none where no domain has facts of equal frequency.
pub(super) fn figure_names(experiment: &Experiment) -> Vec<String> {
    let Some((world, sweep)) = with_facts(experiment) else {
        return Vec::new();
    };
    let several = |values: &[f64]| values.iter().filter(|value| value.is_finite()).count() > 1;
    let mut kinds = vec![WIDTH];
    if several(&sweep.capacities) {
        kinds.push(CAPACITY);
    }
    if several(&sweep.tokens) {
        kinds.push(TOKENS);
    }
    let domains = world.domains();
    let limited = sweep.capacities.iter().any(|capacity| capacity.is_finite());
    if limited && domains.len() == 2 && facts(world).len() == 1 && world.head() == 0.0 {
        kinds.push(KNAPSACK);
    }
    let names = facts(world).into_iter().map(|index| &domains[index].name);
    names
        .flat_map(|name| kinds.iter().map(move |kind| kind.of(&[name])))
        .collect()
}

/// The figures of every domain of facts.
pub(crate) fn figures(experiment: &Experiment) -> Figures {
    let Some(facts) = Facts::of(experiment) else {
        return Figures::new();
    };
    let sweep = facts.sweep;
    let (capacity, tokens) = (largest(&sweep.capacities), largest(&sweep.tokens));
    let mut found = Figures::new();
    for &domain in &facts.domains {
        let values = [
            (
                CAPACITY,
                facts.exponent(domain, &sweep.capacities, |n| (n, tokens)),
            ),
            (
                TOKENS,
                facts.exponent(domain, &sweep.tokens, |d| (capacity, d)),
            ),
            (WIDTH, facts.width(domain)),
            (KNAPSACK, facts.knapsack_error(domain)),
        ];
        for (kind, value) in values {
            if let Some(value) = value {
                found.insert(kind.of(&[facts.name(domain)]), Figure::exact(value));
            }
        }
    }
    found
}

/// What is learned of each domain of facts against its weight; `None` without such a domain, or
/// where it is not learned in any cell.
pub(crate) fn curves(experiment: &Experiment) -> Option<Curves> {
    let facts = Facts::of(experiment)?;
    let onsets = facts.domains.iter().flat_map(|&domain| {
        let facts = &facts;
        facts
            .sweep
            .each_scale()
            .filter_map(move |(n, d)| facts.simulator.onset(domain, 0.5, n, d))
    });
    let onsets: Vec<f64> = onsets.collect();
    let low = onsets.iter().copied().reduce(f64::min)? / BEYOND;
    let high = onsets.into_iter().fold(0.0, f64::max) * BEYOND;
    let panel = |&domain: &usize| CurvePanel {
        title: facts.name(domain).to_string(),
        up: "part learned".into(),
        curves: facts
            .sweep
            .each_scale()
            .map(|cell| facts.curve(domain, cell, (low, high.min(1.0))))
            .collect(),
    };
    Some(Curves {
        title: "What is learned of facts against their weight".into(),
        meaning:
            "Part of the facts that is learned, against their weight in the mixture, the other \
                  domains having equal parts of the rest; a line for each capacity N and number of \
                  tokens D. Upright: where the knapsack puts the onset."
                .into(),
        across: "weight of the domain".into(),
        panels: facts.domains.iter().map(panel).collect(),
    })
}

fn with_facts(experiment: &Experiment) -> Option<(&World, &Sweep)> {
    match &experiment.source {
        Source::Simulated {
            world,
            learner: LearnerKind::Counting(_),
            sweep,
            ..
        } if world.domains().len() > 1 && !facts(world).is_empty() => Some((world, sweep)),
        Source::Simulated { .. } | Source::Runs(_) => None,
    }
}

/// Domains whose skills are all met alike.
fn facts(world: &World) -> Vec<usize> {
    let flat = |(_, domain): &(usize, &crate::world::Domain)| {
        matches!(domain.spectrum.shape(), Shape::Flat { .. })
    };
    let domains = world.domains().iter().enumerate().filter(flat);
    domains.map(|(index, _)| index).collect()
}

fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

/// `count` values in equal ratios from one end to the other.
fn spaced((low, high): (f64, f64), count: u32) -> Vec<f64> {
    let step = (high / low).ln() / f64::from(count - 1);
    (0..count)
        .map(|index| (low.ln() + step * f64::from(index)).exp().min(1.0))
        .collect()
}

/// Slope of the least-squares line; `None` for fewer than two points.
fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let count = points.len() as f64;
    let x = points.iter().map(|(x, _)| x).sum::<f64>() / count;
    let y = points.iter().map(|(_, y)| y).sum::<f64>() / count;
    let spread: f64 = points.iter().map(|(at, _)| (at - x).powi(2)).sum();
    let joint: f64 = points.iter().map(|(at, of)| (at - x) * (of - y)).sum();
    (points.len() > 1 && spread > 0.0).then(|| joint / spread)
}
