//! Skills that compete by their realised counts.

use super::tails::{TOGETHER, at_least_each};
use super::threshold::least_count;

/// Part of the capacity below which a crowd, and with it all later ones, has no say.
const NEGLIGIBLE: f64 = 1e-12;

/// Skills that compete by realised counts, in crowds of one mean number of meetings and one value
/// per meeting, by falling mean.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Crowds {
    /// Number of skills of each crowd, whole or not.
    skills: Vec<f64>,
    /// Mean number of meetings μ of each, finite and above 0.
    means: Vec<f64>,
    /// ln μ.
    ln_means: Vec<f64>,
    /// Runs of crowds of one value v of a meeting, as their end and v: the score of n meetings is
    /// n·v.
    runs: Vec<(usize, f64)>,
}

/// How many skills score above a threshold, and the scores next to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Above {
    /// Number of skills.
    pub(super) skills: f64,
    /// The highest score that is not above the threshold.
    pub(super) below: f64,
    /// The lowest score that is.
    pub(super) next: f64,
}

impl Above {
    /// No skills.
    pub(super) fn none() -> Self {
        Self {
            skills: 0.0,
            below: 0.0,
            next: f64::INFINITY,
        }
    }
}

impl Crowds {
    /// Forgets all crowds.
    pub fn clear(&mut self) {
        self.skills.clear();
        self.means.clear();
        self.ln_means.clear();
        self.runs.clear();
    }

    /// Adds a crowd of `skills` skills of a mean number of meetings, finite, above 0 and not above
    /// that of the last one, with its logarithm.
    #[expect(clippy::float_cmp, reason = "equal values are equal to the last digit")]
    pub fn push(&mut self, skills: f64, (mean, ln_mean): (f64, f64), value: f64) {
        self.skills.push(skills);
        self.means.push(mean);
        self.ln_means.push(ln_mean);
        let end = self.skills.len();
        match self.runs.last_mut() {
            Some(last) if last.1 == value => last.0 = end,
            _ => self.runs.push((end, value)),
        }
    }

    /// Number of crowds.
    pub fn len(&self) -> usize {
        self.skills.len()
    }

    /// Whether there are no crowds.
    pub fn is_empty(&self) -> bool {
        self.skills.is_empty()
    }

    /// Number of skills of each crowd.
    pub fn skills(&self) -> &[f64] {
        &self.skills
    }

    /// Mean number of meetings of each crowd.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// Logarithm of the mean number of meetings of each crowd.
    pub fn ln_means(&self) -> &[f64] {
        &self.ln_means
    }

    /// The crowds of one value of a meeting, run by run, with that value.
    pub fn runs(&self) -> impl Iterator<Item = (std::ops::Range<usize>, f64)> {
        let mut start = 0;
        self.runs.iter().map(move |(end, value)| {
            let run = start..*end;
            start = *end;
            (run, *value)
        })
    }

    /// Largest score that any crowd reaches by one meeting more than its mean.
    pub(super) fn highest(&self) -> f64 {
        self.runs()
            .map(|(run, value)| value * (self.means[run.start] + 1.0))
            .fold(0.0, f64::max)
    }

    /// Adds to `found` the skills met at least `least` times that score above `score`, and the
    /// scores next to it.
    pub(super) fn above(&self, score: f64, (capacity, least): (f64, f64), found: &mut Above) {
        for (run, value) in self.runs() {
            let count = least_count(score, value).max(least);
            if count > least {
                found.below = found.below.max((count - 1.0) * value);
            }
            found.next = found.next.min(count * value);
            for start in run.clone().step_by(TOGETHER) {
                let block = start..run.end.min(start + TOGETHER);
                let tails = at_least_each(
                    count,
                    &self.means[block.clone()],
                    &self.ln_means[block.clone()],
                );
                let skills = self.skills[block].iter().zip(tails);
                let skills: f64 = skills.map(|(skills, tail)| skills * tail).sum();
                found.skills += skills;
                // Later ranks are met ever less.
                if self.means[start] < count && skills < NEGLIGIBLE * capacity {
                    return;
                }
            }
        }
    }
}
