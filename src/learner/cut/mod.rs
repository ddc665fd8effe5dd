//! The capacity cut: which ranks of each family are among the N skills of highest score.

mod joint;
mod leftover;
mod nested;
mod score;

use std::ops::Range;

use crate::world::{Family, World};

use super::Ranking;
use joint::Line;
use leftover::{Leftover, hand_out};
use score::Score;

/// What of a family is selected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Selected {
    /// Ranks up to this one are selected whole.
    pub rank: f64,
    /// Share of the next rank that is selected, from 0 to below 1.
    pub next: f64,
}

/// Memory of [`cut_into`], to be used again by the next run.
#[derive(Debug, Clone, Default)]
pub struct CutScratch {
    /// Σ h_i v_i of each row of a family.
    weights: Vec<f64>,
    /// For the families one after the other: (row, ln weight) of the rows that are met.
    terms: Vec<(usize, f64)>,
    /// Place of each family among the terms.
    places: Vec<Range<usize>>,
    lines: Vec<Line>,
    leftover: Leftover,
}

/// Selects the `capacity` skills of highest score under `weights`: for each family the ranks that
/// are in. See [`cut_into`].
pub fn cut(
    world: &World,
    families: &[Family],
    weights: &[f64],
    ranking: Ranking,
    capacity: f64,
) -> Vec<Selected> {
    let mut selected = Vec::new();
    let mut scratch = CutScratch::default();
    cut_into(
        world,
        families,
        weights,
        ranking,
        capacity,
        &mut scratch,
        &mut selected,
    );
    selected
}

/// Selects the `capacity` skills of highest score under `weights`: `selected` holds, for each
/// family, the ranks that are in.
///
/// The common threshold is solved for, then the whole skills that are left over are handed out in
/// order of score. The result is exactly the discrete top N. Equal scores share what is left; the
/// last skill is taken in part where N, or the multiplicities, are not whole.
pub fn cut_into(
    world: &World,
    families: &[Family],
    weights: &[f64],
    ranking: Ranking,
    capacity: f64,
    scratch: &mut CutScratch,
    selected: &mut Vec<Selected>,
) {
    selected.clear();
    scratch.terms.clear();
    scratch.places.clear();
    let mut available = 0.0;
    for family in families {
        let start = scratch.terms.len();
        family.combine_into(
            |domain| weights[domain] * ranking.value(&world.domains()[domain]),
            &mut scratch.weights,
        );
        let met = scratch
            .weights
            .iter()
            .enumerate()
            .filter(|(_, w)| **w > 0.0);
        scratch.terms.extend(met.map(|(row, w)| (row, w.ln())));
        let met = scratch.terms.len() > start;
        if met {
            available += family.skills();
        }
        scratch.places.push(start..scratch.terms.len());
        selected.push(Selected {
            // A skill that is never met is not learned, selected or not.
            rank: if met { family.high } else { family.low },
            next: 0.0,
        });
    }
    if capacity >= available {
        return;
    }
    let (terms, places) = (&scratch.terms, &scratch.places);
    let score = |index: usize| Score {
        family: &families[index],
        terms: &terms[places[index].clone()],
    };
    let met = |index: usize| Some(score(index)).filter(|score| !score.terms.is_empty());
    scratch.lines.clear();
    let lines = (0..families.len()).filter_map(|index| Some(Line::new(index, &met(index)?)));
    scratch.lines.extend(lines);
    let mut left = capacity;
    let settled = joint::ranks(&mut scratch.lines, score, capacity, |index, rank| {
        selected[index].rank = rank;
        left -= families[index].multiplicity * (rank - families[index].low);
    });
    if !settled || left < 0.0 {
        left = capacity;
        let ranks = nested::ranks(families, met, capacity);
        for ((chosen, family), rank) in selected.iter_mut().zip(families).zip(ranks) {
            chosen.rank = rank.floor().max(family.low);
            left -= family.multiplicity * (chosen.rank - family.low);
        }
    }
    hand_out(families, met, selected, left, &mut scratch.leftover);
}
