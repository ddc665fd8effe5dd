//! A world and a learner, prepared for many runs.

use crate::learner::{Learner, Selection};
use crate::world::{Family, Resolution, World};

/// A world and a learner, prepared for many runs. Whatever depends on the world alone is done
/// once, here.
#[derive(Debug, Clone)]
pub struct Simulator {
    pub(super) world: World,
    pub(super) learner: Learner,
    pub(super) families: Vec<Family>,
    /// What each domain loses when everything of its families is learned: E_i + c_i·remainder_i.
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

    /// Expected domain losses L_i in nats (length K) of a learner of `capacity` skills that saw
    /// `tokens` tokens of the mixture `weights` (length K). Both may be infinite.
    ///
    /// L_i = E_i + c_i (Σ_s p_i(s) r_s + remainder_i), with r_s the expected unlearned part of a
    /// selected skill and 1 for any other.
    ///
    /// # Panics
    /// When `weights` has not one weight per domain.
    pub fn losses(&self, weights: &[f64], capacity: f64, tokens: f64) -> Vec<f64> {
        assert_eq!(
            weights.len(),
            self.world.domains().len(),
            "one weight per domain"
        );
        let tokens = self.learner.efficiency.effective_tokens(tokens, capacity);
        let capacity = self.limit(capacity);
        let unlearned = match self.learner.selection {
            // With unlimited tokens counts are as their means; with unlimited capacity nothing is
            // ranked.
            Selection::Observed if tokens.is_finite() && capacity.is_finite() => {
                self.unlearned_by_observed_score(weights, capacity, tokens)
            }
            Selection::Expected | Selection::Observed => {
                self.unlearned_by_expected_score(weights, capacity, tokens)
            }
        };
        self.losses_of(&unlearned)
    }

    /// The number of skills that can be held.
    pub(super) fn limit(&self, capacity: f64) -> f64 {
        if self.learner.capacity_limits {
            capacity
        } else {
            f64::INFINITY
        }
    }

    /// Losses of domains that have not learned these masses.
    pub(super) fn losses_of(&self, unlearned: &[f64]) -> Vec<f64> {
        unlearned
            .iter()
            .zip(self.world.domains())
            .zip(&self.never_learned)
            .map(|((mass, domain), base)| base + domain.cost * mass)
            .collect()
    }
}
