//! How far nodes that stand for log-normal costs, ranks and frequencies are from the whole
//! distribution, and that they follow the resolution.

use mixlaw::learner::{Efficiency, Kernel, Learner, Ranking, Selection};
use mixlaw::simulate::Simulator;
use mixlaw::world::{Domain, Masses, Overlap, Pool, Resolution, Shape, Spectrum, World};

fn world(seed: u32, kind: &str) -> World {
    // Fractions of the golden ratio: as good as random.
    let part = |n: u32| (f64::from(seed * 7 + n) * 0.618_033_988_749_895).fract();
    let exponents = [1.2 + 0.6 * part(1), 1.1 + 0.8 * part(2)];
    let domain = |i: usize| Domain {
        name: format!("d{i}"),
        spectrum: Spectrum::new(
            if kind == "pool" {
                exponents[0]
            } else {
                exponents[i]
            },
            Masses::Pareto,
            Shape::PowerLaw,
        )
        .unwrap(),
        cost: [1.0, 0.3 + 2.0 * part(3)][i],
        floor: 0.0,
    };
    let skills = [200.0, 300.0, 1000.0, 1e14][(seed % 4) as usize];
    let overlap = match kind {
        "cost" if seed.is_multiple_of(3) => Overlap::All { fraction: part(4) },
        "cost" => Overlap::None,
        "jitter" => Overlap::Pair {
            fraction: part(4),
            rank_jitter: 0.3 + 2.0 * part(5),
        },
        _ => {
            let r = 0.9 * part(4);
            Overlap::Pool(
                Pool::new(
                    vec![0.4 + 1.8 * part(5), 0.4 + 1.8 * part(6)],
                    vec![vec![1.0, r], vec![r, 1.0]],
                    0.5 * part(7),
                )
                .unwrap(),
            )
        }
    };
    let world = World::new(
        vec![domain(0), domain(1)],
        f64::from(seed % 4),
        skills,
        overlap,
    )
    .unwrap();
    if kind == "cost" {
        world
            .with_cost_spread(vec![0.3 + 1.7 * part(5); 2])
            .unwrap()
    } else {
        world
    }
}

fn simulator(world: &World, classes_per_decade: usize) -> Simulator {
    let learner = Learner {
        kernel: Kernel::Exponential { tau: 1.0 },
        ranking: Ranking::Value,
        selection: Selection::Expected,
        efficiency: Efficiency::default(),
        capacity_limits: true,
    };
    Simulator::new(world.clone(), learner, Resolution { classes_per_decade })
}

/// Against nodes a dozen times as dense, losses are right to what is told of them, at the default
/// resolution and at four times it.
#[test]
fn losses_are_right_to_what_is_told() {
    for (kind, finest) in [("cost", 512), ("jitter", 384), ("pool", 384)] {
        for seed in 0..3 {
            let world = world(seed, kind);
            let fine = simulator(&world, finest);
            for classes_per_decade in [32, 128] {
                let coarse = simulator(&world, classes_per_decade);
                for capacity in [12.0, 40.0, 115.0, 290.0] {
                    let scale = (capacity, 1e6);
                    let bound = world.coarseness(scale, Resolution { classes_per_decade });
                    for weights in [[0.5, 0.5], [0.1, 0.9]] {
                        let found = coarse.losses(&weights, scale.0, scale.1);
                        let right = fine.losses(&weights, scale.0, scale.1);
                        for (found, right) in found.iter().zip(&right) {
                            let error = (found / right - 1.0).abs();
                            assert!(
                                error <= bound.max(1e-4),
                                "{kind} {seed}, {classes_per_decade} a decade, N {capacity}: {error:e} \
                                 for {bound:e}"
                            );
                        }
                    }
                }
            }
        }
    }
}

/// A sum over every rank and 1961 costs of each, by an independent program.
#[test]
fn spread_costs_converge_to_every_skill_by_itself() {
    let domain = |name: &str, exponent: f64, cost: f64| Domain {
        name: name.to_owned(),
        spectrum: Spectrum::new(exponent, Masses::Pareto, Shape::PowerLaw).unwrap(),
        cost,
        floor: 0.0,
    };
    let domains = vec![domain("d0", 1.187, 3.253), domain("d1", 1.637, 0.305)];
    let world = World::new(domains, 3.0, 300.0, Overlap::None).unwrap();
    let world = world.with_cost_spread(vec![0.38; 2]).unwrap();
    let weights = [0.391_442_128_365, 0.608_557_871_635];
    let right = 0.054_473_646_604_773_34;
    let error = |classes_per_decade| {
        let losses = simulator(&world, classes_per_decade).losses(&weights, 81.0, 1.754e6);
        (losses[1] / right - 1.0).abs()
    };
    let (coarse, fine) = (error(32), error(3200));
    assert!(
        coarse < 3e-3 && fine < 1e-3 && fine < 0.5 * coarse,
        "{coarse:e} {fine:e}"
    );
}
