//! The skills of a family that compete for the capacity by their realised counts.
//!
//! Most skills do not: those that are met so often that they are kept whatever their count, and
//! those that are never met often enough. Where the threshold may lie is known well enough from the
//! cut by expected scores to leave both out.

use super::by_expected_score::meetings;
use super::finite_data::meetings_of;
use super::marginal_skills::MarginalSkills;
use super::threshold_bracket::ThresholdBracket;
use crate::learner::{Selected, SkillClasses, certain_mean, least_count, tail_bound};
use crate::simulate::Simulator;
use crate::world::{Family, Seen, panel};

/// Meetings at the cut from which the classes there are divided further: with fewer, the counts
/// spread over more ranks than a class has.
const SHARP: f64 = 32.0;

/// Standard deviations of the count about the cut within which a skill may be kept or not.
const WINDOW: f64 = 8.0;

/// Widest divided class there, in standard deviations of the count.
const WIDTH: f64 = 2.0;

/// Part of the capacity below which a class, and with it all later ones, has no say.
const NEGLIGIBLE: f64 = 1e-12;

/// Turns a frequency under each row into the mean number of meetings, its logarithm, and what a
/// meeting is worth.
type Meet<'a> = dyn Fn(&dyn Fn(usize) -> f64) -> ((f64, f64), f64) + 'a;

impl Simulator {
    /// Puts into `rivals` the skills of a family that may be kept or not if the threshold is within
    /// `reach`; `near` is what is selected of it by expected scores, and `capacity` finite.
    pub(super) fn gather(
        &self,
        family: &Family,
        near: Selected,
        reach: ThresholdBracket,
        capacity: f64,
        marginal: &mut MarginalSkills,
    ) {
        let (least, taught) = marginal.teaching(&self.learner.kernel);
        marginal.classes.clear(least);
        marginal.masses.resize(family.rows(), Vec::new());
        marginal.masses.iter_mut().for_each(Vec::clear);
        (marginal.sure, marginal.sure_rank, marginal.end) = (0, family.low, family.low);
        let Some((least_value, most_value)) = marginal.values() else {
            return;
        };
        let MarginalSkills {
            apart,
            met,
            valued,
            sure,
            sure_rank,
            end,
            classes,
            masses,
            ..
        } = marginal;
        let mean = |node: usize| meetings(met, |row| family.frequencies(row)[node]);
        let surely = certain_mean(least_count(reach.high, least_value).max(taught));
        let first = family.class_of(first_below(family.len(), mean, surely));
        let worth = |frequency: &dyn Fn(usize) -> f64| {
            let mean = meetings(met, frequency);
            let value = if family.rows() == 1 {
                // The same for all ranks, to the last digit.
                valued[0] / met[0]
            } else {
                meetings(valued, frequency) / mean
            };
            ((mean, mean.ln()), value)
        };
        let inside = window(family, near, |rank| {
            meetings(met, |row| family.spectrum(row).mass(rank))
        });
        let count = least_count(reach.low, most_value).max(least);
        let negligible = NEGLIGIBLE * capacity;
        let (from, to) = match inside[..] {
            [from, .., to] => (from, to),
            _ => (family.high, family.high),
        };
        let mut of_family = family.classes().skip(first).peekable();
        let start = of_family.peek();
        *sure = start.map_or(family.len(), |class| class.first);
        *sure_rank = start.map_or(family.high, |class| class.low);
        let mut low = *sure_rank;
        for class in of_family {
            let here = mean(class.first);
            let skills = family.multiplicity * (class.high - class.low);
            if here <= 0.0 || (here < count && skills * tail_bound(count, here) < negligible) {
                break;
            }
            // The bounds about the cut replace those of the classes.
            while low < class.high {
                let next = inside.partition_point(|bound| *bound <= low);
                let high = if low >= from && low < to {
                    family.smooth_until(low, inside[next].min(family.high))
                } else if low > class.low || (low < from && from < class.high) {
                    class.high.min(if low < from { from } else { class.high })
                } else {
                    for node in class.first..class.end {
                        push(family, node, &worth, (met, valued), classes, masses);
                        if let Some(seen) = apart {
                            tell(family, seen, |row| family.frequencies(row)[node], classes);
                        }
                    }
                    low = class.high;
                    continue;
                };
                divide(
                    family,
                    (low, high),
                    &worth,
                    apart.as_deref(),
                    classes,
                    masses,
                );
                low = high;
            }
        }
        *end = low;
    }
}

/// Adds a node of a family as a class.
fn push(
    family: &Family,
    node: usize,
    worth: &Meet,
    (met, valued): (&[f64], &[f64]),
    classes: &mut SkillClasses,
    masses: &mut [Vec<f64>],
) {
    for (row, masses) in masses.iter_mut().enumerate() {
        masses.push(family.masses(row)[node]);
    }
    let (mean, value) = if let ([exposure], [valued]) = (met, valued) {
        let mean = exposure * family.frequencies(0)[node];
        let ln_mean = exposure.ln() + family.ln_frequencies(0)[node];
        ((mean, ln_mean), valued / exposure)
    } else {
        worth(&|row| family.frequencies(row)[node])
    };
    if mean.0 > 0.0 {
        let skills = family.multiplicity * family.node_skills(node);
        classes.push(skills, mean, value);
    }
}

/// Tells the crowd added last, of skills of the given frequency under each row, how often each domain
/// meets them; nothing if they are never met and so no crowd.
fn tell(
    family: &Family,
    seen: &[Seen],
    frequency: impl Fn(usize) -> f64,
    classes: &mut SkillClasses,
) {
    let mut met = Vec::with_capacity(family.members.len());
    meetings_of(family, seen, frequency, &mut met);
    if !met.is_empty() {
        classes.tell(&met);
    }
}

/// The first of `nodes` nodes, which are met ever less, that is met less than `bound` times.
fn first_below(nodes: usize, mean: impl Fn(usize) -> f64, bound: f64) -> usize {
    let (mut low, mut high) = (0, nodes);
    while low < high {
        let middle = low.midpoint(high);
        if mean(middle) >= bound {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Ranks that divide the classes about the cut, so that none is wider than the counts spread;
/// `mean` gives the expected meetings at a rank.
fn window(family: &Family, near: Selected, mean: impl Fn(f64) -> f64) -> Vec<f64> {
    let rank = near.rank.max(family.low + 1.0);
    let at_cut = mean(rank);
    if at_cut < SHARP {
        return Vec::new();
    }
    // 1/√μ per d ln μ / d ln k
    let slope = (at_cut / mean(rank + 1.0)).ln() / (1.0 / rank).ln_1p();
    let deviation = 1.0 / (at_cut.sqrt() * slope);
    if !(deviation > 0.0 && deviation.is_finite()) {
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
fn divide(
    family: &Family,
    (low, high): (f64, f64),
    worth: &Meet,
    apart: Option<&[Seen]>,
    classes: &mut SkillClasses,
    masses: &mut [Vec<f64>],
) {
    let nodes = panel(low, high);
    let ranks: f64 = nodes.clone().map(|node| node.skills).sum();
    let first = masses.first().map_or(0, Vec::len);
    for node in nodes {
        // Each spectrum is asked once; its masses are scaled below.
        for (row, masses) in masses.iter_mut().enumerate() {
            masses.push(family.spectrum(row).mass(node.rank));
        }
        let frequency = |row: usize| masses[row].last().copied().unwrap_or(0.0);
        let skills = family.multiplicity * node.skills * (high - low) / ranks;
        let (mean, value) = worth(&frequency);
        if mean.0 > 0.0 {
            classes.push(skills, mean, value);
            if let Some(seen) = apart {
                tell(family, seen, frequency, classes);
            }
        }
        for masses in &mut *masses {
            if let Some(mass) = masses.last_mut() {
                *mass *= node.skills;
            }
        }
    }
    for (row, masses) in masses.iter_mut().enumerate() {
        let masses = &mut masses[first..];
        let sum: f64 = masses.iter().sum();
        if sum > 0.0 {
            let scale = family.spectrum(row).span(low, high) / sum;
            masses.iter_mut().for_each(|mass| *mass *= scale);
        }
    }
}
