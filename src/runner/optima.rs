//! The best mixtures of an experiment: under its laws, in truth, and what following the laws costs.

use rayon::prelude::*;

use super::error::RunError;
use super::fitted::Fitted;
use super::observer::Observer;
use super::question::Question;
use crate::fit::{FittedLaw, LawResult, observations};
use crate::law::{self, Observations};
use crate::optimum::{
    BestMixture, LawLosses, Losses, Optimum, OptimumPlan, PathMixtures, SIMULATOR, SimulatorLosses,
    regret, searchable, truth_resolution,
};
use crate::runs::RunTable;
use crate::simulate::Simulator;

/// What best mixtures are judged by.
struct Judge<'a> {
    simulator: &'a Simulator,
    floors: &'a [f64],
    best: Optimum,
}

/// The best mixtures that `plan` asks for. `truth` is the simulator with its floors, if the runs
/// are simulated.
pub(super) fn find(
    plan: &OptimumPlan,
    question: &Question,
    (table, fitted): (&RunTable, Option<&Fitted>),
    truth: Option<(&Simulator, &[f64])>,
    observer: &dyn Observer,
) -> Result<Vec<BestMixture>, RunError> {
    let clock = std::time::Instant::now();
    let rows = rows_of(table);
    let found = at_one_scale(plan, question, (table, &rows, fitted), truth)?;
    observer.note(&format!(
        "{} best mixtures found in {:.1} s",
        found.len(),
        clock.elapsed().as_secs_f64()
    ));
    Ok(found)
}

/// The best mixtures at each value of the path that the question has.
pub(super) fn along_path(
    question: &Question,
    (table, fitted): (&RunTable, Option<&Fitted>),
    truth: Option<(&Simulator, &[f64])>,
    observer: &dyn Observer,
) -> Result<Vec<PathMixtures>, RunError> {
    let clock = std::time::Instant::now();
    let rows = rows_of(table);
    let of = (table, &rows, fitted);
    let points = question.path.par_iter().map(|point| {
        let found = at_one_scale(&point.plan, &point.question, of, truth)?;
        Ok((point.value, found))
    });
    let points = points.collect::<Result<Vec<_>, RunError>>()?;
    if !points.is_empty() {
        observer.note(&format!(
            "best mixtures at {} values of the path found in {:.1} s",
            points.len(),
            clock.elapsed().as_secs_f64()
        ));
    }
    Ok(points)
}

/// All rows, as laws are bound to them where a best mixture is looked for.
fn rows_of(table: &RunTable) -> Observations {
    let all: Vec<usize> = (0..table.len()).collect();
    searchable(&observations(table, &all, 0.0))
}

fn at_one_scale(
    plan: &OptimumPlan,
    question: &Question,
    (table, rows, fitted): (&RunTable, &Observations, Option<&Fitted>),
    truth: Option<(&Simulator, &[f64])>,
) -> Result<Vec<BestMixture>, RunError> {
    let (capacity, tokens) = question.scale;
    let judge = match truth {
        Some((simulator, floors)) => {
            let losses = SimulatorLosses::new(simulator, capacity, tokens);
            Some(Judge {
                simulator,
                floors,
                best: question.optimum(SIMULATOR, &losses)?,
            })
        }
        None => None,
    };
    let mut found = Vec::new();
    for of in &plan.of {
        if of == SIMULATOR {
            if let Some((simulator, _)) = truth {
                let losses = SimulatorLosses::new(simulator, capacity, tokens);
                found.push(question.answer(of, &losses, &[])?);
            }
            continue;
        }
        let result = fitted.and_then(|fitted| fitted.results.iter().find(|r| r.fit.law == *of));
        let Some(result) = result else {
            continue;
        };
        let mut one = under_law(plan, question, result, (table, rows))?;
        if let Some(judge) = &judge {
            one.regret = Some(judge.regret(question, &one.optimum));
        }
        found.push(one);
    }
    Ok(found)
}

/// The best mixture under a fitted law.
fn under_law(
    plan: &OptimumPlan,
    question: &Question,
    result: &LawResult,
    (table, rows): (&RunTable, &Observations),
) -> Result<BestMixture, RunError> {
    let name = result.fit.law.as_str();
    let predicted = result.fitted.columns();
    plan.check_predicted(&question.aim, (name, &predicted), table.loss_names())
        .map_err(RunError::words)?;
    let Some(law) = law::by_name(name) else {
        return Err(RunError::words(format!("there is no law `{name}`")));
    };
    let shape = (table.weight_names().len(), table.loss_names().len());
    let rebound = |fitted: &FittedLaw| {
        FittedLaw::with_parameters(law.as_ref(), rows, &fitted.thetas()).map_err(RunError::words)
    };
    let Some(fitted) = rebound(&result.fitted)? else {
        return Err(RunError::other(format!(
            "`{name}` cannot be bound to its own runs"
        )));
    };
    let losses = LawLosses::new(&fitted, name, shape, question.scale).map_err(RunError::words)?;
    let replicates = result
        .replicates
        .iter()
        .filter_map(|replicate| rebound(replicate).transpose())
        .collect::<Result<Vec<_>, _>>()?;
    let replicates = replicates
        .iter()
        .map(|fitted| LawLosses::new(fitted, name, shape, question.scale))
        .collect::<Result<Vec<_>, _>>()
        .map_err(RunError::words)?;
    let replicates: Vec<&dyn Losses> = replicates.iter().map(|one| one as &dyn Losses).collect();
    question.answer(name, &losses, &replicates)
}

impl Judge<'_> {
    fn regret(&self, question: &Question, law: &Optimum) -> crate::optimum::Regret {
        let (capacity, tokens) = question.scale;
        let losses = SimulatorLosses::new(self.simulator, capacity, tokens);
        let on_fewer = |share: f64| {
            let fewer = SimulatorLosses::new(self.simulator, capacity, share * tokens);
            question.problem(&fewer).target_loss(&self.best.weights)
        };
        let on_fewer: &dyn Fn(f64) -> f64 = &on_fewer;
        let resolution = truth_resolution(
            self.simulator,
            &question.aim,
            &self.best.weights,
            self.floors,
            question.scale,
            self.best.target_loss - question.aim.exact(self.floors),
        );
        regret(
            &question.problem(&losses),
            &self.best,
            law,
            self.floors,
            resolution,
            tokens.is_finite().then_some(on_fewer),
        )
    }
}
