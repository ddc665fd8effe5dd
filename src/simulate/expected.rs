//! Expected losses in closed form, for the top N by expected score.

use super::Simulator;
use crate::learner::{Kernel, Selected, cut};
use crate::world::{Family, Node, nodes};

impl Simulator {
    /// Mass of each domain (length K) that a learner of `capacity` skills has not learned after
    /// `tokens` effective tokens, without the remainder.
    pub(super) fn unlearned_by_expected_score(
        &self,
        weights: &[f64],
        capacity: f64,
        tokens: f64,
    ) -> Vec<f64> {
        let selected = cut(
            &self.world,
            &self.families,
            weights,
            self.learner.ranking,
            capacity,
        );
        let mut unlearned = vec![0.0; weights.len()];
        for (family, chosen) in self.families.iter().zip(selected) {
            add_family(
                &self.learner.kernel,
                family,
                chosen,
                // 0·∞ is "never met".
                &family.combine(|domain| exposure(weights[domain], tokens)),
                &mut unlearned,
            );
        }
        unlearned
    }
}

/// Tokens D·h_i of one domain; none at a weight of 0, however many the tokens.
pub(super) fn exposure(weight: f64, tokens: f64) -> f64 {
    if weight > 0.0 { weight * tokens } else { 0.0 }
}

/// Adds to `unlearned` the mass of a family that each of its domains has not learned; `exposure`
/// turns the frequencies of each row into meetings.
fn add_family(
    kernel: &Kernel,
    family: &Family,
    chosen: Selected,
    exposure: &[f64],
    unlearned: &mut [f64],
) {
    let (whole_nodes, whole_rank) = family.nodes_up_to(chosen.rank);
    let mut masses = vec![0.0; family.rows()];
    match (kernel.rate(), exposure) {
        // One spectrum and an exponential: nothing to look up in the inner loop.
        (Some(rate), [exposure]) => {
            let fall = -rate * exposure;
            let nodes = family.frequencies(0).iter().zip(family.masses(0));
            masses[0] = nodes
                .take(whole_nodes)
                .map(|(frequency, mass)| {
                    if *frequency > 0.0 {
                        mass * (fall * frequency).exp()
                    } else {
                        *mass
                    }
                })
                .sum();
        }
        _ => {
            for node in 0..whole_nodes {
                let met = meetings(exposure, |row| family.frequencies(row)[node]);
                let left = kernel.unlearned(met);
                for (row, mass) in masses.iter_mut().enumerate() {
                    *mass += family.masses(row)[node] * left;
                }
            }
        }
    }
    // The ranks of the class inside which the cut falls.
    let partial = nodes(whole_rank, chosen.rank);
    if !partial.is_empty() {
        let ranks = (whole_rank, chosen.rank);
        add_partial(kernel, family, &partial, ranks, exposure, &mut masses);
    }
    for (row, mass) in masses.iter_mut().enumerate() {
        *mass += family.spectrum(row).span(chosen.rank, family.high);
    }
    if chosen.next > 0.0 {
        let rank = chosen.rank + 1.0;
        let met = meetings(exposure, |row| family.spectrum(row).mass(rank));
        let learned = chosen.next * (1.0 - kernel.unlearned(met));
        for (row, mass) in masses.iter_mut().enumerate() {
            *mass -= learned * family.spectrum(row).mass(rank);
        }
    }
    add_rows(family, &masses, unlearned);
}

/// Adds the masses of a family's rows to its domains, in units of their mean cost.
pub(super) fn add_rows(family: &Family, masses: &[f64], unlearned: &mut [f64]) {
    for member in &family.members {
        let share = family.multiplicity * member.scale * member.cost;
        unlearned[member.domain] += share * masses[member.row];
    }
}

fn add_partial(
    kernel: &Kernel,
    family: &Family,
    partial: &[Node],
    (low, high): (f64, f64),
    exposure: &[f64],
    masses: &mut [f64],
) {
    let left: Vec<f64> = partial
        .iter()
        .map(|node| {
            kernel.unlearned(meetings(exposure, |row| {
                family.spectrum(row).mass(node.rank)
            }))
        })
        .collect();
    for (row, mass) in masses.iter_mut().enumerate() {
        let spectrum = family.spectrum(row);
        let (mut sum, mut kept) = (0.0, 0.0);
        for (node, left) in partial.iter().zip(&left) {
            let mass = node.skills * spectrum.mass(node.rank);
            sum += mass;
            kept += mass * left;
        }
        if sum > 0.0 {
            *mass += kept / sum * spectrum.span(low, high);
        }
    }
}

/// Expected meetings of a skill of the given frequency under each row. A frequency of 0 (masses
/// underflow at steep exponents) is never met, however many the tokens.
pub(super) fn meetings(exposure: &[f64], frequency: impl Fn(usize) -> f64) -> f64 {
    exposure
        .iter()
        .enumerate()
        .map(|(row, exposure)| (exposure, frequency(row)))
        .filter(|(exposure, frequency)| **exposure > 0.0 && *frequency > 0.0)
        .map(|(exposure, frequency)| exposure * frequency)
        .sum()
}
