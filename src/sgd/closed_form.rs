//! The excess loss of one-pass SGD with geometric step decay in closed form: what the recursion
//! becomes when steps are small and each direction sees a fixed noise.
//!
//! With T = n/ln(ratio), φ_0 = 2λ_s T γ_0 and φ_e = φ_0/ratio, a direction keeps the bias
//! w*² e^(−(φ_0−φ_e)) and the variance
//! (γ_0 s²/2B) \[(1 + φ_e) − (1 + φ_0) e^(−(φ_0−φ_e))\]/φ_0, where λ_s s² = Σ_i h_i p_i(s) s_i² and
//! s_i² is the variance of the residuals of domain i: the label noise, the part of the label that
//! the model does not see, and, self-consistently, the part that it has not learned at the end.
//! The terms in φ_e are the floor that the last step size leaves. It neglects that residuals were
//! larger before the end, and terms of order γλ: it is too low by 2 to 3 % of the excess at
//! γ_0/B = .5 with ratio 1000.

use super::directions::{Directions, mixed};
use super::{Schedule, Sgd};

/// What counts as noise in a residual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Residuals {
    /// Label noise and what the model does not see.
    Unseen,
    /// Also what the model has not learned at the end, by a fixed point.
    SelfConsistent,
}

/// Rounds of the fixed point: each is closer by about γ_0/B.
const ROUNDS: usize = 100;

/// Relative change at which the fixed point is found.
const FOUND: f64 = 1e-12;

/// The scale τ of the kernel `sgd-decay` that this learner amounts to, in samples: a direction is
/// met φ = Dλ/τ times. `None` unless the step decays geometrically.
pub fn decay_tau(sgd: &Sgd) -> Option<f64> {
    match sgd.schedule {
        Schedule::Geometric { ratio } if ratio > 1.0 => {
            Some(sgd.batch as f64 * ratio.ln() / (2.0 * sgd.step * (1.0 - 1.0 / ratio)))
        }
        Schedule::Geometric { .. } | Schedule::Constant | Schedule::Inverse { .. } => None,
    }
}

/// Excess losses (length K) after `steps` steps on the mixture `weights`. `None` unless the step
/// decays geometrically.
pub fn closed_form_excess(
    directions: &Directions,
    sgd: &Sgd,
    weights: &[f64],
    steps: u64,
    residuals: Residuals,
) -> Option<Vec<f64>> {
    let Schedule::Geometric { ratio } = sgd.schedule else {
        return None;
    };
    if ratio <= 1.0 || steps == 0 {
        return None;
    }
    let decay = Decay {
        // 2 T γ_0.
        reach: 2.0 * sgd.step * steps as f64 / ratio.ln(),
        ratio,
        gain: sgd.step / (2.0 * sgd.batch as f64),
    };
    let mut excess = directions.unseen.clone();
    for _ in 0..ROUNDS {
        let noises: Vec<f64> = excess
            .iter()
            .zip(weights)
            .map(|(excess, weight)| weight * (excess + sgd.noise))
            .collect();
        let next = decay.excess(directions, weights, &noises);
        let change = next
            .iter()
            .zip(&excess)
            .map(|(next, before)| (next - before).abs() / next)
            .fold(0.0, f64::max);
        excess = next;
        if residuals == Residuals::Unseen || change < FOUND {
            break;
        }
    }
    Some(excess)
}

struct Decay {
    /// φ_0 of a direction of variance 1.
    reach: f64,
    ratio: f64,
    /// γ_0/2B.
    gain: f64,
}

impl Decay {
    /// Excess losses when residuals of domain i have the variance `noises`\[i\]/h_i.
    fn excess(&self, directions: &Directions, weights: &[f64], noises: &[f64]) -> Vec<f64> {
        let mut excess = directions.unseen.clone();
        for shared in &directions.shared {
            let variance = mixed(weights, &shared.variances);
            let left = self.left(variance, shared.weight, mixed(noises, &shared.variances));
            for (excess, variance) in excess.iter_mut().zip(&shared.variances) {
                *excess += variance * left;
            }
        }
        for (domain, own) in directions.own.iter().enumerate() {
            for (variance, weight) in own.iter().zip(&directions.own_weights[domain]) {
                let left = self.left(
                    weights[domain] * variance,
                    *weight,
                    noises[domain] * variance,
                );
                excess[domain] += variance * left;
            }
        }
        excess
    }

    /// Squared error that is left in a direction of mixed variance λ_s, with λ_s s² = `noise`.
    fn left(&self, variance: f64, weight: f64, noise: f64) -> f64 {
        if variance == 0.0 {
            return weight;
        }
        let first = self.reach * variance;
        let last = first / self.ratio;
        let kept = (last - first).exp();
        // (1 + φ_e) − (1 + φ_0) e^(−(φ_0−φ_e)), without cancellation where φ_0 is small.
        let spread = -(last - first).exp_m1() + last - first * kept;
        weight * kept + self.gain * noise / variance * spread / first
    }
}
