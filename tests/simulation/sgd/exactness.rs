//! Trained runs and their exact mean, against samples drawn one by one.

use mixlaw::numeric::random::{Purpose, stream};
use mixlaw::sgd::oracle::Regression;
use mixlaw::sgd::{Blocks, Directions, Watch, expected_excess, trained_excess};
use mixlaw::world::{Overlap, World};
use ndarray::{Array1, Array2};

use super::{four, geometric, mean_and_error};
use crate::small_worlds;

/// Runs of each kind.
const SEEDS: u64 = 1500;

pub(crate) fn small() -> World {
    small_worlds::world(&[(1.3, 2.0), (1.7, 1.0)], 0.0, 4.0, 40.0, Overlap::None)
}

/// Every direction of the small world, with the `capacity` directions that are seen first.
pub(crate) fn written_out(world: &World, weights: &[f64], capacity: usize) -> Regression {
    let (head, ranks) = (world.head() as usize, world.skills() as usize);
    let costs: Vec<f64> = world.domains().iter().map(|d| d.cost).collect();
    let mut directions: Vec<(Vec<f64>, f64)> = Vec::new();
    for rank in 1..=ranks {
        let masses: Vec<f64> = world
            .domains()
            .iter()
            .map(|d| d.spectrum.mass(rank as f64))
            .collect();
        if rank <= head {
            directions.push((masses, 0.5 * (costs[0] + costs[1])));
        } else {
            directions.push((vec![masses[0], 0.0], costs[0]));
            directions.push((vec![0.0, masses[1]], costs[1]));
        }
    }
    let value = |(masses, cost): &(Vec<f64>, f64)| {
        cost * masses.iter().zip(weights).map(|(p, h)| p * h).sum::<f64>()
    };
    directions.sort_by(|a, b| value(b).total_cmp(&value(a)));
    Regression {
        variances: Array2::from_shape_fn((2, directions.len()), |(i, s)| directions[s].0[i]),
        truth: directions
            .iter()
            .map(|(_, cost)| cost.sqrt())
            .collect::<Array1<f64>>(),
        unseen: (0..2).map(|i| costs[i] * world.remainder(i)).collect(),
        sketch: Array2::from_shape_fn((capacity, directions.len()), |(i, s)| {
            f64::from(u8::from(i == s))
        }),
    }
}

#[test]
fn top_runs_are_plain_sgd_in_distribution() {
    let (world, weights, capacity) = (small(), [0.7, 0.3], 12);
    let plain = written_out(&world, &weights, capacity);
    let directions = Directions::top(&world, &weights, capacity);
    for (batch, step, tokens) in [(1, 0.4, 200.0), (8, 1.5, 400.0)] {
        let sgd = geometric(step, batch, 30.0, 0.2);
        let steps = sgd.steps(tokens);
        let quick: Vec<Vec<f64>> = (0..SEEDS)
            .map(|seed| {
                let mut random = stream(1, Purpose::Training, batch, seed);
                let mut nothing = |_: u64, _: &[f64]| ();
                let mut watch = Watch::new(&[], &mut nothing);
                trained_excess(&directions, &sgd, &weights, steps, &mut random, &mut watch)
            })
            .collect();
        let long: Vec<Vec<f64>> = (0..SEEDS)
            .map(|seed| {
                let mut random = stream(2, Purpose::Training, batch, seed);
                plain.train(&sgd, &weights, steps, &mut random)
            })
            .collect();
        let mut nothing = |_: u64, _: &[f64]| ();
        let mut watch = Watch::new(&[], &mut nothing);
        let blocks = Blocks { share: 0.0 };
        let exact = expected_excess(&directions, &sgd, &weights, steps, blocks, &mut watch);
        let (quick, long) = (mean_and_error(&quick), mean_and_error(&long));
        for domain in 0..2 {
            let z = |(mean, error): (f64, f64)| (mean - exact[domain]) / error;
            let spread = quick[domain].1 / long[domain].1;
            println!(
                "B={batch} domain {domain}: chi-squared z {:.2}, long vectors z {:.2}, sd ratio {spread:.3}",
                z(quick[domain]),
                z(long[domain])
            );
            assert!(z(quick[domain]).abs() < 4.0 && z(long[domain]).abs() < 4.0);
            assert!((spread - 1.0).abs() < 0.15, "sd ratio {spread}");
        }
    }
}

/// Blocks of steps give what single steps give, at every point of the curve.
#[test]
fn blocks_agree_with_single_steps() {
    let world = four(5.0);
    let mut worst = 0.0f64;
    for weights in [[0.4, 0.3, 0.2, 0.1], [0.02, 0.02, 0.02, 0.94]] {
        for (capacity, batch, step) in [(64, 1, 0.5), (256, 10, 2.0)] {
            let directions = Directions::top(&world, &weights, capacity);
            for noise in [0.01, 1.0] {
                let sgd = geometric(step, batch, 1000.0, noise);
                let points = [30, 300, 3000, 20_000];
                let curve = |share| {
                    let mut curve = Vec::new();
                    let mut seen = |_: u64, excess: &[f64]| curve.extend_from_slice(excess);
                    let mut watch = Watch::new(&points, &mut seen);
                    let blocks = Blocks { share };
                    let last =
                        expected_excess(&directions, &sgd, &weights, 20_000, blocks, &mut watch);
                    assert_eq!(last, curve[12..]);
                    curve
                };
                for (exact, blocked) in curve(0.0).iter().zip(curve(Blocks::default().share)) {
                    worst = worst.max((blocked / exact - 1.0).abs());
                }
            }
        }
    }
    println!("largest difference {worst:.1e}");
    assert!(worst < 3e-4, "{worst:e}");
}

/// 100 runs of each cell scatter about the recursion.
#[test]
fn trained_runs_scatter_about_the_recursion() {
    let (world, weights) = (four(5.0), [0.4, 0.3, 0.2, 0.1]);
    for (capacity, noise) in [(64, 1.0), (256, 0.1)] {
        let directions = Directions::top(&world, &weights, capacity);
        let sgd = geometric(0.5, 1, 1000.0, noise);
        let steps = sgd.steps(1e4);
        let runs: Vec<Vec<f64>> = (0..100)
            .map(|seed| {
                let mut random = stream(3, Purpose::Training, 0, seed);
                let mut nothing = |_: u64, _: &[f64]| ();
                let mut watch = Watch::new(&[], &mut nothing);
                trained_excess(&directions, &sgd, &weights, steps, &mut random, &mut watch)
            })
            .collect();
        let mut nothing = |_: u64, _: &[f64]| ();
        let mut watch = Watch::new(&[], &mut nothing);
        let blocks = Blocks::default();
        let exact = expected_excess(&directions, &sgd, &weights, steps, blocks, &mut watch);
        for (domain, (mean, error)) in mean_and_error(&runs).into_iter().enumerate() {
            let z = (mean - exact[domain]) / error;
            println!("N={capacity} domain {domain}: z {z:.2}");
            assert!(z.abs() < 4.0);
        }
    }
}
