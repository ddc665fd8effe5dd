//! Skills that compete by their realised counts.

use std::ops::Range;

use crate::learner::Kernel;
use crate::learner::kernel::poisson_tails::{TOGETHER, at_least_each};

/// Relative distance within which scores count as equal.
pub(super) const EQUAL: f64 = 1e-12;

/// Smallest whole n ≥ 1 with n·`value` above `score`.
pub(crate) fn least_count(score: f64, value: f64) -> f64 {
    (score / value * (1.0 + EQUAL)).floor() + 1.0
}

/// Part of the capacity below which a crowd, and with it all later ones, has no say.
const NEGLIGIBLE: f64 = 1e-12;

/// Skills that compete by realised counts, in crowds of one mean number of meetings and one value
/// per meeting, by falling mean.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SkillClasses {
    /// Number of skills of each crowd, whole or not.
    skills: Vec<f64>,
    /// Mean number of meetings μ of each, finite and above 0.
    means: Vec<f64>,
    /// ln μ.
    ln_means: Vec<f64>,
    /// Runs of crowds of one value v of a meeting, as their end and v: the score of n meetings is
    /// n·v.
    runs: Vec<(usize, f64)>,
    /// Fewest meetings that teach anything; with fewer a skill takes no capacity.
    least: f64,
    /// Where domains' meetings differ in worth: (mean meetings, worth of each) by each domain, crowd
    /// after crowd, and their end for each crowd.
    met: Vec<(f64, f64)>,
    ends: Vec<usize>,
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

impl SkillClasses {
    /// Forgets all crowds. Those to come take capacity if they are met at least `least` times.
    pub fn clear(&mut self, least: f64) {
        self.least = least;
        self.met.clear();
        self.ends.clear();
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

    /// Tells of the crowd added last how often each domain meets it on average, and what its
    /// meetings are worth. Then all crowds need it.
    pub fn tell(&mut self, met: &[(f64, f64)]) {
        self.met.extend_from_slice(met);
        self.ends.push(self.met.len());
    }

    /// What was told of a crowd, if anything was told of all.
    fn told(&self, class: usize) -> Option<&[(f64, f64)]> {
        let end = *self.ends.get(class)?;
        let start = class.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.met[start..end])
    }

    /// Fewest meetings that teach anything.
    pub fn least(&self) -> f64 {
        self.least
    }

    /// Probability that a skill of each of a block of crowds takes capacity if `count` meetings are
    /// enough to be kept.
    fn taken(&self, kernel: &Kernel, count: f64, block: Range<usize>) -> [f64; TOGETHER] {
        if self.ends.is_empty() || !matches!(kernel, Kernel::Threshold { .. }) {
            return at_least_each(count, &self.means[block.clone()], &self.ln_means[block]);
        }
        let mut taken = [0.0; TOGETHER];
        for (taken, class) in taken.iter_mut().zip(block) {
            *taken = kernel.learned_of(count, self.told(class).unwrap_or(&[]));
        }
        taken
    }

    /// What `kernel` lets each of a block of crowds learn on average, if skills are kept that are met
    /// at least `whole` times, and with the probability `share` those met from `part` to before
    /// `whole` times.
    pub fn learned(
        &self,
        kernel: &Kernel,
        (whole, part, share): (f64, f64, f64),
        block: Range<usize>,
    ) -> [f64; TOGETHER] {
        if self.ends.is_empty() {
            let kept = (whole, part, share);
            return kernel.learned_each(kept, &self.means[block.clone()], &self.ln_means[block]);
        }
        let mut learned = [0.0; TOGETHER];
        for (learned, class) in learned.iter_mut().zip(block) {
            let met = self.told(class).unwrap_or(&[]);
            *learned = kernel.learned_of(whole, met);
            if part < whole && share > 0.0 {
                *learned += share * (kernel.learned_of(part, met) - *learned);
            }
        }
        learned
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

    /// The crowds of one value of a meeting, run by run, with that value.
    pub fn runs(&self) -> impl Iterator<Item = (Range<usize>, f64)> {
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

    /// Adds to `found` the skills that learn anything and score above `score`, and the scores next
    /// to it.
    pub(super) fn above(&self, score: f64, kernel: &Kernel, capacity: f64, found: &mut Above) {
        let least = self.least;
        for (run, value) in self.runs() {
            let count = least_count(score, value).max(least);
            if count > least {
                found.below = found.below.max((count - 1.0) * value);
            }
            found.next = found.next.min(count * value);
            for start in run.clone().step_by(TOGETHER) {
                let block = start..run.end.min(start + TOGETHER);
                let tails = self.taken(kernel, count, block.clone());
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
