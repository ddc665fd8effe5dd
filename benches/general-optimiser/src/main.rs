//! Our fits against a general optimiser from another hand (MINPACK's Levenberg–Marquardt) with 50 starts:
//! `cargo run --release --manifest-path benches/general-optimiser/Cargo.toml -- [DOMAINS [NOISE]]`, lists by commas.
//!
//! A package of its own, so that the tests need not build another's linear algebra.
//!
//! Each law is fitted to losses that it has made itself, without noise and with noise in part of the loss. Both
//! minimise the mean square of relative residuals, without a ridge, within the bounds of the law's parameters.
//! Told is the root of that mean in percent: where our fit ends, where the best of the 50 does, and how many of
//! them end there.
//!
//! Limits, set before the first run: with noise our mean square is at most 1.001 times that of the best of the
//! 50; without, our root is at most 1e-4 %.

#[path = "../../../tests/common/own_data.rs"]
mod own_data;

use levenberg_marquardt::{LeastSquaresProblem, LevenbergMarquardt};
use mixlaw::fit::{FitPlan, Ridge, Robust, fit_laws};
use mixlaw::law::{Gradient, Law, Model, Observations, all};
use mixlaw::numeric::random::{Purpose, stream};
use mixlaw::runs::{Columns, RunTable};
use nalgebra::{DMatrix, DVector, Dyn, Owned};
use ndarray::Array2;
use own_data::{SCALES, own_table, rows_of};
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

/// Starts of the general optimiser.
const STARTS: u64 = 50;

/// Largest root mean square of ours without noise, percent.
const PERFECT: f64 = 1e-4;

/// Largest mean square of ours with noise, as a multiple of the other's.
const WORSE: f64 = 1.001;

/// A part of a law on its rows, for the general optimiser.
struct Problem<'a> {
    model: &'a dyn Model,
    rows: &'a Observations,
    theta: DVector<f64>,
}

impl Problem<'_> {
    /// θ within the bounds.
    fn within(&self) -> Vec<f64> {
        let bounds = self.model.parameters().iter().zip(self.theta.iter());
        bounds
            .map(|(parameter, value)| value.clamp(parameter.lower, parameter.upper))
            .collect()
    }

    fn size(&self) -> usize {
        self.rows.len() * self.model.columns().len()
    }
}

impl LeastSquaresProblem<f64, Dyn, Dyn> for Problem<'_> {
    type ParameterStorage = Owned<f64, Dyn>;
    type ResidualStorage = Owned<f64, Dyn>;
    type JacobianStorage = Owned<f64, Dyn, Dyn>;

    fn set_params(&mut self, theta: &DVector<f64>) {
        self.theta.copy_from(theta);
    }

    fn params(&self) -> DVector<f64> {
        self.theta.clone()
    }

    fn residuals(&self) -> Option<DVector<f64>> {
        let theta = self.within();
        let columns = self.model.columns();
        let mut out = vec![0.0; columns.len()];
        let mut residuals = Vec::with_capacity(self.size());
        for row in 0..self.rows.len() {
            self.model.predict(&theta, self.rows.point(row), &mut out);
            let losses = columns.iter().zip(&out);
            residuals.extend(losses.map(|(column, prediction)| {
                prediction / self.rows.losses[[row, *column]] - 1.0
            }));
        }
        residuals
            .iter()
            .all(|residual| residual.is_finite())
            .then(|| DVector::from_vec(residuals))
    }

    fn jacobian(&self) -> Option<DMatrix<f64>> {
        let theta = self.within();
        let columns = self.model.columns();
        let mut jacobian = DMatrix::zeros(self.size(), theta.len());
        let mut gradient = Gradient::default();
        let mut slopes = vec![0.0; theta.len()];
        for row in 0..self.rows.len() {
            gradient.clear();
            self.model
                .differentiate(&theta, self.rows.point(row), &mut gradient);
            for (place, column) in columns.iter().enumerate() {
                let loss = self.rows.losses[[row, *column]];
                gradient.dense(place, &mut slopes);
                for (parameter, slope) in slopes.iter().enumerate() {
                    // Beyond a bound nothing changes.
                    if theta[parameter] == self.theta[parameter] {
                        jacobian[(row * columns.len() + place, parameter)] = slope / loss;
                    }
                }
            }
        }
        jacobian.iter().all(|slope| slope.is_finite()).then_some(jacobian)
    }
}

/// What both ended at: mean squares of relative residuals, and how many of the 50 ended at their best.
struct Outcome {
    law: String,
    ours: f64,
    other: f64,
    agreeing: usize,
}

fn outcome(law: &dyn Law, table: &RunTable) -> Outcome {
    let rows = rows_of(table);
    let cells = (rows.len() * table.loss_names().len()) as f64;
    let plan = FitPlan {
        ridge: Ridge::Fixed(0.0),
        robust: Robust::Square,
        ..FitPlan::default()
    };
    let laws = [mixlaw::law::by_name(law.name()).expect("a law")];
    let ours = fit_laws(table, &laws, &[], &plan, None)
        .map_or(f64::NAN, |fits| fits[0].fitted.objective() / cells);
    // The parts of a law are separate problems: the best of each is the best of all.
    let (mut other, mut agreeing) = (0.0, STARTS as usize);
    for (part, model) in law.bind(&rows).expect("a bound law").iter().enumerate() {
        let mut ends: Vec<f64> = (0..STARTS)
            .into_par_iter()
            .map(|start| {
                let mut random = stream(1, Purpose::Starts, part as u64, start);
                let theta = model.start(start as usize, &mut random);
                let problem = Problem {
                    model: model.as_ref(),
                    rows: &rows,
                    theta: DVector::from_vec(theta),
                };
                let solver = LevenbergMarquardt::new().with_patience(200);
                let (_, report) = solver.minimize(problem);
                2.0 * report.objective_function / cells
            })
            .filter(|end| end.is_finite())
            .collect();
        ends.sort_by(f64::total_cmp);
        let best = ends.first().copied().unwrap_or(f64::NAN);
        let same = |end: &&f64| **end <= best * 1.0001 + 1e-16;
        agreeing = agreeing.min(ends.iter().filter(same).count());
        other += best;
    }
    Outcome {
        law: law.name().into(),
        ours,
        other,
        agreeing,
    }
}

/// The same table with normal noise of a part of each loss.
fn noisy(table: &RunTable, noise: f64) -> RunTable {
    let shape = (table.len(), table.loss_names().len());
    let losses = Array2::from_shape_fn(shape, |(row, column)| {
        let mut random = stream(2, Purpose::Starts, row as u64, column as u64);
        let drawn: f64 = StandardNormal.sample(&mut random);
        table.loss(row, column).expect("a loss") * (1.0 + noise * drawn)
    });
    let weights = Array2::from_shape_fn((table.len(), table.weight_names().len()), |(row, h)| {
        table.weights(row)[h]
    });
    let each = |of: &dyn Fn(usize) -> Option<f64>| (0..table.len()).map(of).collect();
    let columns = Columns {
        capacity: each(&|row| table.capacity(row)),
        tokens: each(&|row| table.tokens(row)),
        ..Columns::default()
    };
    let names = table.loss_names().to_vec();
    RunTable::new(names.clone(), names, weights, losses, columns).expect("a table")
}

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .collect();
    let list = |place: usize, otherwise: &str| -> Vec<f64> {
        let text = arguments.get(place).map_or(otherwise, String::as_str);
        text.split(',').map(|n| n.parse().expect("a number")).collect()
    };
    println!("root mean square of relative residuals, percent; {STARTS} starts of the other");
    println!("law                             K   noise        ours       other  at its best");
    let percent = |mean_square: f64| 100.0 * mean_square.max(0.0).sqrt();
    let (mut missed, mut fits) = (0, 0);
    for domains in list(0, "3,7") {
        for noise in list(1, "0,0.003") {
            for law in all() {
                let runs = if domains > 3.0 { (64, 1) } else { (24, 3) };
                let Some(own) = own_table(law.as_ref(), domains as usize, runs.0, &SCALES[..runs.1], 0)
                else {
                    continue;
                };
                let table = if noise > 0.0 { noisy(&own, noise) } else { own };
                let Outcome {
                    law,
                    ours,
                    other,
                    agreeing,
                } = outcome(law.as_ref(), &table);
                let holds = if noise > 0.0 {
                    ours <= WORSE * other
                } else {
                    percent(ours) <= PERFECT
                };
                let mark = if holds { "" } else { "  above its limit" };
                println!(
                    "{law:<30}{domains:>3}{noise:>8}{:>12.3e}{:>12.3e}{agreeing:>10}{mark}",
                    percent(ours),
                    percent(other)
                );
                fits += 1;
                missed += usize::from(!holds);
            }
        }
    }
    println!("{fits} fits, {missed} above their limit");
}
