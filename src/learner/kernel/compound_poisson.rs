//! What is left of a skill whose meetings count differently: E\[r(Σ m_j n_j)\] for independent
//! n_j ~ Poisson(μ_j).

use statrs::function::gamma::{gamma_ur, ln_gamma};

use super::poisson::at_least;
use crate::learner::Kernel;

/// Ways to stay below a threshold up to which they are summed.
const MOST_WAYS: f64 = 1e4;

/// Panels of the integral of the reciprocal kernel: each twice as wide as the one before.
const PANELS: usize = 40;

/// Part of the fastest decay of that integral which the first panel spans.
const FIRST_PANEL: f64 = 0.25;

/// Abscissae and weights of the five-point Gauss–Legendre rule on (−1, 1) (DLMF table 3.5.2).
const RULE: [(f64, f64); 5] = [
    (-0.906_179_845_938_664, 0.236_926_885_056_189_1),
    (-0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
    (0.0, 0.568_888_888_888_888_9),
    (0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
    (0.906_179_845_938_664, 0.236_926_885_056_189_1),
];

impl Kernel {
    /// The kernel for meetings that each count `worth` times.
    #[must_use]
    pub(crate) fn counting(&self, worth: f64) -> Self {
        let mut kernel = *self;
        match &mut kernel {
            Self::Threshold { tau }
            | Self::Exponential { tau }
            | Self::Reciprocal { tau }
            | Self::SgdDecay { tau, .. } => *tau /= worth,
        }
        kernel
    }

    /// Plain meetings that teach, on average, as much as one that counts `worth` times, if that is
    /// the same for all skills.
    pub fn equivalent(&self, worth: f64) -> Option<f64> {
        match *self {
            // E[z^(mn)] is e^(−μ(1−z^m)).
            Self::Exponential { tau } => Some((-worth / tau).exp_m1() / (-1.0 / tau).exp_m1()),
            Self::SgdDecay { .. } => Some(worth),
            Self::Threshold { .. } | Self::Reciprocal { .. } => None,
        }
    }

    /// Mean unlearned part of a skill with several (mean meetings, worth of each). Exact, but for
    /// thresholds that can be missed in more than 1e4 ways: there meetings count their average
    /// worth, Σμm²/Σμm, which keeps mean and variance of Σ m n.
    pub(crate) fn unlearned_of(&self, met: &[(f64, f64)]) -> f64 {
        if met.iter().any(|(mean, _)| mean.is_infinite()) {
            return 0.0;
        }
        let sum = |power: i32| {
            met.iter()
                .map(|(mean, m)| mean * m.powi(power))
                .sum::<f64>()
        };
        match *self {
            Self::Exponential { .. } | Self::SgdDecay { .. } => {
                let each =
                    |(mean, worth): &(f64, f64)| mean * self.equivalent(*worth).unwrap_or(*worth);
                self.unlearned(met.iter().map(each).sum())
            }
            Self::Reciprocal { tau } => reciprocal(tau, met),
            Self::Threshold { tau } => {
                let ways: f64 = met.iter().skip(1).map(|(_, m)| (tau / m).ceil()).product();
                if ways <= MOST_WAYS {
                    return below(tau, met);
                }
                let (first, second) = (sum(1), sum(2));
                if first <= 0.0 {
                    return 1.0;
                }
                let worth = second / first;
                self.counting(worth).unlearned(first / worth)
            }
        }
    }
}

impl Kernel {
    /// E\[1(n ≥ `count`)·(1 − r(W))\] for a skill with several (mean meetings, worth of each), where
    /// n is the number of all meetings and W what they are worth together; `count` is whole and at
    /// least 1. Exact where [`Kernel::unlearned_of`] is; for thresholds that can be missed in more
    /// ways meetings count their average worth, Σμm/Σμ. `sgd-decay` is learned as far as the means
    /// say.
    pub(crate) fn learned_of(&self, count: f64, met: &[(f64, f64)]) -> f64 {
        let mean: f64 = met.iter().map(|(mean, _)| mean).sum();
        if mean <= 0.0 {
            return 0.0;
        }
        let kept = at_least(count, mean, mean.ln());
        if kept >= 1.0 {
            return 1.0 - self.unlearned_of(met);
        }
        if kept < f64::MIN_POSITIVE {
            return 0.0;
        }
        match *self {
            Self::Exponential { tau } => (kept - thinned(1.0 / tau, count, met)).max(0.0),
            Self::Reciprocal { tau } => {
                let most = met.iter().fold(1.0, |most, (_, m)| f64::max(most, *m));
                let fastest = 1.0 + (mean.max(count) * most) / tau;
                let left = panels(fastest, |t| (-t).exp() * thinned(t / tau, count, met));
                (kept - left).max(0.0)
            }
            Self::SgdDecay { .. } => kept * (1.0 - self.unlearned_of(met)),
            Self::Threshold { tau } => {
                let ways: f64 = met.iter().skip(1).map(|(_, m)| (tau / m).ceil()).product();
                if ways <= MOST_WAYS {
                    return (kept - between(count, tau, met)).max(0.0);
                }
                let worth = met.iter().map(|(mean, m)| mean * m).sum::<f64>() / mean;
                at_least((tau / worth).ceil().max(count), mean, mean.ln())
            }
        }
    }
}

/// E\[1(Σ n_j ≥ `count`) e^(−`rate` Σ m_j n_j)\]: meetings thinned by z_j = e^(−rate·m_j) are
/// Poisson(μ_j z_j), with the weight e^(−Σ μ_j (1 − z_j)).
fn thinned(rate: f64, count: f64, met: &[(f64, f64)]) -> f64 {
    let (mut left, mut weight) = (0.0, 0.0);
    for (mean, m) in met {
        left += mean * (-rate * m).exp();
        weight += mean * (-rate * m).exp_m1();
    }
    if left > 0.0 {
        weight.exp() * at_least(count, left, left.ln())
    } else {
        0.0
    }
}

/// P(Σ n_j ≥ `count` and Σ m_j n_j < `bound`), as [`below`].
fn between(count: f64, bound: f64, met: &[(f64, f64)]) -> f64 {
    let Some(((mean, worth), others)) = met.split_last() else {
        return if count <= 0.0 && bound > 0.0 {
            1.0
        } else {
            0.0
        };
    };
    let counts = (bound / worth).ceil();
    if counts < 1.0 {
        return 0.0;
    }
    if others.iter().all(|(mean, _)| *mean <= 0.0) {
        let fewer = |n: f64| {
            if n < 1.0 { 0.0 } else { gamma_ur(n, *mean) }
        };
        return (fewer(counts) - fewer(count.max(0.0))).max(0.0);
    }
    let (mut sum, mut n) = (0.0, 0.0);
    while n < counts {
        let probability = (n * mean.ln() - mean - ln_gamma(n + 1.0)).exp();
        if probability > 0.0 {
            sum += probability * between(count - n, bound - n * worth, others);
        }
        n += 1.0;
    }
    sum
}

/// P(Σ m_j n_j < `bound`): the last n by its distribution, those before one by one.
fn below(bound: f64, met: &[(f64, f64)]) -> f64 {
    let Some(((mean, worth), others)) = met.split_last() else {
        return 1.0;
    };
    if *mean <= 0.0 {
        return below(bound, others);
    }
    let counts = (bound / worth).ceil();
    if counts < 1.0 {
        return 0.0;
    }
    if others.iter().all(|(mean, _)| *mean <= 0.0) {
        return gamma_ur(counts, *mean);
    }
    let (mut sum, mut n) = (0.0, 0.0);
    while n < counts {
        let probability = (n * mean.ln() - mean - ln_gamma(n + 1.0)).exp();
        if probability > 0.0 {
            sum += probability * below(bound - n * worth, others);
        }
        n += 1.0;
    }
    sum
}

/// E\[τ/(τ+Σ m n)\] = ∫₀^∞ e^(−t) Π E\[e^(−t m n/τ)\] dt, in panels from the fastest decay on.
fn reciprocal(tau: f64, met: &[(f64, f64)]) -> f64 {
    let fastest = 1.0 + met.iter().map(|(mean, m)| mean * m / tau).sum::<f64>();
    panels(fastest, |t| {
        let each = |(mean, m): &(f64, f64)| mean * (-t * m / tau).exp_m1();
        (met.iter().map(each).sum::<f64>() - t).exp()
    })
}

/// ∫₀^∞ of a function that falls at the rate `fastest` at first, and ever slower.
fn panels(fastest: f64, value: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut width, mut sum) = (0.0, FIRST_PANEL / fastest, 0.0);
    for _ in 0..PANELS {
        let (middle, half) = (low + 0.5 * width, 0.5 * width);
        let panel = RULE
            .iter()
            .map(|(x, w)| half * w * value(middle + half * x));
        let panel: f64 = panel.sum();
        sum += panel;
        low += width;
        width *= 2.0;
        if panel < f64::EPSILON * sum {
            break;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use statrs::function::gamma::ln_gamma;

    /// Against the sum over both counts.
    #[test]
    fn two_worths_are_summed_over_both_counts() {
        let poisson = |mean: f64, n: f64| (n * mean.ln() - mean - ln_gamma(n + 1.0)).exp();
        for tau in [0.8, 3.0, 5.0, 20.0] {
            for met in [
                [(0.3, 1.0), (2.0, 3.7)],
                [(4.0, 1.6), (9.0, 11.2)],
                [(30.0, 1.0), (0.1, 16.4)],
            ] {
                for kernel in [
                    Kernel::Threshold { tau },
                    Kernel::Exponential { tau },
                    Kernel::Reciprocal { tau },
                ] {
                    let mut sum = 0.0;
                    for a in 0..120 {
                        for b in 0..60 {
                            let (a, b) = (f64::from(a), f64::from(b));
                            let left = kernel.after(met[0].1 * a + met[1].1 * b).unwrap();
                            sum += poisson(met[0].0, a) * poisson(met[1].0, b) * left;
                        }
                    }
                    let found = kernel.unlearned_of(&met);
                    assert_relative_eq!(found, sum, max_relative = 1e-6, epsilon = 1e-13);
                }
            }
        }
    }

    /// Against the sum over both counts, of which so many are enough.
    #[test]
    fn what_is_learned_if_kept_is_summed_over_both_counts() {
        let poisson = |mean: f64, n: f64| (n * mean.ln() - mean - ln_gamma(n + 1.0)).exp();
        for tau in [0.8, 3.0, 20.0] {
            for met in [
                [(0.3, 1.0), (2.0, 3.7)],
                [(4.0, 1.6), (9.0, 11.2)],
                [(30.0, 1.0), (0.1, 16.4)],
            ] {
                for count in [1.0, 2.0, 7.0, 19.0, 40.0] {
                    for kernel in [
                        Kernel::Threshold { tau },
                        Kernel::Exponential { tau },
                        Kernel::Reciprocal { tau },
                    ] {
                        let mut sum = 0.0;
                        for a in 0..120 {
                            for b in 0..60 {
                                let (a, b) = (f64::from(a), f64::from(b));
                                if a + b >= count {
                                    let left = kernel.after(met[0].1 * a + met[1].1 * b);
                                    let both = poisson(met[0].0, a) * poisson(met[1].0, b);
                                    sum += both * (1.0 - left.unwrap());
                                }
                            }
                        }
                        let found = kernel.learned_of(count, &met);
                        assert_relative_eq!(found, sum, max_relative = 1e-6, epsilon = 1e-12);
                    }
                }
            }
        }
    }

    /// One worth is the kernel with another τ.
    #[test]
    fn one_worth_scales_tau() {
        for kernel in [
            Kernel::Threshold { tau: 5.0 },
            Kernel::Exponential { tau: 5.0 },
            Kernel::Reciprocal { tau: 5.0 },
            Kernel::SgdDecay {
                tau: 5.0,
                noise: 0.3,
            },
        ] {
            for mean in [0.02, 1.0, 30.0] {
                for worth in [1.0, 2.5, 16.4] {
                    let scaled = kernel.counting(worth).unlearned(mean);
                    let found = kernel.unlearned_of(&[(mean, worth)]);
                    assert_relative_eq!(found, scaled, max_relative = 1e-7);
                    if let Some(plain) = kernel.equivalent(worth) {
                        assert_relative_eq!(
                            kernel.unlearned(plain * mean),
                            scaled,
                            max_relative = 1e-9
                        );
                    }
                }
            }
        }
    }
}
