//! The eigen-directions that the projection `top` shows to the model, and the mass it does not see.

use crate::world::World;

/// A direction that several domains meet: a skill of the head.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// Variance p_i(s) under each domain (length K).
    pub variances: Vec<f64>,
    /// Squared weight w*_s² of the direction.
    pub weight: f64,
}

/// The directions that a model sees, and the variance of the label that it cannot explain.
#[derive(Debug, Clone, PartialEq)]
pub struct Directions {
    /// Directions of the head.
    pub shared: Vec<Shared>,
    /// For each domain, the variances p_i(s) of the directions that it alone meets.
    pub own: Vec<Vec<f64>>,
    /// For each domain, the squared weights w*_s² of those directions.
    pub own_weights: Vec<Vec<f64>>,
    /// For each domain, the label's variance u_i over all directions that the model does not see.
    pub unseen: Vec<f64>,
}

impl Directions {
    /// The `capacity` directions of largest value Σ_i h_i p_i(s) w*_s² in `world` under the mixture
    /// `weights`. Directions of equal value are taken in the order of domains and ranks. The tails
    /// of the world are private to their domains.
    pub fn top(world: &World, weights: &[f64], capacity: usize) -> Self {
        let head = world.head();
        let domains = world.domains();
        let mean_cost = domains.iter().map(|d| d.cost).sum::<f64>() / domains.len() as f64;
        // Values fall with the rank within the head and within each tail: only the first
        // `capacity` of each can be among the best.
        let longest = |ranks: f64| ranks.min(capacity as f64) as usize;
        let (head_length, tail_length) = (longest(head), longest(world.skills() - head));
        let shared: Vec<Shared> = (1..=head_length)
            .map(|rank| Shared {
                variances: domains
                    .iter()
                    .map(|domain| domain.spectrum.mass(rank as f64))
                    .collect(),
                weight: mean_cost,
            })
            .collect();
        let own: Vec<Vec<f64>> = domains
            .iter()
            .map(|domain| {
                (1..=tail_length)
                    .map(|rank| domain.spectrum.mass(head + rank as f64))
                    .collect()
            })
            .collect();
        let shared_values: Vec<f64> = shared
            .iter()
            .map(|direction| mean_cost * mixed(weights, &direction.variances))
            .collect();
        let own_values: Vec<Vec<f64>> = own
            .iter()
            .zip(domains.iter().zip(weights))
            .map(|(own, (domain, weight))| own.iter().map(|p| weight * domain.cost * p).collect())
            .collect();
        let lengths = best(&shared_values, &own_values, capacity);
        let unseen = (0..domains.len())
            .map(|i| {
                let domain = &domains[i];
                let spectrum = &domain.spectrum;
                let head_unseen = spectrum.span(lengths[0] as f64, head);
                let tail_unseen = spectrum.tail(head + lengths[i + 1] as f64);
                mean_cost * head_unseen + domain.cost * tail_unseen
            })
            .collect();
        let cut = |mut list: Vec<f64>, length: usize| {
            list.truncate(length);
            list
        };
        let own: Vec<Vec<f64>> = own
            .into_iter()
            .zip(&lengths[1..])
            .map(|(own, length)| cut(own, *length))
            .collect();
        Self {
            shared: shared.into_iter().take(lengths[0]).collect(),
            own_weights: own
                .iter()
                .zip(domains)
                .map(|(own, domain)| vec![domain.cost; own.len()])
                .collect(),
            own,
            unseen,
        }
    }

    /// Number of directions that the model sees.
    pub fn len(&self) -> usize {
        self.shared.len() + self.own.iter().map(Vec::len).sum::<usize>()
    }

    /// Whether the model sees nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of domains K.
    pub fn domains(&self) -> usize {
        self.unseen.len()
    }
}

/// Σ_i h_i p_i.
pub(super) fn mixed(weights: &[f64], variances: &[f64]) -> f64 {
    weights.iter().zip(variances).map(|(h, p)| h * p).sum()
}

/// How many of each list (the head, then each tail) are among the `capacity` largest values. The
/// lists fall.
fn best(shared: &[f64], own: &[Vec<f64>], capacity: usize) -> Vec<usize> {
    let mut values: Vec<(f64, usize)> = shared.iter().map(|value| (*value, 0)).collect();
    for (domain, own) in own.iter().enumerate() {
        values.extend(own.iter().map(|value| (*value, domain + 1)));
    }
    let mut lengths = vec![0; own.len() + 1];
    let by_value = |a: &(f64, usize), b: &(f64, usize)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
    if capacity < values.len() {
        values.select_nth_unstable_by(capacity, by_value);
        values.truncate(capacity);
    }
    for (_, list) in values {
        lengths[list] += 1;
    }
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::Ranking;
    use crate::learner::cut;
    use crate::world::{Domain, Masses, Overlap, Resolution, Shape, Spectrum};

    fn world(costs: [f64; 3]) -> World {
        let domains = [1.2, 1.5, 1.8]
            .iter()
            .zip(costs)
            .enumerate()
            .map(|(i, (exponent, cost))| Domain {
                name: format!("domain{i}"),
                spectrum: Spectrum::new(*exponent, Masses::Pareto, Shape::PowerLaw).unwrap(),
                cost,
                floor: 0.0,
            })
            .collect();
        World::new(domains, 5.0, 1e6, Overlap::None).unwrap()
    }

    /// The same cut as that of the counting learners, found by sorting.
    #[test]
    fn the_largest_values_are_seen() {
        let world = world([1.0, 1.0, 1.0]);
        let families = world.families(Resolution::default());
        for weights in [[0.2, 0.5, 0.3], [0.0, 0.01, 0.99]] {
            for capacity in [6, 64, 1000] {
                let seen = Directions::top(&world, &weights, capacity);
                assert_eq!(seen.len(), capacity);
                let ranks = cut(&world, &families, &weights, Ranking::Value, capacity as f64);
                for (domain, own) in seen.own.iter().enumerate() {
                    let expected = ranks[domain + 1].rank - 5.0;
                    assert_eq!(
                        own.len(),
                        expected as usize,
                        "{weights:?} {capacity} {domain}"
                    );
                }
            }
        }
    }

    /// What is seen and what is not make up the whole variance of the label.
    #[test]
    fn nothing_is_lost() {
        let world = world([2.0, 1.5, 0.7]);
        let seen = Directions::top(&world, &[0.2, 0.5, 0.3], 300);
        for (i, domain) in world.domains().iter().enumerate() {
            let shared: f64 = seen.shared.iter().map(|s| s.weight * s.variances[i]).sum();
            let own: f64 = seen.own[i].iter().sum::<f64>() * domain.cost;
            let head = domain.spectrum.span(0.0, 5.0);
            let all = 1.4 * head + domain.cost * (1.0 - head);
            assert!((shared + own + seen.unseen[i] - all).abs() < 1e-12);
        }
    }
}
