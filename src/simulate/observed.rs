//! Expected losses for the top N by realised counts.
//!
//! Skills that were met often enough to have been learned at all compete. The score of a skill is
//! n·v with v = Σ h_i c_i p_i / Σ h_i p_i (1 when counts are ranked). Over many skills the threshold
//! hardly varies between runs, so that it is the one at which the *expected* number of selected
//! skills is N (exact as N grows; .2 % of the excess at N = 1e3).

use super::expected::{add_rows, nodes_left};
use super::rivals::Reach;
use super::{Scratch, Simulator};
use crate::learner::{TOGETHER, Threshold, cut_into, threshold};

/// Learned part of a crowd below which that of all later ones is nothing beside what is not.
const NEGLIGIBLE: f64 = 1e-14;

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
        // Where meetings are many, the cut is near that of the expected scores.
        cut_into(
            &self.world,
            &self.families,
            weights,
            self.learner.ranking,
            capacity,
            &mut scratch.cut,
            &mut scratch.selected,
        );
        let mut reach = self.approach(weights, tokens, scratch);
        let threshold = loop {
            let found = self.threshold(capacity, reach, scratch);
            if let Some(found) = found.filter(|found| reach.is_all() || reach.holds(found)) {
                break found;
            }
            reach = reach.all();
        };
        let Scratch {
            rivals,
            left,
            unlearned,
            ..
        } = scratch;
        unlearned.clear();
        unlearned.resize(weights.len(), 0.0);
        for (family, rivals) in self.families.iter().zip(rivals) {
            let learning = (&self.learner.kernel, &self.regimes);
            nodes_left(learning, family, &rivals.met, rivals.sure, left);
            let mut done = 0;
            'crowds: for (run, value) in rivals.crowds.runs() {
                let (whole, part) = threshold.counts(value);
                let kept = (whole, part, threshold.share);
                for start in run.clone().step_by(TOGETHER) {
                    let block = start..run.end.min(start + TOGETHER);
                    let means = &rivals.crowds.means()[block.clone()];
                    let ln_means = &rivals.crowds.ln_means()[block.clone()];
                    let learned = self.learner.kernel.learned_each(kept, means, ln_means);
                    for (left, masses) in left.iter_mut().zip(&rivals.masses) {
                        let masses = masses[block.clone()].iter().zip(learned);
                        *left += masses.map(|(m, learned)| m * (1.0 - learned)).sum::<f64>();
                    }
                    done = block.end;
                    // Later ranks are met, and so kept, ever less.
                    if learned[0] < NEGLIGIBLE && family.rows() == 1 {
                        break 'crowds;
                    }
                }
            }
            // Ranks that are never kept, or never met.
            for (row, (left, masses)) in left.iter_mut().zip(&rivals.masses).enumerate() {
                *left += masses[done..].iter().sum::<f64>();
                *left += family.spectrum(row).span(rivals.end, family.high);
            }
            add_rows(family, left, unlearned);
        }
    }

    /// The threshold at which the expected number of skills kept is `capacity`, if it lies within
    /// `reach`; `None` if it is plain that it does not.
    fn threshold(&self, capacity: f64, reach: Reach, scratch: &mut Scratch) -> Option<Threshold> {
        let Scratch {
            rivals, selected, ..
        } = scratch;
        let mut sure = 0.0;
        for ((family, near), rivals) in self.families.iter().zip(&*selected).zip(&mut *rivals) {
            self.gather(family, *near, reach, capacity, rivals);
            sure += family.multiplicity * (rivals.sure_rank - family.low);
        }
        if sure >= capacity && !reach.is_all() {
            return None;
        }
        let crowds = rivals.iter().map(|rivals| &rivals.crowds);
        let least = self.learner.kernel.least_count();
        Some(threshold(
            &crowds,
            (capacity - sure, capacity),
            least,
            reach.guess,
        ))
    }
}
