//! Expected losses for the top N by realised counts.
//!
//! Skills that were met often enough to have been learned at all compete. The score of a skill is
//! n·v with v = Σ h_i c_i p_i / Σ h_i p_i (1 when counts are ranked). Over many skills the threshold
//! hardly varies between runs, so that it is the one at which the *expected* number of selected
//! skills is N (exact as N grows; .2 % of the excess at N = 1e3).
//!
//! Where data are finite, n are the distinct meetings and v is what one of them, with its repeats, is
//! worth on average over the domains: repeats count for the score as anything that is met.

use super::by_expected_score::{add_rows, nodes_left};
use super::finite_data::meetings_of;
use super::threshold_bracket::Reach;
use crate::learner::{Regimes, TOGETHER, Threshold, threshold};
use crate::simulate::{Scratch, Simulator};
use crate::world::{Family, Seen};

/// Learned part of a crowd below which that of all later ones is nothing beside what is not.
const NEGLIGIBLE: f64 = 1e-14;

impl Simulator {
    /// Leaves in `scratch.unlearned` the mass of each domain (length K) that a learner of
    /// `capacity` skills has not learned after `tokens` effective tokens, both finite; without the
    /// remainder.
    pub(crate) fn unlearned_by_observed_score(
        &self,
        weights: &[f64],
        capacity: f64,
        tokens: f64,
        scratch: &mut Scratch,
    ) {
        // Where meetings are many, the cut is near that of the expected scores.
        self.cut(weights, capacity, scratch);
        self.see(weights, tokens, scratch);
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
            let kernel = rivals.kernel(&self.learner.kernel);
            if let Some(seen) = &rivals.apart {
                self.nodes_left_apart(family, seen, rivals.sure, left);
            } else if rivals.kernel.is_some() {
                let learning = (kernel, &Regimes::new(kernel));
                nodes_left(learning, family, &rivals.met, rivals.sure, left);
            } else {
                let learning = (kernel, &self.regimes);
                nodes_left(learning, family, &rivals.met, rivals.sure, left);
            }
            let mut done = 0;
            'crowds: for (run, value) in rivals.crowds.runs() {
                let (whole, part) = threshold.counts(value, rivals.crowds.least());
                let kept = (whole, part, threshold.share);
                for start in run.clone().step_by(TOGETHER) {
                    let block = start..run.end.min(start + TOGETHER);
                    let learned = rivals.crowds.learned(kernel, kept, block.clone());
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
        let kernel = &self.learner.kernel;
        let crowds = rivals
            .iter()
            .map(|rivals| (&rivals.crowds, rivals.kernel(kernel)));
        Some(threshold(&crowds, (capacity - sure, capacity), reach.guess))
    }

    /// Leaves in `left` the mass of each row that is not learned of the first `whole` nodes of a
    /// family whose domains repeat differently.
    fn nodes_left_apart(&self, family: &Family, seen: &[Seen], whole: usize, left: &mut Vec<f64>) {
        let mut met = Vec::with_capacity(family.members.len());
        left.clear();
        left.resize(family.rows(), 0.0);
        for node in 0..whole {
            meetings_of(family, seen, |row| family.frequencies(row)[node], &mut met);
            let part = self.learner.kernel.unlearned_of(&met);
            for (row, left) in left.iter_mut().enumerate() {
                *left += family.masses(row)[node] * part;
            }
        }
    }
}
