//! Sampled runs against brute force, in mean and in spread.

use mixlaw::learner::{Kernel, Learner, Ranking, Selection};
use mixlaw::mixture::Mixture;
use mixlaw::numeric::random::{Purpose, stream};
use mixlaw::simulate::{Counts, Grouping, Sampler, Simulator, oracle};
use mixlaw::sweep::{Mode, Scales, Sweep, simulate};
use mixlaw::world::{Domain, Masses, Overlap, Pool, Resolution, Shape, Spectrum, Supply, World};
use rayon::prelude::*;

use crate::small_worlds;

/// Runs skill by skill of each world, and runs by groups: the ratio of two standard deviations
/// then has a standard error of 2.2 %, and more where rare events make the spread.
const SKILL_SEEDS: u64 = 1500;
const GROUP_SEEDS: u64 = 3000;

/// Groups so coarse that a small world has some.
const COARSE: Grouping = Grouping {
    singles: 60,
    per_decade: 100,
};

fn world(overlap: Overlap) -> World {
    small_worlds::world(&[(1.3, 2.0), (1.7, 1.0)], 0.5, 10.0, 700.0, overlap)
}

fn learner(kernel: Kernel, selection: Selection) -> Learner {
    small_worlds::learner(kernel, Ranking::Value, selection)
}

/// Mean and standard deviation of each domain over the seeds.
fn moments(seeds: u64, mut run: impl FnMut(u64) -> Vec<f64>) -> Vec<(f64, f64)> {
    let runs: Vec<Vec<f64>> = (0..seeds).map(&mut run).collect();
    let count = seeds as f64;
    (0..runs[0].len())
        .map(|domain| {
            let mean = runs.iter().map(|run| run[domain]).sum::<f64>() / count;
            let square = runs
                .iter()
                .map(|run| (run[domain] - mean).powi(2))
                .sum::<f64>();
            (mean, (square / (count - 1.0)).sqrt())
        })
        .collect()
}

/// Capacity-limited, between, and data-limited.
const REGIMES: [(f64, f64); 3] = [(40.0, 1500.0), (150.0, 2e3), (f64::INFINITY, 2e3)];

fn compare(world: &World, kernels: &[Kernel], weights: &[f64], counts: Counts) {
    let selections = [Selection::Expected, Selection::Observed];
    let cases: Vec<_> = kernels
        .iter()
        .flat_map(|kernel| selections.map(|selection| (*kernel, selection)))
        .flat_map(|(kernel, selection)| REGIMES.map(|scale| (kernel, selection, scale)))
        .collect();
    cases.par_iter().for_each(|(kernel, selection, scale)| {
        let learner = learner(*kernel, *selection);
        let simulator = Simulator::new(world.clone(), learner.clone(), Resolution::default());
        let sampler = Sampler::new(&simulator, COARSE).with_counts(counts);
        let by_groups = moments(GROUP_SEEDS, |seed| {
            let mut random = stream(1, Purpose::Training, 0, seed);
            sampler.losses(weights, scale.0, scale.1, &mut random)
        });
        let by_skills = moments(SKILL_SEEDS, |seed| {
            let mut random = stream(2, Purpose::Training, 0, seed);
            oracle::sample(world, &learner, weights, *scale, counts, &mut random).unwrap()
        });
        for (domain, (groups, skills)) in by_groups.iter().zip(&by_skills).enumerate() {
            let error = (groups.1 / (GROUP_SEEDS as f64).sqrt())
                .hypot(skills.1 / (SKILL_SEEDS as f64).sqrt());
            let z = (groups.0 - skills.0) / error;
            let ratio = groups.1 / skills.1;
            let place = format!("{kernel:?} {selection:?} {scale:?} {counts:?} {domain}");
            println!("{place}: z {z:.2}, sd ratio {ratio:.3}");
            assert!(skills.1 > 1e-5, "{place}: nothing is left to chance");
            assert!(z.abs() <= 3.0, "{place}: z = {z}");
            assert!((ratio - 1.0).abs() <= 0.1, "{place}: sd ratio {ratio}");
        }
    });
}

const KERNELS: [Kernel; 3] = [
    Kernel::Threshold { tau: 3.0 },
    Kernel::Exponential { tau: 3.0 },
    Kernel::Reciprocal { tau: 1.0 },
];

#[test]
fn mean_and_spread_are_those_of_single_skills() {
    let world = world(Overlap::None);
    compare(&world, &KERNELS, &[0.6, 0.4], Counts::Poisson);
}

/// A fixed number of tokens leaves less to chance.
#[test]
fn so_they_are_with_a_fixed_number_of_tokens() {
    let world = world(Overlap::None);
    compare(&world, &KERNELS, &[0.6, 0.4], Counts::Multinomial);
}

#[test]
fn shared_skills_are_sampled_too() {
    let kernel = [Kernel::Exponential { tau: 2.0 }];
    let world = world(Overlap::All { fraction: 1.0 });
    compare(&world, &kernel, &[0.5, 0.5], Counts::Poisson);
}

/// Ranks that are shared by chance are shared or not in each run.
#[test]
fn which_ranks_are_shared_is_left_to_chance() {
    let kernels = [KERNELS[0], KERNELS[1]];
    let all = world(Overlap::All { fraction: 0.4 });
    compare(&all, &kernels, &[0.6, 0.4], Counts::Poisson);
    let four = small_worlds::world(
        &[(1.3, 2.0), (1.7, 1.0), (1.4, 1.0), (1.5, 1.5)],
        0.5,
        5.0,
        300.0,
        Overlap::Pair {
            fraction: 0.8,
            rank_jitter: 0.0,
        },
    );
    compare(&four, &kernels, &[0.4, 0.3, 0.2, 0.1], Counts::Poisson);
}

/// The meetings that a domain's unique tokens hold are drawn; repeats count as they are worth. One
/// domain repeats, or both, differently or alike.
#[test]
fn what_is_repeated_is_drawn_once() {
    let weights = [0.6, 0.4];
    let supplied = |overlap, available: [f64; 2]| {
        let supply = Supply::new(available.to_vec(), 15.4).unwrap();
        world(overlap).with_supply(supply).unwrap()
    };
    let apart = supplied(Overlap::None, [300.0, 40.0]);
    compare(&apart, &KERNELS, &weights, Counts::Poisson);
    compare(&apart, &[KERNELS[1]], &weights, Counts::Multinomial);
    let alike = supplied(Overlap::None, [300.0, 200.0]);
    compare(&alike, &[KERNELS[2]], &weights, Counts::Poisson);
    let shared = supplied(Overlap::All { fraction: 0.4 }, [200.0, f64::INFINITY]);
    compare(&shared, &[KERNELS[0]], &weights, Counts::Poisson);
}

/// The mean over runs is the closed form, in a world of 1e14 ranks, with the default groups.
#[test]
fn the_mean_is_the_expected_loss() {
    let domains = ["a", "b", "c"]
        .iter()
        .zip([1.2, 1.5, 1.8])
        .map(|(name, exponent)| Domain {
            name: (*name).to_owned(),
            spectrum: Spectrum::new(exponent, Masses::Pareto, Shape::PowerLaw).unwrap(),
            cost: 1.0,
            floor: 0.0,
        })
        .collect();
    let world = World::new(
        domains,
        20.0,
        1e14,
        Overlap::Pair {
            fraction: 0.3,
            rank_jitter: 0.0,
        },
    )
    .unwrap();
    let kernels = [
        Kernel::Threshold { tau: 5.0 },
        Kernel::Reciprocal { tau: 5.0 },
    ];
    let cases: Vec<_> = [Selection::Expected, Selection::Observed]
        .into_iter()
        .flat_map(|selection| kernels.map(|kernel| (kernel, selection)))
        .flat_map(|case| [(1e4, 3e6), (1e4, 1e9), (f64::INFINITY, 1e7)].map(|scale| (case, scale)))
        .collect();
    cases.par_iter().for_each(|((kernel, selection), scale)| {
        let learner = learner(*kernel, *selection);
        let simulator = Simulator::new(world.clone(), learner, Resolution::default());
        let sampler = Sampler::new(&simulator, Grouping::default());
        let (weights, (capacity, tokens)) = ([0.5, 0.3, 0.2], *scale);
        let expected = simulator.losses(&weights, capacity, tokens);
        let runs = 60;
        let draws = moments(runs, |seed| {
            let mut random = stream(3, Purpose::Training, 0, seed);
            sampler.losses(&weights, capacity, tokens, &mut random)
        });
        for (domain, (expected, (mean, deviation))) in expected.iter().zip(draws).enumerate() {
            let error = deviation / (runs as f64).sqrt();
            let off = (mean - expected).abs();
            println!(
                "{kernel:?} {selection:?} {capacity} {tokens} {domain}: {:.1e} of the loss, {:.1} \
                 errors",
                off / expected,
                off / error
            );
            // Groups and the finite number of skills cost 5e-5 of the excess.
            assert!(off < 4.0 * error + 1e-4 * expected, "{mean} for {expected}");
        }
    });
}

/// Each run has its own random stream: a sweep is the same on any number of threads, and its
/// replicates differ.
#[test]
fn sampled_sweeps_do_not_depend_on_threads() {
    let simulator = Simulator::new(
        world(Overlap::None),
        learner(Kernel::Exponential { tau: 3.0 }, Selection::Observed),
        Resolution::default(),
    );
    let sweep = Sweep {
        seed: 5,
        mode: Mode::Sampled(Counts::Poisson),
        replicates: 50,
        capacities: vec![50.0, 200.0],
        tokens: vec![1e3, 1e4],
        scales: Scales::Product,
        mixtures: vec![Mixture::uniform(2)],
        resolution: Resolution::default(),
    };
    let tables: Vec<_> = [1, 3]
        .iter()
        .map(|threads| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(*threads)
                .build()
                .unwrap()
                .install(|| simulate(&simulator, &sweep, &|_| ()).unwrap())
        })
        .collect();
    assert_eq!(tables[0].len(), 200);
    for run in 0..200 {
        assert_eq!(tables[0].loss(run, 0), tables[1].loss(run, 0));
        assert!(run == 0 || tables[0].loss(run, 0) != tables[0].loss(run - 1, 0));
    }
}

/// What is there by chance varies for a domain that the mixture leaves out as for one that it nearly
/// leaves out, whatever makes it vary; and for unlimited tokens as for many.
#[test]
fn a_weight_of_zero_leaves_the_world_to_chance() {
    const RUNS: u64 = 300;
    let pool = Pool::new(vec![1.0; 2], vec![vec![1.0, 0.4], vec![0.4, 1.0]], 0.3).unwrap();
    let alike = |overlap: Overlap| small_worlds::world(&[(1.5, 1.0); 2], 0.0, 0.0, 500.0, overlap);
    let fractions = vec![vec![0.0, 0.3], vec![0.3, 0.0]];
    let overlaps = [
        Overlap::All { fraction: 0.3 },
        Overlap::Pair {
            fraction: 0.3,
            rank_jitter: 0.0,
        },
        Overlap::Matrix {
            fractions,
            rank_jitter: 0.0,
        },
        Overlap::Pool(pool),
    ];
    let mut all: Vec<World> = overlaps.into_iter().map(alike).collect();
    let spread = alike(Overlap::None).with_cost_spread(vec![0.5; 2]);
    all.push(spread.unwrap());
    for world in &all {
        for (kernel, selection) in [
            (Kernel::Exponential { tau: 3.0 }, Selection::Expected),
            (Kernel::Threshold { tau: 2.0 }, Selection::Observed),
        ] {
            let learner = learner(kernel, selection);
            let simulator = Simulator::new(world.clone(), learner, Resolution::default());
            let sampler = Sampler::new(&simulator, Grouping::default());
            let spread = |weights: [f64; 2], tokens: f64| {
                moments(RUNS, |seed| {
                    let mut random = stream(1, Purpose::Training, 0, seed);
                    sampler.losses(&weights, 200.0, tokens, &mut random)
                })
            };
            for (left_out, nearly) in [
                (([0.0, 1.0], 3e3), ([1e-9, 1.0 - 1e-9], 3e3)),
                (([0.5, 0.5], f64::INFINITY), ([0.5, 0.5], 1e15)),
            ] {
                let both = [spread(left_out.0, left_out.1), spread(nearly.0, nearly.1)];
                for (zero, tiny) in both[0].iter().zip(&both[1]) {
                    let place = format!("{:?}, {kernel:?}, {left_out:?}", world.overlap());
                    assert!(tiny.1 > 1e-3, "{place}: {tiny:?}");
                    assert!(
                        (zero.1 / tiny.1 - 1.0).abs() < 0.1,
                        "{place}: {zero:?}, {tiny:?}"
                    );
                    let error = zero.1.hypot(tiny.1) / (RUNS as f64).sqrt();
                    assert!(
                        (zero.0 - tiny.0).abs() < 4.0 * error,
                        "{place}: {zero:?}, {tiny:?}"
                    );
                }
            }
        }
    }
}

/// Masses that sum to more than 1 mean one thing however meetings are drawn.
#[test]
fn density_masses_have_one_mean() {
    let domain = |name: &str, exponent: f64| Domain {
        name: name.to_owned(),
        spectrum: Spectrum::new(exponent, Masses::Density, Shape::PowerLaw).unwrap(),
        cost: 1.0,
        floor: 0.0,
    };
    let domains = vec![domain("a", 1.2), domain("b", 1.9)];
    let world = World::new(domains, 0.0, 2000.0, Overlap::None).unwrap();
    compare(&world, &KERNELS[1..2], &[0.6, 0.4], Counts::Multinomial);
    for selection in [Selection::Expected, Selection::Observed] {
        let learner = learner(Kernel::Exponential { tau: 1.0 }, selection);
        let simulator = Simulator::new(world.clone(), learner, Resolution::default());
        let (weights, scale) = ([0.6, 0.4], (1500.0, 2000.0));
        let expected = simulator.losses(&weights, scale.0, scale.1);
        for counts in [Counts::Poisson, Counts::Multinomial] {
            let sampler = Sampler::new(&simulator, Grouping::default()).with_counts(counts);
            let drawn = moments(GROUP_SEEDS, |seed| {
                let mut random = stream(1, Purpose::Training, 0, seed);
                sampler.losses(&weights, scale.0, scale.1, &mut random)
            });
            for ((mean, spread), expected) in drawn.iter().zip(&expected) {
                let error = spread / (GROUP_SEEDS as f64).sqrt();
                // A fixed number of tokens takes 1/D of the curvature off the mean.
                assert!(
                    (mean - expected).abs() < 4.0 * error + 5e-4 * expected,
                    "{selection:?} {counts:?}: {mean} for {expected}, error {error}"
                );
            }
        }
    }
}
