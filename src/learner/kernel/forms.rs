//! Kernels: what a number of meetings leaves unlearned, and its mean over Poisson meetings.
//!
//! A one-pass learner meets a skill n times, n ~ Poisson(μ) with μ = D·λ. The closed forms of
//! E\[r(n)\] below replace the draw in expected mode; they are exact.

use statrs::function::gamma::gamma_ur;

use crate::learner::LearnerError;

/// What n meetings of a skill leave unlearned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kernel {
    /// 0 if n ≥ τ, else 1.
    Threshold {
        /// Meetings needed, τ.
        tau: f64,
    },
    /// e^(−n/τ).
    Exponential {
        /// Meetings that leave 1/e, τ.
        tau: f64,
    },
    /// 1/(1 + n/τ).
    Reciprocal {
        /// Meetings that leave one half, τ.
        tau: f64,
    },
    /// One-pass SGD with geometric step decay, in closed form: with φ = μ/τ,
    /// r = e^(−φ) + σ²(1 − (1+φ)e^(−φ))/φ. It has no meaning for a single number of meetings.
    SgdDecay {
        /// Meetings that make φ = 1, τ.
        tau: f64,
        /// Label noise σ² in units of the skill's cost.
        noise: f64,
    },
}

/// Largest τ: beyond it the sums over meetings would take seconds.
const LARGEST_TAU: f64 = 1e6;

impl Kernel {
    /// Checks the parameters.
    ///
    /// # Errors
    /// [`LearnerError`] when τ is not in (0, 1e6] or the noise is below 0.
    pub fn checked(self) -> Result<Self, LearnerError> {
        let tau = self.tau();
        if !(tau > 0.0 && tau <= LARGEST_TAU) {
            return Err(LearnerError::Tau(tau));
        }
        if let Self::SgdDecay { noise, .. } = self
            && !(noise.is_finite() && noise >= 0.0)
        {
            return Err(LearnerError::Noise(noise));
        }
        Ok(self)
    }

    /// The scale τ of the kernel, in meetings.
    pub fn tau(&self) -> f64 {
        match *self {
            Self::Threshold { tau }
            | Self::Exponential { tau }
            | Self::Reciprocal { tau }
            | Self::SgdDecay { tau, .. } => tau,
        }
    }

    /// Fewest meetings that leave less than everything unlearned.
    pub(crate) fn least_count(&self) -> f64 {
        match *self {
            Self::Threshold { tau } => tau.ceil(),
            Self::Exponential { .. } | Self::Reciprocal { .. } | Self::SgdDecay { .. } => 1.0,
        }
    }

    /// Mean unlearned part E\[r(n)\] of a skill met n ~ Poisson(`meetings`) times; `meetings` may
    /// be infinite. From 0 to 1, except for `sgd-decay`, whose noise can exceed 1.
    pub fn unlearned(&self, meetings: f64) -> f64 {
        if meetings <= 0.0 {
            return 1.0;
        }
        if meetings.is_infinite() {
            return 0.0;
        }
        match *self {
            Self::Threshold { tau } => fewer_than(tau.ceil(), meetings),
            // E[z^n] = e^(−μ(1−z)) at z = e^(−1/τ).
            Self::Exponential { tau } => (meetings * (-1.0 / tau).exp_m1()).exp(),
            Self::Reciprocal { tau } => mean_reciprocal(tau, meetings),
            Self::SgdDecay { tau, noise } => {
                let phase = meetings / tau;
                (-phase).exp() + noise * decay_noise(phase)
            }
        }
    }

    /// The rate 1 − e^(−1/τ) at which the mean unlearned part falls with the mean meetings, if it
    /// is e^(−rate·μ): what depends on τ alone, for loops over many skills.
    pub fn rate(&self) -> Option<f64> {
        match *self {
            Self::Exponential { tau } => Some(-(-1.0 / tau).exp_m1()),
            Self::Threshold { .. } | Self::Reciprocal { .. } | Self::SgdDecay { .. } => None,
        }
    }

    /// Unlearned part r(n) after exactly `n` meetings; `None` for `sgd-decay`.
    pub fn after(&self, n: f64) -> Option<f64> {
        match *self {
            Self::Threshold { tau } => Some(if n >= tau { 0.0 } else { 1.0 }),
            Self::Exponential { tau } => Some((-n / tau).exp()),
            Self::Reciprocal { tau } => Some(tau / (tau + n)),
            Self::SgdDecay { .. } => None,
        }
    }
}

/// Thresholds up to which the Poisson probabilities are summed directly.
const DIRECT_THRESHOLD: f64 = 64.0;

/// Mean above which, and above twice the threshold, P(n < threshold) is below 1e-60.
const CERTAIN_MEAN: f64 = 1000.0;

/// P(n < `threshold`) for n ~ Poisson(`mean`) and a whole threshold: the regularised upper
/// incomplete gamma function Q(threshold, mean).
fn fewer_than(threshold: f64, mean: f64) -> f64 {
    if mean > CERTAIN_MEAN.max(2.0 * threshold) {
        return 0.0;
    }
    if threshold > DIRECT_THRESHOLD {
        return gamma_ur(threshold, mean);
    }
    let mut term = 1.0;
    let mut sum = 1.0;
    let mut j = 1.0;
    while j < threshold {
        term *= mean / j;
        sum += term;
        j += 1.0;
    }
    sum * (-mean).exp()
}

/// Mean from which the asymptotic series of [`mean_reciprocal`] reaches rounding.
const ASYMPTOTIC_MEAN: f64 = 50.0;

/// E\[τ/(τ+n)\] = ₁F₁(1; τ+1; −μ) for n ~ Poisson(μ).
fn mean_reciprocal(tau: f64, mean: f64) -> f64 {
    if mean <= ASYMPTOTIC_MEAN {
        // Σ P(n) τ/(τ+n): positive terms, no cancellation.
        let mut probability = (-mean).exp();
        let mut sum = probability;
        let mut n = 0.0;
        while n < mean || probability * tau > f64::EPSILON * 1e-2 * sum * (tau + n) {
            n += 1.0;
            probability *= mean / n;
            sum += probability * tau / (tau + n);
        }
        sum
    } else if tau < mean {
        // τ/μ Σ_k (−1)^k (τ−1)…(τ−k)/μ^k, whose terms shrink until k ≈ τ + μ.
        let mut term = 1.0;
        let mut sum = 1.0;
        let mut k = 1.0;
        while k < tau + mean {
            term *= -(tau - k) / mean;
            sum += term;
            if term.abs() <= f64::EPSILON * 0.1 * f64::abs(sum) {
                break;
            }
            k += 1.0;
        }
        tau / mean * sum
    } else {
        // Downward recursion J(t−1) = 1 − μ/t·J(t): errors shrink by μ/t < 1 at each step.
        let steps = (9.0 * mean.sqrt() + 50.0).ceil();
        let mut value = (tau + steps) / (tau + steps + mean);
        let mut step = steps;
        while step > 0.0 {
            value = 1.0 - mean / (tau + step) * value;
            step -= 1.0;
        }
        value
    }
}

/// Phase below which [`decay_noise`] uses its series.
const SMALL_PHASE: f64 = 0.02;

/// (1 − (1+φ)e^(−φ))/φ without cancellation.
fn decay_noise(phase: f64) -> f64 {
    if phase < SMALL_PHASE {
        // Σ_{k≥1} (−1)^(k+1) k/(k+1)! φ^k
        phase
            * (0.5
                + phase
                    * (-1.0 / 3.0
                        + phase * (0.125 + phase * (-1.0 / 30.0 + phase * (1.0 / 144.0)))))
    } else if phase.is_infinite() {
        0.0
    } else {
        (-(-phase).exp_m1() - phase * (-phase).exp()) / phase
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use proptest::prelude::*;

    /// Mean of r(n) over Poisson(mean), term by term in logarithms.
    fn poisson_mean(kernel: Kernel, mean: f64) -> f64 {
        let spread = 40.0 + 12.0 * mean.sqrt();
        let first = (mean - spread).max(0.0) as u64;
        let last = (mean + spread) as u64;
        let mut ln_factorial: f64 = (1..=first).map(|k| (k as f64).ln()).sum();
        let mut sum = 0.0;
        for n in first..=last {
            if n > first {
                ln_factorial += (n as f64).ln();
            }
            let ln_probability = n as f64 * mean.ln() - mean - ln_factorial;
            sum += ln_probability.exp() * kernel.after(n as f64).unwrap();
        }
        sum
    }

    #[test]
    fn any_scale_and_number_of_meetings_give_a_number() {
        for tau in [5e-324, 1e-320, 1e-6, 1e6] {
            for meetings in [0.0, 5e-324, 1e-300, 1.0, 1e30, 1e308, f64::INFINITY] {
                for kernel in [
                    Kernel::Threshold { tau },
                    Kernel::Exponential { tau },
                    Kernel::Reciprocal { tau },
                    Kernel::SgdDecay { tau, noise: 0.1 },
                ] {
                    let left = kernel.unlearned(meetings);
                    assert!(
                        (0.0..=1.1).contains(&left),
                        "{kernel:?}, {meetings}: {left}"
                    );
                }
            }
        }
    }

    #[test]
    fn closed_forms_are_poisson_means() {
        for tau in [0.5, 1.0, 2.5, 5.0, 40.0, 100.0, 300.0] {
            for mean in [1e-6, 0.03, 0.7, 3.0, 20.0, 49.0, 51.0, 120.0, 250.0, 2000.0] {
                for kernel in [
                    Kernel::Threshold { tau },
                    Kernel::Exponential { tau },
                    Kernel::Reciprocal { tau },
                ] {
                    let expected = poisson_mean(kernel, mean);
                    // Below 1e-12 the reference itself has lost its digits.
                    if expected > 1e-12 {
                        assert_relative_eq!(kernel.unlearned(mean), expected, max_relative = 1e-9);
                    }
                }
            }
        }
    }

    /// σ² = 1 makes `sgd-decay` the reciprocal kernel with τ = 1 in units of the phase.
    #[test]
    fn unit_noise_is_the_reciprocal_kernel() {
        let sgd = Kernel::SgdDecay {
            tau: 1.0,
            noise: 1.0,
        };
        let reciprocal = Kernel::Reciprocal { tau: 1.0 };
        for mean in [1e-9, 1e-3, 0.019, 0.021, 0.5, 4.0, 60.0, 1e6] {
            assert_relative_eq!(
                sgd.unlearned(mean),
                reciprocal.unlearned(mean),
                max_relative = 1e-12
            );
        }
    }

    #[test]
    fn parameters_out_of_range_are_refused() {
        assert!(Kernel::Threshold { tau: 0.0 }.checked().is_err());
        assert!(Kernel::Exponential { tau: f64::NAN }.checked().is_err());
        let noisy = Kernel::SgdDecay {
            tau: 1.0,
            noise: -0.1,
        };
        assert_eq!(noisy.checked(), Err(LearnerError::Noise(-0.1)));
    }

    proptest! {
        #[test]
        fn more_meetings_leave_less(tau in 0.01f64..1000.0, ln_mean in -30.0f64..60.0) {
            let mean = ln_mean.exp();
            for kernel in [
                Kernel::Threshold { tau },
                Kernel::Exponential { tau },
                Kernel::Reciprocal { tau },
            ] {
                let (few, many) = (kernel.unlearned(mean), kernel.unlearned(mean * 1.1));
                prop_assert!((0.0..=1.0 + 1e-12).contains(&few), "{kernel:?} {mean} {few}");
                prop_assert!(many <= few * (1.0 + 1e-9), "{kernel:?} {mean} {few} {many}");
            }
        }
    }
}
