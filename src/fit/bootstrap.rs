//! The bootstrap: how sure parameters and predictions are.
//!
//! The mixtures stay as they are, and the residuals of the fit to all rows are put back on its
//! predictions with a sign drawn for each mixture, one for all of its runs and columns: runs of one
//! mixture are not independent of each other (the wild cluster bootstrap; Cameron, Gelbach and Miller
//! 2008, "Bootstrap-based improvements for inference with clustered errors", *Review of Economics and
//! Statistics* 90). Nothing is assumed of their size, which may differ from mixture to mixture. Drawing
//! mixtures with replacement instead would leave a third of them out each time: with few mixtures those
//! fits know less than the one that they stand for.
//!
//! Residuals of a fit are smaller than the noise, by √(1 − P/n) if it has P parameters for n independent
//! losses; they are made larger by as much before they are put back (Davison and Hinkley 1997,
//! *Bootstrap Methods and their Application*, §6.2.3). P are the parameters that the runs determine
//! ([`Identifiability`]); the runs of a mixture count as one loss in each column.
//!
//! A ridge that pulled every replicate toward the same prior would hide what the rows leave open. Each
//! replicate is therefore pulled toward a centre of its own, drawn from the prior that the strength of
//! the ridge stands for (randomise, then optimise; Bardsley et al. 2014, *SIAM Journal on Scientific
//! Computing* 36): where the rows say nothing, an interval is as wide as the prior.
//!
//! The law is fitted to each set of losses as [`refit`](super::refit) says, so the strength of the ridge
//! and the hyper-parameters are those of the full fit: the intervals leave out what choosing them adds.
//! Intervals are percentile intervals. How often they hold the truth is measured in `docs/fitting.md`.

use ndarray::{Array2, Zip};
use rand::RngExt;
use rayon::prelude::*;
use serde::Serialize;
use statrs::statistics::{Data, OrderStatistics};

use super::fit_error::FitError;
use super::fitted_law::{FittedLaw, ParameterValue};
use super::identifiability::Identifiability;
use super::plan::{FitPlan, Residual};
use super::refit::Refit;
use crate::law::{Law, Observations};
use crate::numeric::random::{self, Purpose};
use crate::runs::RunTable;

/// Share of the replicates inside an interval.
const CONFIDENCE: f64 = 0.95;

/// Refits `law`, whose fit to all rows of `table` is `fitted`, to `plan.bootstrap` sets of losses, in
/// parallel. Each replicate starts at the parameters of `fitted`; replicates that did
/// not converge are in the list and say so ([`FittedLaw::converged`]). The signs of the k-th replicate
/// depend on the seed of the plan and on k alone: they are the same for every law, and a longer
/// bootstrap begins with the replicates of a shorter one.
///
/// # Errors
/// [`FitError`] when the table has a single mixture.
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
pub(super) fn bootstrap_with_starts(
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
    let rows = refit.rows();
    let predictions = fitted.predict(rows);
    let stretch = stretch(mixtures.len(), fitted, rows, plan);
    let prior_spreads = refit.prior_spreads(stretch);
    (0..plan.bootstrap)
        .into_par_iter()
        .map(|replicate| {
            let mut rng = random::stream(plan.seed, Purpose::Bootstrap, replicate as u64, 0);
            let mut resampled = rows.clone();
            for runs in &mixtures {
                let factor = if rng.random() { stretch } else { -stretch };
                for run in runs {
                    let losses = resampled.losses.row_mut(*run);
                    Zip::from(losses)
                        .and(predictions.row(*run))
                        .for_each(|loss, prediction| {
                            *loss = with_residual(*prediction, *loss, factor, plan.residual);
                        });
                }
            }
            refit.to(
                &resampled,
                fresh_starts,
                &prior_spreads,
                (Purpose::Bootstrap, replicate),
            )
        })
        .collect()
}

/// By how much residuals of the fit of `fitted` to `rows`, which are of so many `mixtures`, are
/// smaller than the noise: √(n / (n − P)).
fn stretch(mixtures: usize, fitted: &FittedLaw, rows: &Observations, plan: &FitPlan) -> f64 {
    let columns = fitted
        .parts()
        .iter()
        .map(|(model, _)| model.columns().len());
    let losses = (mixtures * columns.sum::<usize>()) as f64;
    let parameters = Identifiability::of(fitted, rows, plan)
        .map_or(fitted.parameter_count() as f64, |known| {
            known.effective_parameters
        });
    // Where parameters are as many as losses, nothing is left that would tell the noise.
    (losses / (losses - parameters).max(1.0)).sqrt()
}

/// `loss` with `factor` times its distance from `prediction`, measured by ratios unless residuals are
/// absolute: a loss above 0 stays above 0. Where there is no prediction it stays as it is.
fn with_residual(prediction: f64, loss: f64, factor: f64, residual: Residual) -> f64 {
    match residual {
        _ if !prediction.is_finite() => loss,
        Residual::Absolute => prediction + factor * (loss - prediction),
        Residual::Relative | Residual::Log if prediction > 0.0 => {
            prediction * (loss / prediction).powf(factor)
        }
        Residual::Relative | Residual::Log => loss,
    }
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

/// The fits of a bootstrap, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Replicates {
    /// Fits to resampled noise.
    pub count: usize,
    /// Those that did not meet the convergence test; they are part of the intervals all the same.
    pub unconverged: usize,
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
