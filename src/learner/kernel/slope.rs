//! How fast a kernel falls with the mean number of meetings.

use statrs::function::gamma::ln_gamma;

use crate::learner::Kernel;

/// Meetings from which the reciprocal kernel is τ/μ to eight digits of its slope.
const MANY: f64 = 1e7;

/// Phase below which the slope of the noise of `sgd-decay` is a series.
const SMALL_PHASE: f64 = 0.02;

impl Kernel {
    /// Derivative of [`Kernel::unlearned`] by the mean meetings μ ≥ 0: E\[r(n+1) − r(n)\] for
    /// n ~ Poisson(μ); 0 for infinitely many.
    pub(crate) fn unlearned_slope(&self, meetings: f64) -> f64 {
        if meetings.is_infinite() {
            return 0.0;
        }
        match *self {
            // Only n = τ − 1 makes a difference.
            Self::Threshold { tau } => {
                let last = tau.ceil() - 1.0;
                if last == 0.0 {
                    return -(-meetings).exp();
                }
                if meetings <= 0.0 {
                    return 0.0;
                }
                -(last * meetings.ln() - meetings - ln_gamma(last + 1.0)).exp()
            }
            Self::Exponential { tau } => {
                let rate = (-1.0 / tau).exp_m1();
                rate * (meetings.max(0.0) * rate).exp()
            }
            Self::Reciprocal { tau } => {
                if meetings > MANY.max(MANY * tau) {
                    return -tau / (meetings * meetings);
                }
                let next = Self::Reciprocal { tau: tau + 1.0 };
                tau / (tau + 1.0) * next.unlearned(meetings) - self.unlearned(meetings)
            }
            Self::SgdDecay { tau, noise } => {
                let phase = meetings.max(0.0) / tau;
                if phase.is_infinite() {
                    return 0.0;
                }
                let decay = (-phase).exp();
                let noise_slope = if phase < SMALL_PHASE {
                    // Of φ(1/2 − φ/3 + φ²/8 − φ³/30 + …).
                    0.5 + phase * (-2.0 / 3.0 + phase * (0.375 - phase * (2.0 / 15.0)))
                } else {
                    decay - (-(-phase).exp_m1() - phase * decay) / (phase * phase)
                };
                (noise * noise_slope - decay) / tau
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_beyond_all_numbers_has_no_slope() {
        let kernel = Kernel::SgdDecay {
            tau: 1e-320,
            noise: 0.3,
        };
        for meetings in [1.0, 1e30, f64::INFINITY] {
            assert_eq!(
                kernel.unlearned_slope(meetings).to_bits(),
                0.0_f64.to_bits()
            );
        }
    }

    #[test]
    fn slopes_match_differences() {
        for tau in [0.5, 1.0, 2.5, 5.0, 40.0] {
            for kernel in [
                Kernel::Threshold { tau },
                Kernel::Exponential { tau },
                Kernel::Reciprocal { tau },
                Kernel::SgdDecay { tau, noise: 0.3 },
            ] {
                for meetings in [1e-3, 0.05, 0.7, 3.0, 20.0, 90.0, 800.0] {
                    let step = 1e-4 * meetings;
                    let up = kernel.unlearned(meetings + step);
                    let down = kernel.unlearned(meetings - step);
                    let difference = (up - down) / (2.0 * step);
                    let slope = kernel.unlearned_slope(meetings);
                    let rounding = 1e-15 / step;
                    assert!(
                        (slope - difference).abs() < 1e-5 * slope.abs() + rounding,
                        "{kernel:?} at {meetings}: {slope}, {difference}"
                    );
                }
            }
        }
    }
}
