//! How often the intervals of the bootstrap hold the truth, on noisy runs of a law whose parameters
//! are known: `cargo bench --bench coverage -- [LAWS [MIXTURES [SETS [NOISE]]]]`, lists by commas.
//!
//! Each set of runs has mixtures and noise of its own. Told are the shares of 95 % intervals that hold
//! the true parameter and the true loss of new mixtures, and of 90 % regions that hold the true best
//! mixture.

#[path = "../tests/common/own_data.rs"]
mod own_data;

use mixlaw::fit::{FitPlan, FittedLaw, LawResult, fit_laws, prediction_intervals};
use mixlaw::law::{Law, by_name};
use mixlaw::numeric::random::{Purpose, stream};
use mixlaw::optimum::{Aim, Constraints, LawLosses, Problem, best, joint_region};
use mixlaw::runs::{Columns, RunTable};
use ndarray::Array2;
use own_data::{SCALES, own_table, rows_of};
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

const DOMAINS: usize = 4;

/// Laws in N and D have runs at these scales, laws of the mixture alone at the first one.
const RUNS: &[(f64, f64)] = SCALES.split_at(4).0;

/// Fits behind an interval.
const REPLICATES: usize = 200;

/// Mixtures at which predictions are judged.
const NEW: usize = 20;

/// Shares of a set's intervals that hold the truth.
struct Held {
    parameters: f64,
    predictions: f64,
    region: bool,
}

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let given = |place: usize, otherwise: &str| {
        let text = arguments.get(place).map_or(otherwise, String::as_str);
        text.split(',').map(str::to_string).collect::<Vec<_>>()
    };
    let sets: u64 = given(2, "200")[0].parse().expect("a number of sets");
    let noise: f64 = given(3, "0.003")[0].parse().expect("a share of the loss");
    println!("{sets} sets each, noise {noise} of the loss, {REPLICATES} fits to resampled signs");
    println!("law                 mixtures  parameters  predictions  best mixture (90 %)");
    for name in given(
        0,
        "capacity,capacity-noise,windowed,additive,effective-data",
    ) {
        let law = by_name(&name).expect("a law");
        for mixtures in given(1, "16,24,40,64") {
            let mixtures = mixtures.parse().expect("a number of mixtures");
            let held: Vec<Held> = (0..sets)
                .into_par_iter()
                .map(|set| held(law.as_ref(), mixtures, noise, set))
                .collect();
            let mean = |of: fn(&Held) -> f64| held.iter().map(of).sum::<f64>() / held.len() as f64;
            println!(
                "{name:<20}{mixtures:>8}{:>12.3}{:>13.3}{:>14.3}",
                mean(|h| h.parameters),
                mean(|h| h.predictions),
                mean(|h| f64::from(u8::from(h.region))),
            );
        }
    }
}

/// Scales at which `law` has runs.
fn scales(law: &dyn Law) -> &'static [(f64, f64)] {
    if law.needs_own_weight() {
        RUNS
    } else {
        &RUNS[..1]
    }
}

fn fit(law: &dyn Law, table: &RunTable, bootstrap: usize, seed: u64) -> LawResult {
    let plan = FitPlan {
        bootstrap,
        seed,
        ..FitPlan::default()
    };
    let law = by_name(law.name()).expect("a law");
    fit_laws(table, &[law], &[], &plan, None)
        .expect("runs that suit")
        .remove(0)
}

/// The best mixture for the mean of the losses at the first scale.
fn best_mixture(law: &dyn Law, fitted: &FittedLaw) -> Vec<f64> {
    let losses = LawLosses::new(fitted, law.name(), (DOMAINS, DOMAINS), RUNS[0])
        .expect("a law with derivatives");
    let problem = Problem {
        losses: &losses,
        aim: Aim::Mean(vec![1.0 / DOMAINS as f64; DOMAINS]),
        near: None,
    };
    let names: Vec<String> = (0..DOMAINS).map(|domain| format!("d{domain}")).collect();
    let region = Constraints::none(DOMAINS)
        .region(&names, RUNS[0].1)
        .expect("no bounds");
    best(&problem, &region, 0).expect("finite losses").weights
}

fn held(law: &dyn Law, mixtures: usize, noise: f64, set: u64) -> Held {
    // Every set has a truth of its own, too: no single one is typical.
    let exact = own_table(law, DOMAINS, 64, scales(law), set).expect("parameters");
    let truth = fit(law, &exact, 0, set).fitted;
    let table = noisy(&exact, mixtures * scales(law).len(), mixtures, noise, set);
    let result = fit(law, &table, REPLICATES, set);
    let inside = |interval: (f64, f64), value: f64| interval.0 <= value && value <= interval.1;
    let share = |held: Vec<bool>| {
        held.iter().filter(|held| **held).count() as f64 / held.len().max(1) as f64
    };
    let parameters = result
        .fit
        .parameters
        .iter()
        .zip(truth.values(exact.loss_names()));
    let parameters = parameters
        .filter_map(|(found, truth)| Some(inside(found.interval?, truth.value?)))
        .collect();
    // Mixtures that the noisy table does not have.
    let new = own_table(law, DOMAINS, NEW, &scales(law)[..1], u64::MAX - set).expect("parameters");
    let new = rows_of(&new);
    let true_losses = truth.predict(&new);
    let intervals = prediction_intervals(&result.replicates, &new);
    let predictions = intervals
        .indexed_iter()
        .filter_map(|(cell, interval)| Some(inside((*interval)?, true_losses[cell])))
        .collect();
    let optima: Vec<Vec<f64>> = result
        .replicates
        .iter()
        .map(|replicate| best_mixture(law, replicate))
        .collect();
    let region = joint_region(&optima, &best_mixture(law, &truth)).expect("more fits than weights");
    Held {
        parameters: share(parameters),
        predictions: share(predictions),
        region: region.holds_best,
    }
}

/// The first `mixtures` of the mixtures of `exact` at every scale, with noise on the losses.
fn noisy(exact: &RunTable, runs: usize, mixtures: usize, noise: f64, set: u64) -> RunTable {
    let each = exact.len() / (runs / mixtures);
    let rows: Vec<usize> = (0..runs)
        .map(|run| run / mixtures * each + run % mixtures)
        .collect();
    let mut rng = stream(set, Purpose::Bootstrap, u64::MAX, 0);
    let mut factor = || {
        let normal: f64 = StandardNormal.sample(&mut rng);
        1.0 + noise * normal
    };
    let losses = Array2::from_shape_fn((runs, DOMAINS), |(run, domain)| {
        exact.loss(rows[run], domain).expect("a loss") * factor()
    });
    let weights = Array2::from_shape_fn((runs, DOMAINS), |(run, domain)| {
        exact.weights(rows[run])[domain]
    });
    let of = |pick: &dyn Fn(usize) -> Option<f64>| rows.iter().map(|row| pick(*row)).collect();
    let columns = Columns {
        capacity: of(&|row| exact.capacity(row)),
        tokens: of(&|row| exact.tokens(row)),
        ..Columns::default()
    };
    let names = exact.loss_names().to_vec();
    RunTable::new(names.clone(), names, weights, losses, columns).expect("a table")
}
