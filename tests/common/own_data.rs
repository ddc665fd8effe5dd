//! Noise-free tables that a law itself has made.

use mixlaw::fit::observations;
use mixlaw::law::{Law, Observations};
use mixlaw::mixture::Design;
use mixlaw::numeric::random::{Purpose, stream};
use mixlaw::runs::{Columns, RunTable};
use ndarray::Array2;

/// Capacity and tokens of the runs of each mixture.
pub const SCALES: [(f64, f64); 5] = [(1e3, 1e6), (1e4, 1e6), (1e3, 1e7), (1e4, 1e7), (3e4, 1e8)];

/// A table whose losses are those of `law` at parameters drawn as its starts are, by `seed`; `None`
/// for a law that has none to draw.
pub fn own_table(
    law: &dyn Law,
    domains: usize,
    mixtures: usize,
    scales: &[(f64, f64)],
    seed: u64,
) -> Option<RunTable> {
    let design = Design::Dirichlet {
        count: mixtures,
        concentration: 1.0,
        floor: 0.02,
    };
    let mixtures = design.mixtures(domains, seed).ok()?;
    let names: Vec<String> = (0..domains).map(|domain| format!("d{domain}")).collect();
    let runs: Vec<(f64, f64, &[f64])> = scales
        .iter()
        .flat_map(|(n, d)| mixtures.iter().map(|mixture| (*n, *d, mixture.weights())))
        .collect();
    let table = |losses: Array2<f64>| {
        let columns = Columns {
            capacity: Some(runs.iter().map(|run| run.0).collect()),
            tokens: Some(runs.iter().map(|run| run.1).collect()),
            ..Columns::default()
        };
        let weights = Array2::from_shape_fn((runs.len(), domains), |(run, i)| runs[run].2[i]);
        RunTable::new(names.clone(), names.clone(), weights, losses, columns).unwrap()
    };
    // Laws are laid out from losses: plain ones first, then their own.
    let plain =
        |(run, domain): (usize, usize)| 2.0 + 0.3 * domain as f64 + 0.5 * (run % 7) as f64 / 7.0;
    let shape = (runs.len(), domains);
    let losses = own_losses(
        law,
        &rows_of(&table(Array2::from_shape_fn(shape, plain))),
        seed,
    )?;
    Some(table(losses))
}

/// All rows of a table as a law sees them.
pub fn rows_of(table: &RunTable) -> Observations {
    let all: Vec<usize> = (0..table.len()).collect();
    observations(table, &all, 0.01)
}

fn own_losses(law: &dyn Law, rows: &Observations, seed: u64) -> Option<Array2<f64>> {
    let mut losses = Array2::zeros(rows.losses.raw_dim());
    for (part, model) in law.bind(rows).unwrap().iter().enumerate() {
        if model.closed_form().is_some() {
            return None;
        }
        let theta = model.start(1, &mut stream(seed, Purpose::Starts, part as u64, 0));
        let mut out = vec![0.0; model.columns().len()];
        for run in 0..rows.len() {
            model.predict(&theta, rows.point(run), &mut out);
            for (column, loss) in model.columns().iter().zip(&out) {
                losses[[run, *column]] = *loss;
            }
        }
    }
    Some(losses)
}
