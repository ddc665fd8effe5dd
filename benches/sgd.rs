//! Speed of the learner that takes gradient steps: samples per second of trained runs under a
//! random projection, and the time of one expected run.
//!
//! One run with batches of 256 is to make at least 4.6 million samples a second at N = 256 and
//! 246 thousand at N = 1024 on one core; an expected run with the projection `top` at N = 1024 at
//! most 10 ms, whatever its length.

use divan::Bencher;
use divan::counter::ItemsCount;
use mixlaw::numeric::random::{Purpose, stream};
use mixlaw::sgd::{
    Blocks, Directions, Features, Prepared, Schedule, Sgd, SharedRun, Watch, expected_excess,
    trained_together,
};
use mixlaw::world::{Domain, Masses, Overlap, Shape, Spectrum, World};

fn main() {
    divan::main();
}

const WEIGHTS: [f64; 4] = [0.4, 0.3, 0.2, 0.1];

fn world() -> World {
    let domains = [(1.2, 2.0), (1.35, 1.5), (1.5, 2.5), (1.8, 1.0)]
        .iter()
        .enumerate()
        .map(|(i, (exponent, cost))| Domain {
            name: format!("domain{i}"),
            spectrum: Spectrum::new(*exponent, Masses::Pareto, Shape::PowerLaw)
                .expect("the exponents are in range"),
            cost: *cost,
            floor: 0.0,
        })
        .collect();
    World::new(domains, 5.0, 1e14, Overlap::None).expect("the world exists")
}

fn sgd(batch: u64, step: f64) -> Sgd {
    Sgd {
        batch,
        step,
        schedule: Schedule::Geometric { ratio: 1000.0 },
        noise: 0.1,
    }
}

fn prepared(rows: usize) -> Prepared {
    let mut random = stream(1, Purpose::Sketch, rows as u64, 0);
    Features::draw(&world(), rows, &mut random)
        .prepare()
        .expect("the projection is not singular")
}

fn train(bencher: Bencher, rows: usize, runs: u64, batch: u64, steps: u64) {
    let prepared = prepared(rows);
    let sgd = sgd(batch, 1.0);
    bencher
        .counter(ItemsCount::new(runs * batch * steps))
        .bench_local(|| {
            let mut runs: Vec<_> = (0..runs)
                .map(|run| SharedRun {
                    weights: &WEIGHTS,
                    random: stream(1, Purpose::Training, 0, run),
                })
                .collect();
            let nothing = &mut |_, _, _| ();
            trained_together(&prepared, &sgd, &mut runs, steps, &[], nothing)
        });
}

#[divan::bench(args = [256, 1024], sample_count = 10)]
fn one_run_in_batches_of_256(bencher: Bencher, rows: usize) {
    train(bencher, rows, 1, 256, 192);
}

#[divan::bench(args = [64, 256], sample_count = 10)]
fn runs_side_by_side_in_batches_of_10(bencher: Bencher, rows: usize) {
    train(bencher, rows, 24, 10, 100);
}

#[divan::bench(args = [1e4, 1e6, 1e9], sample_count = 20)]
fn one_expected_run_of_1024_directions(bencher: Bencher, tokens: f64) {
    let world = world();
    let sgd = sgd(1, 0.5);
    bencher.bench_local(|| {
        let directions = Directions::top(&world, &WEIGHTS, 1024);
        let mut nothing = |_: u64, _: &[f64]| ();
        let mut watch = Watch::new(&[], &mut nothing);
        let blocks = Blocks::default();
        expected_excess(
            &directions,
            &sgd,
            &WEIGHTS,
            sgd.steps(tokens),
            blocks,
            &mut watch,
        )
    });
}
