//! The weight from which a domain is learned.

use crate::simulate::{Scratch, Simulator};

/// Weights are looked for down to this one.
const SMALLEST: f64 = 1e-15;

/// Halvings of the interval of ln h: enough for the last digit of a weight.
const HALVINGS: usize = 64;

impl Simulator {
    /// Part of what can be learned of `domain` that is learned at the weight `weight` of it, the other
    /// domains having equal parts of the rest: 0 without a weight, 1 where all of its skills are
    /// learned. NaN where there is nothing to learn.
    ///
    /// # Panics
    /// When there is no such domain.
    pub(crate) fn part_learned(
        &self,
        domain: usize,
        weight: f64,
        capacity: f64,
        tokens: f64,
    ) -> f64 {
        let mut scratch = Scratch::default();
        let mut loss = |weight: f64| {
            let domains = self.world.domains().len();
            let rest = (1.0 - weight) / (domains - 1).max(1) as f64;
            let mut weights = vec![rest; domains];
            weights[domain] = weight;
            let mut losses = vec![0.0; domains];
            self.losses_into(&weights, capacity, tokens, &mut scratch, &mut losses);
            losses[domain]
        };
        let unlearned = loss(0.0);
        (unlearned - loss(weight)) / (unlearned - self.loss_of(domain, 0.0))
    }

    /// The weight of `domain` at which the part `part` of it is learned ([`Simulator::part_learned`]);
    /// `None` if it is not learned at any weight, or at the least one looked at, 1e-15.
    ///
    /// # Panics
    /// When there is no such domain.
    pub(crate) fn onset(
        &self,
        domain: usize,
        part: f64,
        capacity: f64,
        tokens: f64,
    ) -> Option<f64> {
        let learned =
            |ln_weight: f64| self.part_learned(domain, ln_weight.exp(), capacity, tokens) >= part;
        let (mut low, mut high) = (SMALLEST.ln(), 0.0);
        if learned(low) || !learned(high) {
            return None;
        }
        for _ in 0..HALVINGS {
            let middle = low + (high - low) / 2.0;
            if learned(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some(high.exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::{Efficiency, Kernel, Learner, Ranking, Selection};
    use crate::world::{Domain, Masses, Overlap, Resolution, Shape, Spectrum, World};

    const FACTS: f64 = 50.0;

    fn simulator() -> Simulator {
        let domain = |name: &str, shape: Shape| Domain {
            name: name.into(),
            spectrum: Spectrum::new(1.5, Masses::Pareto, shape).unwrap(),
            cost: 2.0,
            floor: 0.3,
        };
        let facts = domain("facts", Shape::Flat { ranks: FACTS });
        let domains = vec![facts, domain("web", Shape::PowerLaw)];
        let world = World::new(domains, 0.0, 1e12, Overlap::None).unwrap();
        let learner = Learner {
            kernel: Kernel::Exponential { tau: 3.0 },
            ranking: Ranking::Value,
            selection: Selection::Expected,
            efficiency: Efficiency::default(),
            capacity_limits: true,
        };
        Simulator::new(world, learner, Resolution::default())
    }

    /// With unlimited capacity the unlearned part of a fact is exactly e^(−D r (1 − e^(−1/τ))/n).
    #[test]
    fn data_alone_give_the_closed_form() {
        let tokens = 1e6;
        for part in [0.1, 0.5, 0.9] {
            let rate = 1.0 - f64::exp(-1.0 / 3.0);
            let expected = -f64::ln(1.0 - part) * FACTS / (tokens * rate);
            let found = simulator().onset(0, part, f64::INFINITY, tokens).unwrap();
            assert!((found / expected - 1.0).abs() < 1e-9, "{found} {expected}");
        }
    }

    #[test]
    fn what_is_never_learned_has_no_onset() {
        let simulator = simulator();
        // A tenth of the facts is all that fits.
        assert_eq!(simulator.onset(0, 0.5, 0.1 * FACTS, f64::INFINITY), None);
        assert_eq!(simulator.onset(0, 0.5, f64::INFINITY, f64::INFINITY), None);
        assert!(
            simulator
                .onset(0, 0.05, 0.1 * FACTS, f64::INFINITY)
                .is_some()
        );
        assert!(simulator.part_learned(0, 0.0, 1e3, 1e5).abs() < 1e-12);
    }
}
