//! Time of one random training run in the standard world: four domains of 1e14 ranks each.
//!
//! `cargo bench --bench sampled`

use divan::{Bencher, black_box};
use mixlaw::learner::{Efficiency, Kernel, Learner, Ranking, Selection};
use mixlaw::numeric::random::{Purpose, stream};
use mixlaw::simulate::{Counts, Grouping, Sampler, SamplerScratch, Simulator};
use mixlaw::world::{Domain, Masses, Overlap, Resolution, Shape, Spectrum, World};

fn main() {
    divan::main();
}

/// The mixture.
const WEIGHTS: [f64; 4] = [0.4, 0.3, 0.2, 0.1];

/// Meetings that leave 1/e.
const TAU: f64 = 5.0;

/// Capacity in skills, and D/τ.
const SCALES: [(f64, f64); 5] = [
    (1e4, 1e5),
    (1e4, 1e6),
    (1e4, 1e7),
    (f64::INFINITY, 1e5),
    (f64::INFINITY, 1e7),
];

fn simulator(kernel: Kernel, selection: Selection, overlap: Overlap) -> Simulator {
    let domains = [
        (1.2, 2.0, 1.0),
        (1.35, 1.5, 0.8),
        (1.5, 2.5, 1.2),
        (1.8, 1.0, 0.5),
    ]
    .iter()
    .enumerate()
    .map(|(index, (exponent, cost, floor))| Domain {
        name: format!("domain{index}"),
        spectrum: Spectrum::new(*exponent, Masses::Pareto, Shape::PowerLaw).unwrap(),
        cost: *cost,
        floor: *floor,
    })
    .collect();
    let learner = Learner {
        kernel,
        ranking: Ranking::Value,
        selection,
        efficiency: Efficiency::default(),
        capacity_limits: true,
    };
    let world = World::new(domains, 20.0, 1e14, overlap).unwrap();
    Simulator::new(world, learner, Resolution::default())
}

fn run(bencher: Bencher, simulator: &Simulator, counts: Counts, (capacity, tokens): (f64, f64)) {
    let sampler = Sampler::new(simulator, Grouping::default()).with_counts(counts);
    let mut scratch = SamplerScratch::default();
    let mut random = stream(1, Purpose::Training, 0, 0);
    let mut losses = [0.0; 4];
    bencher.bench_local(|| {
        let scale = (capacity, TAU * tokens);
        sampler.losses_into(
            black_box(&WEIGHTS),
            scale,
            &mut random,
            &mut scratch,
            &mut losses,
        );
        losses
    });
}

const EXPONENTIAL: Kernel = Kernel::Exponential { tau: TAU };

#[divan::bench(args = SCALES)]
fn exponential(bencher: Bencher, scale: (f64, f64)) {
    let simulator = simulator(EXPONENTIAL, Selection::Expected, Overlap::None);
    run(bencher, &simulator, Counts::Poisson, scale);
}

#[divan::bench(args = SCALES)]
fn exponential_multinomial(bencher: Bencher, scale: (f64, f64)) {
    let simulator = simulator(EXPONENTIAL, Selection::Expected, Overlap::None);
    run(bencher, &simulator, Counts::Multinomial, scale);
}

#[divan::bench(args = SCALES)]
fn threshold(bencher: Bencher, scale: (f64, f64)) {
    let kernel = Kernel::Threshold { tau: TAU };
    let simulator = simulator(kernel, Selection::Expected, Overlap::None);
    run(bencher, &simulator, Counts::Poisson, scale);
}

#[divan::bench(args = SCALES)]
fn reciprocal(bencher: Bencher, scale: (f64, f64)) {
    let kernel = Kernel::Reciprocal { tau: TAU };
    let simulator = simulator(kernel, Selection::Expected, Overlap::None);
    run(bencher, &simulator, Counts::Poisson, scale);
}

#[divan::bench(args = SCALES)]
fn observed(bencher: Bencher, scale: (f64, f64)) {
    let simulator = simulator(EXPONENTIAL, Selection::Observed, Overlap::None);
    run(bencher, &simulator, Counts::Poisson, scale);
}

#[divan::bench(args = SCALES)]
fn shared_by_chance(bencher: Bencher, scale: (f64, f64)) {
    let overlap = Overlap::Pair {
        fraction: 0.3,
        rank_jitter: 0.0,
    };
    let simulator = simulator(EXPONENTIAL, Selection::Expected, overlap);
    run(bencher, &simulator, Counts::Poisson, scale);
}
