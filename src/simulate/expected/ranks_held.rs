//! How many ranks of each domain a learner holds.

use crate::learner::cut;
use crate::simulate::Simulator;

impl Simulator {
    /// Ranks of each domain (length K), head included, that a learner of `capacity` skills holds
    /// after training on the mixture `weights` (length K), by expected score: x_i* of the theory.
    /// The last skill may be held in part. Ranks that a domain shares only sometimes count as
    /// often as they are there.
    ///
    /// # Panics
    /// When `weights` has not one weight per domain.
    pub(crate) fn ranks_held(&self, weights: &[f64], capacity: f64) -> Vec<f64> {
        let ranking = self.learner.ranking;
        let selected = cut(&self.world, &self.families, weights, ranking, capacity);
        let mut held = vec![0.0; weights.len()];
        for (family, chosen) in self.families.iter().zip(selected) {
            let ranks = chosen.rank - family.low + chosen.next;
            for member in &family.members {
                held[member.domain] += family.multiplicity * ranks;
            }
        }
        held
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::{Efficiency, Kernel, Learner, Ranking, Selection};
    use crate::world::{Domain, Masses, Overlap, Resolution, Shape, Spectrum, World};

    fn simulator() -> Simulator {
        let domain = |name: &str, alpha: f64| Domain {
            name: name.into(),
            spectrum: Spectrum::new(alpha, Masses::Pareto, Shape::PowerLaw).unwrap(),
            cost: 1.0,
            floor: 1.0,
        };
        let domains = vec![domain("web", 1.3), domain("code", 1.6)];
        let world = World::new(domains, 20.0, 1e12, Overlap::None).unwrap();
        let learner = Learner {
            kernel: Kernel::Exponential { tau: 1.0 },
            ranking: Ranking::Value,
            selection: Selection::Expected,
            efficiency: Efficiency::default(),
            capacity_limits: true,
        };
        Simulator::new(world, learner, Resolution::default())
    }

    /// The head is held once, and known to both.
    #[test]
    fn the_capacity_is_what_is_held() {
        let simulator = simulator();
        for capacity in [20.0, 1e3, 12_345.5] {
            let held = simulator.ranks_held(&[0.3, 0.7], capacity);
            assert!((held.iter().sum::<f64>() - 20.0 - capacity).abs() < 1e-6);
        }
    }

    #[test]
    fn a_domain_without_weight_keeps_the_head() {
        let held = simulator().ranks_held(&[0.0, 1.0], 1e3);
        assert_eq!(held, [20.0, 1e3]);
    }
}
