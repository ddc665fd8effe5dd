//! How far what is left unlearned of a skill varies from run to run.

use statrs::function::gamma::ln_gamma;

use super::poisson::INVERSE;
use crate::learner::Kernel;

/// Mean meetings up to which the moments of the reciprocal kernel are summed over counts, whatever
/// τ.
const SUMMED_MEAN: f64 = 50.0;

/// Mean meetings from which those moments are an expansion in 1/μ, exact to 1e-4.
const EXPANDED_MEAN: f64 = 200.0;

/// Terms of their series between the two.
const TERMS: usize = 60;

/// Standard deviations of the count, and counts besides, over which moments are summed.
const WINDOW: f64 = 8.0;

/// Moments of the unlearned part r(n) of a skill met n ~ Poisson(μ) times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// E\[r\].
    pub mean: f64,
    /// Var\[r\].
    pub variance: f64,
    /// Cov\[r, n\] = dE\[r\]/d ln μ, at most 0.
    pub covariance: f64,
}

impl Kernel {
    /// The moments of r(n) for n ~ Poisson(`meetings`), finite. `sgd-decay`, which has no r(n),
    /// does not vary.
    pub fn spread(&self, meetings: f64) -> Spread {
        if let Self::Reciprocal { tau } = *self
            && meetings > 0.0
            && (meetings <= SUMMED_MEAN || (2.0 * tau > meetings && meetings <= EXPANDED_MEAN))
        {
            return summed(tau, meetings);
        }
        let mean = self.unlearned(meetings);
        let (variance, covariance) = if meetings > 0.0 {
            self.second_moments(meetings, mean)
        } else {
            (0.0, 0.0)
        };
        Spread {
            mean,
            variance: variance.max(0.0),
            covariance: covariance.min(0.0),
        }
    }

    /// Var\[r\] and Cov\[r, n\] = μ (E\[r(n+1)\] − E\[r(n)\]) where E\[r\] is `mean`.
    fn second_moments(&self, meetings: f64, mean: f64) -> (f64, f64) {
        match *self {
            Self::Threshold { tau } => {
                let last = tau.ceil() - 1.0;
                let ln = last * meetings.ln() - meetings - ln_gamma(last + 1.0);
                (mean * (1.0 - mean), -meetings * ln.exp())
            }
            // E[z^2n] − E[z^n]² = E[z^n]² (e^(μ(1−z)²) − 1), and E[z^(n+1)] = z E[z^n].
            Self::Exponential { tau } => {
                let fall = -(-1.0 / tau).exp_m1();
                let growth = meetings * fall * fall;
                // e^growth alone may overflow where the mean vanishes.
                let variance = if growth < 1.0 {
                    mean * mean * growth.exp_m1()
                } else {
                    (growth - 2.0 * meetings * fall).exp() - mean * mean
                };
                (variance, -meetings * fall * mean)
            }
            // r = τ/x · 1/(1+ε) with x = τ + μ and ε = (n−μ)/x.
            Self::Reciprocal { tau } if meetings > EXPANDED_MEAN => {
                let x = tau + meetings;
                let leading = (tau / x).powi(2) * meetings / (x * x);
                let variance = leading * (1.0 - 2.0 / x + 8.0 * meetings / (x * x));
                (variance, -tau * meetings / (x * x))
            }
            Self::Reciprocal { tau } => {
                let square = mean_square(tau, meetings);
                (
                    square - mean * mean,
                    // r n is τ (1 − r).
                    tau - (tau + meetings) * mean,
                )
            }
            Self::SgdDecay { .. } => (0.0, 0.0),
        }
    }
}

/// The moments of τ/(τ+n), in one sum over counts. What is learned, n/(τ+n), is summed: it keeps
/// its digits where meetings are rare.
fn summed(tau: f64, meetings: f64) -> Spread {
    let mut probability = (-meetings).exp();
    let last = meetings + WINDOW * (meetings.sqrt() + 1.0);
    let (mut learned, mut square, mut n) = (0.0, 0.0, 0.0);
    // At most 322 counts: the longest sum is that of [`EXPANDED_MEAN`].
    for inverse in &INVERSE[1..] {
        if n >= last {
            break;
        }
        n += 1.0;
        probability *= meetings * inverse;
        let part = n / (tau + n);
        learned += probability * part;
        square += probability * part * part;
    }
    // E[n²/(τ+n)] = μ − τ E[n/(τ+n)].
    let with_count = meetings - tau * learned;
    Spread {
        mean: 1.0 - learned,
        variance: (square - learned * learned).max(0.0),
        covariance: (meetings * learned - with_count).min(0.0),
    }
}

/// E\[(τ/(τ+n))²\] = −τ² d/dτ E\[1/(τ+n)\], with E\[1/(τ+n)\] = 1/μ Σ_k Π_(j≤k) −(τ−j)/μ. For means
/// above 50 and above 2τ its terms fall below rounding before they grow.
fn mean_square(tau: f64, meetings: f64) -> f64 {
    let (mut term, mut slope, mut sum) = (1.0, 0.0, 0.0);
    for k in 1..TERMS {
        let factor = -(tau - k as f64) / meetings;
        (term, slope) = (term * factor, slope * factor - term / meetings);
        sum += slope;
        if f64::abs(slope) <= f64::EPSILON * f64::abs(sum) {
            break;
        }
    }
    -tau * tau / meetings * sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn moments_are_sums_over_counts() {
        for tau in [0.7, 1.0, 5.0, 60.0] {
            for meetings in [0.01f64, 0.8, 6.0, 70.0, 180.0, 400.0] {
                for kernel in [
                    Kernel::Threshold { tau },
                    Kernel::Exponential { tau },
                    Kernel::Reciprocal { tau },
                ] {
                    let (mut mean, mut square, mut product) = (0.0, 0.0, 0.0);
                    for n in 0..1200 {
                        let n = f64::from(n);
                        let ln = n * meetings.ln() - meetings - ln_gamma(n + 1.0);
                        let left = kernel.after(n).unwrap();
                        mean += ln.exp() * left;
                        square += ln.exp() * left * left;
                        product += ln.exp() * left * (n - meetings);
                    }
                    let spread = kernel.spread(meetings);
                    assert_relative_eq!(spread.mean, mean, max_relative = 1e-8, epsilon = 1e-12);
                    assert_relative_eq!(
                        spread.variance,
                        square - mean * mean,
                        max_relative = 1e-3,
                        epsilon = 1e-12
                    );
                    assert_relative_eq!(
                        spread.covariance,
                        product,
                        max_relative = 1e-2,
                        epsilon = 1e-9
                    );
                }
            }
        }
    }
}
