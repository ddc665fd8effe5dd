//! One random training run: every skill's meetings are drawn, n ~ Poisson(D Σ h_i p_i).
//!
//! Skills of nearly one frequency form a group, and the numbers of them that were met 0, 1, 2, …
//! times are drawn at once. With selection by realised counts the threshold is solved for again
//! in each run, on the counts that were drawn: that the number of skills is fixed makes groups
//! depend on each other, and independent draws would overstate the spread by half near the cut.
//!
//! A rank that is shared with some probability is simulated as a shared skill and as private
//! ones, each weighted with its probability, as in expected mode: the mean is right, and the
//! spread that such a rank adds is somewhat understated.

use rand::Rng;

use super::counts::{draw, hypergeometric};
use super::expected::{exposure, meetings};
use super::{Simulator, groups::Group, groups::Grouping, groups::group};
use crate::learner::{Selection, cut};
use crate::world::Member;

/// Relative distance within which scores are equal.
const EQUAL: f64 = 1e-12;

/// Unlearned skills of a group below which what they leave is 0 to every digit.
const LEARNED: f64 = 1e-18;

/// Meetings of all remaining skills together below which none is ever drawn.
const NEVER_MET: f64 = 1e-9;

/// Draws training runs of a simulator.
#[derive(Debug, Clone)]
pub struct Sampler<'a> {
    simulator: &'a Simulator,
    /// The groups of each family.
    groups: Vec<Vec<Group>>,
}

/// Skills of one group that were met equally often.
#[derive(Debug, Clone, Copy)]
struct Met {
    score: f64,
    skills: u64,
    /// Capacity that one skill takes.
    weight: f64,
    /// Part of a skill that is learned if kept.
    learned: f64,
    family: usize,
    group: usize,
}

impl<'a> Sampler<'a> {
    /// Prepares the groups.
    pub fn new(simulator: &'a Simulator, grouping: Grouping) -> Self {
        let groups = simulator
            .families
            .iter()
            .map(|family| group(family, grouping))
            .collect();
        Self { simulator, groups }
    }

    /// Domain losses in nats (length K) of one run of a learner of `capacity` skills that saw
    /// `tokens` tokens of the mixture `weights`. Both may be infinite; without a bound on the
    /// tokens nothing is left to chance. The kernel `sgd-decay`, which has no r(n), leaves what
    /// it leaves on average.
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
        let simulator = self.simulator;
        let domains = simulator.world.domains().len();
        assert_eq!(weights.len(), domains, "one weight per domain");
        let learner = &simulator.learner;
        let effective = learner.efficiency.effective_tokens(tokens, capacity);
        let limit = simulator.limit(capacity);
        if effective.is_infinite() {
            return simulator.losses(weights, capacity, tokens);
        }
        let mut learned = vec![0.0; domains];
        match learner.selection {
            Selection::Observed if limit.is_finite() => {
                self.observed(weights, limit, effective, random, &mut learned);
            }
            Selection::Expected | Selection::Observed => {
                self.expected(weights, limit, effective, random, &mut learned);
            }
        }
        let unlearned: Vec<f64> = learned
            .iter()
            .enumerate()
            .map(|(domain, learned)| (simulator.world.known(domain) - learned).max(0.0))
            .collect();
        simulator.losses_of(&unlearned)
    }

    /// Adds to `learned` what is learned of the top N by expected score.
    fn expected<R: Rng + ?Sized>(
        &self,
        weights: &[f64],
        capacity: f64,
        tokens: f64,
        random: &mut R,
        learned: &mut [f64],
    ) {
        let simulator = self.simulator;
        let kernel = &simulator.learner.kernel;
        let ranking = simulator.learner.ranking;
        let selected = cut(
            &simulator.world,
            &simulator.families,
            weights,
            ranking,
            capacity,
        );
        for ((family, groups), chosen) in simulator.families.iter().zip(&self.groups).zip(selected)
        {
            let met = family.combine(|domain| exposure(weights[domain], tokens));
            // Adds one group; `part` scales its skills, kept as they are.
            let mut add = |group: &Group, part: f64, random: &mut R| -> bool {
                let mean = meetings(&met, |row| group.frequencies[row]);
                if mean * group.ranks < NEVER_MET {
                    return false;
                }
                let mut left = 0.0;
                if kernel.unlearned(mean) > LEARNED {
                    draw(group.skills, mean, random, |count, number| {
                        let unlearned = kernel
                            .after(count)
                            .unwrap_or_else(|| kernel.unlearned(mean));
                        left += number as f64 * unlearned;
                    });
                }
                let share = part * (1.0 - left / group.skills as f64);
                for member in &family.members {
                    learned[member.domain] += family.multiplicity
                        * member.scale
                        * member.cost
                        * share
                        * group.ranks
                        * group.frequencies[member.row];
                }
                true
            };
            let mut low = family.low;
            for group in groups {
                if group.high > chosen.rank {
                    break;
                }
                low = group.high;
                if !add(group, 1.0, random) {
                    break;
                }
            }
            if low < chosen.rank {
                add(&Group::new(family, (low, chosen.rank)), 1.0, random);
            }
            if chosen.next > 0.0 {
                let ranks = (chosen.rank, chosen.rank + 1.0);
                add(&Group::new(family, ranks), chosen.next, random);
            }
        }
    }

    /// Adds to `learned` what is learned of the top N by drawn counts.
    fn observed<R: Rng + ?Sized>(
        &self,
        weights: &[f64],
        capacity: f64,
        tokens: f64,
        random: &mut R,
        learned: &mut [f64],
    ) {
        let simulator = self.simulator;
        let kernel = &simulator.learner.kernel;
        let least = kernel.least_count();
        let value = |member: &Member| {
            simulator
                .learner
                .ranking
                .value(&simulator.world.domains()[member.domain], member)
        };
        let mut all: Vec<Met> = Vec::new();
        for (index, (family, groups)) in simulator.families.iter().zip(&self.groups).enumerate() {
            let met = family.combine(|domain| exposure(weights[domain], tokens));
            let valued = family
                .combine_members(|member| exposure(weights[member.domain], tokens) * value(member));
            for (number, group) in groups.iter().enumerate() {
                let mean = meetings(&met, |row| group.frequencies[row]);
                if mean * group.ranks < NEVER_MET {
                    break;
                }
                let value = meetings(&valued, |row| group.frequencies[row]) / mean;
                let weight = family.multiplicity * group.ranks / group.skills as f64;
                draw(group.skills, mean, random, |count, skills| {
                    if count >= least {
                        all.push(Met {
                            score: count * value,
                            skills,
                            weight,
                            learned: 1.0
                                - kernel
                                    .after(count)
                                    .unwrap_or_else(|| kernel.unlearned(mean)),
                            family: index,
                            group: number,
                        });
                    }
                });
            }
        }
        keep(&mut all, capacity, random, |met, kept| {
            let family = &simulator.families[met.family];
            let group = &self.groups[met.family][met.group];
            for member in &family.members {
                learned[member.domain] += kept
                    * met.weight
                    * met.learned
                    * member.scale
                    * member.cost
                    * group.frequencies[member.row];
            }
        });
    }
}

/// Tells `found` how many skills of each kind are among the `capacity` of highest score; which of
/// equal scores, is left to chance.
fn keep<R: Rng + ?Sized>(
    all: &mut [Met],
    capacity: f64,
    random: &mut R,
    mut found: impl FnMut(&Met, f64),
) {
    let size = |met: &Met| met.skills as f64 * met.weight;
    let total: f64 = all.iter().map(size).sum();
    if total <= capacity {
        for met in all.iter() {
            found(met, met.skills as f64);
        }
        return;
    }
    let score = score_at(all, capacity);
    let (high, low) = (score * (1.0 + EQUAL), score * (1.0 - EQUAL));
    let mut left = capacity;
    for met in all.iter().filter(|met| met.score > high) {
        left -= size(met);
        found(met, met.skills as f64);
    }
    let tied = || {
        all.iter()
            .filter(|met| met.score <= high && met.score >= low)
    };
    let mut skills: u64 = tied().map(|met| met.skills).sum();
    let room: f64 = tied().map(size).sum();
    if skills == 0 || room <= 0.0 {
        return;
    }
    // Whole skills go to one or the other; what is left of the capacity is shared by all.
    let wanted = (left / room).clamp(0.0, 1.0) * skills as f64;
    let mut taken = (wanted * (1.0 + EQUAL)).floor() as u64;
    let rest = (wanted - taken as f64).max(0.0) / skills as f64;
    for met in tied() {
        let kept = hypergeometric(skills, met.skills, taken.min(skills), random);
        found(met, kept as f64 + rest * met.skills as f64);
        skills -= met.skills;
        taken -= kept;
    }
}

/// The score of the skill that fills the capacity, from the highest score down. Reorders `all`.
fn score_at(all: &mut [Met], capacity: f64) -> f64 {
    let (mut active, mut left) = (all, capacity);
    while active.len() > 1 {
        let middle = active.len() / 2;
        active.select_nth_unstable_by(middle, |a, b| b.score.total_cmp(&a.score));
        let (higher, lower) = active.split_at_mut(middle);
        let above: f64 = higher
            .iter()
            .map(|met| met.skills as f64 * met.weight)
            .sum();
        if above >= left {
            active = higher;
        } else {
            left -= above;
            active = lower;
        }
    }
    active.first().map_or(0.0, |met| met.score)
}
