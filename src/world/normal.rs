//! Nodes of a standard normal variable, for means over log-normal factors.
//!
//! The trapezoidal rule converges faster than any power for smooth functions on the whole line
//! (Trefethen and Weideman 2014). What a learner keeps is not smooth: it changes rank by rank, and
//! at low ranks each of them counts. There the error falls with the distance between nodes alone,
//! which therefore follows the resolution.

use super::Resolution;

/// Standard deviations to both sides within which nodes lie; 6e-7 of the mass is beyond.
const REACH: f64 = 5.0;

/// Most distance between nodes, in standard deviations, at the default resolution.
const COARSEST: f64 = 0.5;

/// Most distance between nodes, in e-folds of the log-normal factor, at the default resolution: what a learner keeps of the
/// skills changes within about one e-fold of their frequency.
const EFOLDS: f64 = 0.5;

/// A value of ξ ~ N(0, 1), and the mass that it stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct NormalNode {
    pub(super) value: f64,
    pub(super) weight: f64,
}

/// Nodes of N(0, 1) that also stand for N(m, 1) with any mean m from `low` to `high`, by a factor
/// e^(mξ − m²/2), for functions of e^(`spread` ξ). Their weights sum to 1.
pub(super) fn normal_nodes(
    spread: f64,
    (low, high): (f64, f64),
    resolution: Resolution,
) -> Vec<NormalNode> {
    let spacing = COARSEST.min(EFOLDS / spread) / resolution.refinement();
    let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
    let steps = ((half + REACH) / spacing).ceil() as i32;
    let mut nodes: Vec<NormalNode> = (-steps..=steps)
        .map(|step| {
            let value = middle + f64::from(step) * spacing;
            NormalNode {
                value,
                weight: (-0.5 * value * value).exp(),
            }
        })
        .collect();
    let sum: f64 = nodes.iter().map(|node| node.weight).sum();
    for node in &mut nodes {
        node.weight /= sum;
    }
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// E\[e^(sξ)\] = e^(s²/2), and the same under the tilted normal.
    #[test]
    fn nodes_have_the_moments_of_the_log_normal() {
        for spread in [0.01, 0.5, 1.0, 3.0] {
            let nodes = normal_nodes(spread, (0.0, spread), Resolution::default());
            let mean = |power: f64| -> f64 {
                let each = nodes
                    .iter()
                    .map(|n| n.weight * (power * spread * n.value).exp());
                each.sum()
            };
            for power in [0.0, 0.3, 1.0] {
                assert_relative_eq!(
                    mean(power),
                    (0.5 * (power * spread).powi(2)).exp(),
                    max_relative = 2e-6
                );
            }
        }
    }
}
