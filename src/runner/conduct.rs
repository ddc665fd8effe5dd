//! One experiment, from its runs to its verdicts.

use super::error::RunError;
use super::figure::errors::measure;
use super::figure::known::{check_figures, known_truth};
use super::figure::optima::{measure_optima, measure_path};
use super::figure::{allocation, phase_transition, transfer};
use super::fitted::{Fitted, fit_table};
use super::observer::Observer;
use super::question::{Question, question};
use super::truth::Truth;
use super::{optima, runs, vary};
use crate::claim::{ClaimResult, Figures};
use crate::experiment::{Experiment, Source};
use crate::optimum::{BestMixture, PathMixtures};
use crate::report::Exponents;
use crate::report::figure::Variation;
use crate::runs::RunTable;
use crate::simulate::Simulator;

/// What an experiment found.
pub struct Findings {
    /// The runs, one row each.
    pub runs: RunTable,
    /// What the simulated world knows and a fit does not; `None` for real runs.
    pub truth: Option<Truth>,
    /// The laws fitted to the runs; `None` without `[fit]`.
    pub fitted: Option<Fitted>,
    /// What `[vary]` found.
    pub variation: Option<Variation>,
    /// The best mixtures, one for each law or simulator that `[optimum]` names.
    pub optima: Vec<BestMixture>,
    /// The best mixtures at each value of `[optimum.path]`.
    pub path: Vec<PathMixtures>,
    /// Every figure that was measured, by name.
    pub figures: Figures,
    /// The claim and the verdicts of its checks.
    pub claim: ClaimResult,
}

impl Findings {
    /// True exponents beside those that the laws recover, a panel for each symbol; empty for real runs.
    pub fn exponents(&self) -> Vec<Exponents> {
        match (&self.truth, &self.fitted) {
            (Some(truth), Some(fitted)) => truth.recovered(self.runs.loss_names(), &fitted.fits()),
            _ => Vec::new(),
        }
    }
}

/// Conducts an experiment in memory: simulates or reads its runs, fits its laws, looks for its best
/// mixtures, and judges its claim. `observer` hears how it goes; `&()` hears nothing.
///
/// The same experiment finds the same, on any number of threads. Runs are not kept for later: a sweep
/// that takes long belongs into a directory ([`run_into`](super::run_into)).
///
/// # Errors
/// [`RunError::Input`] for what the experiment asks and cannot be had, [`RunError::Interrupted`] when the
/// observer says so.
pub fn conduct(experiment: &Experiment, observer: &dyn Observer) -> Result<Findings, RunError> {
    check_figures(experiment)?;
    match &experiment.source {
        Source::Runs(mapping) => {
            let (table, _) = runs::load(mapping, observer)?;
            let question = question(experiment, Some(&table))?;
            analyse(experiment, table, None, question.as_ref(), observer)
        }
        Source::Simulated {
            world,
            learner,
            sweep,
            ..
        } => {
            let question = question(experiment, None)?;
            let table = runs::simulated(world, learner, sweep, observer)?;
            let truth = Some(Truth::of(world));
            analyse(experiment, table, truth, question.as_ref(), observer)
        }
    }
}

/// Fits the laws of an experiment to its runs, looks for its best mixtures, and judges its claim.
pub(super) fn analyse(
    experiment: &Experiment,
    table: RunTable,
    truth: Option<Truth>,
    question: Option<&Question>,
    observer: &dyn Observer,
) -> Result<Findings, RunError> {
    let fitted = match &experiment.fit {
        Some(plan) => {
            let floors = truth.as_ref().map(|truth| truth.floors.as_slice());
            Some(fit_table(&table, plan, floors, observer)?)
        }
        None => None,
    };
    let mut figures = Figures::new();
    let mut variation = None;
    if let Some(fitted) = &fitted {
        let exponents = truth.as_ref().map(|truth| &truth.exponents);
        figures = measure(&fitted.fits(), fitted.splits.len(), exponents);
        figures.extend(transfer::figures(experiment, fitted));
        variation = vary::vary(experiment, &table, &mut figures, observer)?;
    }
    let of = (&table, fitted.as_ref());
    let (optima, path) = match question {
        Some(question) => best_mixtures(experiment, question, of, truth.as_ref(), observer)?,
        None => (Vec::new(), Vec::new()),
    };
    figures.extend(measure_optima(&optima));
    figures.extend(measure_path(&path));
    let asked = |kind: &str| {
        let mut checks = experiment.checks.iter();
        checks.any(|check| check.figure.starts_with(kind))
    };
    if asked("allocation.") {
        figures.extend(allocation::figures(experiment));
    }
    if asked("onset.") {
        figures.extend(phase_transition::figures(experiment));
    }
    let judged = experiment.checks.iter().map(|check| {
        let figure = figures.get(&check.figure);
        check.judge(
            figure.map(|figure| figure.value),
            figure.and_then(|figure| figure.interval),
        )
    });
    let claim = ClaimResult {
        claim: experiment.claim.clone(),
        checks: judged.collect(),
    };
    Ok(Findings {
        runs: table,
        truth,
        fitted,
        variation,
        optima,
        path,
        figures,
        claim,
    })
}

/// The best mixtures that an experiment asks for, and those along its path.
fn best_mixtures(
    experiment: &Experiment,
    question: &Question,
    of: (&RunTable, Option<&Fitted>),
    truth: Option<&Truth>,
    observer: &dyn Observer,
) -> Result<(Vec<BestMixture>, Vec<PathMixtures>), RunError> {
    let Some(plan) = &experiment.optimum else {
        return Ok((Vec::new(), Vec::new()));
    };
    let simulator = known_truth(experiment).map(|(world, learner, sweep)| {
        Simulator::new(world.clone(), learner.clone(), sweep.resolution)
    });
    if let (Source::Simulated { .. }, Err(why)) =
        (&experiment.source, experiment.source.has_best_mixture())
    {
        observer.note(&format!("no regret is told: {why}"));
    }
    let known = simulator.as_ref().zip(truth);
    let truth = known.map(|(simulator, truth)| (simulator, truth.floors.as_slice()));
    let found = optima::find(plan, question, of, truth, observer)?;
    let path = optima::along_path(question, of, truth, observer)?;
    Ok((found, path))
}
