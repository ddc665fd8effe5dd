//! A random run in which skills compete for the capacity by what was drawn: by their realised
//! counts, or by expected scores where it is drawn which skills there are.
//!
//! Skills of nearly one frequency form a group, and the numbers of them that were met 0, 1, 2, …
//! times are drawn at once. The threshold is solved for again in each run, on what was drawn: that
//! the number of skills is fixed makes groups depend on each other, and independent draws would
//! overstate the spread by half near the cut.

use rand::Rng;

use super::counts::hypergeometric;
use super::expected::{exposure, meetings};
use super::groups::Group;
use super::sampled::{Sampler, SamplerScratch};
use super::tokens::Tokens;
use crate::learner::Selection;
use crate::world::Member;

/// Relative distance within which scores are equal.
const EQUAL: f64 = 1e-12;

/// Meetings of all skills of a group together below which none is ever drawn.
pub(super) const NEVER_MET: f64 = 1e-9;

/// Skills of one group that were met equally often, or that have one expected score.
#[derive(Debug, Clone, Copy)]
pub(super) struct Met {
    /// Mean score, and that of the lowest and of the highest rank.
    score: f64,
    edges: (f64, f64),
    skills: u64,
    /// Capacity that one skill takes.
    weight: f64,
    /// Part of a skill that is learned if kept; not yet drawn for expected scores.
    learned: f64,
    family: usize,
    group: usize,
}

impl Met {
    /// Capacity that these skills take.
    fn size(&self) -> f64 {
        self.skills as f64 * self.weight
    }

    /// Part of the ranks whose score is at least `score`: within a group scores fall as a power of
    /// the rank, which over so few ranks is as good as a straight line.
    fn part_above(&self, score: f64) -> f64 {
        let (first, last) = self.edges;
        if last >= score {
            1.0
        } else if first < score {
            0.0
        } else {
            (first - score) / (first - last)
        }
    }
}

impl Sampler<'_> {
    /// Leaves in `scratch.expected.unlearned` the mass of each domain that one random run has not
    /// learned. The scale is (capacity, effective tokens), of which the tokens are finite.
    pub(super) fn compete<R: Rng + ?Sized>(
        &self,
        weights: &[f64],
        (capacity, effective): (f64, f64),
        mut tokens: Tokens,
        random: &mut R,
        scratch: &mut SamplerScratch,
    ) {
        let simulator = self.simulator;
        let by_count = simulator.learner.selection == Selection::Observed && capacity.is_finite();
        self.draw_numbers(random, &mut scratch.numbers);
        let SamplerScratch {
            exposure: met,
            valued,
            met: all,
            learned,
            numbers,
            expected,
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
        let exposed = |member: &Member| exposure(weights[member.domain], effective);
        for (index, family) in simulator.families.iter().enumerate() {
            family.combine_into(exposed, met);
            family.combine_into(|member| exposed(member) * value(member), valued);
            for (number, group) in self.groups[index].iter().enumerate() {
                let mean = meetings(met, |row| group.frequencies[row]);
                if mean * group.ranks < NEVER_MET {
                    break;
                }
                let (skills, weight) = self.skills(index, number, numbers);
                // Skills that are there by chance may cost, or be met, more or less than usual.
                let more = skills as f64 * weight - family.multiplicity * group.ranks;
                if self.by_chance && more.abs() > 0.0 {
                    for member in &family.members {
                        let mass = member.scale * member.cost * group.frequencies[member.row];
                        expected.unlearned[member.domain] += more * mass;
                    }
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
                if by_count {
                    self.count(found, mean, &mut tokens, random, all);
                } else if skills > 0 {
                    all.push(found);
                }
            }
        }
        learned.clear();
        learned.resize(weights.len(), 0.0);
        let mut add = |found: &Met, frequencies: &[f64], amount: f64| {
            for member in &simulator.families[found.family].members {
                let mass = member.scale * member.cost * frequencies[member.row];
                learned[member.domain] += amount * found.weight * mass;
            }
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
                family.combine_into(exposed, met);
                let mean = meetings(met, |row| frequencies[row]);
                let kept = part * found.skills as f64;
                let amount = self.learned_of(kept, mean, &mut tokens, random);
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
    fn skills(&self, family: usize, group: usize, numbers: &[u64]) -> (u64, f64) {
        let ranks = self.groups[family][group].ranks;
        let multiplicity = self.simulator.families[family].multiplicity;
        if self.blocks.iter().any(|b| b.families.contains(&family)) {
            return (numbers[group * self.groups.len() + family], 1.0);
        }
        // What cannot be drawn counts as its probability.
        let skills = (multiplicity * ranks).round().max(1.0);
        (skills as u64, multiplicity * ranks / skills)
    }

    /// Adds the skills of a group by their counts, met `mean` times on average.
    fn count<R: Rng + ?Sized>(
        &self,
        group: Met,
        mean: f64,
        tokens: &mut Tokens,
        random: &mut R,
        all: &mut Vec<Met>,
    ) {
        let kernel = &self.simulator.learner.kernel;
        tokens.group(group.skills, mean, random, |count, skills| {
            if count >= kernel.least_count() {
                let left = kernel.after(count);
                all.push(Met {
                    score: count * group.score / mean,
                    skills,
                    learned: 1.0 - left.unwrap_or_else(|| kernel.unlearned(mean)),
                    ..group
                });
            }
        });
    }

    /// What is learned of `kept` skills together, drawn; of the last of them in part if `kept` is
    /// not whole.
    fn learned_of<R: Rng + ?Sized>(
        &self,
        kept: f64,
        mean: f64,
        tokens: &mut Tokens,
        random: &mut R,
    ) -> f64 {
        let kernel = &self.simulator.learner.kernel;
        if mean >= self.certain {
            return kept;
        }
        let mut learned = 0.0;
        let whole = kept.floor();
        for (skills, part) in [(whole as u64, 1.0), (1, kept - whole)] {
            if skills > 0 && part > 0.0 {
                let left = tokens.left_of(kernel, skills, mean, random);
                learned += part * (skills as f64 - left);
            }
        }
        learned
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
    let total: f64 = all.iter().map(Met::size).sum();
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
        left -= met.size();
        found(met, met.skills as f64);
    }
    let tied = || {
        all.iter()
            .filter(|met| met.score <= high && met.score >= low)
    };
    let mut skills: u64 = tied().map(|met| met.skills).sum();
    let room: f64 = tied().map(Met::size).sum();
    if skills == 0 || room <= 0.0 {
        return;
    }
    // Whole skills go to one or the other; what is left of the capacity is shared by all.
    let wanted = (left / room).clamp(0.0, 1.0) * skills as f64;
    let mut taken = (wanted * (1.0 + EQUAL)).floor() as u64;
    let rest = (wanted - taken as f64).max(0.0) / skills as f64;
    for met in tied() {
        let kept = hypergeometric(skills, met.skills, taken.min(skills), random);
        let part = kept as f64 + rest * met.skills as f64;
        if part > 0.0 {
            found(met, part);
        }
        skills -= met.skills;
        taken -= kept;
    }
}

/// Halvings after which the bracket of a score has closed.
const HALVINGS: usize = 60;

/// Tells `found` which part of each group is among the `capacity` of highest expected score.
fn keep_ranks(all: &mut [Met], capacity: f64, mut found: impl FnMut(&Met, f64)) {
    let total: f64 = all.iter().map(Met::size).sum();
    if total <= capacity {
        for met in all.iter() {
            found(met, 1.0);
        }
        return;
    }
    let near = score_at(all, capacity);
    // The score lies in a group next to this one.
    let widest = all.iter().fold(1.0, |widest: f64, met| {
        let (first, last) = met.edges;
        if last > 0.0 {
            widest.max(first / last)
        } else {
            widest
        }
    });
    let (mut low, mut high) = (near / (widest * widest), near * widest * widest);
    let inside = |met: &&Met| met.edges.0 >= low && met.edges.1 < high;
    let active: Vec<Met> = all.iter().filter(inside).copied().collect();
    let above = |score: f64| -> f64 {
        active
            .iter()
            .map(|met| met.size() * met.part_above(score))
            .sum()
    };
    let whole: f64 = all
        .iter()
        .filter(|met| met.edges.1 >= high)
        .map(Met::size)
        .sum();
    for _ in 0..HALVINGS {
        let middle = (low * high).sqrt();
        if whole + above(middle) <= capacity {
            high = middle;
        } else {
            low = middle;
        }
    }
    // Where a single skill lies between, it takes what is left.
    let (fewer, more) = (above(high), above(low));
    let share = if more > fewer {
        ((capacity - whole - fewer) / (more - fewer)).clamp(0.0, 1.0)
    } else {
        0.0
    };
    for met in all.iter() {
        let part = met.part_above(high);
        let part = part + share * (met.part_above(low) - part);
        if part > 0.0 {
            found(met, part);
        }
    }
}

/// The score of the skill that fills the capacity, from the highest score down. Reorders `all`.
fn score_at(all: &mut [Met], capacity: f64) -> f64 {
    let (mut active, mut left) = (all, capacity);
    while active.len() > 1 {
        let middle = active.len() / 2;
        active.select_nth_unstable_by(middle, |a, b| b.score.total_cmp(&a.score));
        let (higher, lower) = active.split_at_mut(middle);
        let above: f64 = higher.iter().map(Met::size).sum();
        if above >= left {
            active = higher;
        } else {
            left -= above;
            active = lower;
        }
    }
    active.first().map_or(0.0, |met| met.score)
}
