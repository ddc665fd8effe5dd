//! The division of capacity in the simulator against the one that Eq. (1) computes.

use super::kind::{Group, Kind};
use crate::claim::{Figure, Figures};
use crate::experiment::{Experiment, Source};
use crate::law::allocation::{Demand, allocate};
use crate::learner::LearnerKind;
use crate::report::figure::{Allocation, Division};
use crate::simulate::Simulator;
use crate::world::{Masses, Overlap, Shape, World};

const LARGEST: Kind = Kind {
    name: "allocation.largest-ranks",
    unit: "ranks",
    meaning: "largest difference between the ranks that the simulator gives a domain and Eq. (1)'s division",
};

const MEAN: Kind = Kind {
    name: "allocation.mean-error",
    unit: "%",
    meaning: "mean relative error of that division",
};

const WHOLE: Kind = Kind {
    name: "allocation.largest-whole-ranks",
    unit: "ranks",
    meaning: "the largest difference from Eq. (1) for ranks that are whole: capacity K ranks larger, each domain one rank less; for masses \"pareto\"",
};

/// The division of capacity.
pub(super) const GROUP: Group = Group {
    title: "The division of capacity, against Eq. (1)",
    kinds: &[LARGEST, MEAN, WHOLE],
    note: "For a learner that counts and is limited by capacity, in a world of power laws without overlap.",
};

/// What each domain holds in every cell with a limit of capacity; `None` where the theory gives no
/// division: without a limit or a power law, or where domains share more than the head.
pub(crate) fn allocation(experiment: &Experiment) -> Option<Allocation> {
    divided(experiment, 0.0)
}

/// The same, against Eq. (1) for ranks that are whole; `None` for other masses than pareto.
///
/// Rank k has the mass k^−b − (k+1)^−b, which is b y^−α at y = k + ½ but for a share of order 1/k². A
/// domain therefore holds the ranks up to x* − ½, and, as ranks are whole, half a rank less on average:
/// x* − 1. All of them fill the capacity if the x* sum to K more than in Eq. (1), and a domain with
/// nothing beyond the head has x* = H + 1: Eq. (1) with a head and a capacity one rank larger.
fn whole_allocation(experiment: &Experiment) -> Option<Allocation> {
    let Source::Simulated { world, .. } = &experiment.source else {
        return None;
    };
    has_whole_ranks(world).then(|| divided(experiment, 1.0))?
}

/// Eq. (1) with a head and a capacity of `shift` ranks more, of which no domain holds the first
/// `shift`, against what the simulator holds.
fn divided(experiment: &Experiment, shift: f64) -> Option<Allocation> {
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
            let divided = allocate(&demands, world.head() + shift, capacity + shift).ok()?;
            let held = simulator.ranks_held(mixture.weights(), capacity);
            for ((domain, held), ln_skills) in
                world.domains().iter().zip(held).zip(divided.ln_skills)
            {
                divisions.push(Division {
                    domain: domain.name.clone(),
                    capacity,
                    held,
                    theory: ln_skills.exp() - shift,
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
    let mut names = Vec::new();
    if learner.capacity_limits && follows_theory(world) {
        names.extend([LARGEST, MEAN].map(|kind| kind.of(&[])));
        if has_whole_ranks(world) {
            names.push(WHOLE.of(&[]));
        }
    }
    names
}

/// How far what is held is from Eq. (1): at most, in ranks, and on average, percent.
pub(crate) fn figures(experiment: &Experiment) -> Figures {
    let Some(allocation) = allocation(experiment) else {
        return Figures::new();
    };
    let figure = |kind: Kind, value| (kind.of(&[]), Figure::exact(value));
    let mut figures = Figures::from([
        figure(LARGEST, allocation.largest_difference()),
        figure(MEAN, allocation.mean_error()),
    ]);
    if let Some(whole) = whole_allocation(experiment) {
        figures.extend([figure(WHOLE, whole.largest_difference())]);
    }
    figures
}

/// Whether the domains compete with private tails that follow power laws.
fn follows_theory(world: &World) -> bool {
    let power_law = |shape: &Shape| *shape == Shape::PowerLaw;
    let domains = world.domains();
    domains.len() > 1
        && *world.overlap() == Overlap::None
        && domains.iter().all(|d| power_law(d.spectrum.shape()))
}

/// Whether the masses of `world` are those that [`whole_allocation`] is derived for.
fn has_whole_ranks(world: &World) -> bool {
    let pareto = |masses: Masses| masses == Masses::Pareto;
    world.domains().iter().all(|d| pareto(d.spectrum.masses()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    /// What one domain of two is off by is what the other is off by the other way: half a rank at most,
    /// where Eq. (1) for ranks that need not be whole is off by more.
    #[test]
    fn two_domains_divide_whole_ranks_to_half_of_one() {
        let text = r#"
[world]
head = 20

[[world.domains]]
name = "web"
exponent = 1.2
cost = 2.0

[[world.domains]]
name = "chat"
exponent = 1.8

[learner]
kernel = "exponential"
tau = 5

[sweep]
capacities = [3e3, 1e4, 1e5]
tokens = ["unlimited"]

[sweep.mixtures]
design = "dirichlet"
count = 20
floor = 0.02
"#;
        let experiment = parse(text, "two.toml").unwrap();
        let measured = figures(&experiment);
        let value = |kind: Kind| measured[kind.name].value;
        assert!(value(WHOLE) < 0.502, "{}", value(WHOLE));
        assert!(value(LARGEST) > 0.8, "{}", value(LARGEST));
        let names = figure_names(&experiment);
        assert_eq!(names, [LARGEST, MEAN, WHOLE].map(|kind| kind.name));

        // The derivation is that of pareto masses.
        let zeta = text.replace("head = 20", "head = 20\nmasses = \"zeta\"");
        let zeta = parse(&zeta, "two.toml").unwrap();
        assert_eq!(figure_names(&zeta), [LARGEST, MEAN].map(|kind| kind.name));
        assert!(!figures(&zeta).contains_key(WHOLE.name));
    }
}
