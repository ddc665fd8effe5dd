//! A pool of skills against closed forms, brute force and the worlds that it contains.

use mixlaw::learner::{Efficiency, Kernel, Learner, Ranking, Selection};
use mixlaw::simulate::{Simulator, oracle};
use mixlaw::world::{Overlap, Pool, Resolution, Spread, World};
use statrs::function::gamma::gamma;

use crate::small_worlds;

const EXPONENT: f64 = 1.3;
const UNLIMITED: f64 = f64::INFINITY;

fn world(domains: usize, head: f64, skills: f64, overlap: Overlap) -> World {
    let domains: Vec<_> = (0..domains).map(|i| (EXPONENT, 1.0 + i as f64)).collect();
    small_worlds::world(&domains, 0.0, head, skills, overlap)
}

fn learner(tau: f64) -> Learner {
    let kernel = Kernel::Exponential { tau };
    small_worlds::learner(kernel, Ranking::Value, Selection::Expected)
}

fn simulator(world: &World) -> Simulator {
    Simulator::new(world.clone(), learner(1.0), Resolution::default())
}

/// A_i of the exponential kernel with τ = 1: c b^(1/α)/α Γ(1−1/α) (1−e^(−1))^(1/α−1).
fn amplitude(cost: f64) -> f64 {
    let inverse = 1.0 / EXPONENT;
    let rate = 1.0 - (-1f64).exp();
    cost * (EXPONENT - 1.0).powf(inverse)
        * inverse
        * gamma(1.0 - inverse)
        * rate.powf(inverse - 1.0)
}

/// Points and spacing of the trapezoidal rule, which is exact to 1e-9 for these integrands.
const POINTS: i32 = 48;
const SPACING: f64 = 8.0 / POINTS as f64;

/// E over the skills that domain i meets of (Σ_j h_j e^(σ_j ε_j − σ_j²/2))^(−a0), K = 3: a sum over
/// a grid of z with ε = L z + σ_i R_i. It is E\[(h_i + Σ h_j e^η_ij)^(−a0)\] of the pool's law, before
/// p_i is put in the place of the pool's own frequency.
fn exact_mean(domain: usize, weights: &[f64; 3], scatter: &[f64; 3], r: &[Vec<f64>]) -> f64 {
    let (l10, l20) = (r[1][0], r[2][0]);
    let l11 = (1.0 - l10 * l10).sqrt();
    let l21 = (r[2][1] - l20 * l10) / l11;
    let l22 = (1.0 - l20 * l20 - l21 * l21).sqrt();
    let a0 = 1.0 - 1.0 / EXPONENT;
    let (mut sum, mut total) = (0.0, 0.0);
    let grid = || (-POINTS..=POINTS).map(|step| f64::from(step) * SPACING);
    for x in grid() {
        for y in grid() {
            for z in grid() {
                let density = (-0.5 * (x * x + y * y + z * z)).exp();
                let epsilon = [x, l10 * x + l11 * y, l20 * x + l21 * y + l22 * z];
                let met: f64 = (0..3)
                    .map(|j| {
                        let shifted = epsilon[j] + scatter[domain] * r[domain][j];
                        weights[j] * (scatter[j] * shifted - 0.5 * scatter[j].powi(2)).exp()
                    })
                    .sum();
                sum += density * met.powf(-a0);
                total += density;
            }
        }
    }
    sum / total
}

/// Largest relative error of the excess, over mixtures, against the closed form.
fn error(scatter: [f64; 3], r: &[Vec<f64>]) -> f64 {
    let pool = Pool::new(scatter.to_vec(), r.to_vec(), 0.0).unwrap();
    let world = world(3, 0.0, 1e15, Overlap::Pool(pool));
    let simulator = simulator(&world);
    let tokens: f64 = 1e13;
    let mut largest: f64 = 0.0;
    for weights in [[1.0 / 3.0; 3], [0.8, 0.1, 0.1], [0.02, 0.08, 0.9]] {
        let losses = simulator.losses(&weights, UNLIMITED, tokens);
        for (i, loss) in losses.iter().enumerate() {
            let closed = amplitude(world.domains()[i].cost)
                * tokens.powf(1.0 / EXPONENT - 1.0)
                * exact_mean(i, &weights, &scatter, r);
            println!("{scatter:?} {weights:?} {i}: {:.2e}", loss / closed - 1.0);
            largest = largest.max((loss / closed - 1.0).abs());
        }
    }
    largest
}

#[test]
fn the_excess_follows_the_law_of_the_pool() {
    let near = vec![
        vec![1.0, 0.6, 0.1],
        vec![0.6, 1.0, 0.3],
        vec![0.1, 0.3, 1.0],
    ];
    let error_at = |scatter: [f64; 3]| error(scatter, &near);
    let one = error_at([1.0; 3]);
    assert!(one < 1e-3, "scatter 1: {one}");
    let two = error_at([2.0; 3]);
    assert!(two < 1e-2, "scatter 2: {two}");
    let mixed = error_at([0.5, 1.0, 2.0]);
    assert!(mixed < 1e-2, "scatters .5, 1, 2: {mixed}");
}

#[test]
fn a_pool_without_scatter_is_full_overlap() {
    let spread = Spread {
        low: 0.0,
        high: 0.8,
        seed: 1,
    };
    let weights = [0.5, 0.3, 0.2];
    for private in [0.0, 0.4] {
        let pool = Pool::random(vec![0.0; 3], spread, private).unwrap();
        let pool = simulator(&world(3, 20.0, 1e12, Overlap::Pool(pool)));
        let fraction = 1.0 - private;
        let all = simulator(&world(3, 20.0, 1e12, Overlap::All { fraction }));
        for (capacity, tokens) in [(UNLIMITED, 1e7), (3e3, 1e7), (3e3, UNLIMITED)] {
            assert_eq!(
                pool.losses(&weights, capacity, tokens),
                all.losses(&weights, capacity, tokens)
            );
        }
    }
    let apart = Pool::random(vec![2.0; 3], spread, 1.0).unwrap();
    let apart = simulator(&world(3, 20.0, 1e12, Overlap::Pool(apart)));
    let none = simulator(&world(3, 20.0, 1e12, Overlap::None));
    assert_eq!(
        apart.losses(&weights, 3e3, 1e7),
        none.losses(&weights, 3e3, 1e7)
    );
}

#[test]
fn a_small_pool_agrees_with_single_skills() {
    let spread = Spread {
        low: 0.2,
        high: 0.7,
        seed: 4,
    };
    let pool = Pool::random(vec![1.5, 1.0], spread, 0.3).unwrap();
    let world = world(2, 5.0, 600.0, Overlap::Pool(pool));
    let simulator = simulator(&world);
    for (capacity, tokens) in [
        (100.0, 1e5),
        (400.0, 1e4),
        (UNLIMITED, 1e3),
        (50.0, UNLIMITED),
    ] {
        let weights = [0.7, 0.3];
        let exact = oracle::losses(&world, &learner(1.0), &weights, capacity, tokens).unwrap();
        let classes = simulator.losses(&weights, capacity, tokens);
        for (classes, exact) in classes.iter().zip(&exact) {
            assert!(
                (classes / exact - 1.0).abs() < 2e-5,
                "{classes} for {exact}"
            );
        }
    }
}

/// Where capacity does not limit, the private part of a pool is that of a world without overlap,
/// also when domains scatter differently; and sample efficiency multiplies the tokens, with the
/// cut or without.
#[test]
fn private_parts_and_efficiency_in_a_pool() {
    let spread = Spread {
        low: 0.0,
        high: 0.8,
        seed: 1,
    };
    let weights = [0.5, 0.3, 0.2];
    let pool = |private| {
        let pool = Pool::random(vec![0.5, 1.0, 2.0], spread, private).unwrap();
        world(3, 20.0, 1e12, Overlap::Pool(pool))
    };
    let at = |private, tokens| simulator(&pool(private)).losses(&weights, UNLIMITED, tokens);
    let (all, none, some) = (at(0.0, 1e8), at(1.0, 1e8), at(0.4, 1e8));
    for domain in 0..3 {
        let mixed = 0.6 * all[domain] + 0.4 * none[domain];
        assert!((some[domain] / mixed - 1.0).abs() < 1e-9);
        // What others teach is missing without a pool.
        assert!(all[domain] < none[domain]);
    }

    let efficient = |capacity_limits| Learner {
        efficiency: Efficiency {
            exponent: 1.0,
            reference: 1e4,
        },
        capacity_limits,
        ..learner(1.0)
    };
    let run = |learner: Learner, capacity, tokens| {
        Simulator::new(pool(0.0), learner, Resolution::default()).losses(&weights, capacity, tokens)
    };
    // 100 times the reference: D_eff = 100 D.
    assert_eq!(run(efficient(false), 1e6, 1e6), at(0.0, 1e8));
    assert_eq!(run(efficient(true), 1e6, 1e6), run(learner(1.0), 1e6, 1e8));
    for (limited, free) in
        run(efficient(true), 1e3, 1e9)
            .iter()
            .zip(run(efficient(false), 1e3, 1e9))
    {
        assert!(*limited > 1.1 * free, "{limited} {free}");
    }
}
