//! The search for the best mixture: several starts, the lowest end, and what the bounds cost.

use rayon::prelude::*;
use thiserror::Error;

use super::newton::{Stationary, finish};
use super::objective::Objective;
use super::{Aim, Cause, Certificate, Problem, Region, mirror};
use crate::mixture::Design;

/// The price of a bound that holds: what loosening it would gain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Price {
    /// The weight of a domain is at its smallest.
    Lower {
        /// Position of the domain.
        domain: usize,
        /// Nats that one unit less of the bound would gain.
        price: f64,
    },
    /// The weight of a domain is at its largest.
    Upper {
        /// Position of the domain.
        domain: usize,
        /// Why it cannot be larger.
        cause: Cause,
        /// Nats that one unit more of the bound would gain.
        price: f64,
    },
    /// The sum of a group is at its smallest.
    GroupLower {
        /// Position of the group.
        group: usize,
        /// Nats that one unit less of the bound would gain.
        price: f64,
    },
    /// The sum of a group is at its largest.
    GroupUpper {
        /// Position of the group.
        group: usize,
        /// Nats that one unit more of the bound would gain.
        price: f64,
    },
}

impl Price {
    /// Nats that one unit of loosening would gain.
    pub fn price(&self) -> f64 {
        match self {
            Self::Lower { price, .. }
            | Self::Upper { price, .. }
            | Self::GroupLower { price, .. }
            | Self::GroupUpper { price, .. } => *price,
        }
    }
}

/// A best mixture.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimum {
    /// The mixture.
    pub weights: Vec<f64>,
    /// Its target loss, nats.
    pub target_loss: f64,
    /// Its domain losses, nats; NaN in columns that are not predicted.
    pub losses: Vec<f64>,
    /// How sure it is.
    pub certificate: Certificate,
    /// The bounds that hold and cost something.
    pub prices: Vec<Price>,
}

/// Why there is no best mixture.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum OptimumError {
    /// No start has a finite objective.
    #[error("the target loss is not finite at any start: {0}")]
    NotFinite(String),
}

/// A bound that costs less than this, in nats per unit of weight, costs nothing.
const FREE: f64 = 1e-9;

/// Random starts besides the middle.
const RANDOM_STARTS: usize = 7;

/// Values that differ by less, relative to the objective, are one.
const SAME_VALUE: f64 = 1e-9;

/// Starts that descended to within this of a weight of the best are not finished on their own.
const SAME_PLACE: f64 = 0.02;

/// Shares of the spread of the losses that the smooth maximum is cooled through.
const TEMPERATURES: [f64; 7] = [0.3, 3e-2, 3e-3, 3e-4, 3e-5, 3e-6, 3e-7];

/// Smallest spread of losses that sets a temperature, nats.
const LEAST_SPREAD: f64 = 1e-3;

/// Finds the best allowed mixture of `problem`. The result depends on `seed` only in which starts
/// are tried, and not on the number of threads.
///
/// # Errors
/// [`OptimumError`] when the objective is finite at none of the starts.
pub fn best(problem: &Problem<'_>, region: &Region, seed: u64) -> Result<Optimum, OptimumError> {
    let starts = starts(problem, region, seed);
    let temperature = spread(problem, &starts[0]);
    let rough = Objective::new(problem, TEMPERATURES[0] * temperature);
    let mut descended: Vec<(Vec<f64>, f64)> = starts
        .into_par_iter()
        .map(|start| {
            let end = mirror::descend(&rough, region, start);
            let value = rough.value(&end);
            (end, value)
        })
        .collect();
    let tried = descended.len();
    descended.retain(|(_, value)| value.is_finite());
    // Stable: equal values keep the order of the starts.
    descended.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut places: Vec<(Vec<f64>, usize)> = Vec::new();
    for (end, _) in descended {
        let near = |place: &Vec<f64>| {
            place
                .iter()
                .zip(&end)
                .all(|(a, b)| (a - b).abs() < SAME_PLACE)
        };
        match places.iter_mut().find(|(place, _)| near(place)) {
            Some((_, count)) => *count += 1,
            None => places.push((end, 1)),
        }
    }
    let finished: Vec<(Stationary, f64, usize)> = places
        .into_par_iter()
        .map(|(place, count)| {
            let (end, temperature) = finish_cooling(problem, region, place, temperature);
            (end, temperature, count)
        })
        .collect();
    let exact = |end: &Stationary| problem.cost(&end.weights);
    let Some((end, temperature, _)) = finished
        .iter()
        .filter(|(end, ..)| end.value.is_finite())
        .min_by(|a, b| exact(&a.0).total_cmp(&exact(&b.0)))
    else {
        return Err(OptimumError::NotFinite(
            "the capacity may be below the head size that was fitted, or a column is not predicted"
                .into(),
        ));
    };
    let value = exact(end);
    let agreeing = finished
        .iter()
        .filter(|(other, ..)| (exact(other) - value).abs() <= SAME_VALUE * value.abs().max(1.0))
        .map(|(.., count)| count)
        .sum();
    Ok(Optimum {
        target_loss: problem.target_loss(&end.weights),
        losses: problem.losses.losses(&end.weights),
        certificate: Certificate {
            gap: gap(problem, region, end, *temperature),
            residual: residual(region, end),
            least_curvature: end.least_curvature,
            agreeing: (agreeing, tried),
        },
        prices: prices(region, end),
        weights: end.weights.clone(),
    })
}

/// Finishes a mean at once, a maximum through falling temperatures.
fn finish_cooling(
    problem: &Problem<'_>,
    region: &Region,
    place: Vec<f64>,
    spread: f64,
) -> (Stationary, f64) {
    let temperatures: &[f64] = match problem.aim {
        Aim::Mean(_) => &TEMPERATURES[..1],
        Aim::Worst(_) => &TEMPERATURES,
    };
    let at = |share: f64, place: Vec<f64>| {
        let temperature = share * spread;
        (
            finish(&Objective::new(problem, temperature), region, place),
            temperature,
        )
    };
    let mut end = at(temperatures[0], place);
    for share in &temperatures[1..] {
        end = at(*share, end.0.weights);
    }
    end
}

/// The middle of the allowed mixtures, the mixture to stay near, and random ones.
fn starts(problem: &Problem<'_>, region: &Region, seed: u64) -> Vec<Vec<f64>> {
    let domains = region.domains();
    let mut wishes = vec![vec![1.0; domains]];
    if let Some(near) = &problem.near {
        wishes.push(near.mixture.clone());
    }
    let random = Design::Dirichlet {
        count: RANDOM_STARTS,
        concentration: 1.0,
        floor: 0.0,
    };
    if let Ok(mixtures) = random.mixtures(domains, seed) {
        wishes.extend(mixtures.iter().map(|mixture| mixture.weights().to_vec()));
    }
    wishes
        .into_iter()
        .map(|wish| {
            let wish: Vec<f64> = wish.iter().map(|h| h.max(LEAST_WISH)).collect();
            region.closest(&wish)
        })
        .collect()
}

/// Smallest weight of a start.
const LEAST_WISH: f64 = 1e-6;

/// Range of the losses that count.
fn spread(problem: &Problem<'_>, weights: &[f64]) -> f64 {
    let losses = problem.losses.losses(weights);
    let counted = || {
        let all = losses.iter().enumerate();
        all.filter(|(column, _)| problem.aim.counts(*column))
            .map(|(_, loss)| *loss)
    };
    let most = counted().fold(f64::NEG_INFINITY, f64::max);
    let least = counted().fold(f64::INFINITY, f64::min);
    (most - least).max(LEAST_SPREAD)
}

/// ∇f·h − min_v ∇f·v.
fn linear_gap(region: &Region, end: &Stationary) -> f64 {
    let here: f64 = end
        .weights
        .iter()
        .zip(&end.gradient)
        .map(|(h, g)| h * g)
        .sum();
    (here - region.cheapest(&end.gradient).1).max(0.0)
}

fn gap(problem: &Problem<'_>, region: &Region, end: &Stationary, temperature: f64) -> f64 {
    match &problem.aim {
        Aim::Mean(_) => linear_gap(region, end),
        // A maximum is at least any mean of the losses, so the least of a mean bounds it.
        Aim::Worst(_) => {
            let multipliers = Objective::new(problem, temperature).multipliers(&end.weights);
            let mean = Problem {
                losses: problem.losses,
                aim: Aim::Mean(multipliers),
                near: problem.near.clone(),
            };
            let below = finish(
                &Objective::new(&mean, temperature),
                region,
                end.weights.clone(),
            );
            let bound = below.value - linear_gap(region, &below);
            let value = problem.cost(&end.weights);
            (value - bound).max(0.0)
        }
    }
}

fn residual(region: &Region, end: &Stationary) -> f64 {
    (0..end.weights.len())
        .filter(|i| !(end.active.lower[*i] || end.active.upper[*i]))
        .map(|i| {
            let block = region.group_of[i]
                .filter(|group| end.active.group_lower[*group] || end.active.group_upper[*group]);
            (end.gradient[i] - end.levels[block.map_or(0, |group| group + 1)]).abs()
        })
        .fold(0.0, f64::max)
}

fn prices(region: &Region, end: &Stationary) -> Vec<Price> {
    let active = &end.active;
    let mut prices = Vec::new();
    for domain in 0..end.weights.len() {
        let group = region.group_of[domain]
            .filter(|group| active.group_lower[*group] || active.group_upper[*group]);
        let excess = end.gradient[domain] - end.levels[group.map_or(0, |group| group + 1)];
        let fixed = region.upper[domain] <= region.lower[domain];
        // A weight that cannot be below 0 has no price: there is nothing to loosen.
        if (active.lower[domain] || fixed) && excess > FREE && region.lower[domain] > 0.0 {
            let price = excess;
            prices.push(Price::Lower { domain, price });
        } else if (active.upper[domain] || fixed) && excess < -FREE {
            prices.push(Price::Upper {
                domain,
                cause: region.causes[domain],
                price: -excess,
            });
        }
    }
    for group in 0..region.groups.len() {
        let excess = end.levels[group + 1] - end.levels[0];
        if active.group_lower[group] && excess > FREE {
            prices.push(Price::GroupLower {
                group,
                price: excess,
            });
        } else if active.group_upper[group] && excess < -FREE {
            prices.push(Price::GroupUpper {
                group,
                price: -excess,
            });
        }
    }
    prices
}
