//! Worlds that depart from the simple one, against every skill by itself.

#[path = "common/worlds.rs"]
mod worlds;

use mixlaw::learner::{Kernel, Learner, Ranking, Selection};
use mixlaw::simulate::{Simulator, oracle};
use mixlaw::world::{HeadOrder, Overlap, Resolution, World};
use rstest::rstest;

const UNLIMITED: f64 = f64::INFINITY;

fn world(domains: &[(f64, f64)], head: f64, skills: f64, overlap: Overlap) -> World {
    worlds::world(domains, 0.0, head, skills, overlap)
}

fn learner(kernel: Kernel) -> Learner {
    worlds::learner(kernel, Ranking::Value, Selection::Expected)
}

/// Losses (all excess) by classes, and every skill by itself, for a learner that is limited by
/// capacity, by data, and by both.
fn error(world: &World, kernel: Kernel, weights: &[f64]) -> f64 {
    let learner = learner(kernel);
    let simulator = Simulator::new(world.clone(), learner.clone(), Resolution::default());
    let mut worst = 0.0f64;
    for (capacity, tokens) in [(150.0, UNLIMITED), (UNLIMITED, 3e3), (150.0, 5e4)] {
        let exact = oracle::losses(world, &learner, weights, capacity, tokens).unwrap();
        let classes = simulator.losses(weights, capacity, tokens);
        for (classes, exact) in classes.iter().zip(&exact) {
            println!("N {capacity}, D {tokens}: {:.1e}", classes / exact - 1.0);
            worst = worst.max((classes / exact - 1.0).abs());
        }
    }
    worst
}

/// The oracle works on whole ranks, the classes on continuous ones: the difference is largest for
/// low ranks.
#[rstest]
#[case::near(0.5, 0.0)]
#[case::apart(1.0, 20.0)]
#[case::far(2.0, 20.0)]
fn pairs_of_different_ranks(#[case] rank_jitter: f64, #[case] head: f64) {
    let overlap = Overlap::Pair {
        fraction: 0.7,
        rank_jitter,
    };
    let world = world(&[(1.3, 1.0), (1.6, 2.0)], head, 700.0, overlap);
    let error = error(&world, Kernel::Exponential { tau: 5.0 }, &[0.7, 0.3]);
    assert!(error < 1e-3, "{error:e}");
}

#[rstest]
#[case::narrow(vec![0.5, 0.5])]
#[case::wide(vec![1.0, 1.0])]
#[case::uneven(vec![0.0, 1.5])]
fn costs_that_spread(#[case] spread: Vec<f64>) {
    let overlap = Overlap::All { fraction: 0.3 };
    let world = world(&[(1.3, 1.0), (1.6, 2.0)], 10.0, 1000.0, overlap)
        .with_cost_spread(spread)
        .unwrap();
    let error = error(&world, Kernel::Exponential { tau: 5.0 }, &[0.7, 0.3]);
    assert!(error < 1e-3, "{error:e}");
}

/// A domain's skills of the head are others' too, at other ranks.
#[test]
fn permuted_heads() {
    let domains = [(1.3, 1.0), (1.6, 2.0), (1.3, 0.5)];
    let shared = world(&domains, 40.0, 3000.0, Overlap::None);
    let order = HeadOrder::Permuted { seed: 5 };
    let permuted = shared.clone().with_head_order(order).unwrap();
    let weights = [0.6, 0.3, 0.1];
    let kernel = Kernel::Threshold { tau: 5.0 };
    // Capacity, or data, for a part of the head only.
    for (capacity, tokens) in [(15.0, UNLIMITED), (UNLIMITED, 200.0), (25.0, 500.0)] {
        let exact =
            oracle::losses(&permuted, &learner(kernel), &weights, capacity, tokens).unwrap();
        let at = |world: &World| {
            Simulator::new(world.clone(), learner(kernel), Resolution::default())
                .losses(&weights, capacity, tokens)
        };
        for (classes, exact) in at(&permuted).iter().zip(&exact) {
            assert!((classes / exact - 1.0).abs() < 1e-5, "{classes} {exact}");
        }
        assert!((at(&permuted)[1] / at(&shared)[1] - 1.0).abs() > 1e-2);
    }
    // Once the head is learned its order does not matter.
    let error = error(&permuted, kernel, &weights);
    assert!(error < 1e-5, "{error:e}");
    let at = |world: World| {
        let simulator = Simulator::new(world, learner(kernel), Resolution::default());
        simulator.losses(&weights, 500.0, UNLIMITED)
    };
    for (permuted, shared) in at(permuted).iter().zip(at(shared)) {
        assert!((permuted / shared - 1.0).abs() < 1e-12);
    }
}

#[test]
fn each_domain_orders_the_head_by_itself() {
    let domains = [(1.3, 1.0), (1.3, 1.0)];
    let world = |seed| {
        let order = HeadOrder::Permuted { seed };
        let world = world(&domains, 50.0, 100.0, Overlap::None);
        world.with_head_order(order).unwrap()
    };
    let ranks = world(1).head_ranks(0);
    let mut sorted = ranks.clone();
    sorted.sort_by(f64::total_cmp);
    assert_eq!(sorted, (1..=50).map(f64::from).collect::<Vec<_>>());
    assert_eq!(ranks, world(1).head_ranks(0));
    assert_ne!(ranks, world(1).head_ranks(1));
    assert_ne!(ranks, world(2).head_ranks(0));
}

/// Pairs are a matrix of equal fractions, and a jitter that vanishes leaves them as they are.
#[test]
fn pairs_are_a_matrix_without_jitter() {
    let domains = [(1.2, 2.0), (1.5, 1.0), (1.5, 3.0)];
    let weights = [0.2, 0.3, 0.5];
    let at = |overlap| {
        let world = world(&domains, 20.0, 1e12, overlap);
        let kernel = Kernel::Exponential { tau: 5.0 };
        Simulator::new(world, learner(kernel), Resolution::default()).losses(&weights, 3e3, 1e7)
    };
    let pair = |rank_jitter| {
        at(Overlap::Pair {
            fraction: 0.4,
            rank_jitter,
        })
    };
    let row = |i: usize| (0..3).map(|j| if i == j { 0.0 } else { 0.2 }).collect();
    let matrix = |rank_jitter| {
        at(Overlap::Matrix {
            fractions: (0..3).map(row).collect(),
            rank_jitter,
        })
    };
    assert_eq!(pair(0.0), matrix(0.0));
    assert_eq!(pair(1.3), matrix(1.3));
    for (still, moved) in pair(0.0).iter().zip(pair(1e-5)) {
        assert!((still / moved - 1.0).abs() < 1e-5, "{still} {moved}");
    }
    let uneven = Overlap::Matrix {
        fractions: vec![
            vec![0.0, 0.5, 0.1],
            vec![0.5, 0.0, 0.3],
            vec![0.1, 0.3, 0.0],
        ],
        rank_jitter: 0.0,
    };
    let world = world(&domains, 20.0, 3000.0, uneven);
    let error = error(&world, Kernel::Reciprocal { tau: 2.0 }, &weights);
    assert!(error < 2e-5, "{error:e}");
}
