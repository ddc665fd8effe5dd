//! A random run as the expected run and its deviations, for skills selected by expected score.
//!
//! Which skills are selected does not depend on what is drawn, so skills deviate from their mean
//! each by itself. Low ranks, which weigh most, are drawn one by one. The many beyond are a sum
//! of many small deviations: normal, with the variance of the counts. Where it would not be (few
//! skills that are met at all), they are drawn node by node.
//!
//! With a fixed number of tokens, what is met often somewhere is met less often elsewhere. Skills
//! drawn one by one take their tokens from those that are left; the normal deviations are those
//! of Poisson counts given their sum.

use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

use super::by_realised_counts::NEVER_MET;
use super::sampler::{Sampler, SamplerScratch};
use super::tokens::Tokens;
use crate::learner::{Kernel, Selected};
use crate::simulate::expected::by_expected_score::{add_rows, meetings};
use crate::simulate::expected::finite_data::{common_worth, meetings_of};
use crate::simulate::expected::selected_nodes::visit;
use crate::world::{Family, Member, Seen};

/// Highest rank that is drawn by itself.
const SINGLE_RANKS: f64 = 128.0;

/// Largest excess kurtosis of a sum of deviations that is drawn as a normal one.
const KURTOSIS: f64 = 0.05;

/// Deviations, as a part of what is left unlearned, whose shape does not show.
const IMMATERIAL: f64 = 1e-6;

/// Part of the variance found so far below which later, ever rarer skills have no say.
const NEGLIGIBLE: f64 = 1e-9;

/// Deviations that are drawn as normal ones, of all families together.
#[derive(Debug, Clone, Default)]
pub(super) struct Spreading {
    terms: Vec<Term>,
    /// Frequencies of the terms under each row of their families.
    frequencies: Vec<f64>,
}

impl Spreading {
    /// Forgets all deviations.
    pub(super) fn clear(&mut self) {
        self.terms.clear();
        self.frequencies.clear();
    }
}

/// Skills of one frequency.
#[derive(Debug, Clone, Copy)]
struct Term {
    family: usize,
    /// Variance of Σ r over these skills.
    variance: f64,
    /// Covariance of Σ r and Σ n.
    covariance: f64,
}

/// Moments of the deviations of a family.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    variance: f64,
    /// Σ of the fourth cumulants of rare deviations.
    fourth: f64,
}

/// How many meetings the mass of a family's domains that is `unlearned` stands for.
pub(super) fn at_stake(family: &Family, seen: &[Seen], unlearned: &[f64]) -> f64 {
    let members = family.members.iter();
    members
        .map(|member| member.scale * seen[member.domain].distinct * unlearned[member.domain])
        .sum()
}

impl Sampler<'_> {
    /// Leaves in `scratch.expected.unlearned` the mass of each domain that one random run has not
    /// learned. The scale is (capacity, effective tokens); `scratch.expected.seen` says what the run
    /// sees of each domain.
    pub(super) fn deviate<R: Rng + ?Sized>(
        &self,
        weights: &[f64],
        (capacity, effective): (f64, f64),
        mut tokens: Tokens,
        random: &mut R,
        scratch: &mut SamplerScratch,
    ) {
        let simulator = self.simulator;
        let SamplerScratch {
            expected,
            exposure: met,
            spreading,
            learned: off,
            apart,
            ..
        } = scratch;
        simulator.unlearned_by_expected_score(weights, capacity, effective, expected);
        spreading.clear();
        for (index, family) in simulator.families.iter().enumerate() {
            let chosen = expected.selected[index];
            let seen = &expected.seen;
            let Some(worth) = common_worth(family, seen) else {
                self.draw_apart(index, chosen, (seen, apart), &mut tokens, random, off);
                add_rows(family, off, &mut expected.unlearned);
                continue;
            };
            let kernel = simulator.learner.kernel.counting(worth);
            let distinct = |member: &Member| seen[member.domain].distinct;
            family.combine_into(distinct, met);
            let at_stake = at_stake(family, seen, &expected.unlearned);
            self.deviate_family(
                (index, &kernel),
                chosen,
                (met, at_stake),
                &mut tokens,
                random,
                (spreading, off),
            );
            if chosen.next > 0.0 {
                let frequency = |row: usize| family.spectrum(row).mass(chosen.rank + 1.0);
                let mean = meetings(met, frequency);
                if mean < self.certain {
                    let count = tokens.single(mean, random);
                    let after = kernel.after(count);
                    let spread = kernel.unlearned(mean);
                    for (row, off) in off.iter_mut().enumerate() {
                        let deviation = after.map_or(0.0, |after| after - spread);
                        *off += chosen.next * frequency(row) * deviation;
                    }
                }
            }
            add_rows(family, off, &mut expected.unlearned);
        }
        self.spread(tokens, random, spreading, off, &mut expected.unlearned);
    }

    /// Leaves in `off` by how much the mass of each row of a family that is not learned deviates,
    /// for what is `chosen` whole; normal deviations are added to `spreading` instead. `met` says
    /// how often a frequency of 1 of each row is met, and how many meetings what is left unlearned
    /// stands for: much smaller deviations may have any shape.
    pub(super) fn deviate_family<R: Rng + ?Sized>(
        &self,
        (index, kernel): (usize, &Kernel),
        chosen: Selected,
        (met, at_stake): (&[f64], f64),
        tokens: &mut Tokens,
        random: &mut R,
        (spreading, off): (&mut Spreading, &mut Vec<f64>),
    ) {
        let family = &self.simulator.families[index];
        off.clear();
        off.resize(family.rows(), 0.0);
        let first = (spreading.terms.len(), spreading.frequencies.len());
        let mut sums = Sums::default();
        let mut going = true;
        visit(family, chosen, |rank, skills, frequency| {
            let mean = meetings(met, frequency);
            if mean >= self.certain || mean <= 0.0 {
                return going;
            }
            let spread = kernel.spread(mean);
            let weight = mean * mean;
            if rank <= SINGLE_RANKS && (skills - 1.0).abs() < f64::EPSILON {
                sums.variance += weight * spread.variance;
                let count = tokens.single(mean, random);
                let after = kernel.after(count);
                let deviation = after.unwrap_or(spread.mean) - spread.mean;
                for (row, off) in off.iter_mut().enumerate() {
                    *off += frequency(row) * deviation;
                }
                return true;
            }
            let variance = skills * spread.variance;
            spreading.terms.push(Term {
                family: index,
                variance,
                covariance: skills * spread.covariance,
            });
            spreading
                .frequencies
                .extend((0..family.rows()).map(frequency));
            let rarer = spread.mean.min(1.0 - spread.mean);
            let jump = spread.variance / rarer.max(f64::MIN_POSITIVE);
            sums.fourth += weight * weight * variance * spread.variance.max(jump * jump);
            sums.variance += weight * variance;
            going = weight * variance > NEGLIGIBLE * sums.variance || mean > 1.0;
            going
        });
        let matters = sums.variance.sqrt() > IMMATERIAL * at_stake;
        if matters && sums.fourth > KURTOSIS * sums.variance * sums.variance {
            spreading.terms.truncate(first.0);
            spreading.frequencies.truncate(first.1);
            self.draw_nodes((index, kernel), chosen, met, tokens, random, off);
        }
    }

    /// Adds to `off` the deviations of the selected skills of a family beyond the single ranks,
    /// drawn node by node. Nodes of a fraction of a skill more or less than a whole number have one
    /// or the other, so that those of a class add up.
    fn draw_nodes<R: Rng + ?Sized>(
        &self,
        (index, kernel): (usize, &Kernel),
        chosen: Selected,
        met: &[f64],
        tokens: &mut Tokens,
        random: &mut R,
        off: &mut [f64],
    ) {
        let family = &self.simulator.families[index];
        let mut sum: f64 = random.random();
        visit(family, chosen, |rank, skills, frequency| {
            if rank <= SINGLE_RANKS && (skills - 1.0).abs() < f64::EPSILON {
                return true;
            }
            let mean = meetings(met, frequency);
            if mean * skills < NEVER_MET {
                return false;
            }
            let before = sum.floor();
            sum += skills;
            let number = (sum.floor() - before) as u64;
            if mean < self.certain && number > 0 {
                let left = tokens.left_of(kernel, number, mean, random);
                let deviation = left - number as f64 * kernel.unlearned(mean);
                for (row, off) in off.iter_mut().enumerate() {
                    *off += frequency(row) * deviation;
                }
            }
            true
        });
    }

    /// Leaves in `off` the deviations of the selected skills of a family whose domains repeat
    /// differently, drawn node by node: each domain's meetings count as often as its repeats are
    /// worth.
    fn draw_apart<R: Rng + ?Sized>(
        &self,
        index: usize,
        chosen: Selected,
        (seen, met): (&[Seen], &mut Vec<(f64, f64)>),
        tokens: &mut Tokens,
        random: &mut R,
        off: &mut Vec<f64>,
    ) {
        let family = &self.simulator.families[index];
        let kernel = &self.simulator.learner.kernel;
        off.clear();
        off.resize(family.rows(), 0.0);
        let mut sum: f64 = random.random();
        let mut draw = |number: u64, part: f64, frequency: &dyn Fn(usize) -> f64| {
            meetings_of(family, seen, frequency, met);
            let mean: f64 = met.iter().map(|(mean, _)| mean).sum();
            if mean < self.certain && number > 0 {
                let left = tokens.left_of_compound(kernel, number, met, random);
                let deviation = part * (left - number as f64 * kernel.unlearned_of(met));
                for (row, off) in off.iter_mut().enumerate() {
                    *off += frequency(row) * deviation;
                }
            }
            mean
        };
        visit(family, chosen, |_, skills, frequency| {
            let before = sum.floor();
            sum += skills;
            let number = (sum.floor() - before) as u64;
            draw(number, 1.0, frequency) * skills >= NEVER_MET
        });
        if chosen.next > 0.0 {
            let frequency = |row: usize| family.spectrum(row).mass(chosen.rank + 1.0);
            draw(1, chosen.next, &frequency);
        }
    }

    /// Adds the normal deviations of all families to `unlearned`.
    pub(super) fn spread<R: Rng + ?Sized>(
        &self,
        tokens: Tokens,
        random: &mut R,
        spreading: &Spreading,
        off: &mut Vec<f64>,
        unlearned: &mut [f64],
    ) {
        let families = &self.simulator.families;
        // Σn − E Σn of the skills below as their deviations tell it, and the variance explained.
        let (mut told, mut explained) = (0.0, 0.0);
        let mut frequencies = spreading.frequencies.as_slice();
        for terms in spreading.terms.chunk_by(|a, b| a.family == b.family) {
            let family = &families[terms[0].family];
            off.clear();
            off.resize(family.rows(), 0.0);
            for term in terms {
                let normal: f64 = StandardNormal.sample(random);
                let deviation = normal * term.variance.sqrt();
                if term.variance > 0.0 {
                    let slope = term.covariance / term.variance;
                    told += slope * deviation;
                    explained += slope * term.covariance;
                }
                let (here, later) = frequencies.split_at(family.rows());
                frequencies = later;
                for (off, frequency) in off.iter_mut().zip(here) {
                    *off += frequency * deviation;
                }
            }
            add_rows(family, off, unlearned);
        }
        let Some((left, expected)) = tokens.left().filter(|(left, _)| *left > 0.0) else {
            return;
        };
        // The tokens left are as many as they are: all means move with them, and what the drawn
        // deviations ask for beyond is taken back from all alike.
        let rest: f64 = StandardNormal.sample(random);
        let sum = told + rest * (left - explained).max(0.0).sqrt();
        let moved = left / expected.max(f64::MIN_POSITIVE) - 1.0 - sum / left;
        let mut frequencies = spreading.frequencies.as_slice();
        for terms in spreading.terms.chunk_by(|a, b| a.family == b.family) {
            let family = &families[terms[0].family];
            off.clear();
            off.resize(family.rows(), 0.0);
            for term in terms {
                let (here, later) = frequencies.split_at(family.rows());
                frequencies = later;
                for (off, frequency) in off.iter_mut().zip(here) {
                    *off += frequency * term.covariance * moved;
                }
            }
            add_rows(family, off, unlearned);
        }
    }
}
