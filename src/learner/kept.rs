//! What is learned of skills that are kept only if they were met often enough.

use statrs::function::gamma::ln_gamma;

use super::Kernel;
use super::poisson::at_least;

/// Counts from which the spread of n about its mean (1e-4 of it) no longer shows in r(n).
const NARROW_COUNT: f64 = 1e8;

/// Standard deviations beyond which a window of counts is complete.
const WINDOW: f64 = 12.0;

/// Counts up to which a sum over all smaller counts is the shortest.
const FEW: f64 = 64.0;

impl Kernel {
    /// E\[1(n ≥ `count`)·(1 − r(n))\] for n ~ Poisson(`mean`): the expected learned part of a skill
    /// that is kept if met at least `count` times (a whole number, at least 1). `mean` is finite
    /// and above 0, `ln_mean` its logarithm.
    ///
    /// threshold: P(n ≥ max(τ, m)). exponential: P(n ≥ m) − e^(−μ(1−z)) P(Poisson(μz) ≥ m) with
    /// z = e^(−1/τ). reciprocal: a sum over counts. `sgd-decay` has no r(n): a kept skill is
    /// learned as far as its mean says.
    pub fn learned_if_kept(&self, count: f64, mean: f64, ln_mean: f64) -> f64 {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

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
