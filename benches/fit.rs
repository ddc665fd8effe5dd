//! How long fits take (`cargo bench --bench fit`).
//!
//! | bench | what | goal |
//! |---|---|---|
//! | `start/capacity` | one start of Eq. (1), 43 runs × 17 domains | 15 ms on one core |
//! | `start/capacity-noise` | one start of Eq. (3) on the same | 40 ms on one core |
//! | `windowed_start` | one start of `windowed`, 960 simulated runs of 4 domains | 100 ms on one core |
//! | `refits` | 1,000 fits of Eq. (3) to resampled runs, one cold start each | 30 s on two cores |
//! | `cross_validated` | `effective-data`, ridge and prior by inner CV, 20 splits | 5 s on two cores |
//!
//! The published runs of 17 domains are read from `../shared/data` beside the project; without them
//! simulated runs of the same shape take their place, and the first line of the output says so.

use std::path::Path;
use std::sync::OnceLock;

use divan::{Bencher, black_box};
use mixlaw::fit::{
    FitPlan, LawResult, Residual, Ridge, Robust, Split, SplitRule, fit_laws, splits,
};
use mixlaw::law::by_name;
use mixlaw::learner::{Efficiency, Kernel, Learner, Ranking, Selection};
use mixlaw::mixture::Design;
use mixlaw::numeric::random::{Purpose, stream};
use mixlaw::runs::{Columns, Mapping, RunTable, read};
use mixlaw::simulate::Simulator;
use mixlaw::world::{Domain, Masses, Overlap, Resolution, Shape, Spectrum, World};
use ndarray::Array2;
use rand::RngExt;
use rayon::prelude::*;

fn main() {
    println!("{}", published().1);
    divan::main();
}

/// Runs in a training part of the 17 domains, and in the whole table.
const TRAINING: usize = 43;
const RUNS: usize = 62;

/// The 17 domains and where they come from.
fn published() -> &'static (RunTable, String) {
    static TABLE: OnceLock<(RunTable, String)> = OnceLock::new();
    TABLE.get_or_init(|| {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/pile17-1b.csv");
        let mapping = Mapping {
            files: vec![file.clone()],
            ..Mapping::default()
        };
        match read(&mapping) {
            Ok((table, _)) => (table, format!("17 domains: {}", file.display())),
            Err(_) => (
                simulated(17, RUNS, &[(1e5, 1e8)]),
                "17 domains: simulated, the published runs are not there".into(),
            ),
        }
    })
}

/// Runs of a world of `domains` at every scale (N, D).
fn simulated(domains: usize, mixtures: usize, scales: &[(f64, f64)]) -> RunTable {
    let domain = |i: usize| Domain {
        name: format!("domain{i}"),
        spectrum: Spectrum::new(
            1.2 + 0.6 * i as f64 / domains as f64,
            Masses::Pareto,
            Shape::PowerLaw,
        )
        .unwrap(),
        cost: 2.0,
        floor: 1.0,
    };
    let world = World::new(
        (0..domains).map(domain).collect(),
        20.0,
        1e14,
        Overlap::None,
    )
    .unwrap();
    let learner = Learner {
        kernel: Kernel::Exponential { tau: 5.0 },
        ranking: Ranking::Value,
        selection: Selection::Expected,
        efficiency: Efficiency::default(),
        capacity_limits: true,
    };
    let simulator = Simulator::new(world, learner, Resolution::default());
    let design = Design::Dirichlet {
        count: mixtures,
        concentration: 1.0,
        floor: 0.2 / domains as f64,
    };
    let mixtures = design.mixtures(domains, 7).unwrap();
    let rows: Vec<_> = scales
        .iter()
        .flat_map(|scale| mixtures.iter().map(move |mixture| (*scale, mixture)))
        .collect();
    let losses: Vec<Vec<f64>> = rows
        .par_iter()
        .map(|((n, d), mixture)| simulator.losses(mixture.weights(), *n, *d))
        .collect();
    let names = simulator.world().names();
    RunTable::new(
        names.clone(),
        names,
        Array2::from_shape_fn((rows.len(), domains), |(row, i)| rows[row].1.weights()[i]),
        Array2::from_shape_fn((rows.len(), domains), |(row, i)| losses[row][i]),
        Columns {
            capacity: Some(rows.iter().map(|row| row.0.0).collect()),
            tokens: Some(rows.iter().map(|row| row.0.1).collect()),
            ..Columns::default()
        },
    )
    .unwrap()
}

/// The numbered rows as a table.
fn part(table: &RunTable, rows: &[usize]) -> RunTable {
    let (weights, losses) = (table.weight_names(), table.loss_names());
    RunTable::new(
        weights.to_vec(),
        losses.to_vec(),
        Array2::from_shape_fn((rows.len(), weights.len()), |(row, i)| {
            table.weights(rows[row])[i]
        }),
        Array2::from_shape_fn((rows.len(), losses.len()), |(row, i)| {
            table.loss(rows[row], i).unwrap_or(f64::NAN)
        }),
        Columns {
            capacity: rows.iter().map(|row| table.capacity(*row)).collect(),
            tokens: rows.iter().map(|row| table.tokens(*row)).collect(),
            ..Columns::default()
        },
    )
    .unwrap()
}

fn fit(table: &RunTable, splits: &[Split], law: &str, ridge: Ridge) -> LawResult {
    let plan = FitPlan {
        laws: vec![law.into()],
        split: SplitRule::None,
        starts: 1,
        residual: Residual::Relative,
        robust: Robust::default_for(Residual::Relative),
        ridge,
        seed: 0,
        ..FitPlan::default()
    };
    fit_laws(table, &[by_name(law).unwrap()], splits, &plan, None)
        .unwrap()
        .remove(0)
}

/// A ridge that steadies 43 noisy runs.
const RIDGE: Ridge = Ridge::Fixed(1e-4);

#[divan::bench(args = ["capacity", "capacity-noise"], sample_count = 50, sample_size = 1)]
fn start(bencher: Bencher<'_, '_>, law: &str) {
    let table = part(&published().0, &(0..TRAINING).collect::<Vec<_>>());
    bencher.bench(|| fit(black_box(&table), &[], law, RIDGE));
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn windowed_start(bencher: Bencher<'_, '_>) {
    let scales: Vec<(f64, f64)> = [1e3, 3e3, 1e4]
        .iter()
        .flat_map(|n| [1e5, 3e5, 1e6, 3e6, 1e7].map(|d| (*n, d)))
        .collect();
    let table = simulated(4, 64, &scales);
    assert_eq!(table.len(), 960);
    bencher.bench(|| fit(black_box(&table), &[], "windowed", Ridge::Fixed(0.0)));
}

#[divan::bench(sample_count = 1, sample_size = 1)]
fn refits(bencher: Bencher<'_, '_>) {
    let table = &published().0;
    let samples: Vec<RunTable> = (0..1000)
        .map(|number| {
            let mut rng = stream(0, Purpose::Bootstrap, number, 0);
            let rows: Vec<usize> = (0..TRAINING)
                .map(|_| rng.random_range(0..table.len()))
                .collect();
            part(table, &rows)
        })
        .collect();
    bencher.bench(|| {
        samples
            .par_iter()
            .map(|sample| fit(sample, &[], "capacity-noise", RIDGE).fitted.objective())
            .sum::<f64>()
    });
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn cross_validated(bencher: Bencher<'_, '_>) {
    let table = &published().0;
    let rule = SplitRule::Mixture {
        test_fraction: 0.3,
        count: 20,
    };
    let splits = splits(table, &rule, 0).unwrap();
    bencher.bench(|| fit(table, black_box(&splits), "effective-data", Ridge::Cv));
}
