//! Worlds that depart from the simple one, against every skill by itself.

use mixlaw::learner::{Kernel, Learner, Ranking, Selection};
use mixlaw::numeric::random::{Purpose, stream};
use mixlaw::simulate::{Grouping, Sampler, Simulator, oracle};
use mixlaw::world::{HeadOrder, Overlap, Resolution, World};
use rstest::rstest;
use statrs::function::gamma::gamma;

use crate::small_worlds;

const UNLIMITED: f64 = f64::INFINITY;

fn world(domains: &[(f64, f64)], head: f64, skills: f64, overlap: Overlap) -> World {
    small_worlds::world(domains, 0.0, head, skills, overlap)
}

fn learner(kernel: Kernel) -> Learner {
    small_worlds::learner(kernel, Ranking::Value, Selection::Expected)
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

/// Costs of shared skills spread for each domain that shares them.
#[rstest]
#[case::pair(Overlap::Pair { fraction: 0.8, rank_jitter: 0.0 })]
#[case::matrix(Overlap::Matrix {
    fractions: vec![vec![0.0, 0.5, 0.2], vec![0.5, 0.0, 0.0], vec![0.2, 0.0, 0.0]],
    rank_jitter: 0.0,
})]
fn costs_that_spread_where_pairs_share(#[case] overlap: Overlap) {
    let domains = [(1.3, 1.0), (1.6, 2.0), (1.4, 0.5)];
    let world = world(&domains, 10.0, 1000.0, overlap)
        .with_cost_spread(vec![1.0, 0.5, 0.0])
        .unwrap();
    let kernel = Kernel::Exponential { tau: 5.0 };
    let error = error(&world, kernel, &[0.5, 0.3, 0.2]);
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

/// With ranks far beyond the head and the first ones, a shared skill at place x of domain i is met
/// b x^(−α) (h_i + h_j e^(−αw)) times a token, w ~ N(s²/2, s²), so that the shared part of the excess
/// is A D^(−a) E\[(h_i + h_j e^(−αw))^(−a)\] with a = b/α, and the private part A (D h_i)^(−a).
#[test]
fn jittered_pairs_follow_their_closed_form() {
    let (exponent, tokens, fraction) = (1.3f64, 1e13f64, 0.6);
    let (inverse, rate) = (1.0 / exponent, 1.0 - (-1f64).exp());
    let a = 1.0 - inverse;
    let amplitude = (exponent - 1.0).powf(inverse) * inverse * gamma(a) * (rate * tokens).powf(-a);
    let weights = [0.8, 0.2];
    for rank_jitter in [0.5, 1.0, 3.0] {
        let overlap = Overlap::Pair {
            fraction,
            rank_jitter,
        };
        let world = world(&[(exponent, 1.0); 2], 0.0, 1e15, overlap);
        let kernel = Kernel::Exponential { tau: 1.0 };
        let losses = Simulator::new(world, learner(kernel), Resolution::default())
            .losses(&weights, UNLIMITED, tokens);
        for (i, loss) in losses.iter().enumerate() {
            let (mut shared, mut total) = (0.0, 0.0);
            for step in -900..=900 {
                let xi = f64::from(step) * 0.01;
                let density = (-0.5 * xi * xi).exp();
                let w = rank_jitter * (xi + 0.5 * rank_jitter);
                let met = weights[i] + weights[1 - i] * (-exponent * w).exp();
                shared += density * met.powf(-a);
                total += density;
            }
            let closed = fraction * shared / total + (1.0 - fraction) * weights[i].powf(-a);
            let error = loss / (amplitude * closed) - 1.0;
            println!("jitter {rank_jitter}, domain {i}: {error:.1e}");
            assert!(error.abs() < 1e-3, "{error:e}");
        }
    }
}

/// The best N of skills whose costs spread by s: x ∝ m^(1/α) ranks of cost factor m leave the share
/// E\[m^(1/α)\]^α = e^(−s² b/2α) of what equal costs leave. Ranked by counts, costs change nothing.
#[test]
fn costs_that_spread_are_made_use_of() {
    let (b, exponent) = (0.5, 1.5);
    let at = |ranking, spread: f64| {
        let world = world(&[(exponent, 1.0)], 0.0, 1e15, Overlap::None)
            .with_cost_spread(vec![spread])
            .unwrap();
        let learner =
            small_worlds::learner(Kernel::Threshold { tau: 5.0 }, ranking, Selection::Expected);
        let simulator = Simulator::new(world, learner, Resolution::default());
        simulator.losses(&[1.0], 1e6, UNLIMITED)[0]
    };
    for spread in [0.5, 1.0, 2.0] {
        let gain = at(Ranking::Value, spread) / at(Ranking::Value, 0.0);
        let closed = (-spread * spread * b / (2.0 * exponent)).exp();
        assert!((gain / closed - 1.0).abs() < 1e-4, "{gain} {closed}");
        let same = at(Ranking::Count, spread) / at(Ranking::Count, 0.0);
        assert!((same - 1.0).abs() < 1e-9, "{same}");
    }
}

/// One world of each kind that is not simple.
fn departures() -> Vec<(&'static str, World)> {
    let domains = [(1.3, 1.0), (1.6, 2.0)];
    let with = |overlap| world(&domains, 20.0, 1e12, overlap);
    let matrix = |rank_jitter| Overlap::Matrix {
        fractions: vec![vec![0.0, 0.6], vec![0.6, 0.0]],
        rank_jitter,
    };
    let permuted = HeadOrder::Permuted { seed: 3 };
    vec![
        ("matrix", with(matrix(0.0))),
        ("jitter", with(matrix(1.0))),
        (
            "costs",
            with(Overlap::None)
                .with_cost_spread(vec![1.0, 0.5])
                .unwrap(),
        ),
        (
            "costs in pairs",
            world(
                &[(1.3, 1.0), (1.6, 2.0), (1.4, 1.0), (1.5, 0.5)],
                20.0,
                1e12,
                Overlap::Pair {
                    fraction: 0.9,
                    rank_jitter: 0.0,
                },
            )
            .with_cost_spread(vec![1.0; 4])
            .unwrap(),
        ),
        (
            "permuted head",
            with(Overlap::None).with_head_order(permuted).unwrap(),
        ),
    ]
}

/// Weights that are not alike.
fn weights(world: &World) -> Vec<f64> {
    match world.domains().len() {
        2 => vec![0.7, 0.3],
        _ => vec![0.4, 0.3, 0.2, 0.1],
    }
}

#[test]
fn observed_selection_tends_to_expected_selection() {
    for (name, world) in departures() {
        let at = |selection, tokens| {
            let kernel = Kernel::Exponential { tau: 5.0 };
            let learner = small_worlds::learner(kernel, Ranking::Value, selection);
            Simulator::new(world.clone(), learner, Resolution::default()).losses(
                &weights(&world),
                2e3,
                tokens,
            )
        };
        let distance = |tokens| {
            let pairs = at(Selection::Observed, tokens)
                .into_iter()
                .zip(at(Selection::Expected, tokens));
            pairs.map(|(o, e)| (o / e - 1.0).abs()).fold(0.0, f64::max)
        };
        let (early, last) = (distance(1e7), distance(1e16));
        // At the cut a skill was then met 1e12 times, give or take one in a million.
        assert!(early > 1e-4 && last < 1e-6, "{name}: {early:e} {last:e}");
    }
}

/// Random runs have the expected loss as their mean.
#[test]
fn sampled_runs_agree_with_the_expectation() {
    for (name, world) in departures() {
        for selection in [Selection::Expected, Selection::Observed] {
            let kernel = Kernel::Threshold { tau: 5.0 };
            let learner = small_worlds::learner(kernel, Ranking::Value, selection);
            let simulator = Simulator::new(world.clone(), learner, Resolution::default());
            let grouping = Grouping {
                singles: 200,
                per_decade: 60,
            };
            let sampler = Sampler::new(&simulator, grouping);
            let (weights, capacity, tokens) = (weights(&world), 3e3, 1e6);
            let expected = simulator.losses(&weights, capacity, tokens);
            let draws: Vec<Vec<f64>> = (0..40)
                .map(|run| {
                    let mut random = stream(11, Purpose::Training, 0, run);
                    sampler.losses(&weights, capacity, tokens, &mut random)
                })
                .collect();
            for (domain, expected) in expected.iter().enumerate() {
                let count = draws.len() as f64;
                let mean = draws.iter().map(|run| run[domain]).sum::<f64>() / count;
                let square: f64 = draws.iter().map(|run| (run[domain] - mean).powi(2)).sum();
                let error = (square / (count - 1.0) / count).sqrt();
                let off = (mean - expected).abs();
                println!(
                    "{name} {selection:?}: {:.1e}, {:.1} errors",
                    off / expected,
                    off / error
                );
                // Groups are coarse here: 5e-4 of the excess.
                assert!(
                    off < 4.0 * error + 5e-4 * expected,
                    "{name} {selection:?} {domain}: {mean} for {expected}"
                );
            }
        }
    }
}
