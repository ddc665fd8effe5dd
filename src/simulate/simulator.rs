//! A world and a learner, prepared for many runs.

use super::Scratch;
use crate::learner::{Learner, Selection, Series};
use crate::world::{Family, Resolution, World};

/// A world and a learner, prepared for many runs. Whatever depends on the world alone is done
/// once, here.
#[derive(Debug, Clone)]
pub struct Simulator {
    pub(super) world: World,
    pub(super) learner: Learner,
    pub(super) families: Vec<Family>,
    /// Where the learner's kernel is a series.
    pub(super) series: Series,
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
            series: Series::new(&learner.kernel),
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
    /// selected skill and 1 for any other. With unlimited tokens skills are selected by expected
    /// score, whatever the learner's selection.
    ///
    /// # Panics
    /// When `weights` has not one weight per domain.
    pub fn losses(&self, weights: &[f64], capacity: f64, tokens: f64) -> Vec<f64> {
        let mut losses = vec![0.0; self.world.domains().len()];
        self.losses_into(
            weights,
            capacity,
            tokens,
            &mut Scratch::default(),
            &mut losses,
        );
        losses
    }

    /// As [`Simulator::losses`], into `losses` (length K) and with the memory of `scratch`, which
    /// may have served any run of any simulator.
    ///
    /// # Panics
    /// When `weights` or `losses` has not one entry per domain.
    pub fn losses_into(
        &self,
        weights: &[f64],
        capacity: f64,
        tokens: f64,
        scratch: &mut Scratch,
        losses: &mut [f64],
    ) {
        let domains = self.world.domains();
        assert_eq!(weights.len(), domains.len(), "one weight per domain");
        assert_eq!(losses.len(), domains.len(), "one loss per domain");
        scratch.efficiency = self.learner.efficiency.effective_tokens(1.0, capacity);
        let tokens = self.learner.efficiency.effective_tokens(tokens, capacity);
        let capacity = self.limit(capacity);
        let by_count = tokens.is_finite();
        match self.learner.selection {
            // With unlimited tokens counts are as their means; with unlimited capacity nothing is
            // ranked.
            Selection::Observed if by_count && capacity.is_finite() => {
                self.unlearned_by_observed_score(weights, capacity, tokens, scratch);
            }
            Selection::Expected | Selection::Observed => {
                self.unlearned_by_expected_score(weights, capacity, tokens, scratch);
            }
        }
        for (index, loss) in losses.iter_mut().enumerate() {
            *loss = self.loss_of(index, scratch.unlearned[index]);
        }
    }

    /// The number of skills that can be held.
    pub(super) fn limit(&self, capacity: f64) -> f64 {
        if self.learner.capacity_limits {
            capacity
        } else {
            f64::INFINITY
        }
    }

    /// Loss of a domain that has not learned this mass.
    pub(super) fn loss_of(&self, domain: usize, unlearned: f64) -> f64 {
        self.never_learned[domain] + self.world.domains()[domain].cost * unlearned
    }
}
