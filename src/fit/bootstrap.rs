//! The bootstrap: how sure parameters and predictions are.
//!
//! Mixtures are drawn with replacement, as many as there are, each with all of its runs: runs of
//! one mixture are not independent of each other (the cluster or pairs bootstrap; Davison and
//! Hinkley 1997, *Bootstrap Methods and their Application*, §3.8 and §6.2.4). The law is fitted to
//! each resample as [`refit`](super::refit) says, so the strength of the ridge and the
//! hyper-parameters are those of the full fit: the intervals leave out what choosing them adds.
//! Intervals are percentile intervals. A ridge pulls every replicate toward the same prior: where
//! the rows say little, an interval is as narrow as the prior makes it.

use ndarray::Array2;
use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use statrs::statistics::{Data, OrderStatistics};

use super::refit::Refit;
use super::{FitError, FitPlan, FittedLaw, ParameterValue, Replicates};
use crate::law::{Law, Observations};
use crate::random::{self, Purpose};
use crate::runs::RunTable;

/// Share of the replicates inside an interval.
const CONFIDENCE: f64 = 0.95;

/// Draws of the mixtures of one replicate before it is said that none has a loss in every column.
const DRAWS: usize = 1000;

/// Refits `law`, whose fit to all rows of `table` is `fitted`, to `plan.bootstrap` resamples of the
/// mixtures, in parallel. Each replicate starts at the parameters of `fitted`; replicates that did
/// not converge are in the list and say so ([`FittedLaw::converged`]). The k-th resample depends
/// on the seed of the plan and on k alone: it is the same for every law, and a longer bootstrap
/// begins with the replicates of a shorter one.
///
/// # Errors
/// [`FitError`] when the table has a single mixture, or no resample has a loss in every column.
pub fn bootstrap(
    table: &RunTable,
    law: &dyn Law,
    fitted: &FittedLaw,
    plan: &FitPlan,
) -> Result<Vec<FittedLaw>, FitError> {
    bootstrap_with_starts(table, law, fitted, plan, 0)
}

/// As [`bootstrap`], with `fresh_starts` further starting points for each replicate: slower, and
/// worth it where the starts of the full fit end in different minima.
///
/// # Errors
/// As [`bootstrap`].
pub fn bootstrap_with_starts(
    table: &RunTable,
    law: &dyn Law,
    fitted: &FittedLaw,
    plan: &FitPlan,
    fresh_starts: usize,
) -> Result<Vec<FittedLaw>, FitError> {
    if plan.bootstrap == 0 {
        return Ok(Vec::new());
    }
    let mixtures = runs_of_mixtures(table);
    if mixtures.len() < 2 {
        return Err(FitError::TooFewMixtures(mixtures.len()));
    }
    let refit = Refit::new(table, law, fitted, plan);
    (0..plan.bootstrap)
        .into_par_iter()
        .map(|replicate| {
            let mut rng = random::stream(plan.seed, Purpose::Bootstrap, replicate as u64, 0);
            let rows = resample(&mixtures, refit.rows(), &mut rng)?;
            refit.to(&rows, fresh_starts, (Purpose::Bootstrap, replicate))
        })
        .collect()
}

/// The rows of each mixture, in order of appearance.
pub(super) fn runs_of_mixtures(table: &RunTable) -> Vec<Vec<usize>> {
    let numbers = table.mixture_numbers();
    let count = numbers.iter().max().map_or(0, |largest| largest + 1);
    let mut mixtures = vec![Vec::new(); count];
    for (row, number) in numbers.into_iter().enumerate() {
        mixtures[number].push(row);
    }
    mixtures
}

/// Rows of as many mixtures as there are, drawn with replacement; drawn again until every loss
/// column has a loss.
fn resample(
    mixtures: &[Vec<usize>],
    rows: &Observations,
    rng: &mut Xoshiro256PlusPlus,
) -> Result<Vec<usize>, FitError> {
    let mut empty = 0;
    for _ in 0..DRAWS {
        let drawn: Vec<usize> = (0..mixtures.len())
            .flat_map(|_| {
                mixtures[rng.random_range(0..mixtures.len())]
                    .iter()
                    .copied()
            })
            .collect();
        let unmeasured = rows
            .losses
            .columns()
            .into_iter()
            .position(|column| drawn.iter().all(|row| column[*row].is_nan()));
        match unmeasured {
            None => return Ok(drawn),
            Some(column) => empty = column,
        }
    }
    Err(FitError::NoResample(rows.loss_names[empty].clone()))
}

impl Replicates {
    /// Counts `replicates`; `None` for none.
    pub(super) fn of(replicates: &[FittedLaw]) -> Option<Self> {
        let unconverged = replicates.iter().filter(|fit| !fit.converged()).count();
        (!replicates.is_empty()).then_some(Self {
            count: replicates.len(),
            unconverged,
        })
    }
}

/// Writes the interval of each of `parameters` over `replicates`.
pub(super) fn add_intervals(
    parameters: &mut [ParameterValue],
    replicates: &[FittedLaw],
    loss_names: &[String],
) {
    let values: Vec<Vec<ParameterValue>> = replicates
        .iter()
        .map(|replicate| replicate.values(loss_names))
        .collect();
    for (index, parameter) in parameters.iter_mut().enumerate() {
        parameter.interval = interval(
            values
                .iter()
                .map(|values| values.get(index).and_then(|parameter| parameter.value)),
        );
    }
}

/// 95 % intervals of the predictions for each row of `rows`, rows × loss columns; `None` in
/// columns that the law does not predict, and for no replicates.
///
/// They are intervals of the law's curve, the noise of a further run not included.
pub fn prediction_intervals(
    replicates: &[FittedLaw],
    rows: &Observations,
) -> Array2<Option<(f64, f64)>> {
    let predictions: Vec<Array2<f64>> = replicates
        .par_iter()
        .map(|replicate| replicate.predict(rows))
        .collect();
    Array2::from_shape_fn(rows.losses.raw_dim(), |cell| {
        interval(predictions.iter().map(|predicted| {
            let prediction = predicted[cell];
            prediction.is_finite().then_some(prediction)
        }))
    })
}

/// The percentile interval of `values`; `None` for none, or if one of them is missing.
fn interval(values: impl Iterator<Item = Option<f64>>) -> Option<(f64, f64)> {
    let values: Vec<f64> = values.collect::<Option<_>>()?;
    if values.is_empty() {
        return None;
    }
    let mut data = Data::new(values);
    let tail = 0.5 * (1.0 - CONFIDENCE);
    Some((data.quantile(tail), data.quantile(1.0 - tail)))
}
