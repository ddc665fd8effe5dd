//! Laws fitted to a table: splits, starts, and what came out.

use std::time::Instant;

use rayon::prelude::*;

use super::bootstrap::{add_intervals, bootstrap};
use super::cell::Cell;
use super::convergence::Convergence;
use super::design_warnings::{check_losses, check_splits};
use super::errors::errors_over_splits;
use super::fitted_law::{FittedLaw, predicted_cells};
use super::identifiability::Identifiability;
use super::influence::influence;
use super::levenberg_marquardt::Minimum;
use super::rows::{observations, weight_floor};
use super::scarce::Scarce;
use super::search::best_of_starts;
use super::{FitError, FitPlan, LawFit, Replicates, Ridge, Split, cross_validation, size};
use crate::law::{Law, LawError, Model};
use crate::runs::RunTable;

/// What fitting one law gave.
pub struct LawResult {
    /// Errors, counts and parameters.
    pub fit: LawFit,
    /// The fit to all rows.
    pub fitted: FittedLaw,
    /// Held-out cells of each split, in the order of the splits.
    pub held_out: Vec<Vec<Cell>>,
    /// How many of the held-out predictions the guard against explosions replaced.
    pub guarded: usize,
    /// The law fitted to resampled noise, as many times as the plan says ([`bootstrap`]).
    pub replicates: Vec<FittedLaw>,
}

/// Fits `laws` to `table` on `splits` and on all rows. `floors` are the true floors E of the loss
/// columns, where they are known; they serve the excess errors only, a fit never sees them.
///
/// # Errors
/// [`FitError`] when a law has nothing to fit, a loss does not suit the residual, or no start is
/// finite.
pub fn fit_laws(
    table: &RunTable,
    laws: &[Box<dyn Law>],
    splits: &[Split],
    plan: &FitPlan,
    floors: Option<&[f64]>,
) -> Result<Vec<LawResult>, FitError> {
    check_losses(table, plan)?;
    check_splits(table, splits)?;
    laws.par_iter()
        .map(|law| fit_law(table, law.as_ref(), splits, plan, floors))
        .collect()
}

fn fit_law(
    table: &RunTable,
    law: &dyn Law,
    splits: &[Split],
    plan: &FitPlan,
    floors: Option<&[f64]>,
) -> Result<LawResult, FitError> {
    let clock = Instant::now();
    let everything = Split {
        name: "all rows".into(),
        train: (0..table.len()).collect(),
        test: Vec::new(),
    };
    // The fit to all rows comes last; its cells are not part of any error.
    let mut outcomes = splits
        .par_iter()
        .chain([&everything])
        .enumerate()
        .map(|(number, split)| {
            let fitted = fit_split(table, law, split, number, plan)?;
            let cells = |rows: &[usize]| predicted_cells(table, &fitted, rows, floors);
            let (train, test) = (cells(&split.train), cells(&split.test));
            let guarded = fitted.guarded(&observations(table, &split.test, fitted.weight_floor()));
            Ok((fitted, train, test, guarded))
        })
        .collect::<Result<Vec<_>, FitError>>()?;
    let converged = outcomes.iter().filter(|(fitted, ..)| fitted.converged());
    let (fits, converged) = (outcomes.len(), converged.count());
    let scarce = outcomes
        .iter()
        .find_map(|(fitted, ..)| fitted.scarce().cloned());
    let starts = outcomes.iter().map(|(fitted, ..)| fitted.starts()).sum();
    let guarded = outcomes.iter().map(|(.., guarded)| guarded).sum();
    let start_seconds = outcomes
        .iter()
        .map(|(fitted, ..)| fitted.start_seconds())
        .sum::<f64>()
        / outcomes.len() as f64;
    let Some((fitted, all_cells, ..)) = outcomes.pop() else {
        unreachable!("the fit to all rows is always there");
    };
    let (train, held_out): (Vec<_>, Vec<_>) = outcomes
        .into_iter()
        .map(|(_, train, test, _)| (train, test))
        .unzip();
    let train = if train.is_empty() {
        errors_over_splits(&[all_cells])
    } else {
        errors_over_splits(&train)
    };
    let Some(train) = train else {
        return Err(LawError::EmptyColumn(table.loss_names()[0].clone()).into());
    };
    let rows = observations(table, &everything.train, fitted.weight_floor());
    let replicates = bootstrap(table, law, &fitted, plan)?;
    let mut parameters = fitted.values(table.loss_names());
    add_intervals(&mut parameters, &replicates, table.loss_names());
    let fit = LawFit {
        law: law.name().to_string(),
        parameter_count: fitted.parameter_count(),
        train,
        test: errors_over_splits(&held_out),
        parameters,
        transfer: fitted.transfer(table.loss_names(), table.weight_names()),
        bootstrap: Replicates::of(&replicates),
        converged: converged == fits,
        convergence: Convergence {
            fits,
            unconverged: fits - converged,
            ..Convergence::of(&fitted, &rows, plan)
        },
        identifiability: Identifiability::of(&fitted, &rows, plan),
        scarce,
        influence: match plan.diagnose {
            true => Some(influence(table, law, &fitted, plan)?),
            false => None,
        },
        seconds: clock.elapsed().as_secs_f64(),
        starts,
        start_seconds,
    };
    Ok(LawResult {
        fit,
        fitted,
        held_out,
        guarded,
        replicates,
    })
}

/// Fits a law to the training rows of one split.
fn fit_split(
    table: &RunTable,
    law: &dyn Law,
    split: &Split,
    number: usize,
    plan: &FitPlan,
) -> Result<FittedLaw, FitError> {
    let weight_floor = weight_floor(table, &split.train);
    let training = observations(table, &split.train, weight_floor);
    let mut plan = plan.clone();
    let mut choice = None;
    if cross_validation::applies(law, &plan) {
        let mixtures = table.mixture_numbers();
        let units: Vec<usize> = split.train.iter().map(|row| mixtures[*row]).collect();
        choice = cross_validation::choose(law, &training, &units, &plan, number)?;
        plan.ridge = match &choice {
            Some(choice) => Ridge::Fixed(choice.chosen.ridge),
            None => Ridge::Fixed(0.0),
        };
    }
    let (setting, chosen) = choice.map_or((None, None), |choice| (choice.law, Some(choice.chosen)));
    let law = setting.as_deref().unwrap_or(law);
    let path: Vec<f64> = chosen.as_ref().map_or(Vec::new(), |chosen| {
        cross_validation::path_to(law, chosen.ridge)
    });
    let mut start_seconds = 0.0;
    let mut traces = Vec::new();
    let models = law.bind(&training)?;
    size::check(law, &models, &training)?;
    let parts: Vec<(Box<dyn Model>, Minimum)> = models
        .into_iter()
        .enumerate()
        .map(|(part, model)| {
            if let (Some(scarce), Ridge::Fixed(0.0)) =
                (Scarce::of(model.as_ref(), &training), plan.ridge)
            {
                return Err(FitError::Scarce {
                    law: law.name().to_string(),
                    split: split.name.clone(),
                    scarce,
                });
            }
            let best = best_of_starts(model.as_ref(), &training, &plan, &path, number, part);
            match best {
                Some(found) => {
                    start_seconds += found.seconds;
                    traces.push(found.trace);
                    Ok((model, found.minimum))
                }
                None => Err(FitError::NoFiniteStart {
                    law: law.name().to_string(),
                    split: split.name.clone(),
                    starts: plan.starts,
                }),
            }
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(FittedLaw::found(
        parts,
        traces,
        &training,
        chosen,
        table.weight_names(),
        start_seconds,
    ))
}
