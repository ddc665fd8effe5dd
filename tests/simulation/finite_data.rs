//! Domains that run out of unique tokens, against draws of every skill's distinct meetings.

use mixlaw::learner::{Kernel, Learner, Ranking, Selection};
use mixlaw::numeric::random::{Purpose, stream};
use mixlaw::simulate::{Counts, Simulator, oracle};
use mixlaw::world::{Overlap, Resolution, Supply, World};
use rand_distr::{Distribution, Poisson};
use rayon::prelude::*;

use crate::small_worlds;

/// R*, in epochs.
const DECAY: f64 = 15.4;

const HEAD: f64 = 8.0;
const RANKS: f64 = 300.0;
const COSTS: [f64; 2] = [2.0, 1.0];

fn world(available: [f64; 2]) -> World {
    let domains = [(1.3, COSTS[0]), (1.7, COSTS[1])];
    let supply = Supply::new(available.to_vec(), DECAY).unwrap();
    small_worlds::world(&domains, 0.0, HEAD, RANKS, Overlap::None)
        .with_supply(supply)
        .unwrap()
}

fn losses(world: &World, kernel: Kernel, weights: &[f64], scale: (f64, f64)) -> Vec<f64> {
    let learner = learner(kernel);
    Simulator::new(world.clone(), learner, Resolution::default()).losses(weights, scale.0, scale.1)
}

fn learner(kernel: Kernel) -> Learner {
    small_worlds::learner(kernel, Ranking::Value, Selection::Expected)
}

/// Losses of one run: the distinct meetings of each selected skill are drawn, and each counts
/// 1 + R* (1 − e^(−(e−1)/R*)) times after e > 1 epochs.
fn draw(
    world: &World,
    kernel: Kernel,
    weights: [f64; 2],
    (capacity, tokens): (f64, f64),
    random: &mut impl rand::Rng,
) -> [f64; 2] {
    let mass = |i: usize, rank: f64| world.domains()[i].spectrum.mass(rank);
    let mut skills: Vec<Vec<(usize, f64)>> = Vec::new();
    for rank in 1..=RANKS as usize {
        let met: Vec<_> = (0..2).map(|i| (i, mass(i, rank as f64))).collect();
        if rank <= HEAD as usize {
            skills.push(met);
        } else {
            skills.extend(met.into_iter().map(|met| vec![met]));
        }
    }
    let score = |skill: &Vec<(usize, f64)>| -> f64 {
        skill.iter().map(|(i, p)| weights[*i] * COSTS[*i] * p).sum()
    };
    skills.sort_by(|a, b| score(b).total_cmp(&score(a)));
    let mut losses = [0, 1].map(|i| COSTS[i] * (world.known(i) + world.remainder(i)));
    for skill in skills.iter().take(capacity.min(1e9) as usize) {
        let mut count = 0.0;
        for (i, p) in skill {
            let available = world.supply().available()[*i];
            let asked = weights[*i] * tokens;
            let epochs = asked / available;
            let worth = if epochs > 1.0 {
                1.0 + DECAY * (1.0 - (-(epochs - 1.0) / DECAY).exp())
            } else {
                1.0
            };
            let distinct: f64 = Poisson::new(asked.min(available) * p)
                .unwrap()
                .sample(random);
            count += worth * distinct;
        }
        for (i, p) in skill {
            losses[*i] -= COSTS[*i] * p * (1.0 - kernel.after(count).unwrap());
        }
    }
    losses
}

/// One domain repeats and the other does not; both repeat, differently; both alike.
#[test]
fn expected_losses_are_the_mean_of_drawn_runs() {
    const RUNS: u64 = 1500;
    let kernels = [
        Kernel::Threshold { tau: 3.0 },
        Kernel::Threshold { tau: 20.0 },
        Kernel::Exponential { tau: 3.0 },
        Kernel::Reciprocal { tau: 2.0 },
    ];
    let weights = [0.6, 0.4];
    for available in [[100.0, f64::INFINITY], [150.0, 20.0], [150.0, 100.0]] {
        let world = world(available);
        for kernel in kernels {
            for scale in [(50.0, 2e3), (f64::INFINITY, 1e3)] {
                let expected = losses(&world, kernel, &weights, scale);
                let runs: Vec<[f64; 2]> = (0..RUNS)
                    .map(|run| {
                        let mut random = stream(9, Purpose::Training, 0, run);
                        draw(&world, kernel, weights, scale, &mut random)
                    })
                    .collect();
                for domain in 0..2 {
                    let count = RUNS as f64;
                    let mean = runs.iter().map(|run| run[domain]).sum::<f64>() / count;
                    let square: f64 = runs.iter().map(|run| (run[domain] - mean).powi(2)).sum();
                    let error = (square / (count - 1.0) / count).sqrt();
                    let z = (expected[domain] - mean) / error;
                    println!("{available:?} {kernel:?} {scale:?} {domain}: z = {z:.2}");
                    assert!(
                        z.abs() < 3.5,
                        "{available:?} {kernel:?} {scale:?} {domain}: {z}"
                    );
                }
            }
        }
    }
}

/// By realised counts: drawn runs of every skill, whose distinct meetings count for the score as
/// often as they are repeated, have the expected loss as their mean.
#[test]
fn expected_losses_by_realised_counts_are_the_mean_of_drawn_runs() {
    const RUNS: u64 = 300;
    let kernels = [
        Kernel::Threshold { tau: 3.0 },
        Kernel::Threshold { tau: 20.0 },
        Kernel::Exponential { tau: 3.0 },
        Kernel::Reciprocal { tau: 2.0 },
    ];
    let supplies = [[3e3, f64::INFINITY], [4e3, 1e3], [4e3, 8e3 / 3.0]];
    let overlaps = [Overlap::None, Overlap::All { fraction: 0.4 }];
    let (weights, scale) = ([0.6, 0.4], (1000.0, 2e4));
    let cases: Vec<_> = overlaps
        .iter()
        .flat_map(|overlap| supplies.map(|available| (overlap, available)))
        .flat_map(|case| kernels.map(|kernel| (case, kernel)))
        .collect();
    let differences = cases.par_iter().map(|((overlap, available), kernel)| {
        let domains = [(1.3, COSTS[0]), (1.7, COSTS[1])];
        let world = small_worlds::world(&domains, 0.0, HEAD, 4000.0, (*overlap).clone());
        let supply = Supply::new(available.to_vec(), DECAY).unwrap();
        let world = world.with_supply(supply).unwrap();
        let by = |selection| {
            let learner = small_worlds::learner(*kernel, Ranking::Value, selection);
            let simulator = Simulator::new(world.clone(), learner, Resolution::default());
            simulator.losses(&weights, scale.0, scale.1)
        };
        let expected = by(Selection::Observed);
        let learner = small_worlds::learner(*kernel, Ranking::Value, Selection::Observed);
        let runs: Vec<Vec<f64>> = (0..RUNS)
            .map(|run| {
                let mut random = stream(10, Purpose::Training, 0, run);
                let counts = Counts::Poisson;
                oracle::sample(&world, &learner, &weights, scale, counts, &mut random).unwrap()
            })
            .collect();
        let mut most: f64 = 0.0;
        for (domain, other) in by(Selection::Expected).into_iter().enumerate() {
            let count = RUNS as f64;
            let mean = runs.iter().map(|run| run[domain]).sum::<f64>() / count;
            let square: f64 = runs.iter().map(|run| (run[domain] - mean).powi(2)).sum();
            let error = (square / (count - 1.0) / count).sqrt();
            let off = expected[domain] - mean;
            let place = format!("{overlap:?} {available:?} {kernel:?} {domain}");
            println!(
                "{place}: z = {:.2}, {:.1e} of the excess; by expected score {:.1e}",
                off / error,
                off / mean,
                other / mean - 1.0
            );
            assert!(off.abs() <= 3.0 * error, "{place}: {off}");
            most = most.max((other / mean - 1.0).abs());
        }
        most
    });
    // Selection by expected score would not do.
    let most = differences.reduce(|| 0.0, f64::max);
    assert!(most > 0.03, "{most}");
}

/// Within the unique tokens, nothing changes, to the last bit.
#[test]
fn plenty_of_data_is_as_good_as_unlimited_data() {
    for kernel in [
        Kernel::Threshold { tau: 3.0 },
        Kernel::Exponential { tau: 3.0 },
    ] {
        let weights = [0.6, 0.4];
        for scale in [(50.0, 2e3), (f64::INFINITY, 1e5)] {
            let plain = losses(&world([f64::INFINITY; 2]), kernel, &weights, scale);
            let plenty = losses(&world([6e4, 1e9]), kernel, &weights, scale);
            assert_eq!(plain, plenty);
        }
    }
}

/// More unique tokens never harm a learner that gains from each meeting, and repeating the same
/// ones for ever leaves something. (A threshold can be reached by one meeting that is repeated
/// often enough, where two new ones are not enough.)
#[test]
fn unique_tokens_help() {
    for kernel in [
        Kernel::Exponential { tau: 5.0 },
        Kernel::Reciprocal { tau: 5.0 },
        Kernel::SgdDecay {
            tau: 5.0,
            noise: 0.0,
        },
    ] {
        for tokens in [1e4, f64::INFINITY] {
            let weights = [0.5, 0.5];
            let mut before = [f64::INFINITY; 2];
            for available in [10.0, 100.0, 300.0, 1000.0, 3000.0] {
                let scale = (f64::INFINITY, tokens);
                let now = losses(
                    &world([available, 2.0 * available]),
                    kernel,
                    &weights,
                    scale,
                );
                for (now, before) in now.iter().zip(before) {
                    assert!(
                        *now <= before * (1.0 + 1e-12),
                        "{kernel:?} {available} {tokens}"
                    );
                }
                let floor: Vec<f64> = (0..2)
                    .map(|i| COSTS[i] * world([1.0; 2]).remainder(i))
                    .collect();
                assert!(available > 300.0 || now[0] > 1.05 * floor[0], "{now:?}");
                before = [now[0], now[1]];
            }
        }
    }
}
