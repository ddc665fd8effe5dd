//! Which parameters the runs determine, from the singular values of the Jacobian.
//!
//! The Jacobian of the residuals at the fit to all rows, each column times the prior unit of its
//! parameter, is decomposed: J U = W S Vᵀ. A singular value s is how far the predictions move, as a
//! root sum of squared residuals, when the parameters move by one prior unit along its right singular
//! vector. With σ the scatter of the residuals, σ/s is the standard error along that direction in
//! prior units. A direction is *flat* where two of them, the 95 % interval, reach beyond one unit:
//! the runs do not tell it to within what was known before (a factor e for most parameters).
//! Parameters at a bound are left out: they are decided.
//!
//! Under a ridge of strength ρ the fit has Σ s²/(s² + ρ) effective parameters (Hastie, Tibshirani and
//! Friedman 2009, *The Elements of Statistical Learning*, Eq. 3.50). Without it, it has as many as
//! there are singular values above rounding.

use ndarray::Array2;
use serde::Serialize;

use super::fitted_law::FittedLaw;
use super::levenberg_marquardt::free_parameters;
use super::objective::Linearised;
use super::parameter_name::{ParameterName, name_of};
use super::plan::FitPlan;
use crate::law::{Model, Observations};
use crate::numeric::linear::right_singular;

/// What the runs determine of a law.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Identifiability {
    /// Effective parameters under the ridge of the fit.
    pub effective_parameters: f64,
    /// Directions that residuals depend on at all, as they would be fitted without a ridge.
    pub rank: usize,
    /// Directions flatter than the scatter of the residuals can tell.
    pub flat_directions: usize,
    /// The parameters that lie in them.
    pub flat: Vec<FlatGroup>,
}

/// Parameters that can change together without the runs telling.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FlatGroup {
    /// The parameters; one, if it does not show at all.
    pub parameters: Vec<ParameterName>,
    /// How many directions among them are flat; as many as there are parameters, if none of them
    /// is told by the runs.
    pub directions: usize,
    /// Smallest and largest weight of their domain in the runs, if it is one domain.
    pub weights: Option<(f64, f64)>,
}

/// Singular values below this share of the largest are rounding.
const ROUNDING: f64 = 1e-10;

/// Standard errors that have to fit into a prior unit: half of a 95 % interval.
const ERRORS: f64 = 2.0;

/// Share of a parameter that lies in flat directions, or of two parameters of one domain that lie
/// there together, from which it is worth a word.
const SHARE: f64 = 0.1;

/// The same for two parameters of different domains: all are tied a little by what they share.
const SHARE_ACROSS: f64 = 0.25;

/// The same for a parameter that lies there alone.
const SHARE_ALONE: f64 = 0.5;

impl Identifiability {
    /// What `rows` determine of `fitted`, which was fitted to them. `None` where the law has no
    /// parameters, or its derivatives are not finite.
    pub(super) fn of(fitted: &FittedLaw, rows: &Observations, plan: &FitPlan) -> Option<Self> {
        let mut all = Self::default();
        for (part, (model, _)) in fitted.parts().iter().enumerate() {
            if model.parameters().is_empty() {
                return None;
            }
            all.add(part, model.as_ref(), fitted, rows, plan)?;
        }
        Some(all)
    }

    /// Adds a part of the law; its columns depend on no parameter of another part.
    fn add(
        &mut self,
        part: usize,
        model: &dyn Model,
        fitted: &FittedLaw,
        rows: &Observations,
        plan: &FitPlan,
    ) -> Option<()> {
        let theta = &fitted.parts()[part].1.theta;
        let objective = fitted.objective_of(part, model, rows, plan);
        let at = objective.normal_equations(theta);
        let parameters = model.parameters();
        let free = free_parameters(theta, &at, parameters);
        // What no residual depends on is not free to move, but not decided either.
        let open: Vec<usize> = (0..parameters.len())
            .filter(|i| free.contains(i) || at.matrix[[*i, *i]] <= 0.0)
            .collect();
        if open.is_empty() {
            return Some(());
        }
        let Linearised {
            residuals,
            jacobian,
            ..
        } = objective.linearised(theta);
        let scaled = Array2::from_shape_fn((jacobian.nrows(), open.len()), |(row, column)| {
            jacobian[[row, open[column]]] * parameters[open[column]].unit
        });
        let (values, vectors) = right_singular(&scaled)?;
        let ridge = objective.ridge();
        let largest = values.iter().copied().fold(0.0, f64::max);
        let rank = values.iter().filter(|s| **s > ROUNDING * largest).count();
        let effective: f64 = values
            .iter()
            .take(rank)
            .map(|s| s * s / (s * s + ridge))
            .sum();
        let squares: f64 = residuals.iter().map(|residual| residual * residual).sum();
        let scatter = (squares / (residuals.len() as f64 - effective).max(1.0)).sqrt();
        let flat: Vec<usize> = (0..open.len())
            .filter(|direction| *direction >= rank || values[*direction] < ERRORS * scatter)
            .collect();
        self.effective_parameters += effective;
        self.rank += rank;
        self.flat_directions += flat.len();
        let column_of = |i: usize| parameters[open[i]].column;
        for group in groups(&vectors, &flat, column_of) {
            let names: Vec<ParameterName> = group
                .iter()
                .map(|i| {
                    name_of(
                        &parameters[open[*i]],
                        &rows.loss_names,
                        fitted.weight_names(),
                    )
                })
                .collect();
            let column = column_of(group[0]);
            let one = group.iter().all(|i| column_of(*i) == column);
            self.flat.push(FlatGroup {
                directions: directions(&vectors, &flat, &group),
                weights: column.filter(|_| one).and_then(|c| weights(rows, c)),
                parameters: names,
            });
        }
        Some(())
    }
}

/// Projection of parameter i on j within the flat directions.
fn shared(vectors: &Array2<f64>, flat: &[usize], i: usize, j: usize) -> f64 {
    flat.iter()
        .map(|direction| vectors[[*direction, i]] * vectors[[*direction, j]])
        .sum()
}

/// Parameters that lie in flat directions, those that lie there together in one group; `column_of`
/// gives the domain of a parameter.
fn groups(
    vectors: &Array2<f64>,
    flat: &[usize],
    column_of: impl Fn(usize) -> Option<usize>,
) -> Vec<Vec<usize>> {
    let mut open: Vec<usize> = (0..vectors.ncols())
        .filter(|i| shared(vectors, flat, *i, *i) >= SHARE)
        .collect();
    let mut groups = Vec::new();
    while !open.is_empty() {
        let mut group = vec![open.remove(0)];
        let mut next = 0;
        while next < group.len() {
            let of = group[next];
            let tied = |i: &usize| {
                let limit = if column_of(*i) == column_of(of) {
                    SHARE
                } else {
                    SHARE_ACROSS
                };
                shared(vectors, flat, of, *i).abs() >= limit
            };
            let (near, far): (Vec<usize>, Vec<usize>) = open.iter().partition(|i| tied(i));
            group.extend(near);
            open = far;
            next += 1;
        }
        group.sort_unstable();
        let alone = group.len() == 1;
        if !alone || shared(vectors, flat, group[0], group[0]) >= SHARE_ALONE {
            groups.push(group);
        }
    }
    groups
}

/// Flat directions within a group: the trace of the projection, at least 1.
fn directions(vectors: &Array2<f64>, flat: &[usize], group: &[usize]) -> usize {
    let trace: f64 = group.iter().map(|i| shared(vectors, flat, *i, *i)).sum();
    (trace.round().max(1.0) as usize).min(group.len())
}

/// Smallest and largest weight of the domain of a loss column.
fn weights(rows: &Observations, column: usize) -> Option<(f64, f64)> {
    let own = rows.weights.column(rows.own_weight[column]?);
    Some((
        own.iter().copied().fold(f64::INFINITY, f64::min),
        own.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    ))
}
