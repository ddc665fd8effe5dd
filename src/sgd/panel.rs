//! Directions of one domain, those of nearly one variance taken together.
//!
//! The recursion of second moments is linear: m_s is a smooth function of λ_s times w*_s² plus
//! another one. Sums over neighbours, Σ p m, are therefore sums over four nodes in ln p, whose
//! shares and starting values match the sums of all cubic polynomials over the neighbours. The
//! nodes are those of a Gauss–Legendre rule: where neighbours lie evenly, as in the tail of a power
//! law, the error is of the eighth order in the width.

/// Directions of nearly one variance under the domain that meets them, or one direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Own {
    /// Variance p, at which the moment moves.
    pub(super) variance: f64,
    /// What the moment counts in Σ p m: the variance itself for one direction.
    pub(super) share: f64,
    /// m = E(v − w*)².
    pub(super) moment: f64,
}

/// Width of a panel in ln p.
const WIDTH: f64 = 0.5;

/// Fewest directions that four nodes stand for.
const FEWEST: usize = 8;

/// Narrowest panel, in ln p, whose nodes are told apart.
const NARROWEST: f64 = 1e-9;

/// Each direction by itself, with its `weights` w*² as the moments of a model that knows nothing.
pub(super) fn singles(variances: &[f64], weights: &[f64]) -> Vec<Own> {
    let single = |(variance, weight): (&f64, &f64)| Own {
        variance: *variance,
        share: *variance,
        moment: *weight,
    };
    variances.iter().zip(weights).map(single).collect()
}

/// Panels of directions that follow each other and differ little, and the other directions by
/// themselves.
pub(super) fn panels(variances: &[f64], weights: &[f64]) -> Vec<Own> {
    let mut all = Vec::new();
    let mut from = 0;
    while from < variances.len() {
        let first = variances[from];
        let near = |variance: &&f64| (*variance / first).ln().abs() <= WIDTH;
        let count = variances[from..].iter().take_while(near).count().max(1);
        let (variances, weights) = (&variances[from..from + count], &weights[from..from + count]);
        match panel(variances, weights) {
            Some(nodes) => all.extend(nodes),
            None => all.extend(singles(variances, weights)),
        }
        from += count;
    }
    all
}

/// The nodes of one panel; `None` if its directions stay alone.
fn panel(variances: &[f64], weights: &[f64]) -> Option<Vec<Own>> {
    if variances.len() < FEWEST {
        return None;
    }
    let logs: Vec<f64> = variances.iter().map(|variance| variance.ln()).collect();
    let low = logs.iter().copied().fold(f64::INFINITY, f64::min);
    let high = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let middle = 0.5 * (low + high);
    let places: Vec<f64> = if high - low < NARROWEST {
        vec![0.0]
    } else {
        // Each direction stands in the middle of its own part of the panel.
        let count = logs.len() as f64;
        let half = 0.5 * (high - low) * count / (count - 1.0);
        legendre().iter().map(|place| half * place).collect()
    };
    let nodes: Vec<Own> = places
        .iter()
        .enumerate()
        .map(|(node, place)| {
            let (mut share, mut start) = (0.0, 0.0);
            for ((log, variance), weight) in logs.iter().zip(variances).zip(weights) {
                let basis: f64 = places
                    .iter()
                    .enumerate()
                    .filter(|(number, _)| *number != node)
                    .map(|(_, other)| (log - middle - other) / (place - other))
                    .product();
                share += variance * basis;
                start += variance * weight * basis;
            }
            Own {
                variance: (middle + place).exp(),
                share,
                moment: start / share,
            }
        })
        .collect();
    let sound = |node: &Own| node.share != 0.0 && node.moment.is_finite();
    nodes.iter().all(sound).then_some(nodes)
}

/// Roots of the Legendre polynomial P_4.
fn legendre() -> [f64; 4] {
    let root = 2.0 / 7.0 * (6.0f64 / 5.0).sqrt();
    let (inner, outer) = ((3.0 / 7.0 - root).sqrt(), (3.0 / 7.0 + root).sqrt());
    [-outer, -inner, inner, outer]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    use crate::numeric::random::{Purpose, stream};

    /// Σ p (w² e^(−pT) + g (1 − e^(−pT))) at some times, as it is and by nodes.
    fn worst(variances: &[f64], weights: &[f64]) -> f64 {
        let sum = |nodes: &[Own], time: f64| -> f64 {
            let each = |node: &Own| {
                let kept = (-node.variance * time).exp();
                node.share * (node.moment * kept + 0.1 * (1.0 - kept))
            };
            nodes.iter().map(each).sum()
        };
        let (exact, near) = (singles(variances, weights), panels(variances, weights));
        assert!(near.len() < variances.len() / 2, "{}", near.len());
        (0..80)
            .map(|power| 1.5f64.powi(power - 20))
            .map(|time| (sum(&near, time) / sum(&exact, time) - 1.0).abs())
            .fold(0.0, f64::max)
    }

    #[test]
    fn nodes_stand_for_the_directions_of_a_power_law() {
        for exponent in [1.05, 1.2, 1.8, 3.0] {
            let masses: Vec<f64> = (1..=600).map(|k| f64::from(k).powf(-exponent)).collect();
            let worst = worst(&masses, &vec![2.0; 600]);
            println!("exponent {exponent}: {worst:.1e}");
            assert!(worst < 2e-6, "{worst:e}");
        }
    }

    /// Weights that scatter and variances that are equal are no obstacle.
    #[test]
    fn nodes_stand_for_directions_of_any_weights() {
        let mut random = stream(1, Purpose::Training, 0, 0);
        let weights: Vec<f64> = (0..600).map(|_| random.random()).collect();
        let masses: Vec<f64> = (1..=600).map(|k| f64::from(k).powf(-1.5)).collect();
        assert!(worst(&masses, &weights) < 1e-4);
        assert!(worst(&[0.01; 600], &weights) < 1e-8);
    }

    #[test]
    fn directions_that_are_never_met_stay() {
        let nodes = panels(&[0.5, 0.0, 0.0], &[1.0; 3]);
        assert_eq!(nodes, singles(&[0.5, 0.0, 0.0], &[1.0; 3]));
    }
}
