//! The last few skills of the top N, handed out one by one in order of score.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::world::Family;

use super::score::Score;
use super::selected::Selected;

/// Relative difference of scores below which skills count as equal.
const TIE: f64 = 1e-12;

/// Skills that are handed out one by one. More are left after the threshold is solved for where it
/// falls on many equal scores, or where one skill is below the last digit of the capacity.
const ONE_BY_ONE: f64 = 1e4;

/// Halvings after which the bracket of a score has closed to its last digit.
const HALVINGS: usize = 120;

/// A family's next skill, in order of score.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
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

/// Memory of [`hand_out`].
#[derive(Debug, Clone, Default)]
pub(super) struct Leftover {
    heap: BinaryHeap<Candidate>,
    tied: Vec<usize>,
}

/// Hands out the `left` skills in order of score to the families that `score` has a score for: one
/// rank at a time, and if that takes too long, all at once.
pub(super) fn hand_out<'a>(
    families: &'a [Family],
    score: impl Fn(usize) -> Option<Score<'a>>,
    selected: &mut [Selected],
    mut left: f64,
    Leftover { heap, tied }: &mut Leftover,
) {
    let candidate = |index: usize, selected: &[Selected]| {
        let next = selected[index].rank + 1.0;
        let score = score(index).filter(|_| next <= families[index].high)?;
        Some(Candidate {
            score: score.at(next),
            family: index,
        })
    };
    heap.clear();
    heap.extend((0..families.len()).filter_map(|index| candidate(index, selected)));
    let mut handed_out = 0.0;
    while left > 0.0 {
        let Some(best) = heap.pop() else { return };
        if handed_out >= ONE_BY_ONE {
            hand_out_rest(families, score, selected, left, best.score);
            return;
        }
        tied.clear();
        tied.push(best.family);
        while let Some(next) = heap.peek()
            && next.score >= best.score - TIE
        {
            tied.push(next.family);
            heap.pop();
        }
        let wanted: f64 = tied.iter().map(|index| families[*index].multiplicity).sum();
        if wanted > left * (1.0 + TIE) {
            for index in &*tied {
                selected[*index].next = left / wanted;
            }
            return;
        }
        left -= wanted;
        handed_out += tied.len() as f64;
        for index in &*tied {
            selected[*index].rank += 1.0;
            heap.extend(candidate(*index, selected));
        }
    }
}

/// Hands out the `left` skills, however many, at a common threshold found by halving; `highest` is
/// the highest score of those that are not selected. Ranks of one score share what is left.
fn hand_out_rest<'a>(
    families: &'a [Family],
    score: impl Fn(usize) -> Option<Score<'a>>,
    selected: &mut [Selected],
    left: f64,
    highest: f64,
) {
    let met: Vec<(usize, Score)> = (0..families.len())
        .filter_map(|index| Some((index, score(index)?)))
        .collect();
    let skills = |selected: &[Selected], threshold: f64| -> f64 {
        met.iter()
            .map(|(index, score)| {
                let from = selected[*index].rank;
                families[*index].multiplicity * (last_above(score, from, threshold) - from)
            })
            .sum()
    };
    let lowest = met.iter().map(|(_, score)| score.edges().1);
    // Above `high` there are at most so many skills; from `low` on, more.
    let (mut low, mut high) = (
        lowest.fold(highest, f64::min) - TIE,
        highest + highest.abs() * f64::EPSILON + TIE,
    );
    if skills(selected, low) <= left {
        high = low;
    }
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if skills(selected, middle) <= left {
            high = middle;
        } else {
            low = middle;
        }
    }
    let (fewer, more) = (skills(selected, high), skills(selected, low));
    let share = if more > fewer {
        ((left - fewer) / (more - fewer)).clamp(0.0, 1.0)
    } else {
        0.0
    };
    for (index, score) in &met {
        let chosen = &mut selected[*index];
        let whole = last_above(score, chosen.rank, high);
        let rank = whole + share * (last_above(score, chosen.rank, low) - whole);
        chosen.rank = rank.floor();
        chosen.next = rank - chosen.rank;
    }
}

/// The last rank whose score is at least `threshold`, or `from` if no later one's is.
fn last_above(score: &Score, from: f64, threshold: f64) -> f64 {
    let last = score.family.high;
    if from >= last || score.at(last) >= threshold {
        return last.max(from);
    }
    // Below `below` is the first rank known not to be among them.
    let (mut rank, mut step) = (from, 1.0);
    let mut below = loop {
        let next = (rank + step).min(last);
        if next <= rank || score.at(next) < threshold {
            break next;
        }
        rank = next;
        step *= 2.0;
    };
    while below - rank > 1.0 {
        let middle = (0.5 * (rank + below)).floor();
        if middle <= rank || middle >= below {
            break;
        }
        if score.at(middle) >= threshold {
            rank = middle;
        } else {
            below = middle;
        }
    }
    rank
}
