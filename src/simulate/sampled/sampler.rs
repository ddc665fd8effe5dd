//! One random training run: every skill's meetings are drawn, n ~ Poisson(D Σ h_i p_i), or D tokens
//! are divided between the skills.
//!
//! Nothing is drawn token by token. Where skills are selected by expected score and none is shared
//! by chance, a run is the expected run and the deviations from it ([`super::by_expected_score`]). In all
//! other cases skills compete for the capacity by what was drawn, and groups of alike skills are
//! drawn and ranked ([`super::by_realised_counts`]); where that is by realised counts, those near the
//! threshold alone ([`super::near_threshold`]).

use rand::Rng;

use super::by_expected_score::Spreading;
use super::shared_ranks::Block;
use super::skill_groups::{Group, Grouping, group};
use super::tokens::{Counts, Tokens};
use super::top_n::Met;
use crate::learner::{Kernel, Selection};
use crate::simulate::{Scratch, Simulator};

/// Unlearned part of a skill that is 0 to every digit.
pub(super) const LEARNED: f64 = 1e-18;

/// Doublings of the meetings after which any kernel that forgets nothing has learned everything.
const DOUBLINGS: i32 = 64;

/// Draws training runs of a simulator.
#[derive(Debug, Clone)]
pub struct Sampler<'a> {
    pub(super) simulator: &'a Simulator,
    counts: Counts,
    /// The groups of each family.
    pub(super) groups: Vec<Vec<Group>>,
    /// Families whose ranks are shared by chance.
    pub(super) blocks: Vec<Block>,
    /// Whether any family is there with some probability only.
    pub(super) by_chance: bool,
    /// Mean meetings from which nothing is left to learn or to chance.
    pub(super) certain: f64,
}

/// Memory of [`Sampler::losses_into`], kept from one run to the next.
#[derive(Debug, Clone, Default)]
pub struct SamplerScratch {
    /// That of expected runs.
    pub expected: Scratch,
    pub(super) exposure: Vec<f64>,
    pub(super) valued: Vec<f64>,
    pub(super) spreading: Spreading,
    pub(super) met: Vec<Met>,
    pub(super) learned: Vec<f64>,
    pub(super) numbers: Vec<u64>,
    /// Meetings of one skill by each of its domains, and what they are worth.
    pub(super) apart: Vec<(f64, f64)>,
}

impl<'a> Sampler<'a> {
    /// Prepares random runs of `simulator`, with Poisson counts.
    pub fn new(simulator: &'a Simulator, grouping: Grouping) -> Self {
        let families = &simulator.families;
        Self {
            counts: Counts::default(),
            groups: families.iter().map(|f| group(f, grouping)).collect(),
            blocks: Block::all(families, simulator.world.domains().len()),
            by_chance: families.iter().any(|family| family.multiplicity < 1.0),
            certain: certain(&simulator.learner.kernel),
            simulator,
        }
    }

    /// The same sampler, with meetings drawn as `counts` says.
    #[must_use]
    pub fn with_counts(self, counts: Counts) -> Self {
        Self { counts, ..self }
    }

    /// Domain losses in nats (length K) of one run of a learner of `capacity` skills that saw
    /// `tokens` tokens of the mixture `weights`. Both may be infinite; without a bound on the
    /// tokens no meetings are left to chance, but for those of domains that run out of unique ones:
    /// the meetings that these hold are drawn, and each counts as often as its repeats are worth.
    /// Which skills are there by chance is drawn in any case.
    /// The kernel `sgd-decay`, which has no r(n), leaves what it leaves on average.
    ///
    /// # Panics
    /// When `weights` has not one weight per domain.
    pub fn losses<R: Rng + ?Sized>(
        &self,
        weights: &[f64],
        capacity: f64,
        tokens: f64,
        random: &mut R,
    ) -> Vec<f64> {
        let mut losses = vec![0.0; self.simulator.world.domains().len()];
        let mut scratch = SamplerScratch::default();
        self.losses_into(
            weights,
            (capacity, tokens),
            random,
            &mut scratch,
            &mut losses,
        );
        losses
    }

    /// As [`Sampler::losses`], into `losses` (length K) and with the memory of `scratch`, which
    /// may have served any run of any sampler. The scale is (capacity, tokens).
    ///
    /// # Panics
    /// When `weights` or `losses` has not one entry per domain.
    pub fn losses_into<R: Rng + ?Sized>(
        &self,
        weights: &[f64],
        (capacity, tokens): (f64, f64),
        random: &mut R,
        scratch: &mut SamplerScratch,
        losses: &mut [f64],
    ) {
        let simulator = self.simulator;
        let domains = simulator.world.domains();
        assert_eq!(weights.len(), domains.len(), "one weight per domain");
        assert_eq!(losses.len(), domains.len(), "one loss per domain");
        let learner = &simulator.learner;
        let effective = learner.efficiency.effective_tokens(tokens, capacity);
        let limit = simulator.limit(capacity);
        let plenty = simulator.world.supply().is_unlimited();
        if effective.is_infinite() && plenty && self.blocks.is_empty() {
            simulator.losses_into(weights, capacity, tokens, &mut scratch.expected, losses);
            return;
        }
        scratch.expected.efficiency = learner.efficiency.effective_tokens(1.0, capacity);
        simulator.see(weights, effective, &mut scratch.expected);
        let seen = &scratch.expected.seen;
        let met: f64 = domains
            .iter()
            .zip(seen)
            .map(|(domain, seen)| seen.distinct * domain.spectrum.tail(0.0))
            .sum();
        let distinct = if plenty {
            effective
        } else {
            seen.iter().map(|seen| seen.distinct).sum()
        };
        // Of unlimited tokens any number may meet a skill.
        let counts = if distinct.is_finite() {
            self.counts
        } else {
            Counts::Poisson
        };
        let tokens = Tokens::new(counts, met);
        let by_count = self.by_count(limit, effective);
        let scale = (limit, effective);
        // Kernels whose moments above a count are known, or of which nothing is left there.
        let moments = !matches!(learner.kernel, Kernel::Reciprocal { .. });
        let plain = plenty && moments && counts == Counts::Poisson;
        if !by_count && !self.by_chance {
            self.deviate(weights, scale, tokens, random, scratch);
        } else if self.by_chance || !plain || !self.contest(weights, scale, random, scratch) {
            self.compete(weights, scale, tokens, random, scratch);
        }
        for (domain, loss) in losses.iter_mut().enumerate() {
            // Deviations may overshoot. Where skills are there by chance, a domain's may weigh more
            // than on average.
            let most = if self.by_chance {
                f64::INFINITY
            } else {
                simulator.world.known(domain)
            };
            let unlearned = scratch.expected.unlearned[domain].clamp(0.0, most);
            *loss = simulator.loss_of(domain, unlearned);
        }
    }

    /// Whether skills are ranked by realised counts: those of unlimited tokens are as their means.
    pub(super) fn by_count(&self, capacity: f64, effective: f64) -> bool {
        let observed = self.simulator.learner.selection == Selection::Observed;
        observed && capacity.is_finite() && effective.is_finite()
    }
}

/// Mean meetings from which less than [`LEARNED`] is left; infinite if there are none.
fn certain(kernel: &Kernel) -> f64 {
    (0..DOUBLINGS)
        .map(|doublings| f64::from(doublings).exp2())
        .find(|meetings| kernel.unlearned(*meetings) <= LEARNED)
        .unwrap_or(f64::INFINITY)
}
