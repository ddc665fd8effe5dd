//! The capacity cut: which ranks of each family are among the N skills of highest score.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::world::{Family, World};

use super::Ranking;

/// What of a family is selected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Selected {
    /// Ranks up to this one are selected whole.
    pub rank: f64,
    /// Share of the next rank that is selected, from 0 to below 1.
    pub next: f64,
}

/// Score of the skills of one family under a mixture: ln Σ_i h_i v_i p_i(k), with v_i the cost or
/// 1. It falls with the rank.
struct Score<'a> {
    family: &'a Family,
    /// (row, ln Σ h_i v_i) of the spectra that are met.
    terms: Vec<(usize, f64)>,
}

impl<'a> Score<'a> {
    fn new(world: &World, family: &'a Family, weights: &[f64], ranking: Ranking) -> Self {
        let terms = family
            .combine_members(|member| {
                weights[member.domain] * ranking.value(&world.domains()[member.domain], member)
            })
            .into_iter()
            .enumerate()
            .filter(|(_, weight)| *weight > 0.0)
            .map(|(row, weight)| (row, weight.ln()))
            .collect();
        Self { family, terms }
    }

    /// ln score at a rank, and its derivative by ln rank.
    fn at(&self, rank: f64) -> (f64, f64) {
        let spectrum = |row: usize| self.family.spectrum(row);
        if let [(row, ln_weight)] = self.terms[..] {
            return (
                ln_weight + spectrum(row).ln_mass(rank),
                spectrum(row).slope(rank),
            );
        }
        let logs: Vec<f64> = self
            .terms
            .iter()
            .map(|(row, ln_weight)| ln_weight + spectrum(*row).ln_mass(rank))
            .collect();
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (mut sum, mut slope) = (0.0, 0.0);
        for (log, (row, _)) in logs.iter().zip(&self.terms) {
            let part = (log - largest).exp();
            sum += part;
            slope += part * spectrum(*row).slope(rank);
        }
        (largest + sum.ln(), slope / sum)
    }

    /// The real rank in low..=high at which the score falls below `threshold`, and the slope
    /// d rank / d threshold there (0 at the ends).
    fn rank_at(&self, threshold: f64, guess: f64) -> (f64, f64) {
        let (low, high) = (self.family.low, self.family.high);
        if self.at(low + 1.0).0 < threshold {
            return (low, 0.0);
        }
        if self.at(high).0 >= threshold {
            return (high, 0.0);
        }
        let (mut left, mut right) = ((low + 1.0).ln(), high.ln());
        let mut t = guess.max(1.0).ln().clamp(left, right);
        for _ in 0..NEWTON_STEPS {
            let (score, slope) = self.at(t.exp());
            let excess = score - threshold;
            if excess > 0.0 {
                left = t;
            } else {
                right = t;
            }
            let mut next = t - excess / slope;
            if !(left..=right).contains(&next) {
                next = 0.5 * (left + right);
            }
            let done = (next - t).abs() <= 4.0 * f64::EPSILON * t.max(1.0);
            t = next;
            if done {
                break;
            }
        }
        let rank = t.exp();
        (rank, rank / self.at(rank).1)
    }
}

/// Steps after which a safeguarded Newton search has halved its bracket to rounding.
const NEWTON_STEPS: usize = 200;

/// Relative difference of scores below which skills count as equal.
const TIE: f64 = 1e-12;

/// Skills that may be handed out one by one after the threshold is solved for: rounding leaves
/// more only where one skill is below the last digit of the capacity.
const ONE_BY_ONE: f64 = 1e4;

/// Selects the `capacity` skills of highest score under `weights`: for each family the ranks that
/// are in.
///
/// The common threshold is solved for by safeguarded Newton steps on the logarithm of the number
/// of skills above it, then the whole skills that are left over are handed out in order of score.
/// The result is exactly the discrete top N. Equal scores share what is left; the last skill is
/// taken in part where N, or the multiplicities, are not whole.
pub fn cut(
    world: &World,
    families: &[Family],
    weights: &[f64],
    ranking: Ranking,
    capacity: f64,
) -> Vec<Selected> {
    let scores: Vec<Score> = families
        .iter()
        .map(|family| Score::new(world, family, weights, ranking))
        .collect();
    let met = |index: usize| !scores[index].terms.is_empty();
    let available: f64 = (0..families.len())
        .filter(|index| met(*index))
        .map(|index| families[index].skills())
        .sum();
    let mut selected: Vec<Selected> = families
        .iter()
        .enumerate()
        .map(|(index, family)| Selected {
            // A skill that is never met is not learned, selected or not.
            rank: if met(index) { family.high } else { family.low },
            next: 0.0,
        })
        .collect();
    if capacity >= available {
        return selected;
    }
    let ranks = ranks_above_threshold(families, &scores, capacity);
    let mut left = capacity;
    for ((chosen, family), rank) in selected.iter_mut().zip(families).zip(ranks) {
        chosen.rank = rank.floor().max(family.low);
        left -= family.multiplicity * (chosen.rank - family.low);
    }
    hand_out(families, &scores, &mut selected, left);
    selected
}

/// Real ranks at a common threshold at which the families hold at most `capacity` skills.
fn ranks_above_threshold(families: &[Family], scores: &[Score], capacity: f64) -> Vec<f64> {
    let candidates = || scores.iter().filter(|score| !score.terms.is_empty());
    let mut high = candidates()
        .map(|score| score.at(score.family.low + 1.0).0)
        .fold(f64::NEG_INFINITY, f64::max);
    let mut low = candidates()
        .map(|score| score.at(score.family.high).0)
        .fold(f64::INFINITY, f64::min);
    let mut ranks: Vec<f64> = families.iter().map(|family| family.low + 1.0).collect();
    let mut within: Vec<f64> = families.iter().map(|family| family.low).collect();
    // One family's share of the capacity is a fair first guess.
    let share = capacity / candidates().count().max(1) as f64;
    let mut threshold = candidates()
        .map(|score| {
            let family = score.family;
            score
                .at((family.low + share).clamp(family.low + 1.0, family.high))
                .0
        })
        .fold(low, f64::max)
        .min(high);
    for _ in 0..NEWTON_STEPS {
        let (mut total, mut slope) = (0.0, 0.0);
        for (index, score) in scores.iter().enumerate() {
            if score.terms.is_empty() {
                ranks[index] = score.family.low;
                continue;
            }
            let (rank, rank_slope) = score.rank_at(threshold, ranks[index]);
            ranks[index] = rank;
            total += score.family.multiplicity * (rank - score.family.low);
            slope += score.family.multiplicity * rank_slope;
        }
        if total <= capacity {
            high = threshold;
            within.copy_from_slice(&ranks);
            if capacity - total <= f64::max(1.0, 1e-13 * capacity) {
                break;
            }
        } else {
            low = threshold;
        }
        // Newton on ln total, which is nearly linear in the threshold; aimed half a skill below
        // the capacity, so that it arrives on the side that is kept.
        let aim = (capacity - 0.5).max(0.5 * capacity);
        let mut next = if slope < 0.0 && total > 0.0 {
            threshold + (aim / total).ln() * total / slope
        } else {
            f64::NAN
        };
        if !(next > low && next < high) {
            next = 0.5 * (low + high);
        }
        if next <= low || next >= high {
            break;
        }
        threshold = next;
    }
    within
}

/// A family's next skill, in order of score.
struct Candidate {
    score: f64,
    family: usize,
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score
            .total_cmp(&other.score)
            .then_with(|| other.family.cmp(&self.family))
    }
}

/// Hands out the `left` skills in order of score, one rank at a time.
fn hand_out(families: &[Family], scores: &[Score], selected: &mut [Selected], mut left: f64) {
    let candidate = |index: usize, selected: &[Selected]| {
        let next = selected[index].rank + 1.0;
        (next <= families[index].high && !scores[index].terms.is_empty()).then(|| Candidate {
            score: scores[index].at(next).0,
            family: index,
        })
    };
    let mut heap: BinaryHeap<Candidate> = (0..families.len())
        .filter_map(|index| candidate(index, selected))
        .collect();
    let mut handed_out = 0.0;
    while left > 0.0 && handed_out < ONE_BY_ONE {
        let Some(best) = heap.pop() else { return };
        let mut tied = vec![best.family];
        while let Some(next) = heap.peek()
            && next.score >= best.score - TIE
        {
            tied.push(next.family);
            heap.pop();
        }
        let wanted: f64 = tied.iter().map(|index| families[*index].multiplicity).sum();
        if wanted > left * (1.0 + TIE) {
            for index in tied {
                selected[index].next = left / wanted;
            }
            return;
        }
        left -= wanted;
        handed_out += tied.len() as f64;
        for index in tied {
            selected[index].rank += 1.0;
            heap.extend(candidate(index, selected));
        }
    }
}
