//! The capacity cut: which ranks of each family are among the N skills of highest score.

use std::ops::Range;

use crate::world::{Family, World};

use super::joint::{self, Line};
use super::leftover::{Leftover, hand_out};
use super::nested;
use super::score::Score;
use super::selected::Selected;
use crate::learner::Ranking;

/// Memory of [`top_n_into`], to be used again by the next run.
#[derive(Debug, Clone, Default)]
pub(crate) struct TopNScratch {
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
/// are in. See `top_n_into`.
pub fn cut(
    world: &World,
    families: &[Family],
    weights: &[f64],
    ranking: Ranking,
    capacity: f64,
) -> Vec<Selected> {
    let mut selected = Vec::new();
    let mut scratch = TopNScratch::default();
    top_n_into(
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
pub(crate) fn top_n_into(
    world: &World,
    families: &[Family],
    weights: &[f64],
    ranking: Ranking,
    capacity: f64,
    scratch: &mut TopNScratch,
    selected: &mut Vec<Selected>,
) {
    selected.clear();
    scratch.terms.clear();
    scratch.places.clear();
    let mut available = 0.0;
    for family in families {
        let start = scratch.terms.len();
        family.combine_into(
            |member| {
                weights[member.domain] * ranking.value(&world.domains()[member.domain], member)
            },
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Domain, Masses, Overlap, Resolution, Shape, Spectrum};
    use proptest::prelude::*;

    fn spectra() -> impl Strategy<Value = Spectrum> {
        let shape = prop_oneof![
            3 => Just(Shape::PowerLaw),
            1 => (0.0f64..1e4).prop_map(|shift| Shape::Shifted { shift }),
            1 => (0.0f64..0.05).prop_map(|curvature| Shape::Curved { curvature }),
            1 => (10.0f64..1e9).prop_map(|rank| Shape::Cutoff { rank }),
        ];
        (1.1f64..3.0, shape, any::<bool>()).prop_map(|(exponent, shape, zeta)| {
            let zeta = zeta && shape == Shape::PowerLaw;
            let masses = if zeta { Masses::Zeta } else { Masses::Pareto };
            Spectrum::new(exponent, masses, shape).unwrap()
        })
    }

    fn overlaps() -> impl Strategy<Value = Overlap> {
        prop_oneof![
            Just(Overlap::None),
            (0.0f64..=1.0).prop_map(|fraction| Overlap::All { fraction }),
            (0.0f64..=1.0).prop_map(|fraction| Overlap::Pair {
                fraction,
                rank_jitter: 0.0
            }),
        ]
    }

    proptest! {
        /// The two ways to the threshold select the same skills, whatever the spectra, and the
        /// fast one does not give up on power laws.
        #[test]
        fn both_ways_select_the_same(
            spectra in proptest::collection::vec((spectra(), 0.1f64..5.0), 3),
            weights in proptest::collection::vec(0.0f64..1.0, 3),
            head in 0u32..100,
            overlap in overlaps(),
            // Beyond, parts of a skill are below the last digits of the capacity.
            ln_capacity in 0.0f64..20.0,
        ) {
            let domains: Vec<Domain> = spectra
                .iter()
                .enumerate()
                .map(|(index, (spectrum, cost))| Domain {
                    name: index.to_string(),
                    spectrum: spectrum.clone(),
                    cost: *cost,
                    floor: 0.0,
                })
                .collect();
            let power_laws = domains.iter().all(|d| *d.spectrum.shape() == Shape::PowerLaw);
            let world = World::new(domains, f64::from(head), 1e14, overlap).unwrap();
            let families = world.families(Resolution::default());
            let capacity = ln_capacity.exp().round();
            let mut scratch = TopNScratch::default();
            let mut selected = Vec::new();
            let ranking = Ranking::Value;
            top_n_into(&world, &families, &weights, ranking, capacity, &mut scratch, &mut selected);
            let score = |index: usize| Score {
                family: &families[index],
                terms: &scratch.terms[scratch.places[index].clone()],
            };
            let met = |index: usize| Some(score(index)).filter(|score| !score.terms.is_empty());
            let available: f64 = (0..families.len())
                .filter_map(met)
                .map(|score| score.family.skills())
                .sum();
            prop_assume!(capacity < available);

            let mut left = capacity;
            let ranks = nested::ranks(&families, met, capacity);
            let mut sure: Vec<Selected> = families
                .iter()
                .zip(ranks)
                .map(|(family, rank)| {
                    let rank = rank.floor().max(family.low);
                    left -= family.multiplicity * (rank - family.low);
                    Selected { rank, next: 0.0 }
                })
                .collect();
            hand_out(&families, met, &mut sure, left, &mut Leftover::default());
            for (fast, sure) in selected.iter().zip(&sure) {
                let (fast, sure) = (fast.rank + fast.next, sure.rank + sure.next);
                // Up to the rounding of the score of one rank.
                prop_assert!(
                    (fast - sure).abs() <= 1e-6 + 1e-12 * sure,
                    "{selected:?} {sure:?}"
                );
            }

            let lines = (0..families.len()).filter_map(|i| Some(Line::new(i, &met(i)?)));
            let mut lines: Vec<Line> = lines.collect();
            let settled = joint::ranks(&mut lines, score, capacity, |_, _| ());
            prop_assert!(settled || !power_laws);
        }
    }
}
