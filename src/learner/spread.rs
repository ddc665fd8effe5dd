//! How far what is left unlearned of a skill varies from run to run.

use statrs::function::gamma::ln_gamma;

use super::Kernel;

/// Mean meetings from which the moments of the reciprocal kernel are an expansion in 1/μ, exact
/// to 1e-4.
const EXPANDED_MEAN: f64 = 200.0;

/// Standard deviations of the count, and counts besides, over which moments are summed.
const WINDOW: f64 = 10.0;

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
            Self::Reciprocal { .. } => self.summed(meetings, mean),
            Self::SgdDecay { .. } => (0.0, 0.0),
        }
    }

    fn summed(&self, meetings: f64, mean: f64) -> (f64, f64) {
        let mut probability = (-meetings).exp();
        let last = meetings + WINDOW * (meetings.sqrt() + 1.0);
        let (mut variance, mut covariance, mut n) = (0.0, 0.0, 0.0);
        while n <= last {
            let off = self.after(n).unwrap_or(mean) - mean;
            variance += probability * off * off;
            covariance += probability * off * (n - meetings);
            n += 1.0;
            probability *= meetings / n;
        }
        (variance, covariance)
    }
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
