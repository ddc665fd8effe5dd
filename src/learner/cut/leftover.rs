//! The last few skills of the top N, handed out one by one in order of score.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::world::Family;

use super::Selected;
use super::score::Score;

/// Relative difference of scores below which skills count as equal.
const TIE: f64 = 1e-12;

/// Skills that may be handed out one by one after the threshold is solved for: rounding leaves
/// more only where one skill is below the last digit of the capacity.
const ONE_BY_ONE: f64 = 1e4;

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

/// Hands out the `left` skills in order of score, one rank at a time, to the families that
/// `score` has a score for.
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
    while left > 0.0 && handed_out < ONE_BY_ONE {
        let Some(best) = heap.pop() else { return };
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
