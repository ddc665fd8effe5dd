//! Time, memory and error of one simulated training run.
//!
//! `cargo bench --bench simulator` prints, for each case, the largest error of the excess over all
//! domains against the finest resolution beside the time. What the figures mean is in
//! `docs/performance.md`.

use std::fmt;

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher, black_box};
use mixlaw::learner::{Efficiency, Kernel, Learner, Ranking, Selection, Series};
use mixlaw::simulate::{Scratch, Simulator};
use mixlaw::world::{Domain, Masses, Overlap, Pool, Resolution, Shape, Spectrum, Spread, World};

#[global_allocator]
static MEMORY: AllocProfiler = AllocProfiler::system();

const UNLIMITED: f64 = f64::INFINITY;

const FINEST: Resolution = Resolution {
    classes_per_decade: 400,
};

const EXPONENTIAL: Kernel = Kernel::Exponential { tau: 5.0 };

fn main() {
    divan::main();
}

/// Exponent, cost and floor of the four domains of the world; more domains repeat them, a little
/// steeper each time.
const DOMAINS: [(f64, f64, f64); 4] = [
    (1.2, 2.0, 1.0),
    (1.35, 1.5, 0.8),
    (1.5, 2.5, 1.2),
    (1.8, 1.0, 0.5),
];

fn world(domains: usize, ranks: f64, overlap: Overlap) -> World {
    let domains = (0..domains)
        .map(|i| {
            let (exponent, cost, floor) = DOMAINS[i % DOMAINS.len()];
            let exponent = exponent + 0.001 * (i / DOMAINS.len()) as f64;
            Domain {
                name: format!("domain{i}"),
                spectrum: Spectrum::new(exponent, Masses::Pareto, Shape::PowerLaw).unwrap(),
                cost,
                floor,
            }
        })
        .collect();
    World::new(domains, 20.0, ranks, overlap).unwrap()
}

/// Four domains of one spectrum on a pool of scatter 2: some 480 strands.
fn pool() -> World {
    let domains = (0..4)
        .map(|i| Domain {
            name: format!("domain{i}"),
            spectrum: Spectrum::new(1.3, Masses::Pareto, Shape::PowerLaw).unwrap(),
            cost: 1.0 + 0.5 * f64::from(i),
            floor: 0.5,
        })
        .collect();
    let spread = Spread {
        low: 0.0,
        high: 0.8,
        seed: 1,
    };
    let pool = Pool::random(vec![2.0; 4], spread, 0.0).unwrap();
    World::new(domains, 20.0, 1e14, Overlap::Pool(pool)).unwrap()
}

fn learner(kernel: Kernel, selection: Selection) -> Learner {
    Learner {
        kernel,
        ranking: Ranking::Value,
        selection,
        efficiency: Efficiency::default(),
        capacity_limits: true,
    }
}

/// A run of a world, and how its excess differs from that at the finest resolution.
struct Case {
    simulator: Simulator,
    capacity: f64,
    tokens: f64,
    weights: Vec<f64>,
    name: String,
}

impl Case {
    fn new(world: World, learner: Learner, capacity: f64, tokens: f64) -> Self {
        let domains = world.domains().len();
        // Four shares, repeated.
        let shares = [0.4, 0.3, 0.2, 0.1];
        let repeats = (domains / 4).max(1) as f64;
        let weights: Vec<f64> = (0..domains).map(|i| shares[i % 4] / repeats).collect();
        let at = |resolution| {
            Simulator::new(world.clone(), learner.clone(), resolution)
                .losses(&weights, capacity, tokens)
        };
        let floors = world.domains().iter().map(|domain| domain.floor);
        let error = at(Resolution::default())
            .iter()
            .zip(at(FINEST))
            .zip(floors)
            .map(|((loss, exact), floor)| ((loss - floor) / (exact - floor) - 1.0).abs())
            .fold(0.0, f64::max);
        Self {
            name: format!("N={capacity:e} D={tokens:e}: error {:.0e} %", 100.0 * error),
            simulator: Simulator::new(world, learner, Resolution::default()),
            capacity,
            tokens,
            weights,
        }
    }

    fn called(mut self, name: &str) -> Self {
        self.name = format!("{name} {}", self.name);
        self
    }

    fn time(&self, bencher: Bencher) {
        let mut scratch = Scratch::default();
        let mut losses = vec![0.0; self.weights.len()];
        // The first run makes room.
        let mut run = || {
            self.simulator.losses_into(
                black_box(&self.weights),
                black_box(self.capacity),
                black_box(self.tokens),
                &mut scratch,
                &mut losses,
            );
            losses[0]
        };
        run();
        bencher.bench_local(run);
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The world of four domains, at N = 1e4 and N unlimited, for few to many tokens.
fn four(kernel: Kernel, selection: Selection) -> Vec<Case> {
    let scales: &[(f64, f64)] = match selection {
        Selection::Expected => &[
            (1e4, 1e5),
            (1e4, 1e7),
            (1e4, 1e9),
            (UNLIMITED, 1e5),
            (UNLIMITED, 1e7),
            (UNLIMITED, 1e9),
        ],
        Selection::Observed => &[(1e4, 1e5), (1e4, 1e6), (1e4, 1e7), (1e4, 1e9)],
    };
    scales
        .iter()
        .map(|(capacity, tokens)| {
            let world = world(4, 1e14, Overlap::None);
            Case::new(world, learner(kernel, selection), *capacity, *tokens)
        })
        .collect()
}

#[divan::bench(args = four(EXPONENTIAL, Selection::Expected))]
fn exponential(bencher: Bencher, case: &Case) {
    case.time(bencher);
}

#[divan::bench(args = four(Kernel::Threshold { tau: 5.0 }, Selection::Expected))]
fn threshold(bencher: Bencher, case: &Case) {
    case.time(bencher);
}

#[divan::bench(args = four(Kernel::Reciprocal { tau: 5.0 }, Selection::Expected))]
fn reciprocal(bencher: Bencher, case: &Case) {
    case.time(bencher);
}

#[divan::bench(args = four(Kernel::SgdDecay { tau: 5.0, noise: 0.1 }, Selection::Expected))]
fn sgd_decay(bencher: Bencher, case: &Case) {
    case.time(bencher);
}

#[divan::bench(args = four(EXPONENTIAL, Selection::Observed))]
fn observed_exponential(bencher: Bencher, case: &Case) {
    case.time(bencher);
}

#[divan::bench(args = four(Kernel::Threshold { tau: 5.0 }, Selection::Observed))]
fn observed_threshold(bencher: Bencher, case: &Case) {
    case.time(bencher);
}

#[divan::bench(args = four(Kernel::Reciprocal { tau: 5.0 }, Selection::Observed))]
fn observed_reciprocal(bencher: Bencher, case: &Case) {
    case.time(bencher);
}

/// Time against the number of domains.
#[divan::bench(args = [4, 8, 16, 32, 64].map(|domains| {
    let learner = learner(EXPONENTIAL, Selection::Expected);
    Case::new(world(domains, 1e14, Overlap::None), learner, 1e4, 1e7)
        .called(&format!("K={domains:02}"))
}))]
fn domains(bencher: Bencher, case: &Case) {
    case.time(bencher);
}

/// Time against the number of ranks.
#[divan::bench(args = [1e6, 1e9, 1e12, 1e15].map(|ranks| {
    let learner = learner(EXPONENTIAL, Selection::Expected);
    Case::new(world(4, ranks, Overlap::None), learner, 1e4, 1e7)
        .called(&format!("R={ranks:e}"))
}))]
fn ranks(bencher: Bencher, case: &Case) {
    case.time(bencher);
}

/// Worlds whose tails overlap.
#[divan::bench(args = [
    ("all", world(4, 1e14, Overlap::All { fraction: 0.3 })),
    ("pair", world(4, 1e14, Overlap::Pair { fraction: 0.3, rank_jitter: 0.0 })),
    ("pool", pool()),
].into_iter().flat_map(|(name, world)| [1e4, UNLIMITED].map(|capacity| {
    let learner = learner(EXPONENTIAL, Selection::Expected);
    Case::new(world.clone(), learner, capacity, 1e6).called(name)
})))]
fn overlap(bencher: Bencher, case: &Case) {
    case.time(bencher);
}

/// The same by observed score, where capacity limits.
#[divan::bench(args = [
    ("pair", world(4, 1e14, Overlap::Pair { fraction: 0.3, rank_jitter: 0.0 })),
    ("pool", pool()),
].into_iter().flat_map(|(name, world)| [1e6, 1e8].map(|tokens| {
    let learner = learner(EXPONENTIAL, Selection::Observed);
    Case::new(world.clone(), learner, 1e4, tokens).called(name)
})))]
fn overlap_observed(bencher: Bencher, case: &Case) {
    case.time(bencher);
}

/// Kernels per second of a whole run with N unlimited, and of the inner loop alone: one
/// exponential for each node between all learned and none learned.
#[divan::bench_group]
mod kernels {
    use super::*;

    /// Frequencies and masses of the nodes that need the kernel, one list for each domain, with
    /// the exposure.
    fn transition() -> Vec<(f64, Vec<f64>, Vec<f64>)> {
        let case = &four(EXPONENTIAL, Selection::Expected)[4];
        let regimes = Series::new(&EXPONENTIAL);
        world(4, 1e14, Overlap::None)
            .families(Resolution::default())
            .iter()
            .filter(|family| family.rows() == 1)
            .map(|family| {
                let exposure = case.tokens * case.weights[family.members[0].domain];
                let needed = |p: &f64| (regimes.rare..regimes.frequent).contains(&(exposure * p));
                let nodes = family.frequencies(0).iter().zip(family.masses(0));
                let (frequencies, masses) = nodes.filter(|(p, _)| needed(p)).unzip();
                (exposure, frequencies, masses)
            })
            .collect()
    }

    fn count() -> ItemsCount {
        let lengths = transition().into_iter().map(|(_, p, _)| p.len());
        ItemsCount::new(lengths.sum::<usize>())
    }

    #[divan::bench]
    fn whole_run(bencher: Bencher) {
        let case = &four(EXPONENTIAL, Selection::Expected)[4];
        case.time(bencher.counter(count()));
    }

    #[divan::bench]
    fn inner_loop(bencher: Bencher) {
        let nodes = transition();
        bencher.counter(count()).bench_local(|| -> f64 {
            let left = black_box(&nodes).iter();
            left.map(|(exposure, p, m)| EXPONENTIAL.left(*exposure, p, m))
                .sum()
        });
    }

    /// The bare loop of the standard library's exponential over as many numbers.
    #[divan::bench]
    fn bare_exponential(bencher: Bencher) {
        let mut values: Vec<f64> = Vec::new();
        for (exposure, frequencies, _) in transition() {
            values.extend(frequencies.iter().map(|p| -exposure * p));
        }
        let mut results = vec![0.0; values.len()];
        bencher.counter(count()).bench_local(|| {
            for (result, value) in results.iter_mut().zip(black_box(&values)) {
                *result = value.exp();
            }
            results[0]
        });
    }
}
