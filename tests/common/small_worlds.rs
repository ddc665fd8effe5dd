//! Small worlds for tests.

use mixlaw::learner::{Efficiency, Kernel, Learner, Ranking, Selection};
use mixlaw::world::{Domain, Masses, Overlap, Shape, Spectrum, World};

/// Domains of (exponent, cost), all of one floor.
pub fn world(
    domains: &[(f64, f64)],
    floor: f64,
    head: f64,
    skills: f64,
    overlap: Overlap,
) -> World {
    let domains = domains
        .iter()
        .enumerate()
        .map(|(i, (exponent, cost))| Domain {
            name: format!("domain{i}"),
            spectrum: Spectrum::new(*exponent, Masses::Pareto, Shape::PowerLaw).unwrap(),
            cost: *cost,
            floor,
        })
        .collect();
    World::new(domains, head, skills, overlap).unwrap()
}

/// A learner whose efficiency does not depend on its capacity.
pub fn learner(kernel: Kernel, ranking: Ranking, selection: Selection) -> Learner {
    Learner {
        kernel,
        ranking,
        selection,
        efficiency: Efficiency::default(),
        capacity_limits: true,
    }
}
