//! Where the common threshold over realised counts may lie, by the cut by expected scores.

use super::by_expected_score::{exposure, meetings};
use super::finite_data::common_worth;
use super::marginal_skills::MarginalSkills;
use crate::learner::Threshold;
use crate::simulate::{Scratch, Simulator};
use crate::world::Member;

/// Meetings by which the threshold may lie below that of expected scores, and above it.
const REACH: (f64, f64) = (2.0, 5.0);

/// Meetings by which it usually lies above: over a Gamma(n) variable g the mean of g^(−1/α) is that
/// of (n − (1 + 1/α)/2)^(−1/α), nearly.
const USUAL: f64 = 0.85;

/// The scores between which the threshold is looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ThresholdBracket {
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// The score to look at first; NaN for none.
    pub(crate) guess: f64,
}

impl ThresholdBracket {
    /// All scores.
    pub(super) fn all(self) -> Self {
        Self {
            low: 0.0,
            high: f64::INFINITY,
            ..self
        }
    }

    /// Whether all scores are within reach.
    pub(super) fn is_all(&self) -> bool {
        self.low <= 0.0 && self.high.is_infinite()
    }

    /// Whether a threshold that was found with these rivals is the threshold among all skills.
    pub(super) fn holds(&self, threshold: &Threshold) -> bool {
        (self.low <= 0.0 || threshold.from >= self.low) && threshold.above <= self.high
    }
}

impl Simulator {
    /// Fills in what of `scratch.rivals` depends on weights, tokens and `scratch.seen` alone, and
    /// tells where the threshold lies if it is near `scratch.selected`, the cut by expected scores.
    pub(crate) fn approach(
        &self,
        weights: &[f64],
        tokens: f64,
        scratch: &mut Scratch,
    ) -> ThresholdBracket {
        let ranking = self.learner.ranking;
        let Scratch {
            marginal,
            selected,
            seen,
            ..
        } = scratch;
        marginal.resize_with(self.families.len(), MarginalSkills::default);
        // Scores of the last ranks that are selected, and of the first that are not.
        let (mut last, mut next) = (f64::INFINITY, 0.0);
        // The score of the fewest meetings that teach, and values of a meeting.
        let (mut least, mut most, mut typical) = (f64::INFINITY, 0.0, f64::INFINITY);
        for ((family, near), marginal) in self.families.iter().zip(&*selected).zip(marginal) {
            let worth = common_worth(family, seen);
            let repeats = worth.filter(|worth| *worth > 1.0);
            marginal.kernel = repeats.map(|worth| self.learner.kernel.counting(worth));
            marginal.apart = worth.is_none().then(|| seen.clone());
            family.combine_into(|member| seen[member.domain].distinct, &mut marginal.met);
            let valued = |member: &Member| {
                let domain = &self.world.domains()[member.domain];
                exposure(weights[member.domain], tokens) * ranking.value(domain, member)
            };
            family.combine_into(valued, &mut marginal.valued);
            if let Some((low, high)) = marginal.values() {
                let (fewest, _) = marginal.teaching(&self.learner.kernel);
                (least, most) = (f64::min(least, fewest * low), f64::max(most, high));
            }
            if near.rank > family.low && near.rank < family.high {
                let mass = |row: usize| family.spectrum(row).mass(near.rank);
                let here = meetings(&marginal.valued, mass);
                last = f64::min(last, here);
                typical = f64::min(typical, here / meetings(&marginal.met, mass));
                let mass = |row: usize| family.spectrum(row).mass(near.rank + 1.0);
                next = f64::max(next, meetings(&marginal.valued, mass));
            }
        }
        if last.is_infinite() {
            return ThresholdBracket {
                low: 0.0,
                high: 0.0,
                guess: f64::NAN,
            };
        }
        let (below, above) = (f64::min(last, next), f64::max(last, next));
        let low = below - REACH.0 * most;
        ThresholdBracket {
            // Down to the least count the score does not matter.
            low: if low < least { 0.0 } else { low },
            high: above + REACH.1 * most,
            guess: 0.5 * (below + above) + USUAL * typical,
        }
    }
}
