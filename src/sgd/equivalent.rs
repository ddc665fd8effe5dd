//! The mean over random projections of what unlimited samples give, without a projection.
//!
//! With κ such that Σ_s λ_s/(λ_s + κ) = N and d = Σ_s λ_s²/(λ_s + κ)², the excess loss of domain i
//! is, to leading order in 1/N,
//!
//! Σ_s p_i(s) w*_s² κ²/(λ_s+κ)² + κ² Σ_s λ_s² w*_s²/(λ_s+κ)² · Σ_s p_i(s)/(λ_s+κ)² / (N − d).
//!
//! The first term is what is filtered out, the second what aliasing adds. With one cost c for all
//! domains the loss of the mixture is c κ N. (Deterministic equivalents of random features; here
//! for several covariances that commute.)

use super::classes::{Class, of_world};
use crate::world::World;

/// Steps after which a safeguarded Newton search has halved its bracket to rounding.
const NEWTON_STEPS: usize = 200;

/// Excess losses (length K) of a Gaussian projection to `capacity` dimensions after unlimited
/// samples of the mixture `weights`.
pub fn equivalent_excess(world: &World, weights: &[f64], capacity: f64) -> Vec<f64> {
    let classes = of_world(world, weights);
    let kappa = resolution(&classes, capacity, 0.0);
    let (mut filtered, mut aliased) = (vec![0.0; weights.len()], vec![0.0; weights.len()]);
    let (mut energy, mut free) = (0.0, 0.0);
    for class in &classes {
        let inverse = 1.0 / (class.mixed + kappa);
        let share = class.mixed * inverse;
        energy += class.count * share * share * class.weight;
        // N − d = Σ λ κ/(λ+κ)².
        free += class.count * share * kappa * inverse;
        for (domain, variance) in (class.first..).zip(&class.variances) {
            let kept = class.count * variance * kappa * kappa * inverse * inverse;
            filtered[domain] += kept * class.weight;
            aliased[domain] += kept;
        }
    }
    filtered
        .iter()
        .zip(&aliased)
        .zip(world.domains())
        .enumerate()
        .map(|(i, ((filtered, aliased), domain))| {
            let alias = if free > 0.0 {
                energy * aliased / free
            } else {
                0.0
            };
            filtered + alias + domain.cost * world.remainder(i)
        })
        .collect()
}

/// How many directions of each domain's tail (length K) a Gaussian projection to `capacity`
/// dimensions resolves under the mixture `weights`: Σ_s λ_s/(λ_s + κ). The costs of errors do not
/// matter to it. With the directions of the head the numbers add up to the capacity.
pub fn equivalent_resolved(world: &World, weights: &[f64], capacity: f64) -> Vec<f64> {
    let classes = of_world(world, weights);
    let kappa = resolution(&classes, capacity, 0.0);
    let mut resolved = vec![0.0; weights.len()];
    for class in classes
        .iter()
        .filter(|class| class.tail && class.mixed > 0.0)
    {
        resolved[class.first] += class.count * class.mixed / (class.mixed + kappa);
    }
    resolved
}

/// κ: the variance at which a direction is half resolved by `capacity` random combinations whose
/// weights pay the `penalty` λ, the root of Σ_s λ_s/(λ_s + κ) + λ N/κ = N.
pub(super) fn resolution(classes: &[Class], capacity: f64, penalty: f64) -> f64 {
    let met = || classes.iter().filter(|class| class.mixed > 0.0);
    let available: f64 = met().map(|class| class.count).sum();
    if capacity >= available && penalty == 0.0 {
        return 0.0;
    }
    let largest = met().map(|class| class.mixed).fold(0.0, f64::max);
    let smallest = met().map(|class| class.mixed).fold(f64::INFINITY, f64::min);
    // Everything is resolved far below the smallest variance, nothing far above the largest; and
    // κ is between the penalty and the penalty with the whole variance.
    let mut high = (largest * available + penalty).ln() + 1.0;
    let mut low = if penalty > 0.0 {
        penalty.ln() - 1.0
    } else {
        smallest.ln() - (available / (available - capacity)).ln().abs() - 40.0
    };
    let mut t = (largest / capacity + penalty).ln().clamp(low, high);
    for _ in 0..NEWTON_STEPS {
        let kappa = t.exp();
        let (mut sum, mut slope) = (penalty * capacity / kappa, -penalty * capacity / kappa);
        for class in met() {
            let share = class.mixed / (class.mixed + kappa);
            sum += class.count * share;
            slope -= class.count * share * (1.0 - share);
        }
        if sum > capacity {
            low = t;
        } else {
            high = t;
        }
        // Newton's step on ln Σ, which is nearly linear in ln κ.
        let mut next = t - (sum / capacity).ln() * sum / slope;
        if !(low..=high).contains(&next) {
            next = 0.5 * (low + high);
        }
        if (next - t).abs() <= 4.0 * f64::EPSILON * t.abs().max(1.0) {
            break;
        }
        t = next;
    }
    t.exp()
}
