//! The simulated world of these tests, its runs as a table, and laws fitted to them.

use mixlaw::fit::{
    Errors, FitPlan, LawResult, Residual, Ridge, Robust, Split, SplitRule, errors_over_splits,
    fit_laws,
};
use mixlaw::law::allocation::{Demand, allocate};
use mixlaw::law::by_name;
use mixlaw::learner::{Efficiency, Kernel, Learner, Ranking, Selection};
use mixlaw::mixture::{Design, Mixture};
use mixlaw::runs::{Columns, RunTable};
use mixlaw::simulate::Simulator;
use mixlaw::world::{Domain, Masses, Overlap, Resolution, Shape, Spectrum, World};
use ndarray::Array2;
use rayon::prelude::*;

pub const B: [f64; 4] = [0.2, 0.35, 0.5, 0.8];
pub const COSTS: [f64; 4] = [2.0, 1.5, 2.5, 1.0];
pub const FLOORS: [f64; 4] = [1.0, 0.8, 1.2, 0.5];
pub const HEAD: f64 = 20.0;

/// The head that continuous ranks see: the masses k^(−b) − (k+1)^(−b) leave (x+1)^(−b) beyond rank x,
/// so the ranks of a law are those of the world plus one.
pub const SEEN_HEAD: f64 = HEAD + 1.0;
pub const MIXTURES: usize = 64;
pub const UNLIMITED: f64 = f64::INFINITY;

fn simulator(kernel: Kernel) -> Simulator {
    let domains = (0..4)
        .map(|i| Domain {
            name: format!("domain{i}"),
            spectrum: Spectrum::new(1.0 + B[i], Masses::Pareto, Shape::PowerLaw).unwrap(),
            cost: COSTS[i],
            floor: FLOORS[i],
        })
        .collect();
    let learner = Learner {
        kernel,
        ranking: Ranking::Value,
        selection: Selection::Expected,
        efficiency: Efficiency::default(),
        capacity_limits: true,
    };
    let world = World::new(domains, HEAD, 1e14, Overlap::None).unwrap();
    Simulator::new(world, learner, Resolution::default())
}

pub fn mixtures(seed: u64) -> Vec<Mixture> {
    let design = Design::Dirichlet {
        count: MIXTURES,
        concentration: 1.0,
        floor: 0.02,
    };
    design.mixtures(4, seed).unwrap()
}

/// Scales (N, D) at the data ratios q = D λ_N/τ, with λ_N the score of the last skill that fits
/// into N at uniform weights.
pub fn scales(capacities: &[f64], ratios: &[f64], tau: f64) -> Vec<(f64, f64)> {
    let demands: Vec<Demand> = (0..4)
        .map(|i| Demand {
            ln_weight: (0.25 * B[i] * COSTS[i]).ln(),
            b: B[i],
        })
        .collect();
    capacities
        .iter()
        .flat_map(|capacity| {
            let price = allocate(&demands, HEAD, *capacity).unwrap().ln_price.exp();
            ratios.iter().map(move |q| (*capacity, q * tau / price))
        })
        .collect()
}

/// Every mixture at every scale; scales vary slowest.
pub fn runs(kernel: Kernel, scales: &[(f64, f64)], mixtures: &[Mixture]) -> RunTable {
    let simulator = simulator(kernel);
    let rows: Vec<(f64, f64, &Mixture)> = scales
        .iter()
        .flat_map(|(n, d)| mixtures.iter().map(move |mixture| (*n, *d, mixture)))
        .collect();
    let losses: Vec<Vec<f64>> = rows
        .par_iter()
        .map(|(n, d, mixture)| simulator.losses(mixture.weights(), *n, *d))
        .collect();
    let names = simulator.world().names();
    let columns = Columns {
        capacity: Some(rows.iter().map(|row| row.0).collect()),
        tokens: Some(rows.iter().map(|row| row.1).collect()),
        ..Columns::default()
    };
    RunTable::new(
        names.clone(),
        names,
        Array2::from_shape_fn((rows.len(), 4), |(row, i)| rows[row].2.weights()[i]),
        Array2::from_shape_fn((rows.len(), 4), |(row, i)| losses[row][i]),
        columns,
    )
    .unwrap()
}

/// Seven tenths of the mixtures train, the others test: they are drawn independently, so the
/// first are as good as any. Rows beyond the first `scales` are no part of the split.
pub fn held_out_mixtures(scales: usize) -> Split {
    let rows = 0..scales * MIXTURES;
    let (train, test) = rows.partition(|row| row % MIXTURES < MIXTURES * 7 / 10);
    Split {
        name: "mixtures".into(),
        train,
        test,
    }
}

/// A law fitted to the training rows of `split`, and its errors on the test rows.
pub struct Fitted {
    pub result: LawResult,
    pub test: Errors,
}

impl Fitted {
    /// Mean relative error of the loss and of the excess on the test rows, percent.
    pub fn errors(&self) -> (f64, f64) {
        let excess = self.test.excess_mre.unwrap();
        (self.test.mre.all.mean, excess.all.mean)
    }

    /// A parameter of each domain.
    pub fn each(&self, symbol: &str) -> Vec<f64> {
        let values = &self.result.fit.parameters;
        values
            .iter()
            .filter(|value| value.symbol == symbol)
            .map(|value| value.value.unwrap())
            .collect()
    }

    /// A parameter of the whole law.
    pub fn one(&self, symbol: &str) -> f64 {
        self.each(symbol)[0]
    }
}

/// Fits the law called `name` to the training rows of `split`. Its parameters are those of a fit
/// to exactly these rows.
pub fn fit(name: &str, table: &RunTable, split: &Split, starts: usize) -> Fitted {
    let plan = FitPlan {
        laws: vec![name.into()],
        split: SplitRule::None,
        starts,
        residual: Residual::Relative,
        robust: Robust::default_for(Residual::Relative),
        ridge: Ridge::Auto,
        seed: 1,
        ..FitPlan::default()
    };
    let laws = [by_name(name).unwrap()];
    let training = part(table, &split.train);
    let result = fit_laws(&training, &laws, &[], &plan, Some(&FLOORS))
        .unwrap()
        .remove(0);
    let test = part(table, &split.test);
    let rows: Vec<usize> = (0..test.len()).collect();
    let observed = mixlaw::fit::observations(&test, &rows, result.fitted.weight_floor());
    let predicted = result.fitted.predict(&observed);
    let cells = rows
        .iter()
        .flat_map(|row| (0..4).map(|column| (*row, column)))
        .map(|(row, column)| mixlaw::fit::Cell {
            row,
            column,
            measured: test.loss(row, column).unwrap(),
            predicted: predicted[[row, column]],
            positive: true,
            floor: Some(FLOORS[column]),
        })
        .collect();
    Fitted {
        test: errors_over_splits(&[cells]).unwrap(),
        result,
    }
}

/// Some rows of a table as a table.
fn part(table: &RunTable, rows: &[usize]) -> RunTable {
    let each = |figure: &dyn Fn(usize) -> Option<f64>| -> Vec<f64> {
        rows.iter().map(|row| figure(*row).unwrap()).collect()
    };
    RunTable::new(
        table.weight_names().to_vec(),
        table.loss_names().to_vec(),
        Array2::from_shape_fn((rows.len(), 4), |(row, i)| table.weights(rows[row])[i]),
        Array2::from_shape_fn((rows.len(), 4), |(row, i)| {
            table.loss(rows[row], i).unwrap()
        }),
        Columns {
            capacity: Some(each(&|row| table.capacity(row))),
            tokens: Some(each(&|row| table.tokens(row))),
            ..Columns::default()
        },
    )
    .unwrap()
}

/// Predictions of the law called `name` on all rows of `table` at true parameters: b, c and E of
/// the world, [`SEEN_HEAD`], and the given values of κ and τ. Errors of loss and excess, percent.
pub fn unfitted(name: &str, table: &RunTable, kappa: f64, tau: f64) -> (f64, f64) {
    let rows: Vec<usize> = (0..table.len()).collect();
    let observed = mixlaw::fit::observations(table, &rows, 1e-3);
    let model = by_name(name).unwrap().bind(&observed).unwrap().remove(0);
    let truth = |symbol: &str, column: Option<usize>| match (symbol, column) {
        ("E", Some(i)) => FLOORS[i],
        ("c", Some(i)) => COSTS[i],
        ("b", Some(i)) => B[i],
        ("κ", Some(_)) => kappa,
        ("H", None) => SEEN_HEAD,
        ("τ", None) => tau,
        other => panic!("{other:?} is not a parameter of the world"),
    };
    // E is its own coordinate; the others are logarithms plus something that depends on b alone.
    // So b goes first, then what is missing to the other values can be read off.
    let mut theta = vec![0.0; model.parameters().len()];
    for first in [true, false] {
        let values = model.values(&theta);
        for (coordinate, parameter) in theta.iter_mut().zip(model.parameters()) {
            let of = (parameter.symbol, parameter.column);
            let value = values
                .iter()
                .find(|value| (value.symbol, value.column) == of);
            let value = value.unwrap().value.unwrap();
            let truth = truth(of.0, of.1);
            match (first, of.0 == "E", of.0 == "b") {
                (true, true, _) => *coordinate = truth,
                (true, _, true) | (false, false, false) => *coordinate += (truth / value).ln(),
                _ => {}
            }
        }
    }
    let mut out = [0.0; 4];
    let (mut loss, mut excess, mut count) = (0.0, 0.0, 0.0);
    for row in rows {
        model.predict(&theta, observed.point(row), &mut out);
        for (i, predicted) in out.iter().enumerate() {
            let measured = observed.losses[[row, i]];
            loss += (predicted / measured - 1.0).abs();
            excess += ((predicted - measured) / (measured - FLOORS[i])).abs();
            count += 1.0;
        }
    }
    (100.0 * loss / count, 100.0 * excess / count)
}
