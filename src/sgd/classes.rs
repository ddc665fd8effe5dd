//! Directions in classes of nearly one variance, for sums over all of them.

use super::directions::{Directions, mixed};
use crate::world::{Spectrum, World, nodes, smooth_until};

/// Classes into which a decade of ranks is divided, of four nodes each.
const CLASSES_PER_DECADE: f64 = 8.0;

/// Ranks that stay alone.
const SINGLES: f64 = 128.0;

/// Skills of nearly one frequency: their number, and the frequency under one domain or all.
pub(super) struct Class {
    pub(super) count: f64,
    /// Whether one domain alone meets them.
    pub(super) tail: bool,
    /// First domain that meets them.
    pub(super) first: usize,
    /// p_i(s) of the domains from `first` on.
    pub(super) variances: Vec<f64>,
    /// w*_s².
    pub(super) weight: f64,
    /// λ_s = Σ_i h_i p_i(s).
    pub(super) mixed: f64,
}

/// Sets the λ_s of `classes` to those of the mixture `weights`, which need not add up to 1.
pub(super) fn mix(classes: &mut [Class], weights: &[f64]) {
    for class in classes {
        class.mixed = mixed(&weights[class.first..], &class.variances);
    }
}

/// Each direction by itself.
pub(super) fn of_directions(directions: &Directions, weights: &[f64]) -> Vec<Class> {
    let class = |tail, first, variances: Vec<f64>, weight| Class {
        count: 1.0,
        tail,
        first,
        mixed: mixed(&weights[first..], &variances),
        variances,
        weight,
    };
    let shared = directions
        .shared
        .iter()
        .map(|shared| class(false, 0, shared.variances.clone(), shared.weight));
    let own = directions
        .own
        .iter()
        .zip(&directions.own_weights)
        .enumerate()
        .flat_map(|(domain, (own, weights))| {
            let both = own.iter().zip(weights);
            both.map(move |(variance, weight)| class(true, domain, vec![*variance], *weight))
        });
    shared.chain(own).collect()
}

/// The skills of the world in classes: the head, then the tails.
pub(super) fn of_world(world: &World, weights: &[f64]) -> Vec<Class> {
    let domains = world.domains();
    let mean_cost = domains.iter().map(|d| d.cost).sum::<f64>() / domains.len() as f64;
    let spectra: Vec<&Spectrum> = domains.iter().map(|d| &d.spectrum).collect();
    let mut classes = Vec::new();
    let mut add =
        |low: f64, high: f64, tail: bool, first: usize, spectra: &[&Spectrum], weight: f64| {
            let mut from = low;
            while from < high {
                let to = smooth_until(spectra.iter().copied(), from, next_bound(from).min(high));
                for node in nodes(from, to) {
                    let variances: Vec<f64> = spectra.iter().map(|s| s.mass(node.rank)).collect();
                    let mixed = mixed(&weights[first..], &variances);
                    classes.push(Class {
                        count: node.skills,
                        tail,
                        first,
                        variances,
                        weight,
                        mixed,
                    });
                }
                from = to;
            }
        };
    add(0.0, world.head(), false, 0, &spectra, mean_cost);
    for (i, domain) in domains.iter().enumerate() {
        add(
            world.head(),
            world.skills(),
            true,
            i,
            &spectra[i..=i],
            domain.cost,
        );
    }
    classes
}

/// The rank at which the class that begins after `rank` ends.
fn next_bound(rank: f64) -> f64 {
    if rank < SINGLES {
        return rank + 1.0;
    }
    (rank * 10f64.powf(1.0 / CLASSES_PER_DECADE))
        .round()
        .max(rank + 1.0)
}
