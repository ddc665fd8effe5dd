//! Ridge regression on the samples, against samples drawn one by one and closed forms.

use mixlaw::numeric::random::{Purpose, stream};
use mixlaw::sgd::oracle::Regression;
use mixlaw::sgd::{
    Directions, Features, Ridge, best_penalty, best_penalty_on_average, drawn_feature_ridge,
    drawn_ridge, equivalent_excess, equivalent_ridge, expected_ridge,
};
use mixlaw::world::{Overlap, World};
use rayon::prelude::*;

use super::exactness::{small, written_out};
use super::gaussian::projected;
use super::{four, mean_and_error};
use crate::small_worlds;

/// Regressions of each kind.
const SEEDS: u64 = 1500;

const WEIGHTS: [f64; 4] = [0.4, 0.3, 0.2, 0.1];

fn one(exponent: f64) -> World {
    small_worlds::world(&[(exponent, 1.5)], 0.0, 0.0, 1e14, Overlap::None)
}

/// Holds means and spreads of `drawn` and of the plain regression against each other.
fn alike(
    plain: &Regression,
    tokens: u64,
    ridge: &Ridge,
    drawn: impl Fn(u64) -> Vec<f64> + Sync + Send,
) {
    let weights = [0.7, 0.3];
    let drawn: Vec<Vec<f64>> = (0..SEEDS).into_par_iter().map(drawn).collect();
    let long: Vec<Vec<f64>> = (0..SEEDS)
        .into_par_iter()
        .map(|seed| {
            let mut random = stream(2, Purpose::Training, tokens, seed);
            plain.regress(ridge, &weights, tokens, &mut random).unwrap()
        })
        .collect();
    let (drawn, long) = (mean_and_error(&drawn), mean_and_error(&long));
    for domain in 0..2 {
        let (a, b) = (drawn[domain], long[domain]);
        let z = (a.0 - b.0) / a.1.hypot(b.1);
        let spread = a.1 / b.1;
        println!("D={tokens} domain {domain}: z {z:.2}, sd ratio {spread:.3}");
        assert!(z.abs() < 4.0, "{z}");
        assert!((spread - 1.0).abs() < 0.15, "sd ratio {spread}");
    }
}

/// Fewer samples than weights, some domains with fewer than they have directions, and many samples.
#[test]
fn drawn_regressions_are_plain_ones_in_distribution() {
    let (world, weights, ridge) = (
        small(),
        [0.7, 0.3],
        Ridge {
            penalty: 0.02,
            noise: 0.2,
        },
    );
    let plain = written_out(&world, &weights, 12);
    let directions = Directions::top(&world, &weights, 12);
    let sketched = projected(12);
    let prepared = Features::of(&sketched).prepare().unwrap();
    for tokens in [8, 20, 150] {
        alike(&plain, tokens, &ridge, |seed| {
            let mut random = stream(1, Purpose::Training, tokens, seed);
            drawn_ridge(&directions, &ridge, &weights, tokens, &mut random)
        });
        alike(&sketched, tokens, &ridge, |seed| {
            let mut random = stream(1, Purpose::Training, tokens, seed);
            drawn_feature_ridge(&prepared, &ridge, &weights, tokens, &mut random)
        });
    }
}

/// Holds a mean over runs against an equivalent, which leaves out 1/N.
fn scatters(domain: usize, (mean, error): (f64, f64), expected: f64, capacity: f64) {
    println!(
        "domain {domain}: {expected:.4}, off by {:.2} ± {:.2} %",
        100.0 * (mean / expected - 1.0),
        100.0 * error / expected
    );
    assert!((mean - expected).abs() < 4.0 * error + expected / capacity);
}

/// Means of drawn regressions are the equivalent, also where there are as many samples as weights
/// and with a small penalty.
#[test]
fn drawn_regressions_scatter_about_the_equivalent() {
    let world = four(5.0);
    let directions = Directions::top(&world, &WEIGHTS, 128);
    for (tokens, penalty) in [(64, 1e-3), (128, 1e-2), (128, 1e-4), (1024, 1e-5)] {
        let ridge = Ridge {
            penalty,
            noise: 0.1,
        };
        let runs: Vec<Vec<f64>> = (0..400)
            .into_par_iter()
            .map(|seed| {
                let mut random = stream(3, Purpose::Training, tokens, seed);
                drawn_ridge(&directions, &ridge, &WEIGHTS, tokens, &mut random)
            })
            .collect();
        let expected = expected_ridge(&directions, &ridge, &WEIGHTS, tokens as f64);
        for (domain, (mean, error)) in mean_and_error(&runs).into_iter().enumerate() {
            scatters(domain, (mean, error), expected[domain], 128.0);
        }
    }
}

/// The same over projections.
#[test]
fn drawn_projections_scatter_about_the_equivalent() {
    let (world, rows) = (four(5.0), 64);
    for (tokens, penalty) in [(32, 1e-2), (64, 1e-2), (500, 1e-4)] {
        let ridge = Ridge {
            penalty,
            noise: 0.1,
        };
        let runs: Vec<Vec<f64>> = (0..200)
            .into_par_iter()
            .map(|sketch| {
                let mut random = stream(1, Purpose::Sketch, rows, sketch);
                let features = Features::draw(&world, rows as usize, &mut random);
                let prepared = features.prepare().unwrap();
                drawn_feature_ridge(&prepared, &ridge, &WEIGHTS, tokens, &mut random)
            })
            .collect();
        let expected = equivalent_ridge(&world, &ridge, &WEIGHTS, rows as f64, tokens as f64);
        for (domain, (mean, error)) in mean_and_error(&runs).into_iter().enumerate() {
            scatters(domain, (mean, error), expected[domain], rows as f64);
        }
    }
}

/// Directions of one variance: the risk by the Stieltjes transform of Marchenko and Pastur,
/// λ² m'(−λ) w² + s² N/D (m − λ m') for variance 1.
#[test]
fn equal_directions_follow_marchenko_and_pastur() {
    let (size, weight, noise, unseen) = (100, 0.7, 0.3, 0.2);
    let directions = Directions {
        shared: Vec::new(),
        own: vec![vec![1.0; size]],
        own_weights: vec![vec![weight; size]],
        unseen: vec![unseen],
    };
    for tokens in [30.0, 100.0, 400.0f64] {
        for penalty in [1e-6, 0.1, 10.0] {
            let ratio = size as f64 / tokens;
            let transform = |penalty: f64| {
                let (half, four) = (1.0 - ratio + penalty, 4.0 * ratio * penalty);
                let root = (half * half + four).sqrt();
                if half > 0.0 {
                    2.0 / (half + root)
                } else {
                    2.0 * (root - half) / four
                }
            };
            let m = transform(penalty);
            // m' from λ r m² + (1 − r + λ) m = 1.
            let slope = (ratio * m * m + m) / (2.0 * penalty * ratio * m + 1.0 - ratio + penalty);
            let bias = size as f64 * weight * penalty * penalty * slope;
            let variance = (noise + unseen) * ratio * (m - penalty * slope);
            let exact = bias + variance + unseen;
            let ridge = Ridge { penalty, noise };
            let found = expected_ridge(&directions, &ridge, &[1.0], tokens)[0];
            println!("D={tokens} lambda={penalty}: {found} for {exact}");
            assert!((found / exact - 1.0).abs() < 1e-8);
        }
    }
}

/// With many samples and hardly a penalty, the best model of the population is found.
#[test]
fn many_samples_give_the_minimiser() {
    let world = four(5.0);
    let directions = Directions::top(&world, &WEIGHTS, 64);
    let ridge = Ridge {
        penalty: 1e-12,
        noise: 0.1,
    };
    let near = |found: &[f64], expected: &[f64], most: f64| {
        for (found, expected) in found.iter().zip(expected) {
            assert!((found / expected - 1.0).abs() < most, "{found} {expected}");
        }
    };
    let minimal = equivalent_excess(&world, &WEIGHTS, 64.0);
    for tokens in [1e12, f64::INFINITY] {
        let found = expected_ridge(&directions, &ridge, &WEIGHTS, tokens);
        near(&found, &directions.unseen, 1e-8);
        let found = equivalent_ridge(&world, &ridge, &WEIGHTS, 64.0, tokens);
        near(&found, &minimal, 1e-8);
    }
    let mut random = stream(4, Purpose::Training, 0, 0);
    let found = drawn_ridge(&directions, &ridge, &WEIGHTS, 10u64.pow(12), &mut random);
    near(&found, &directions.unseen, 1e-8);
    let mut random = stream(4, Purpose::Sketch, 0, 0);
    let features = Features::draw(&world, 32, &mut random);
    let minimal = features.minimal_excess(&WEIGHTS).unwrap();
    let prepared = features.prepare().unwrap();
    let found = drawn_feature_ridge(&prepared, &ridge, &WEIGHTS, 10u64.pow(12), &mut random);
    // The domains disagree on the best weights, and their shares are random: 1/√D.
    near(&found, &minimal, 1e-5);
}

/// Where all weights are alike the best penalty is that of the posterior mean: (σ² + u)/(D w²).
#[test]
fn the_best_penalty_of_one_domain_is_bayesian() {
    let world = one(1.5);
    for (capacity, tokens, noise) in [(64, 1e3, 0.1), (1000, 1e3, 1.0), (200, 1e5, 0.0)] {
        let directions = Directions::top(&world, &[1.0], capacity);
        let exact = (noise + directions.unseen[0]) / (tokens * 1.5);
        let found = best_penalty(&directions, noise, &[1.0], tokens);
        println!("N={capacity} D={tokens:e}: {found:e} for {exact:e}");
        assert!((found / exact - 1.0).abs() < 2e-3);
    }
}

/// Slope of ln excess in ln D, one domain, N far above what D tells.
fn data_slope(exponent: f64, noise: f64) -> f64 {
    let world = one(exponent);
    let excess = |tokens: f64| {
        let capacity = 1e9;
        let penalty = best_penalty_on_average(&world, noise, &[1.0], capacity, tokens);
        let ridge = Ridge { penalty, noise };
        equivalent_ridge(&world, &ridge, &[1.0], capacity, tokens)[0]
    };
    (excess(1e6) / excess(1e4)).ln() / 100f64.ln()
}

/// With label noise the exponent is (α − 1)/α, that of one pass of SGD; without it every sample
/// tells a direction, and samples limit as capacity does, with α − 1.
#[test]
fn without_noise_samples_limit_as_capacity_does() {
    for exponent in [1.3, 1.5, 2.0] {
        let b = exponent - 1.0;
        let (clean, noisy) = (
            data_slope(exponent, 0.0) + b,
            data_slope(exponent, 1e2) + b / exponent,
        );
        println!("exponent {exponent}: clean off by {clean:+.4}, noisy by {noisy:+.4}");
        assert!(clean.abs() < 0.002, "{clean}");
        assert!(noisy.abs() < 0.015, "{noisy}");
    }
}
