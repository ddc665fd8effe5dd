//! What is learned of skills that are kept only if they were met often enough.

use std::f64::consts::TAU;

use statrs::function::gamma::ln_gamma;

use super::poisson::{DIRECT_COUNT, at_least, probability};
use super::poisson_tails::{TOGETHER, at_least_each};
use crate::learner::Kernel;

/// Counts from which the spread of n about its mean (1e-4 of it) no longer shows in r(n).
const NARROW_COUNT: f64 = 1e8;

/// Standard deviations beyond which a window of counts is complete.
const WINDOW: f64 = 12.0;

/// Counts up to which a sum over all smaller counts is the shortest.
const FEW: f64 = 64.0;

/// Counts from which 1/(τ+n) is a short series in the distance of n from its mean.
const EXPANDED_COUNT: f64 = 400.0;

/// Terms of that series: with 5 standard deviations to a count of 400, the last is below 1e-8.
const TERMS: usize = 14;

impl Kernel {
    /// E\[1(n ≥ `count`)·(1 − r(n))\] for n ~ Poisson(`mean`): the expected learned part of a skill
    /// that is kept if met at least `count` times (a whole number, at least 1). `mean` is finite
    /// and above 0, `ln_mean` its logarithm.
    ///
    /// threshold: P(n ≥ max(τ, m)). exponential: P(n ≥ m) − e^(−μ(1−z)) P(Poisson(μz) ≥ m) with
    /// z = e^(−1/τ). reciprocal: a sum over counts. `sgd-decay` has no r(n): a kept skill is
    /// learned as far as its mean says.
    pub(super) fn learned_if_kept(&self, count: f64, mean: f64, ln_mean: f64) -> f64 {
        match *self {
            Self::Threshold { tau } => at_least(tau.ceil().max(count), mean, ln_mean),
            Self::Exponential { tau } => {
                let kept = at_least(count, mean, ln_mean);
                if kept == 0.0 {
                    return 0.0;
                }
                let thinned = mean * (-1.0 / tau).exp();
                let left = if thinned > 0.0 {
                    self.unlearned(mean) * at_least(count, thinned, ln_mean - 1.0 / tau)
                } else {
                    0.0
                };
                (kept - left).max(0.0)
            }
            Self::Reciprocal { .. } => self.learned_by_counts(count, mean, ln_mean),
            Self::SgdDecay { .. } => (1.0 - self.unlearned(mean)) * at_least(count, mean, ln_mean),
        }
    }

    /// As [`Kernel::learned_if_kept`] for up to [`TOGETHER`] means, of skills that are kept if met at
    /// least `whole` times, and with the probability `share` if met from `part` to before `whole`
    /// times; 0 for means that are not there.
    pub(crate) fn learned_each(
        &self,
        (whole, part, share): (f64, f64, f64),
        means: &[f64],
        ln_means: &[f64],
    ) -> [f64; TOGETHER] {
        let mut learned = match *self {
            Self::Exponential { tau } => {
                let fall = -1.0 / tau;
                let (thinned, ln_thinned) = (scaled(means, fall.exp()), shifted(ln_means, fall));
                let there = ..means.len();
                let mut learned = at_least_each(whole, means, ln_means);
                let left = at_least_each(whole, &thinned[there], &ln_thinned[there]);
                for (learned, (left, mean)) in learned.iter_mut().zip(left.iter().zip(means)) {
                    *learned = (*learned - self.unlearned(*mean) * left).max(0.0);
                }
                learned
            }
            Self::Threshold { tau } => at_least_each(tau.ceil().max(whole), means, ln_means),
            Self::Reciprocal { .. } | Self::SgdDecay { .. } => {
                let mut learned = [0.0; TOGETHER];
                for (learned, (mean, ln_mean)) in learned.iter_mut().zip(means.iter().zip(ln_means))
                {
                    *learned = self.learned_if_kept(whole, *mean, *ln_mean);
                }
                learned
            }
        };
        if part >= whole || share <= 0.0 {
            return learned;
        }
        for (learned, (mean, ln_mean)) in learned.iter_mut().zip(means.iter().zip(ln_means)) {
            let next = match self.after(part) {
                Some(left) if whole - part < 1.5 && part < DIRECT_COUNT => {
                    (1.0 - left) * probability(part as usize, *mean, *ln_mean)
                }
                _ => self.learned_if_kept(part, *mean, *ln_mean) - *learned,
            };
            *learned += share * next;
        }
        learned
    }

    fn learned_by_counts(&self, count: f64, mean: f64, ln_mean: f64) -> f64 {
        let kept = at_least(count, mean, ln_mean);
        if kept < f64::MIN_POSITIVE {
            return 0.0;
        }
        if kept >= 1.0 {
            return 1.0 - self.unlearned(mean);
        }
        let left = |n: f64| self.after(n).unwrap_or(1.0);
        if count <= FEW && mean > count {
            let mut probability = (-mean).exp();
            let mut missed = probability * (1.0 - left(0.0));
            let mut n = 1.0;
            while n < count {
                probability *= mean / n;
                missed += probability * (1.0 - left(n));
                n += 1.0;
            }
            return (1.0 - self.unlearned(mean) - missed).max(0.0);
        }
        if count > NARROW_COUNT {
            return kept * (1.0 - left(mean.max(count)));
        }
        if count > EXPANDED_COUNT {
            return self.learned_by_moments(count, mean, kept);
        }
        let mut probability = (count * ln_mean - mean - ln_gamma(count + 1.0)).exp();
        let last = count.max(mean) + WINDOW * count.max(mean).sqrt() + 2.0 * WINDOW;
        let (mut learned, mut weight, mut n) = (0.0, 0.0, count);
        while n <= last {
            learned += probability * (1.0 - left(n));
            weight += probability;
            n += 1.0;
            probability *= mean / n;
        }
        // The first probability has lost the digits that `kept` has not.
        if weight > 0.0 {
            kept * learned / weight
        } else {
            0.0
        }
    }

    /// The same for many counts, where P(n ≥ `count`) is `kept`. With x = τ + μ,
    /// τ/(τ+n) = τ/x Σ_j (−(n−μ)/x)^j, and the moments T_j = E\[1(n ≥ m)(n−μ)^j\] follow from
    /// n P(n) = μ P(n−1): T_(j+1) = m P(m) (m−μ)^j + μ Σ_(i<j) (j over i) T_i.
    fn learned_by_moments(&self, count: f64, mean: f64, kept: f64) -> f64 {
        let x = self.tau() + mean;
        let distance = (mean - count) / count;
        // Stirling's series of ln m!, without the cancellation between its large terms.
        let exponent = count * (distance - distance.ln_1p()) + 1.0 / (12.0 * count);
        let first = (-exponent).exp() * (count / TAU).sqrt() / x;
        // T_j / x^j, and the row j of Pascal's triangle, with powers of 1/x.
        let mut moments = [0.0; TERMS];
        let mut row = [0.0; TERMS];
        moments[0] = kept;
        let (mut left, mut power, mut sign) = (kept, 1.0, 1.0);
        for j in 0..TERMS - 1 {
            // row[i] is (j over i) x^(i−j).
            for i in (0..=j).rev() {
                let before = if i > 0 { row[i - 1] } else { 0.0 };
                row[i] = if i == j { 1.0 } else { row[i] / x + before };
            }
            let lower: f64 = (0..j).map(|i| row[i] * moments[i]).sum();
            moments[j + 1] = first * power + mean / x * lower;
            power *= (count - mean) / x;
            sign = -sign;
            left += sign * moments[j + 1];
        }
        (kept - self.tau() / x * left).max(0.0)
    }
}

fn scaled(values: &[f64], factor: f64) -> [f64; TOGETHER] {
    let mut scaled = [0.0; TOGETHER];
    for (scaled, value) in scaled.iter_mut().zip(values) {
        *scaled = value * factor;
    }
    scaled
}

fn shifted(values: &[f64], by: f64) -> [f64; TOGETHER] {
    let mut shifted = [0.0; TOGETHER];
    for (shifted, value) in shifted.iter_mut().zip(values) {
        *shifted = value + by;
    }
    shifted
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// Several at once, with a tie, are each by itself.
    #[test]
    fn several_are_each_by_itself() {
        for tau in [0.7, 5.0, 90.0] {
            for kernel in [
                Kernel::Threshold { tau },
                Kernel::Exponential { tau },
                Kernel::Reciprocal { tau },
            ] {
                for (part, whole) in [
                    (1.0, 2.0),
                    (6.0, 7.0),
                    (7.0, 7.0),
                    (90.0, 91.0),
                    (300.0, 301.0),
                ] {
                    let (part, whole) = (f64::max(part, tau.ceil()), f64::max(whole, tau.ceil()));
                    let means = [1.3, 0.9, 0.6, 0.2].map(|factor| factor * whole);
                    let ln_means = means.map(f64::ln);
                    let kept = (whole, part, 0.3);
                    let together = kernel.learned_each(kept, &means[..3], &ln_means[..3]);
                    assert_eq!(together[3].to_bits(), 0);
                    for (place, mean) in means[..3].iter().enumerate() {
                        let alone = |count| kernel.learned_if_kept(count, *mean, ln_means[place]);
                        let learned = 0.7 * alone(whole) + 0.3 * alone(part);
                        assert_relative_eq!(
                            together[place],
                            learned,
                            max_relative = 1e-9,
                            epsilon = 1e-14
                        );
                    }
                }
            }
        }
    }

    /// The series for many counts against the sum, near the mean on both sides.
    #[test]
    fn moments_agree_with_sums_over_counts() {
        for tau in [0.7, 5.0, 300.0, 2e4] {
            let kernel = Kernel::Reciprocal { tau };
            for mean in [401.0f64, 900.0, 2e4] {
                for deviations in [-6.0, -2.0, 0.0, 1.0, 3.0, 6.0] {
                    let count = (mean + deviations * mean.sqrt()).ceil();
                    let (mut sum, mut kept) = (0.0, 0.0);
                    let mut n = count;
                    while n < mean.max(count) + 40.0 * mean.sqrt() {
                        let ln = n * mean.ln() - mean - ln_gamma(n + 1.0);
                        sum += ln.exp() * (1.0 - kernel.after(n).unwrap());
                        kept += ln.exp();
                        n += 1.0;
                    }
                    let closed = kernel.learned_by_moments(count, mean, kept);
                    assert_relative_eq!(closed, sum, max_relative = 1e-7, epsilon = 1e-14);
                }
            }
        }
    }

    #[test]
    fn closed_forms_are_sums_over_counts() {
        for tau in [0.7, 1.0, 5.0, 90.0] {
            for mean in [0.01f64, 0.8, 6.0, 70.0, 150.0, 900.0] {
                for count in [1.0, 2.0, 5.0, 70.0, 180.0, 850.0] {
                    for kernel in [
                        Kernel::Threshold { tau },
                        Kernel::Exponential { tau },
                        Kernel::Reciprocal { tau },
                    ] {
                        let mut sum = 0.0;
                        let mut n: f64 = count;
                        while n < mean.max(count) + 400.0 + 40.0 * mean.sqrt() {
                            let ln = n * mean.ln() - mean - ln_gamma(n + 1.0);
                            sum += ln.exp() * (1.0 - kernel.after(n).unwrap());
                            n += 1.0;
                        }
                        let closed = kernel.learned_if_kept(count, mean, mean.ln());
                        assert_relative_eq!(closed, sum, max_relative = 1e-7, epsilon = 1e-14);
                    }
                }
            }
        }
    }
}
