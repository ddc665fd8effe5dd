//! Spectra that end, and worlds that end, wherever the last rank falls among the panels.

use std::sync::Arc;

use mixlaw::config::{self, Source};
use mixlaw::learner::{Efficiency, Kernel, Learner, LearnerKind, Ranking, Selection};
use mixlaw::numeric::random::{Purpose, stream};
use mixlaw::simulate::{Grouping, Sampler, Simulator, oracle};
use mixlaw::world::{Domain, Masses, Overlap, Resolution, Shape, Spectrum, TailTable, World};

use crate::shared_files::shared;

/// Largest relative error of the excess at the default resolution.
const CLOSE: f64 = 1e-5;

const KERNELS: [Kernel; 4] = [
    Kernel::Threshold { tau: 3.0 },
    Kernel::Exponential { tau: 2.0 },
    Kernel::Reciprocal { tau: 2.0 },
    Kernel::SgdDecay {
        tau: 2.0,
        noise: 0.1,
    },
];

fn domain(name: &str, spectrum: Spectrum) -> Domain {
    Domain {
        name: name.to_owned(),
        spectrum,
        cost: 1.0,
        floor: 0.0,
    }
}

fn pareto(exponent: f64, shape: Shape) -> Spectrum {
    Spectrum::new(exponent, Masses::Pareto, shape).unwrap()
}

fn flat(ranks: u32) -> Spectrum {
    let ranks = f64::from(ranks);
    pareto(1.5, Shape::Flat { ranks })
}

fn learner(kernel: Kernel) -> Learner {
    Learner {
        kernel,
        ranking: Ranking::Value,
        selection: Selection::Expected,
        efficiency: Efficiency::default(),
        capacity_limits: true,
    }
}

fn simulator(world: &World, kernel: Kernel) -> Simulator {
    Simulator::new(world.clone(), learner(kernel), Resolution::default())
}

/// Rank counts of flat spectra: three panels of the default resolution one by one, then some more.
fn rank_counts() -> impl Iterator<Item = u32> {
    (129..=1294).chain([2000, 5_431, 20_000, 99_999, 1_000_003])
}

/// What R facts leave is the sum over them, whatever R: S(n) = (1 − n/R)(1 − εn/R), ε = 1e-6.
#[test]
fn flat_spectra_of_any_number_of_ranks_are_sums_over_them() {
    let mut worst = (0.0, 0, 0.0);
    for ranks in rank_counts() {
        let spectrum = flat(ranks);
        let count = f64::from(ranks);
        let world = World::new(vec![domain("a", spectrum)], 0.0, 1e7, Overlap::None).unwrap();
        for kernel in KERNELS {
            let simulator = simulator(&world, kernel);
            for mean in [1e-3, 0.5, 2.0, 8.0] {
                let tokens = mean * count;
                let tilted = |rank: u32| {
                    let past = (2.0 * f64::from(rank) - 1.0) / count;
                    (1.0 + 1e-6 - 1e-6 * past) / count
                };
                // The masses differ by a millionth: for many ranks the first, middle and last are
                // enough of them (Simpson).
                let left = |rank: u32| tilted(rank) * kernel.unlearned(tokens * tilted(rank));
                let right: f64 = if ranks <= 1294 {
                    (1..=ranks).map(left).sum()
                } else {
                    count * (left(1) + 4.0 * left(ranks.midpoint(1)) + left(ranks)) / 6.0
                };
                let loss = simulator.losses(&[1.0], f64::INFINITY, tokens)[0];
                let error = (loss / right - 1.0).abs();
                if error > worst.0 {
                    worst = (error, ranks, mean);
                }
                assert!(
                    error < CLOSE,
                    "{ranks} ranks, {kernel:?}, mean {mean}: {error:e}"
                );
            }
        }
    }
    println!("worst: {worst:?}");
}

/// What short capacity leaves of them is the rest of the facts, at any rank of the cut.
#[test]
fn flat_spectra_are_cut_anywhere() {
    for ranks in (129..1294).step_by(7) {
        let world = World::new(vec![domain("a", flat(ranks))], 0.0, 1e7, Overlap::None).unwrap();
        let kernel = Kernel::Exponential { tau: 2.0 };
        let simulator = simulator(&world, kernel);
        let count = f64::from(ranks);
        for kept in [0.3, 0.9, 1.0].map(|part| (part * count).floor()) {
            let loss = simulator.losses(&[1.0], kept, 2.0 * count)[0];
            let right = 1.0 - kept / count * (1.0 - kernel.unlearned(2.0));
            let error = (loss / right - 1.0).abs();
            assert!(error < CLOSE, "{kept} of {ranks}: {error:e}");
        }
    }
}

/// Facts beside a power law, with which they share the head, ranks of the tail, or skills at other
/// ranks: every skill by itself.
#[test]
fn flat_spectra_share_skills_with_others() {
    let overlaps = [
        (Overlap::None, CLOSE, 1e-15),
        (Overlap::All { fraction: 0.4 }, CLOSE, 1e-15),
        (
            Overlap::Pair {
                fraction: 0.7,
                rank_jitter: 0.0,
            },
            CLOSE,
            1e-15,
        ),
        // The oracle works on whole ranks, the simulator on real ones: where all is learned, they
        // differ by a few of the last ranks.
        (
            Overlap::Pair {
                fraction: 0.5,
                rank_jitter: 0.6,
            },
            5e-3,
            1e-5,
        ),
    ];
    let weights = [0.6, 0.4];
    for (overlap, close, rounding) in &overlaps {
        for ranks in [129, 174, 229, 310] {
            for head in [0.0, 20.0, 140.0, 400.0] {
                let both = vec![
                    domain("a", flat(ranks)),
                    domain("b", pareto(1.4, Shape::PowerLaw)),
                ];
                let world = World::new(both, head, 600.0, overlap.clone()).unwrap();
                for kernel in [
                    Kernel::Threshold { tau: 3.0 },
                    Kernel::Exponential { tau: 2.0 },
                ] {
                    let simulator = simulator(&world, kernel);
                    for (capacity, tokens) in [(f64::INFINITY, 600.0), (410.0, 600.0), (410.0, 5e4)]
                    {
                        let right =
                            oracle::losses(&world, &learner(kernel), &weights, capacity, tokens)
                                .unwrap();
                        let losses = simulator.losses(&weights, capacity, tokens);
                        for (loss, right) in losses.iter().zip(&right) {
                            let close = close * right + rounding;
                            assert!(
                                (loss - right).abs() < close,
                                "{ranks} ranks, head {head}, {overlap:?}, {kernel:?}, N {capacity}, D \
                                 {tokens}: {loss} for {right}"
                            );
                        }
                    }
                }
            }
        }
    }
}

/// Every shape where the world ends: the last panel holds whatever ranks are left.
#[test]
fn every_shape_is_whole_in_the_last_panel() {
    let rows = vec![(10.0, 0.4), (90.0, 0.14), (200.0, 0.09), (1e4, 0.01)];
    let shapes = [
        Shape::PowerLaw,
        Shape::Shifted { shift: 40.0 },
        Shape::Curved { curvature: 0.05 },
        Shape::Cutoff { rank: 100.0 },
        Shape::Cutoff { rank: 1e3 },
        Shape::Table(Arc::new(TailTable::new(rows).unwrap())),
        Shape::Flat { ranks: 255.0 },
    ];
    let spectra = shapes.into_iter().map(|shape| pareto(1.4, shape));
    let sums = [Masses::Zeta, Masses::Density]
        .map(|masses| Spectrum::new(1.4, masses, Shape::PowerLaw).unwrap());
    for spectrum in spectra.chain(sums) {
        let mut worst: f64 = 0.0;
        for skills in (129..700).chain([1_000, 3_333, 20_000]) {
            let skills = f64::from(skills);
            let only = vec![domain("a", spectrum.clone())];
            let world = World::new(only, 0.0, skills, Overlap::None).unwrap();
            // The last rank is met once.
            let last = (1..=skills as u32).map(|rank| spectrum.mass(f64::from(rank)));
            let masses: Vec<f64> = last.collect();
            let tokens = 1.0 / masses[masses.len() - 1].max(1e-6);
            let kernel = Kernel::Exponential { tau: 2.0 };
            let learned: f64 = masses
                .iter()
                .map(|p| p * (1.0 - kernel.unlearned(tokens * p)))
                .sum();
            let right = world.known(0) + world.remainder(0) - learned;
            let loss = simulator(&world, kernel).losses(&[1.0], f64::INFINITY, tokens)[0];
            worst = worst.max((loss / right - 1.0).abs());
        }
        println!(
            "{:?} {:?}: {worst:.1e}",
            spectrum.masses(),
            spectrum.shape()
        );
        assert!(worst < CLOSE, "{spectrum:?}: {worst:e}");
    }
}

/// Random runs group skills in another way: by realised counts, or where sharing is left to chance.
#[test]
fn random_runs_of_flat_spectra_have_the_expected_mean() {
    for (selection, overlap) in [
        (Selection::Observed, Overlap::None),
        (Selection::Expected, Overlap::All { fraction: 0.4 }),
    ] {
        for ranks in [174, 310] {
            let both = vec![
                domain("a", flat(ranks)),
                domain("b", pareto(1.4, Shape::PowerLaw)),
            ];
            let world = World::new(both, 0.0, 600.0, overlap.clone()).unwrap();
            let learner = Learner {
                selection,
                ..learner(Kernel::Exponential { tau: 2.0 })
            };
            let simulator = Simulator::new(world, learner, Resolution::default());
            let (weights, scale) = ([0.6, 0.4], (200.0, 2_000.0));
            let expected = simulator.losses(&weights, scale.0, scale.1);
            let sampler = Sampler::new(&simulator, Grouping::default());
            let runs: Vec<Vec<f64>> = (0..2000)
                .map(|run| {
                    let mut random = stream(9, Purpose::Training, 0, run);
                    sampler.losses(&weights, scale.0, scale.1, &mut random)
                })
                .collect();
            for (index, expected) in expected.iter().enumerate() {
                let count = runs.len() as f64;
                let mean = runs.iter().map(|run| run[index]).sum::<f64>() / count;
                let square = runs.iter().map(|run| (run[index] - mean).powi(2));
                let error = (square.sum::<f64>() / count / count).sqrt();
                // Realised selection is solved for on average, which is right to a few 1e-3.
                let off = (mean - expected).abs();
                assert!(
                    off < 4.0 * error + 1e-3 * expected,
                    "{selection:?}, {ranks} ranks: {mean} for {expected}, error {error}"
                );
            }
        }
    }
}

/// Losses in closed form, by an independent program.
#[test]
fn flat_spectra_agree_with_their_closed_form() {
    for name in ["flat-174", "flat-310"] {
        let Some(folder) = shared("referee") else {
            return;
        };
        let experiment = config::load(&folder.join(format!("{name}.toml"))).unwrap();
        let Source::Simulated {
            world,
            learner: LearnerKind::Counting(learner),
            ..
        } = experiment.source
        else {
            panic!("{name} counts");
        };
        let simulator = Simulator::new(world, learner, Resolution::default());
        let right = std::fs::read_to_string(folder.join(format!("{name}.right.csv"))).unwrap();
        for row in right.lines().skip(1) {
            let values: Vec<f64> = row.split(',').map(|cell| cell.parse().unwrap()).collect();
            let loss = simulator.losses(&[1.0], f64::INFINITY, values[0])[0];
            assert!(
                (loss / values[1] - 1.0).abs() < 1e-8,
                "{name}: {loss} for {row}"
            );
        }
    }
}
