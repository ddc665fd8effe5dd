//! Expected losses for the top N by realised counts.
//!
//! Skills that were met often enough to have been learned at all compete. The score of a skill is n·v with v = Σ h_i c_i p_i / Σ h_i p_i (1 when counts are ranked). Over
//! many skills the threshold hardly varies between runs, so that it is the one at which the
//! *expected* number of selected skills is N (exact as N grows; .2 % of the excess at N = 1e3).

use super::expected::{add_rows, exposure, meetings};
use super::{Scratch, Simulator};
use crate::learner::{Crowd, Selected, cut, threshold};
use crate::world::{Family, Node, nodes};

/// Meetings at the cut from which the classes there are divided further: with fewer, the counts
/// spread over more ranks than a class has.
const SHARP: f64 = 16.0;

/// Standard deviations of the count about the cut within which a skill may be kept or not.
const WINDOW: f64 = 9.0;

/// Widest divided class there, in standard deviations of the count.
const WIDTH: f64 = 1.5;

/// Turns a number of ranks, and their frequency under each row, into a crowd.
type ToCrowd<'a> = dyn Fn(f64, &dyn Fn(usize) -> f64) -> Crowd + 'a;

/// The skills of a family, as the threshold sees them, and what they weigh.
struct Crowds {
    crowds: Vec<Crowd>,
    /// For each row the mass of each crowd.
    masses: Vec<Vec<f64>>,
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
        // Where meetings are many, the cut is near that of the expected scores.
        let near = cut(&self.world, &self.families, weights, ranking, capacity);
        let (crowds, masses): (Vec<_>, Vec<_>) = self
            .families
            .iter()
            .zip(near)
            .map(|(family, near)| {
                let crowds = self.crowds(family, near, weights, tokens);
                (crowds.crowds, crowds.masses)
            })
            .unzip();
        let threshold = threshold(&crowds, capacity, self.learner.kernel.least_count());
        let kernel = &self.learner.kernel;
        scratch.unlearned.clear();
        scratch.unlearned.resize(weights.len(), 0.0);
        for ((family, crowds), masses) in self.families.iter().zip(&crowds).zip(&masses) {
            let mut left = vec![0.0; family.rows()];
            for (index, crowd) in crowds.iter().enumerate() {
                let (whole, part) = threshold.counts(crowd.value);
                let learned = |count| kernel.learned_if_kept(count, crowd.mean, crowd.ln_mean);
                let mut kept = learned(whole);
                if part < whole && threshold.share > 0.0 {
                    kept += threshold.share * (learned(part) - kept);
                }
                for (left, masses) in left.iter_mut().zip(masses) {
                    *left += masses[index] * (1.0 - kept);
                }
            }
            // Ranks that are never met.
            for (left, masses) in left.iter_mut().zip(masses) {
                *left += masses[crowds.len()..].iter().sum::<f64>();
            }
            add_rows(family, &left, &mut scratch.unlearned);
        }
    }

    /// The skills of a family by falling mean; those that are met, in front.
    fn crowds(&self, family: &Family, near: Selected, weights: &[f64], tokens: f64) -> Crowds {
        let ranking = self.learner.ranking;
        let value = |domain: usize| ranking.value(&self.world.domains()[domain]);
        let met = family.combine(|domain| exposure(weights[domain], tokens));
        let valued = family.combine(|domain| exposure(weights[domain], tokens) * value(domain));
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
        let mut found = Crowds {
            crowds: Vec::with_capacity(family.len()),
            masses: vec![Vec::with_capacity(family.len()); family.rows()],
        };
        let inside = window(family, near, |rank| {
            meetings(&met, |row| family.spectrum(row).mass(rank))
        });
        for class in family.classes() {
            let mut low = class.low;
            for bound in inside
                .iter()
                .filter(|b| **b > class.low && **b < class.high)
            {
                divide(family, (low, *bound), &mut found, &crowd);
                low = *bound;
            }
            if low > class.low {
                divide(family, (low, class.high), &mut found, &crowd);
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
        found
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
    let nodes = nodes(low, high);
    let ranks: f64 = nodes.iter().map(|node| node.skills).sum();
    for node in &nodes {
        let frequency = |row: usize| family.spectrum(row).mass(node.rank);
        found
            .crowds
            .push(crowd(node.skills * (high - low) / ranks, &frequency));
    }
    for (row, masses) in found.masses.iter_mut().enumerate() {
        let spectrum = family.spectrum(row);
        let each = |node: &Node| node.skills * spectrum.mass(node.rank);
        let sum: f64 = nodes.iter().map(each).sum();
        let scale = if sum > 0.0 {
            spectrum.span(low, high) / sum
        } else {
            0.0
        };
        masses.extend(nodes.iter().map(|node| each(node) * scale));
    }
}
