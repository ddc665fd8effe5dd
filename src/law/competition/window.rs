//! The window of a learner: what is left unlearned of a power-law spectrum between two ranks.
//!
//! A skill met on average u times (in units of κ) is left unlearned to the part Q(τ, u), the
//! regularised upper incomplete gamma function: e^(−u) for τ = 1, the probability of fewer than τ
//! meetings for a whole τ. Frequencies b k^(−1−b) give u ∝ k^(−1−b), and with s = b/(1+b)
//!
//! ∫_k^∞ b r^(−1−b) Q(τ, u_r) dr = k^(−b) m(s, u_k), m = s u^(−s) ∫_0^u t^(s−1) Q(τ, t) dt.
//!
//! m falls from 1 at u = 0 to G = Γ(τ+s)/Γ(τ) u^(−s). By parts, with w = u^τ e^(−u)/Γ(τ),
//! m = 1 − w [S(τ) − S(τ+s)] = G + w [C(τ) − C(τ+s)], where S(a) = Σ_n u^n/(a)_(n+1) is the series
//! of the lower and C(a) the continued fraction of the upper incomplete gamma function (DLMF
//! 8.7.1, 8.9.2), each without its factor u^a e^(−u). Neither form cancels where it is used.

use statrs::function::gamma::{digamma, ln_gamma};

/// How far u must exceed τ for the continued fraction: from there it converges in a few levels,
/// while the series takes ever more terms.
const FRACTION_FROM: f64 = 5.0;

/// A term of the series below this share of the sum is the last.
const SERIES_TOLERANCE: f64 = 1e-17;

/// Most terms of the series; u ≤ τ + 6 and τ ≤ 100 take fewer than 120.
const SERIES_TERMS: usize = 400;

/// Below this ratio of w to G the window is closed: m = G to rounding.
const CLOSED: f64 = -42.0;

/// m at one point, with its derivatives.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Window {
    /// m(s, u), from 0 to 1.
    pub(super) value: f64,
    /// Derivative by ln u.
    pub(super) by_ln_u: f64,
    /// Derivative by s at a given u.
    pub(super) by_s: f64,
    /// Derivative by τ; without meaning where τ is no parameter.
    pub(super) by_tau: f64,
}

/// The part of m that depends on the learner alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    tau: f64,
    ln_gamma: f64,
    digamma: f64,
    /// τ is 1 and stays 1: Q(1, u) = e^(−u) needs no series, and no derivative by τ is given.
    exponential: bool,
}

/// Euler's constant: −ψ(1).
const EULER: f64 = 0.577_215_664_901_532_9;

impl Edge {
    /// The exponential window, τ = 1.
    pub(super) const EXPONENTIAL: Self = Self {
        tau: 1.0,
        ln_gamma: 0.0,
        digamma: -EULER,
        exponential: true,
    };

    /// The window of `tau` meetings, from .1 to 100.
    pub(super) fn new(tau: f64) -> Self {
        Self {
            tau,
            ln_gamma: ln_gamma(tau),
            digamma: digamma(tau),
            exponential: false,
        }
    }

    /// m(s, u) for s from 0 to below 1; u may be 0 or infinite.
    pub(super) fn at(&self, s: f64, ln_u: f64) -> Window {
        let tau = self.tau;
        if ln_u == f64::INFINITY {
            return Window::default();
        }
        let u = ln_u.exp();
        let ln_w = tau * ln_u - u - self.ln_gamma;
        if u < tau + FRACTION_FROM {
            // u = 0 gives w = 0 and m = 1.
            let w = ln_w.exp();
            let (upper, by_upper) = series(tau + s, u);
            let by_s = w * by_upper;
            let by_ln_u = -s * w * upper;
            if self.exponential {
                return Window {
                    value: (-u).exp() + w * upper,
                    by_ln_u,
                    by_s,
                    by_tau: 0.0,
                };
            }
            let (lower, by_lower) = series(tau, u);
            let by_ln_w = if w > 0.0 { ln_u - self.digamma } else { 0.0 };
            return Window {
                value: 1.0 - w * (lower - upper),
                by_ln_u,
                by_s,
                by_tau: -w * (by_ln_w * (lower - upper) + by_lower - by_upper),
            };
        }
        let ln_ratio = ln_gamma(tau + s) - self.ln_gamma;
        let (ln_open, psi) = (ln_ratio - s * ln_u, digamma(tau + s));
        let open = ln_open.exp();
        let (by_s, by_tau) = (open * (psi - ln_u), open * (psi - self.digamma));
        if ln_w - ln_open < CLOSED {
            return Window {
                value: open,
                by_ln_u: -s * open,
                by_s,
                by_tau,
            };
        }
        let w = ln_w.exp();
        let (upper, by_upper) = fraction(tau + s, u);
        // C(1) = 1/u.
        let (lower, by_lower) = if self.exponential {
            (1.0 / u, 0.0)
        } else {
            fraction(tau, u)
        };
        Window {
            value: open + w * (lower - upper),
            by_ln_u: -s * (open - w * upper),
            by_s: by_s - w * by_upper,
            by_tau: by_tau + w * ((ln_u - self.digamma) * (lower - upper) + by_lower - by_upper),
        }
    }
}

/// S(a) = Σ_n u^n/(a)_(n+1) and its derivative by a.
fn series(a: f64, u: f64) -> (f64, f64) {
    let mut inverse = 1.0 / a;
    let (mut term, mut harmonic) = (inverse, inverse);
    let (mut sum, mut slope) = (term, term * harmonic);
    let mut at = a;
    for _ in 0..SERIES_TERMS {
        at += 1.0;
        inverse = 1.0 / at;
        term *= u * inverse;
        harmonic += inverse;
        sum += term;
        slope += term * harmonic;
        if term < SERIES_TOLERANCE * sum {
            break;
        }
    }
    (sum, -slope)
}

/// C(a) = 1/(u+1−a − 1(1−a)/(u+3−a − 2(2−a)/(u+5−a − …))) and its derivative by a, from the bottom
/// up.
fn fraction(a: f64, u: f64) -> (f64, f64) {
    let levels = levels(a, u);
    let mut n = levels as f64;
    let mut value = u + 2.0 * n + 1.0 - a;
    let mut slope = -1.0;
    for _ in 0..levels {
        let below = 1.0 / value;
        let numerator = n * (n - a);
        let part = numerator * below;
        let by = -n * below - part * slope * below;
        n -= 1.0;
        value = u + 2.0 * n + 1.0 - a - part;
        slope = -1.0 - by;
    }
    let inverse = 1.0 / value;
    (inverse, -slope * inverse * inverse)
}

/// Levels after which the continued fraction is exact to rounding. It converges like
/// e^(−4√(n u)) for small a (DLMF 3.10), and needs to get past n = a.
fn levels(a: f64, u: f64) -> usize {
    (100.0 / u + 6.0 + 0.7 * a) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use statrs::function::gamma::{gamma_lr, gamma_ur};

    /// Q(τ, u) + u^(−s) γ(τ+s, u)/Γ(τ) from another implementation of the incomplete gamma function.
    fn reference(tau: f64, s: f64, u: f64) -> f64 {
        let ln_ratio = ln_gamma(tau + s) - ln_gamma(tau);
        gamma_ur(tau, u) + (ln_ratio - s * u.ln()).exp() * gamma_lr(tau + s, u)
    }

    #[test]
    fn the_ends_are_limits() {
        for edge in [Edge::EXPONENTIAL, Edge::new(7.5)] {
            assert_eq!(
                edge.at(0.3, f64::NEG_INFINITY),
                Window {
                    value: 1.0,
                    ..Window::default()
                }
            );
            assert_eq!(edge.at(0.3, f64::INFINITY), Window::default());
        }
    }

    /// Published values of γ(1/2, u) = √π erf(√u): m(1/2, 1) = erf(1) √π/2 (DLMF 7.2, table of erf).
    #[test]
    fn one_half_is_the_error_function() {
        let at = |u: f64| Edge::EXPONENTIAL.at(0.5, u.ln()).value;
        let root = std::f64::consts::PI.sqrt();
        assert!((at(1.0) - 0.842_700_792_949_714_9 * root / 2.0).abs() < 1e-15);
        assert!((at(9.0) - 0.999_977_909_503_001_4 * root / 6.0).abs() < 1e-15);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn agrees_with_another_implementation(
            s in 0.005f64..0.9,
            ln_tau in -1.4f64..4.2,
            ln_u in -8.0f64..8.0,
            exponential: bool,
        ) {
            let (edge, tau) = if exponential {
                (Edge::EXPONENTIAL, 1.0)
            } else {
                (Edge::new(ln_tau.exp()), ln_tau.exp())
            };
            let (found, expected) = (edge.at(s, ln_u).value, reference(tau, s, ln_u.exp()));
            prop_assert!((found - expected).abs() < 2e-12, "{found} for {expected}");
            prop_assert!((found / expected - 1.0).abs() < 1e-11, "{found} for {expected}");
        }

        #[test]
        fn derivatives_match_differences(
            s in 0.005f64..0.9,
            ln_tau in -1.4f64..4.2,
            ln_u in -8.0f64..8.0,
            exponential: bool,
        ) {
            let tau = if exponential { 1.0 } else { ln_tau.exp() };
            let edge = |tau: f64| if exponential { Edge::EXPONENTIAL } else { Edge::new(tau) };
            let at = edge(tau).at(s, ln_u);
            // Errors of a central difference: rounding 1e-15/step, curvature step².
            let step = 1e-5;
            let near = |up: Window, down: Window, slope: f64| {
                let difference = (up.value - down.value) / (2.0 * step);
                (difference - slope).abs() < 1e-8 * (1.0 + ln_u.abs())
            };
            prop_assert!(near(edge(tau).at(s, ln_u + step), edge(tau).at(s, ln_u - step), at.by_ln_u));
            prop_assert!(near(edge(tau).at(s + step, ln_u), edge(tau).at(s - step, ln_u), at.by_s));
            if !exponential {
                prop_assert!(near(
                    edge(tau + step).at(s, ln_u),
                    edge(tau - step).at(s, ln_u),
                    at.by_tau
                ));
            }
        }
    }
}
