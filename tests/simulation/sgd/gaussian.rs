//! Runs under a random projection, against samples drawn one by one and exact means.

use mixlaw::numeric::random::{Purpose, stream};
use mixlaw::sgd::oracle::Regression;
use mixlaw::sgd::{
    Blocks, Features, SharedRun, Watch, expected_excess, expected_feature_excess, trained_together,
};
use mixlaw::world::Overlap;
use ndarray::Array2;
use rand_distr::{Distribution, StandardNormal};

use super::{geometric, mean_and_error};
use crate::small_worlds;

/// Runs of each kind.
const SEEDS: u64 = 1500;

/// 40 ranks of two domains, the first 4 of them shared, under one draw of S.
pub(crate) fn projected(rows: usize) -> Regression {
    let world = small_worlds::world(&[(1.3, 2.0), (1.7, 1.0)], 0.0, 4.0, 40.0, Overlap::None);
    let domains = world.domains();
    let mut variances = Array2::zeros((2, 76));
    let mut truth = ndarray::Array1::zeros(76);
    for k in 0..40 {
        for (i, domain) in domains.iter().enumerate() {
            let column = if k < 4 { k } else { 4 + i * 36 + (k - 4) };
            variances[[i, column]] = domain.spectrum.mass(k as f64 + 1.0);
            truth[column] = if k < 4 {
                1.5f64.sqrt()
            } else {
                domain.cost.sqrt()
            };
        }
    }
    let mut random = stream(5, Purpose::Sketch, rows as u64, 0);
    let sketch = Array2::from_shape_simple_fn((rows, 76), || {
        let normal: f64 = StandardNormal.sample(&mut random);
        normal / (rows as f64).sqrt()
    });
    Regression {
        variances,
        truth,
        unseen: (0..2)
            .map(|i| domains[i].cost * world.remainder(i))
            .collect(),
        sketch,
    }
}

#[test]
fn runs_side_by_side_are_plain_sgd_in_distribution() {
    let (plain, weights) = (projected(12), [0.7, 0.3]);
    let features = Features::of(&plain);
    let prepared = features.clone().prepare().unwrap();
    for (batch, step, tokens) in [(1, 0.2, 150.0), (8, 1.0, 400.0)] {
        let sgd = geometric(step, batch, 30.0, 0.2);
        let steps = sgd.steps(tokens);
        let mut quick = Vec::new();
        for group in 0..SEEDS / 20 {
            let mut runs: Vec<_> = (0..20)
                .map(|run| SharedRun {
                    weights: &weights,
                    random: stream(6, Purpose::Training, batch, 20 * group + run),
                })
                .collect();
            let nothing = &mut |_, _, _| ();
            quick.extend(trained_together(
                &prepared,
                &sgd,
                &mut runs,
                steps,
                &[],
                nothing,
            ));
        }
        let long: Vec<Vec<f64>> = (0..SEEDS)
            .map(|seed| {
                let mut random = stream(7, Purpose::Training, batch, seed);
                plain.train(&sgd, &weights, steps, &mut random)
            })
            .collect();
        let mut nothing = |_: u64, _: &[f64]| ();
        let mut watch = Watch::new(&[], &mut nothing);
        let exact = expected_feature_excess(&features, &sgd, &weights, steps, &mut watch);
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

/// With one domain the moments along its eigenvectors are all there is.
#[test]
fn one_domain_is_its_eigenbasis() {
    let mut plain = projected(16);
    plain.variances = plain.variances.slice(ndarray::s![..1, ..]).to_owned();
    plain.unseen.truncate(1);
    let features = Features::of(&plain);
    let directions = features.eigenbasis().unwrap();
    let sgd = geometric(0.5, 2, 100.0, 0.1);
    let points = [1, 10, 100, 600];
    let mut by_matrix = Vec::new();
    let mut seen = |_: u64, excess: &[f64]| by_matrix.push(excess[0]);
    let mut watch = Watch::new(&points, &mut seen);
    expected_feature_excess(&features, &sgd, &[1.0], 600, &mut watch);
    let mut by_direction = Vec::new();
    let mut seen = |_: u64, excess: &[f64]| by_direction.push(excess[0]);
    let mut watch = Watch::new(&points, &mut seen);
    let blocks = Blocks { share: 0.0 };
    expected_excess(&directions, &sgd, &[1.0], 600, blocks, &mut watch);
    assert_eq!(by_matrix.len(), 4);
    for (a, b) in by_matrix.iter().zip(&by_direction) {
        println!("{a} {b}");
        assert!((a / b - 1.0).abs() < 1e-9, "{a} for {b}");
    }
}

/// Written-out columns and moments agree with what the model loses.
#[test]
fn excess_from_moments_is_excess_from_directions() {
    let plain = projected(12);
    let features = Features::of(&plain);
    let model = ndarray::Array1::from_shape_fn(12, |i| 0.1 * i as f64 - 0.3);
    for (a, b) in features.excess(&model).iter().zip(plain.excess(&model)) {
        assert!((a - b).abs() < 1e-12);
    }
}
