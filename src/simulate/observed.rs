//! Expected losses for the top N by realised counts.
//!
//! Skills that were met often enough to have been learned at all compete. The score of a skill is n·v with v = Σ h_i c_i p_i / Σ h_i p_i (1 when counts are ranked). Over
//! many skills the threshold hardly varies between runs, so that it is the one at which the
//! *expected* number of selected skills is N (exact as N grows; .2 % of the excess at N = 1e3).

use super::expected::{add_rows, exposure, meetings};
use super::{Scratch, Simulator};
use crate::learner::{Crowd, Selected, Threshold, at_least, cut_into, threshold};
use crate::world::{Family, Member, panel};

/// Meetings at the cut from which the classes there are divided further: with fewer, the counts
/// spread over more ranks than a class has.
const SHARP: f64 = 16.0;

/// Standard deviations of the count about the cut within which a skill may be kept or not.
const WINDOW: f64 = 9.0;

/// Widest divided class there, in standard deviations of the count.
const WIDTH: f64 = 1.5;

/// Learned part of a crowd below which that of all later ones is nothing beside what is not.
const NEGLIGIBLE: f64 = 1e-14;

/// Turns a number of ranks, and their frequency under each row, into a crowd.
type ToCrowd<'a> = dyn Fn(f64, &dyn Fn(usize) -> f64) -> Crowd + 'a;

/// The skills of a family, as the threshold sees them, and what they weigh.
struct Crowds<'a> {
    crowds: &'a mut Vec<Crowd>,
    /// For each row the mass of each crowd.
    masses: &'a mut Vec<Vec<f64>>,
}

impl Simulator {
    /// Leaves in `scratch.unlearned` the mass of each domain (length K) that a learner of
    /// `capacity` skills has not learned after `tokens` effective tokens, both finite; without the
    /// remainder.
    pub(super) fn unlearned_by_observed_score(
        &self,
        weights: &[f64],
        capacity: f64,
        tokens: f64,
        scratch: &mut Scratch,
    ) {
        let ranking = self.learner.ranking;
        let Scratch {
            cut,
            selected,
            crowds,
            masses,
            left,
            unlearned,
            ..
        } = scratch;
        // Where meetings are many, the cut is near that of the expected scores.
        cut_into(
            &self.world,
            &self.families,
            weights,
            ranking,
            capacity,
            cut,
            selected,
        );
        crowds.resize(self.families.len(), Vec::new());
        masses.resize(self.families.len(), Vec::new());
        let found = crowds.iter_mut().zip(&mut *masses);
        for ((family, near), (crowds, masses)) in self.families.iter().zip(&*selected).zip(found) {
            let mut found = Crowds { crowds, masses };
            self.gather(family, *near, weights, tokens, &mut found);
        }
        let threshold = threshold(
            crowds,
            capacity,
            self.learner.kernel.least_count(),
            self.expected_threshold(selected, weights, tokens),
        );
        unlearned.clear();
        unlearned.resize(weights.len(), 0.0);
        for ((family, crowds), masses) in self.families.iter().zip(crowds).zip(masses) {
            left.clear();
            left.resize(family.rows(), 0.0);
            let mut done = 0;
            for (index, crowd) in crowds.iter().enumerate() {
                let kept = self.learned_above(threshold, crowd);
                for (left, masses) in left.iter_mut().zip(&*masses) {
                    *left += masses[index] * (1.0 - kept);
                }
                done = index + 1;
                // Later ranks are met, and so kept, ever less.
                if kept < NEGLIGIBLE && family.rows() == 1 {
                    break;
                }
            }
            // Ranks that are never kept, or never met.
            for (left, masses) in left.iter_mut().zip(&*masses) {
                *left += masses[done..].iter().sum::<f64>();
            }
            add_rows(family, left, unlearned);
        }
    }

    /// What is learned of a skill that is kept if its score is above `threshold`.
    fn learned_above(&self, threshold: Threshold, crowd: &Crowd) -> f64 {
        let Crowd { mean, ln_mean, .. } = *crowd;
        let kernel = &self.learner.kernel;
        let (whole, part) = threshold.counts(crowd.value);
        if self.regimes.falling.is_none()
            && mean >= self.regimes.frequent
            && at_least(whole, mean, ln_mean) >= 1.0
        {
            return 1.0;
        }
        let learned = |count| kernel.learned_if_kept(count, mean, ln_mean);
        let kept = learned(whole);
        if part < whole && threshold.share > 0.0 {
            kept + threshold.share * (learned(part) - kept)
        } else {
            kept
        }
    }

    /// The threshold if every count were as its mean, and the largest count at which it lies: where
    /// to look first. NaN if nothing is cut.
    fn expected_threshold(&self, near: &[Selected], weights: &[f64], tokens: f64) -> (f64, f64) {
        let (mut score, mut count) = (f64::NAN, 0.0);
        for (family, near) in self.families.iter().zip(near) {
            if near.rank <= family.low || near.rank >= family.high {
                continue;
            }
            let met = family.combine(|domain| exposure(weights[domain], tokens));
            let valued = family.combine_members(|member| {
                let domain = &self.world.domains()[member.domain];
                exposure(weights[member.domain], tokens)
                    * self.learner.ranking.value(domain, member)
            });
            let mass = |row: usize| family.spectrum(row).mass(near.rank);
            score = f64::max(score, meetings(&valued, mass));
            count = f64::max(count, meetings(&met, mass));
        }
        (score, count)
    }

    /// Puts into `found` the skills of a family by falling mean; those that are met, in front.
    fn gather(
        &self,
        family: &Family,
        near: Selected,
        weights: &[f64],
        tokens: f64,
        found: &mut Crowds,
    ) {
        let ranking = self.learner.ranking;
        let value = |member: &Member| ranking.value(&self.world.domains()[member.domain], member);
        let met = family.combine(|domain| exposure(weights[domain], tokens));
        let valued = family
            .combine_members(|member| exposure(weights[member.domain], tokens) * value(member));
        let crowd = |skills: f64, frequency: &dyn Fn(usize) -> f64| {
            let mean = meetings(&met, frequency);
            Crowd {
                skills: family.multiplicity * skills,
                mean,
                ln_mean: mean.ln(),
                value: if family.rows() == 1 {
                    // The same for all ranks, to the last digit.
                    valued[0] / met[0]
                } else {
                    meetings(&valued, frequency) / mean
                },
            }
        };
        found.crowds.clear();
        found.masses.resize(family.rows(), Vec::new());
        found.masses.iter_mut().for_each(Vec::clear);
        let inside = window(family, near, |rank| {
            meetings(&met, |row| family.spectrum(row).mass(rank))
        });
        for class in family.classes() {
            let mut low = class.low;
            for bound in inside
                .iter()
                .filter(|b| **b > class.low && **b < class.high)
            {
                divide(family, (low, *bound), found, &crowd);
                low = *bound;
            }
            if low > class.low {
                divide(family, (low, class.high), found, &crowd);
                continue;
            }
            for node in class.first..class.end {
                let frequency = |row: usize| family.frequencies(row)[node];
                found
                    .crowds
                    .push(crowd(family.node_skills(node), &frequency));
                for (row, masses) in found.masses.iter_mut().enumerate() {
                    masses.push(family.masses(row)[node]);
                }
            }
        }
        let met = found.crowds.partition_point(|crowd| crowd.mean > 0.0);
        found.crowds.truncate(met);
    }
}

/// Ranks that divide the classes about the cut, so that none is wider than the counts spread;
/// `mean` gives the expected meetings at a rank.
fn window(family: &Family, near: Selected, mean: impl Fn(f64) -> f64) -> Vec<f64> {
    let rank = near.rank.max(family.low + 1.0);
    let at_cut = mean(rank);
    // 1/√μ per d ln μ / d ln k
    let slope = (mean(rank) / mean(rank + 1.0)).ln() / (1.0 / rank).ln_1p();
    let deviation = 1.0 / (at_cut.sqrt() * slope);
    if at_cut < SHARP || !(deviation > 0.0 && deviation.is_finite()) {
        return Vec::new();
    }
    let steps = (WINDOW / WIDTH).ceil() as i32;
    let mut ranks: Vec<f64> = (-steps..=steps)
        .map(|step| (rank * (f64::from(step) * WIDTH * deviation).exp()).round())
        // The last skill may be kept in part: it, and its neighbours, stand alone.
        .chain((-1..=2).map(|step| rank + f64::from(step)))
        .collect();
    ranks.sort_by(f64::total_cmp);
    ranks.dedup();
    ranks
}

/// Adds the ranks above `low` and up to `high` as a class of their own.
fn divide(family: &Family, (low, high): (f64, f64), found: &mut Crowds, crowd: &ToCrowd) {
    let nodes = panel(low, high);
    let ranks: f64 = nodes.clone().map(|node| node.skills).sum();
    let first = found.crowds.len();
    for node in nodes {
        // Each spectrum is asked once; its masses are scaled below.
        for (row, masses) in found.masses.iter_mut().enumerate() {
            masses.push(family.spectrum(row).mass(node.rank));
        }
        let masses = &found.masses;
        let frequency = |row: usize| masses[row].last().copied().unwrap_or(0.0);
        let skills = node.skills * (high - low) / ranks;
        found.crowds.push(crowd(skills, &frequency));
        for masses in &mut *found.masses {
            if let Some(mass) = masses.last_mut() {
                *mass *= node.skills;
            }
        }
    }
    for (row, masses) in found.masses.iter_mut().enumerate() {
        let masses = &mut masses[first..];
        let sum: f64 = masses.iter().sum();
        if sum > 0.0 {
            let scale = family.spectrum(row).span(low, high) / sum;
            masses.iter_mut().for_each(|mass| *mass *= scale);
        }
    }
}
