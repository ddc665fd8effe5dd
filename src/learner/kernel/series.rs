//! Where a kernel needs no evaluation: short series for skills that are hardly met, and for those
//! that are met often.
//!
//! Every kernel is an integral of e^(−μs) over some s from 0 to 1 with positive weights (of
//! e^(−s) for the threshold), so that what a truncated power series leaves out is at most its
//! first omitted term.

use statrs::function::gamma::ln_gamma;

use crate::learner::Kernel;
use crate::world::{Coefficients, ORDERS};

/// Largest error of the mean unlearned part by a series. Far below what the default resolution,
/// 1e-6, or the finest, 1e-8, leave of the excess.
const ERROR: f64 = 1e-10;

/// Meetings from which the asymptotic series of the reciprocal kernel is as exact as [`ERROR`] if
/// its order does not matter.
const RECIPROCAL_FREQUENT: f64 = 50.0;

/// Halvings after which a bracket of meetings has closed.
const HALVINGS: usize = 60;

/// The mean unlearned part E\[r(n)\] outside of the transition from nothing to everything learned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Series {
    /// Mean meetings below which E\[r\] = 1 as far as `ERROR`.
    pub unmet: f64,
    /// Mean meetings μ below which E\[r\] = 1 + Σ_k rising_k μ^k.
    pub rare: f64,
    /// Coefficients of μ^k.
    pub rising: Coefficients,
    /// Mean meetings μ from which E\[r\] = Σ_k falling_k μ^(−k).
    pub frequent: f64,
    /// Coefficients of μ^(−k); `None` if all of them are 0.
    pub falling: Option<Coefficients>,
}

impl Series {
    /// The regimes of a kernel.
    pub fn new(kernel: &Kernel) -> Self {
        let series = PowerSeries::of(kernel);
        let (frequent, falling) = frequent(kernel);
        let rising = std::array::from_fn(|index| series.coefficient(index as f64 + 1.0));
        Self {
            unmet: series.reach(series.first),
            rare: series.reach(series.first.max(ORDERS as f64 + 1.0)),
            rising,
            frequent,
            falling,
        }
    }
}

/// The power series of a kernel about 0 meetings.
struct PowerSeries<'a> {
    kernel: &'a Kernel,
    /// Order of the first term beyond the 1.
    first: f64,
    /// Meetings in units of which coefficients are of order 1.
    unit: f64,
}

impl<'a> PowerSeries<'a> {
    fn of(kernel: &'a Kernel) -> Self {
        let (first, unit) = match *kernel {
            Kernel::Threshold { tau } => (tau.ceil(), 1.0),
            Kernel::Exponential { tau } => (1.0, -1.0 / (-1.0 / tau).exp_m1()),
            Kernel::Reciprocal { tau } | Kernel::SgdDecay { tau, .. } => (1.0, tau),
        };
        Self {
            kernel,
            first,
            unit,
        }
    }

    /// Logarithm of the size of coefficient k ≥ `first`, of (μ/unit)^k, without the noise.
    fn ln_size(&self, k: f64) -> f64 {
        match *self.kernel {
            // P(n ≥ t) = Σ_j (−1)^j μ^(t+j) / (j! (t−1)! (t+j))
            Kernel::Threshold { .. } => {
                -ln_gamma(k - self.first + 1.0) - ln_gamma(self.first) - k.ln()
            }
            Kernel::Exponential { .. } | Kernel::SgdDecay { .. } => -ln_gamma(k + 1.0),
            // Σ_k (−μ)^k / ((τ+1)…(τ+k))
            Kernel::Reciprocal { tau } => {
                ln_gamma(tau + 1.0) - ln_gamma(tau + k + 1.0) + k * tau.ln()
            }
        }
    }

    /// Coefficient c_k of μ^k, whole k ≥ 1.
    fn coefficient(&self, k: f64) -> f64 {
        if k < self.first {
            return 0.0;
        }
        let sign = if (k - self.first) % 2.0 == 0.0 {
            -1.0
        } else {
            1.0
        };
        let noise = match *self.kernel {
            // σ² ∫₀¹ s φ e^(−φs) ds
            Kernel::SgdDecay { noise, .. } => noise * k / (k + 1.0),
            _ => 0.0,
        };
        sign * (1.0 - noise) * (self.ln_size(k) - k * self.unit.ln()).exp()
    }

    /// Meetings up to which the terms from order k ≥ `first` on leave no more than [`ERROR`].
    fn reach(&self, k: f64) -> f64 {
        let noise = match *self.kernel {
            Kernel::SgdDecay { noise, .. } => noise,
            _ => 0.0,
        };
        self.unit * ((ERROR.ln() - self.ln_size(k) - noise.ln_1p()) / k).exp()
    }
}

/// Mean meetings from which a series in their inverse holds, and its coefficients.
fn frequent(kernel: &Kernel) -> (f64, Option<Coefficients>) {
    match *kernel {
        Kernel::Threshold { tau } => (all_but(kernel, tau), None),
        Kernel::Exponential { tau } => (ERROR.ln() / (-1.0 / tau).exp_m1(), None),
        Kernel::Reciprocal { tau } => {
            // τ/μ Σ_k (−1)^k (τ−1)…(τ−k)/μ^k
            let mut next = tau;
            let falling = std::array::from_fn(|index| {
                let coefficient = next;
                next *= index as f64 + 1.0 - tau;
                coefficient
            });
            let reach = (next.abs() / (tau * ERROR)).powf(1.0 / ORDERS as f64);
            let frequent = RECIPROCAL_FREQUENT.max(2.0 * tau).max(reach);
            (frequent, Some(falling))
        }
        Kernel::SgdDecay { tau, noise } => {
            // σ²/φ, but for e^(−φ) (1 − σ² (1 + 1/φ))
            let mut falling = [0.0; ORDERS];
            falling[0] = noise * tau;
            let phase = (1.0 + 2.0 * noise).ln() - ERROR.ln();
            (phase * tau, (noise > 0.0).then_some(falling))
        }
    }
}

/// Mean meetings that leave no more than [`ERROR`], above `least`.
fn all_but(kernel: &Kernel, least: f64) -> f64 {
    let (mut low, mut high) = (least, 2.0 * least.max(1.0));
    while kernel.unlearned(high) > ERROR {
        (low, high) = (high, 2.0 * high);
    }
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if kernel.unlearned(middle) > ERROR {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kernels(tau: f64) -> [Kernel; 6] {
        [
            Kernel::Threshold { tau },
            Kernel::Exponential { tau },
            Kernel::Reciprocal { tau },
            Kernel::SgdDecay { tau, noise: 0.0 },
            Kernel::SgdDecay { tau, noise: 0.1 },
            Kernel::SgdDecay { tau, noise: 4.0 },
        ]
    }

    fn series(c: &Coefficients, x: f64) -> f64 {
        c.iter().rev().fold(0.0, |sum, c| (sum + c) * x)
    }

    /// Each series against the kernel over its whole range, up to the very end of it.
    #[test]
    fn series_agree_with_the_kernel() {
        for tau in [0.01, 0.5, 1.0, 2.5, 5.0, 9.0, 40.0, 300.0, 1e4, 1e6] {
            for kernel in kernels(tau) {
                let made = Series::new(&kernel);
                let about = format!("{kernel:?} {made:?}");
                assert!(made.unmet <= made.rare, "{about}");
                assert!(made.rare < made.frequent, "{about}");
                for part in [1.0, 0.7, 0.1, 1e-3, 1e-9] {
                    let met = made.rare * part;
                    let error = 1.0 + series(&made.rising, met) - kernel.unlearned(met);
                    assert!(error.abs() < 2.0 * ERROR, "{error} at {met} {about}");
                    let error = 1.0 - kernel.unlearned(made.unmet * part);
                    assert!(error.abs() < 2.0 * ERROR, "{error} unmet {about}");
                    let often = made.frequent / part;
                    let left = made.falling.map_or(0.0, |c| series(&c, 1.0 / often));
                    let error = left - kernel.unlearned(often);
                    assert!(error.abs() < 2.0 * ERROR, "{error} at {often} {about}");
                }
            }
        }
    }

    /// The transition is short: that is what makes a run fast.
    #[test]
    fn the_transition_is_short() {
        let exponential = Series::new(&Kernel::Exponential { tau: 5.0 });
        assert!(exponential.frequent / exponential.rare < 75.0);
        let threshold = Series::new(&Kernel::Threshold { tau: 5.0 });
        assert!(threshold.frequent / threshold.rare < 250.0);
    }
}
