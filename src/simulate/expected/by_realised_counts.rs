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
use super::threshold_bracket::ThresholdBracket;
use crate::learner::{Series, TOGETHER, Threshold, threshold};
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
            marginal,
            left,
            unlearned,
            ..
        } = scratch;
        unlearned.clear();
        unlearned.resize(weights.len(), 0.0);
        for (family, marginal) in self.families.iter().zip(marginal) {
            let kernel = marginal.kernel(&self.learner.kernel);
            if let Some(seen) = &marginal.apart {
                self.nodes_left_apart(family, seen, marginal.sure, left);
            } else if marginal.kernel.is_some() {
                let learning = (kernel, &Series::new(kernel));
                nodes_left(learning, family, &marginal.met, marginal.sure, left);
            } else {
                let learning = (kernel, &self.series);
                nodes_left(learning, family, &marginal.met, marginal.sure, left);
            }
            let mut done = 0;
            'classes: for (run, value) in marginal.classes.runs() {
                let (whole, part) = threshold.counts(value, marginal.classes.least());
                let kept = (whole, part, threshold.share);
                for start in run.clone().step_by(TOGETHER) {
                    let block = start..run.end.min(start + TOGETHER);
                    let learned = marginal.classes.learned(kernel, kept, block.clone());
                    for (left, masses) in left.iter_mut().zip(&marginal.masses) {
                        let masses = masses[block.clone()].iter().zip(learned);
                        *left += masses.map(|(m, learned)| m * (1.0 - learned)).sum::<f64>();
                    }
                    done = block.end;
                    // Later ranks are met, and so kept, ever less.
                    if learned[0] < NEGLIGIBLE && family.rows() == 1 {
                        break 'classes;
                    }
                }
            }
            // Ranks that are never kept, or never met.
            for (row, (left, masses)) in left.iter_mut().zip(&marginal.masses).enumerate() {
                *left += masses[done..].iter().sum::<f64>();
                *left += family.spectrum(row).span(marginal.end, family.high);
            }
            add_rows(family, left, unlearned);
        }
    }

    /// The threshold at which the expected number of skills kept is `capacity`, if it lies within
    /// `reach`; `None` if it is plain that it does not.
    fn threshold(
        &self,
        capacity: f64,
        reach: ThresholdBracket,
        scratch: &mut Scratch,
    ) -> Option<Threshold> {
        let Scratch {
            marginal, selected, ..
        } = scratch;
        let mut sure = 0.0;
        for ((family, near), marginal) in self.families.iter().zip(&*selected).zip(&mut *marginal) {
            self.gather(family, *near, reach, capacity, marginal);
            sure += family.multiplicity * (marginal.sure_rank - family.low);
        }
        if sure >= capacity && !reach.is_all() {
            return None;
        }
        let kernel = &self.learner.kernel;
        let classes = marginal
            .iter()
            .map(|marginal| (&marginal.classes, marginal.kernel(kernel)));
        Some(threshold(
            &classes,
            (capacity - sure, capacity),
            reach.guess,
        ))
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
