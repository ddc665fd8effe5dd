//! The division of capacity in the simulator against the one that Eq. (1) computes.

use crate::claim::{Figure, Figures};
use crate::config::{Experiment, Source};
use crate::law::allocation::{Demand, allocate};
use crate::learner::LearnerKind;
use crate::report::figure::{Allocation, Division};
use crate::simulate::Simulator;
use crate::world::{Overlap, Shape, World};

/// What each domain holds in every cell with a limit of capacity; `None` where the theory gives no
/// division: without a limit or a power law, or where domains share more than the head.
pub(super) fn allocation(experiment: &Experiment) -> Option<Allocation> {
    let Source::Simulated {
        world,
        learner: LearnerKind::Counting(learner),
        sweep,
        ..
    } = &experiment.source
    else {
        return None;
    };
    if !learner.capacity_limits || !follows_theory(world) {
        return None;
    }
    let simulator = Simulator::new(world.clone(), learner.clone(), sweep.resolution);
    let mut divisions = Vec::new();
    for capacity in sweep.capacities.iter().copied().filter(|n| n.is_finite()) {
        for mixture in &sweep.mixtures {
            let demands: Vec<Demand> = world
                .domains()
                .iter()
                .zip(mixture.weights())
                .map(|(domain, weight)| {
                    let b = domain.spectrum.b();
                    let ln_weight = (weight * b * domain.cost).ln();
                    Demand { ln_weight, b }
                })
                .collect();
            let divided = allocate(&demands, world.head(), capacity).ok()?;
            let held = simulator.ranks_held(mixture.weights(), capacity);
            for ((domain, held), ln_skills) in
                world.domains().iter().zip(held).zip(divided.ln_skills)
            {
                divisions.push(Division {
                    domain: domain.name.clone(),
                    capacity,
                    held,
                    theory: ln_skills.exp(),
                });
            }
        }
    }
    (!divisions.is_empty()).then_some(Allocation { divisions })
}

/// Names of the figures of [`figures`]; none where there is no division.
pub(super) fn figure_names(experiment: &Experiment) -> Vec<String> {
    let Source::Simulated {
        world,
        learner: LearnerKind::Counting(learner),
        ..
    } = &experiment.source
    else {
        return Vec::new();
    };
    if learner.capacity_limits && follows_theory(world) {
        [LARGEST, MEAN].map(String::from).to_vec()
    } else {
        Vec::new()
    }
}

/// How far what is held is from Eq. (1): at most, in ranks, and on average, percent.
pub(super) fn figures(experiment: &Experiment) -> Figures {
    let Some(allocation) = allocation(experiment) else {
        return Figures::new();
    };
    let figure = |name: &str, value| (name.to_string(), Figure::exact(value));
    Figures::from([
        figure(LARGEST, allocation.largest_difference()),
        figure(MEAN, allocation.mean_error()),
    ])
}

const LARGEST: &str = "allocation.largest-ranks";
const MEAN: &str = "allocation.mean-error";

/// Whether the domains compete with private tails that follow power laws.
fn follows_theory(world: &World) -> bool {
    let power_law = |shape: &Shape| *shape == Shape::PowerLaw;
    let domains = world.domains();
    domains.len() > 1
        && *world.overlap() == Overlap::None
        && domains.iter().all(|d| power_law(d.spectrum.shape()))
}
