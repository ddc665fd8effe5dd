//! Expected losses in closed form.

use crate::learner::{Kernel, Learner, Selected, cut};
use crate::world::{Family, Resolution, World, nodes};

/// A world and a learner, prepared for many runs. Whatever depends on the world alone is done
/// once, here.
#[derive(Debug, Clone)]
pub struct Simulator {
    world: World,
    learner: Learner,
    families: Vec<Family>,
    /// What each domain loses when nothing of its families is learned: E_i + c_i·remainder_i.
    never_learned: Vec<f64>,
}

impl Simulator {
    /// Prepares runs of `learner` in `world`.
    pub fn new(world: World, learner: Learner, resolution: Resolution) -> Self {
        let never_learned = world
            .domains()
            .iter()
            .enumerate()
            .map(|(i, domain)| domain.floor + domain.cost * world.remainder(i))
            .collect();
        Self {
            families: world.families(resolution),
            never_learned,
            world,
            learner,
        }
    }

    /// The world.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The learner.
    pub fn learner(&self) -> &Learner {
        &self.learner
    }

    /// Domain losses L_i in nats (length K) of a learner of `capacity` skills that saw `tokens`
    /// tokens of the mixture `weights` (length K). Both may be infinite.
    ///
    /// L_i = E_i + c_i (Σ_s p_i(s) r_s + remainder_i), with r_s the expected unlearned part of a
    /// selected skill and 1 for any other.
    ///
    /// # Panics
    /// When `weights` has not one weight per domain.
    pub fn losses(&self, weights: &[f64], capacity: f64, tokens: f64) -> Vec<f64> {
        let domains = self.world.domains();
        assert_eq!(weights.len(), domains.len(), "one weight per domain");
        let tokens = self.learner.efficiency.effective_tokens(tokens, capacity);
        let capacity = if self.learner.capacity_limits {
            capacity
        } else {
            f64::INFINITY
        };
        let selected = cut(
            &self.world,
            &self.families,
            weights,
            self.learner.ranking,
            capacity,
        );
        let mut unlearned = vec![0.0; domains.len()];
        for (family, chosen) in self.families.iter().zip(selected) {
            self.add_family(family, chosen, weights, tokens, &mut unlearned);
        }
        unlearned
            .iter()
            .zip(domains)
            .zip(&self.never_learned)
            .map(|((mass, domain), base)| base + domain.cost * mass)
            .collect()
    }

    /// Adds to `unlearned` the mass of a family that each of its domains has not learned.
    fn add_family(
        &self,
        family: &Family,
        chosen: Selected,
        weights: &[f64],
        tokens: f64,
        unlearned: &mut [f64],
    ) {
        let kernel = &self.learner.kernel;
        let spectrum = |domain: usize| &self.world.domains()[domain].spectrum;
        // Meetings of a node are Σ_i D h_i p_i; 0·∞ is "never met".
        let exposure: Vec<f64> = family
            .members
            .iter()
            .map(|domain| {
                if weights[*domain] > 0.0 {
                    tokens * weights[*domain]
                } else {
                    0.0
                }
            })
            .collect();
        let (whole_nodes, whole_rank) = family.nodes_up_to(chosen.rank);
        let mut learned_masses = vec![0.0; family.members.len()];
        for node in 0..whole_nodes {
            let met = meetings(&exposure, |position| family.frequencies(position)[node]);
            let left = kernel.unlearned(met);
            for (position, mass) in learned_masses.iter_mut().enumerate() {
                *mass += family.masses(position)[node] * left;
            }
        }
        // The ranks of the class inside which the cut falls.
        let partial = nodes(whole_rank, chosen.rank);
        if !partial.is_empty() {
            self.add_partial(
                family,
                &partial,
                (whole_rank, chosen.rank),
                &exposure,
                &mut learned_masses,
            );
        }
        for (position, domain) in family.members.iter().enumerate() {
            let mut mass =
                learned_masses[position] + spectrum(*domain).span(chosen.rank, family.high);
            if chosen.next > 0.0 {
                let rank = chosen.rank + 1.0;
                let met = meetings(&exposure, |position| {
                    spectrum(family.members[position]).mass(rank)
                });
                mass -= chosen.next * spectrum(*domain).mass(rank) * (1.0 - kernel.unlearned(met));
            }
            unlearned[*domain] += family.multiplicity * mass;
        }
    }

    fn add_partial(
        &self,
        family: &Family,
        partial: &[crate::world::Node],
        (low, high): (f64, f64),
        exposure: &[f64],
        masses: &mut [f64],
    ) {
        let kernel: &Kernel = &self.learner.kernel;
        let spectrum = |domain: usize| &self.world.domains()[domain].spectrum;
        let left: Vec<f64> = partial
            .iter()
            .map(|node| {
                kernel.unlearned(meetings(exposure, |position| {
                    spectrum(family.members[position]).mass(node.rank)
                }))
            })
            .collect();
        for (position, domain) in family.members.iter().enumerate() {
            let (mut sum, mut kept) = (0.0, 0.0);
            for (node, left) in partial.iter().zip(&left) {
                let mass = node.skills * spectrum(*domain).mass(node.rank);
                sum += mass;
                kept += mass * left;
            }
            if sum > 0.0 {
                masses[position] += kept / sum * spectrum(*domain).span(low, high);
            }
        }
    }
}

/// Expected meetings of a skill that the member at each position meets with the given frequency.
/// A frequency of 0 (masses underflow at steep exponents) is never met, however many the tokens.
fn meetings(exposure: &[f64], frequency: impl Fn(usize) -> f64) -> f64 {
    exposure
        .iter()
        .enumerate()
        .map(|(position, exposure)| (exposure, frequency(position)))
        .filter(|(exposure, frequency)| **exposure > 0.0 && *frequency > 0.0)
        .map(|(exposure, frequency)| exposure * frequency)
        .sum()
}
