//! A random run in which skills compete for the capacity by what was drawn: by their realised
//! counts, or by expected scores where it is drawn which skills there are.
//!
//! Skills of nearly one frequency form a group, and the numbers of them that were met 0, 1, 2, …
//! times are drawn at once. The threshold is solved for again in each run, on what was drawn: that
//! the number of skills is fixed makes groups depend on each other, and independent draws would
//! overstate the spread by half near the cut.

use rand::Rng;

use super::sampler::{Sampler, SamplerScratch};
use super::skill_groups::Group;
use super::tokens::Tokens;
use super::top_n::{Met, keep, keep_ranks};
use crate::learner::Kernel;
use crate::simulate::expected::by_expected_score::{exposure, meetings};
use crate::simulate::expected::finite_data::{common_worth, meetings_of};
use crate::world::Member;

/// Meetings of all skills of a group together below which none is ever drawn.
pub(super) const NEVER_MET: f64 = 1e-9;

impl Sampler<'_> {
    /// Leaves in `scratch.expected.unlearned` the mass of each domain that one random run has not
    /// learned. The scale is (capacity, effective tokens); `scratch.expected.seen` says what the run
    /// sees of each domain.
    pub(super) fn compete<R: Rng + ?Sized>(
        &self,
        weights: &[f64],
        (capacity, effective): (f64, f64),
        mut tokens: Tokens,
        random: &mut R,
        scratch: &mut SamplerScratch,
    ) {
        let simulator = self.simulator;
        let by_count = self.by_count(capacity, effective);
        self.draw_numbers(random, &mut scratch.numbers);
        let SamplerScratch {
            exposure: met,
            valued,
            met: all,
            learned,
            numbers,
            expected,
            apart,
            ..
        } = scratch;
        all.clear();
        // The mass of all skills, in units of each domain's mean cost: of those that were drawn.
        expected.unlearned.clear();
        let known = (0..weights.len()).map(|domain| simulator.world.known(domain));
        expected.unlearned.extend(known);
        let value = |member: &Member| {
            let domain = &simulator.world.domains()[member.domain];
            simulator.learner.ranking.value(domain, member)
        };
        // Repeats are met as often as anything. The order by expected score needs no more than
        // weights.
        let asked = if effective.is_finite() {
            effective
        } else {
            1.0
        };
        let seen = &expected.seen;
        let distinct = |member: &Member| seen[member.domain].distinct;
        for (index, family) in simulator.families.iter().enumerate() {
            family.combine_into(distinct, met);
            let scored = |member: &Member| exposure(weights[member.domain], asked) * value(member);
            family.combine_into(scored, valued);
            let worth = common_worth(family, seen);
            let kernel = simulator.learner.kernel.counting(worth.unwrap_or(1.0));
            let mut drawn = true;
            for (number, group) in self.groups[index].iter().enumerate() {
                let mean = meetings(met, |row| group.frequencies[row]);
                drawn &= mean * group.ranks >= NEVER_MET;
                if !drawn && !self.by_chance {
                    break;
                }
                let (skills, weight) = self.skills(index, number, numbers);
                // Skills that are there by chance may cost, or be met, more or less than usual, also
                // those of domains that a run does not see.
                let more = skills as f64 * weight - family.multiplicity * group.ranks;
                if self.by_chance && more.abs() > 0.0 {
                    for member in &family.members {
                        let mass = member.scale * member.cost * group.frequencies[member.row];
                        expected.unlearned[member.domain] += more * mass;
                    }
                }
                if !drawn {
                    continue;
                }
                let score = |frequency: &dyn Fn(usize) -> f64| meetings(valued, frequency);
                let found = Met {
                    score: score(&|row| group.frequencies[row]),
                    edges: (
                        score(&|row| group.edges[row].0),
                        score(&|row| group.edges[row].1),
                    ),
                    skills,
                    weight,
                    learned: 0.0,
                    family: index,
                    group: number,
                };
                if by_count && worth.is_some() {
                    count(&kernel, found, mean, &mut tokens, random, all);
                } else if by_count {
                    meetings_of(family, seen, |row| group.frequencies[row], apart);
                    count_apart(&kernel, found, apart, &mut tokens, random, all);
                } else if skills > 0 {
                    all.push(found);
                }
            }
        }
        learned.clear();
        learned.resize(weights.len(), 0.0);
        let mut add = |found: &Met, frequencies: &[f64], amount: f64| {
            let members = &simulator.families[found.family].members;
            add_learned(members, frequencies, amount * found.weight, learned);
        };
        if by_count {
            keep(all, capacity, random, |found, kept| {
                let group = &self.groups[found.family][found.group];
                add(found, &group.frequencies, kept * found.learned);
            });
        } else {
            keep_ranks(all, capacity, |found, part| {
                let family = &simulator.families[found.family];
                let group = &self.groups[found.family][found.group];
                // Higher ranks score less: those that are kept are the lowest.
                let ranks = (group.ranks * part).ceil();
                let first = group.high - group.ranks;
                let top = (ranks < group.ranks).then(|| Group::new(family, (first, first + ranks)));
                let frequencies = &top.as_ref().unwrap_or(group).frequencies;
                let kept = part * found.skills as f64;
                let kernel = &simulator.learner.kernel;
                let amount = if let Some(worth) = common_worth(family, seen) {
                    family.combine_into(distinct, met);
                    let mean = meetings(met, |row| frequencies[row]);
                    let kernel = kernel.counting(worth);
                    self.learned_of(kept, mean, |skills| {
                        tokens.left_of(&kernel, skills, mean, random)
                    })
                } else {
                    meetings_of(family, seen, |row| frequencies[row], apart);
                    let mean = apart.iter().map(|(mean, _)| mean).sum();
                    self.learned_of(kept, mean, |skills| {
                        tokens.left_of_compound(kernel, skills, apart, random)
                    })
                };
                add(found, frequencies, amount);
            });
        }
        for (unlearned, learned) in expected.unlearned.iter_mut().zip(learned) {
            *unlearned -= *learned;
        }
    }

    /// Draws for each group of each family that is there by chance how many skills it has: by
    /// group, then by family.
    fn draw_numbers<R: Rng + ?Sized>(&self, random: &mut R, numbers: &mut Vec<u64>) {
        let families = self.groups.len();
        let most = self.groups.iter().map(Vec::len).max().unwrap_or(0);
        numbers.clear();
        numbers.resize(
            if self.blocks.is_empty() {
                0
            } else {
                families * most
            },
            0,
        );
        for block in &self.blocks {
            let Some(first) = block.families.first() else {
                continue;
            };
            let groups = self.groups[*first].iter();
            for (group, numbers) in groups.zip(numbers.chunks_mut(families)) {
                block.draw(group.ranks as u64, random, numbers);
            }
        }
    }

    /// Number of skills of a group, and the capacity that each takes.
    pub(super) fn skills(&self, family: usize, group: usize, numbers: &[u64]) -> (u64, f64) {
        let ranks = self.groups[family][group].ranks;
        let multiplicity = self.simulator.families[family].multiplicity;
        if self.blocks.iter().any(|b| b.families.contains(&family)) {
            return (numbers[group * self.groups.len() + family], 1.0);
        }
        // What cannot be drawn counts as its probability.
        let skills = (multiplicity * ranks).round().max(1.0);
        (skills as u64, multiplicity * ranks / skills)
    }

    /// What is learned of `kept` skills together that are met `mean` times on average; of the last
    /// of them in part if `kept` is not whole. `draw` says what so many skills leave.
    fn learned_of(&self, kept: f64, mean: f64, mut draw: impl FnMut(u64) -> f64) -> f64 {
        if mean >= self.certain {
            return kept;
        }
        let mut learned = 0.0;
        let whole = kept.floor();
        for (skills, part) in [(whole as u64, 1.0), (1, kept - whole)] {
            if skills > 0 && part > 0.0 {
                learned += part * (skills as f64 - draw(skills));
            }
        }
        learned
    }
}

/// Adds to what is `learned` of each domain `amount` skills of the given frequencies, by row.
pub(super) fn add_learned(
    members: &[Member],
    frequencies: &[f64],
    amount: f64,
    learned: &mut [f64],
) {
    for member in members {
        let mass = member.scale * member.cost * frequencies[member.row];
        learned[member.domain] += amount * mass;
    }
}

/// Part of a skill that is learned after `count` meetings; what it is on average, of `mean`
/// meetings, for a kernel that knows no other.
pub(super) fn learned_after(kernel: &Kernel, count: f64, mean: f64) -> f64 {
    let left = kernel.after(count);
    1.0 - left.unwrap_or_else(|| kernel.unlearned(mean))
}

/// Adds the skills of a group by their counts, met `mean` times on average.
fn count<R: Rng + ?Sized>(
    kernel: &Kernel,
    group: Met,
    mean: f64,
    tokens: &mut Tokens,
    random: &mut R,
    all: &mut Vec<Met>,
) {
    tokens.group(group.skills, mean, random, |count, skills| {
        if count >= kernel.least_count() {
            all.push(Met {
                score: count * group.score / mean,
                skills,
                learned: learned_after(kernel, count, mean),
                ..group
            });
        }
    });
}

/// As [`count`], for skills whose meetings differ in worth: each counts for the score as one does
/// on average, and for what is learned as it is worth.
fn count_apart<R: Rng + ?Sized>(
    kernel: &Kernel,
    group: Met,
    met: &[(f64, f64)],
    tokens: &mut Tokens,
    random: &mut R,
    all: &mut Vec<Met>,
) {
    let mean: f64 = met.iter().map(|(mean, _)| mean).sum();
    tokens.compound(group.skills, met, random, |count, worth, skills| {
        let left = kernel.after(worth);
        let left = left.unwrap_or_else(|| kernel.unlearned_of(met));
        if count > 0.0 && left < 1.0 {
            all.push(Met {
                score: count * group.score / mean,
                skills,
                learned: 1.0 - left,
                ..group
            });
        }
    });
}
