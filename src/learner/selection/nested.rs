//! The common threshold by safeguarded Newton steps, with the rank of each family solved for at
//! each of them. Slower than all families together, and sure for any falling score.

use crate::world::Family;

use super::score::Score;

/// Steps after which a safeguarded Newton search has halved its bracket to rounding.
const NEWTON_STEPS: usize = 200;

/// The real rank in low..=high at which the score falls below `threshold`, and the slope
/// d rank / d threshold there (0 at the ends).
fn rank_at(score: &Score, threshold: f64, guess: f64) -> (f64, f64) {
    let (low, high) = (score.family.low, score.family.high);
    let edges = score.edges();
    if edges.0 < threshold {
        return (low, 0.0);
    }
    if edges.1 >= threshold {
        return (high, 0.0);
    }
    let (mut left, mut right) = ((low + 1.0).ln(), high.ln());
    let mut t = guess.max(1.0).ln().clamp(left, right);
    for _ in 0..NEWTON_STEPS {
        let (value, slope) = score.with_slope(t.exp());
        let excess = value - threshold;
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
    (rank, rank / score.with_slope(rank).1)
}

/// Real ranks at a common threshold at which the families hold at most `capacity` skills; `None`
/// for families that are not met.
pub(super) fn ranks<'a>(
    families: &'a [Family],
    score: impl Fn(usize) -> Option<Score<'a>>,
    capacity: f64,
) -> Vec<f64> {
    let scores: Vec<Option<Score>> = (0..families.len()).map(score).collect();
    let candidates = || scores.iter().flatten();
    let mut high = candidates()
        .map(|score| score.edges().0)
        .fold(f64::NEG_INFINITY, f64::max);
    let mut low = candidates()
        .map(|score| score.edges().1)
        .fold(f64::INFINITY, f64::min);
    let mut ranks: Vec<f64> = families.iter().map(|family| family.low + 1.0).collect();
    let mut within: Vec<f64> = families.iter().map(|family| family.low).collect();
    // One family's share of the capacity is a fair first guess.
    let share = capacity / candidates().count().max(1) as f64;
    let mut threshold = candidates()
        .map(|score| {
            let family = score.family;
            score.at((family.low + share).clamp(family.low + 1.0, family.high))
        })
        .fold(low, f64::max)
        .min(high);
    for _ in 0..NEWTON_STEPS {
        let (mut total, mut slope) = (0.0, 0.0);
        for ((score, family), rank) in scores.iter().zip(families).zip(&mut ranks) {
            let Some(score) = score else {
                *rank = family.low;
                continue;
            };
            let (found, rank_slope) = rank_at(score, threshold, *rank);
            *rank = found;
            total += family.multiplicity * (found - family.low);
            slope += family.multiplicity * rank_slope;
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
