//! Unlimited samples under a random projection: does capacity compete as Eq. (1) says?

use mixlaw::law::allocation::{Demand, allocate};
use mixlaw::numeric::random::{Purpose, stream};
use mixlaw::sgd::{Features, equivalent_excess, equivalent_resolved};
use mixlaw::world::{Overlap, World};

use super::four;
use crate::small_worlds;

fn one(exponent: f64) -> World {
    small_worlds::world(&[(exponent, 1.0)], 0.0, 0.0, 1e14, Overlap::None)
}

/// One domain, many dimensions: excess = b r^α N^−b with r = (π/α)/sin(π/α).
#[test]
fn one_domain_has_the_constant_of_a_random_projection() {
    for (exponent, constant) in [(1.3, 1.61), (1.5, 1.88), (2.0, 2.47)] {
        let b = exponent - 1.0;
        let angle = std::f64::consts::PI / exponent;
        let exact = b * (angle / angle.sin()).powf(exponent);
        assert!((exact - constant).abs() < 0.01);
        let excess = equivalent_excess(&one(exponent), &[1.0], 1e5)[0];
        let measured = excess * 1e5f64.powf(b);
        println!("exponent {exponent}: {measured:.4} for {exact:.4}");
        assert!((measured / exact - 1.0).abs() < 2e-3);
    }
}

/// Means over drawn projections are the equivalent, within their scatter.
#[test]
fn drawn_projections_scatter_about_the_equivalent() {
    let (world, weights, rows) = (four(5.0), [0.4, 0.3, 0.2, 0.1], 64);
    let draws: Vec<Vec<f64>> = (0..16)
        .map(|sketch| {
            let mut random = stream(1, Purpose::Sketch, rows, sketch);
            let features = Features::draw(&world, rows as usize, &mut random);
            features.minimal_excess(&weights).unwrap()
        })
        .collect();
    let expected = equivalent_excess(&world, &weights, rows as f64);
    for (domain, (mean, error)) in super::mean_and_error(&draws).into_iter().enumerate() {
        println!(
            "domain {domain}: {mean:.4} ± {error:.4} for {:.4}",
            expected[domain]
        );
        // The equivalent leaves out 1/N.
        assert!((mean - expected[domain]).abs() < 4.0 * error + expected[domain] / rows as f64);
    }
}

/// The minimiser minimises a sum that is linear in h: its Jacobian is symmetric, so that the best
/// mixture is the target, whatever law the losses follow.
#[test]
fn the_jacobian_is_symmetric_and_the_best_mixture_is_the_target() {
    let world = four(5.0);
    let h = [0.4, 0.3, 0.2, 0.1];
    for capacity in [64.0, 1e4] {
        let along = |j: usize, by: f64| {
            let mut moved = h;
            moved[j] += by;
            equivalent_excess(&world, &moved, capacity)
        };
        let step = 1e-5;
        let jacobian: Vec<Vec<f64>> = (0..4)
            .map(|j| {
                let (up, down) = (along(j, step), along(j, -step));
                let slope = |(up, down): (&f64, &f64)| (up - down) / (2.0 * step);
                up.iter().zip(&down).map(slope).collect()
            })
            .collect();
        let size = jacobian[0][0].abs();
        for (i, by_own) in jacobian.iter().enumerate() {
            for (j, by_other) in jacobian.iter().enumerate() {
                let asymmetry = (by_own[j] - by_other[i]).abs() / size;
                assert!(asymmetry < 1e-6, "N={capacity}: {asymmetry:e}");
            }
            // At h = w no weight is worth more than another: the gradient of Σ_j w_j L_j is level.
            let total: f64 = h.iter().zip(by_own).map(|(w, slope)| w * slope).sum();
            assert!(
                total.abs() / size < 1e-6,
                "N={capacity}: gradient {total:e}"
            );
        }
        // Every move away from the target costs.
        let target = |excess: &[f64]| h.iter().zip(excess).map(|(w, l)| w * l).sum::<f64>();
        let best = target(&equivalent_excess(&world, &h, capacity));
        for i in 0..4 {
            for j in 0..4 {
                let mut moved = h;
                moved[i] += 1e-3;
                moved[j] -= 1e-3;
                assert!(target(&equivalent_excess(&world, &moved, capacity)) >= best);
            }
        }
    }
}

/// Mixtures spread over the simplex, in a fixed order.
fn mixtures() -> Vec<[f64; 4]> {
    let mut random = stream(11, Purpose::Mixtures, 0, 0);
    (0..20)
        .map(|_| {
            let draws: Vec<f64> = (0..4)
                .map(|_| -f64::ln(1.0 - rand::RngExt::random::<f64>(&mut random)))
                .collect();
            let sum: f64 = draws.iter().sum();
            std::array::from_fn(|i| 0.02 + 0.92 * draws[i] / sum)
        })
        .collect()
}

/// Losses are proportional to the x*^(−b) of Eq. (1), with the costs in its competition.
#[test]
fn losses_follow_the_allocation_of_eq_1() {
    let world = four(5.0);
    let costs: Vec<f64> = world.domains().iter().map(|d| d.cost).collect();
    let b = [0.2, 0.35, 0.5, 0.8];
    let spread = |capacities: &[f64]| -> Vec<f64> {
        let mut ratios = vec![Vec::new(); 4];
        for capacity in capacities {
            for h in mixtures() {
                let excess = equivalent_excess(&world, &h, *capacity);
                let x = allocation(&h, &costs, &b, *capacity);
                for i in 0..4 {
                    ratios[i].push((excess[i] * x[i].powf(b[i])).ln());
                }
            }
        }
        ratios.iter().map(|ratios| deviation(ratios)).collect()
    };
    let (few, many) = (spread(&[64.0, 256.0, 1024.0]), spread(&[1e3, 1e4, 1e5]));
    println!("N 64 to 1024: {few:.3?}, N 1e3 to 1e5: {many:.3?}");
    assert!(few.iter().all(|spread| *spread < 0.15), "{few:?}");
    assert!(many.iter().all(|spread| *spread < 0.06), "{many:?}");
}

/// What is resolved follows variances alone: the competition of Eq. (1) in which all costs are 1,
/// whatever they are. (Losses follow the one with the costs: see above.)
#[test]
fn thresholds_follow_variances_only() {
    let given = [4.0, 1.0, 0.25, 1.0];
    let world = |costs: [f64; 4]| {
        let domains: [(f64, f64); 4] =
            std::array::from_fn(|i| ([1.2, 1.35, 1.5, 1.8][i], costs[i]));
        small_worlds::world(&domains, 0.0, 5.0, 1e14, Overlap::None)
    };
    let (uneven, even) = (world(given), world([1.0; 4]));
    let b = [0.2, 0.35, 0.5, 0.8];
    let (mut without, mut with) = (vec![Vec::new(); 4], vec![Vec::new(); 4]);
    for capacity in [1e3, 1e4, 1e5] {
        for h in mixtures() {
            let resolved = equivalent_resolved(&uneven, &h, capacity);
            assert_eq!(resolved, equivalent_resolved(&even, &h, capacity));
            let total: f64 = resolved.iter().sum();
            assert!((capacity - 5.0..capacity).contains(&total), "{total}");
            for (costs, ratios) in [([1.0; 4], &mut without), (given, &mut with)] {
                let x = allocation(&h, &costs, &b, capacity);
                for i in 0..4 {
                    ratios[i].push((resolved[i] / x[i]).ln());
                }
            }
        }
    }
    let spread = |ratios: &[Vec<f64>]| -> f64 {
        ratios.iter().map(|ratios| deviation(ratios)).sum::<f64>() / 4.0
    };
    let (without, with) = (spread(&without), spread(&with));
    println!("spread of resolved/x*: {without:.3} without costs, {with:.3} with them");
    assert!(without < 0.1, "{without}");
    assert!(with > 1.4 * without, "{with}");
}

fn deviation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let square: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (square / values.len() as f64).sqrt()
}

/// x_i of Eq. (1) with H = 5.
fn allocation(h: &[f64], costs: &[f64], b: &[f64], capacity: f64) -> Vec<f64> {
    let demands: Vec<Demand> = (0..4)
        .map(|i| Demand {
            ln_weight: (h[i] * b[i] * costs[i]).ln(),
            b: b[i],
        })
        .collect();
    let allocation = allocate(&demands, 5.0, capacity).unwrap();
    allocation.ln_skills.iter().map(|x| x.exp()).collect()
}
