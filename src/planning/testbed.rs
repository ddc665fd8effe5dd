//! One world: proxy runs of a design, a law fitted to them, and what its mixture costs.

use super::design::Scales;
use super::study::{Study, Target};
use crate::fit::{FitPlan, FittedLaw, fit_laws, observations};
use crate::law::Law;
use crate::mixture::Mixture;
use crate::optimum::{
    Aim, Constraints, LawLosses, Optimum, Problem, Region, SimulatorLosses, best, searchable,
};
use crate::runs::RunTable;
use crate::simulate::Simulator;
use crate::sweep::{self, Mode, Sweep, simulate};

/// What one design brought in one world.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// True target loss of the mixture that the law calls best, less that of the best mixture, in
    /// percent of the excess of the best mixture.
    pub regret: f64,
    /// The mixture that the law calls best.
    pub mixture: Vec<f64>,
}

/// A world in which designs are tried.
pub(super) struct Testbed {
    pub(super) simulator: Simulator,
    pub(super) seed: u64,
    best: Optimum,
    /// Σ w_i E_i.
    floor: f64,
    region: Region,
}

impl Testbed {
    /// A world with its best mixture at the target; `Err` in words where there is none.
    pub(super) fn new(simulator: Simulator, target: &Target, seed: u64) -> Result<Self, String> {
        let names = simulator.world().names();
        let region = Constraints::none(names.len())
            .region(&names, target.tokens)
            .map_err(|error| error.to_string())?;
        let losses = SimulatorLosses::new(&simulator, target.capacity, target.tokens);
        let best = best(&problem(&losses, target), &region, seed).map_err(|e| e.to_string())?;
        let domains = simulator.world().domains().iter();
        let floor = domains
            .zip(&target.weights)
            .map(|(domain, weight)| weight * domain.floor)
            .sum();
        Ok(Self {
            best,
            floor,
            region,
            seed,
            simulator,
        })
    }

    /// What `mixture` loses against the best, percent of the excess.
    pub(super) fn regret(&self, mixture: &[f64], target: &Target) -> f64 {
        let losses = SimulatorLosses::new(&self.simulator, target.capacity, target.tokens);
        let truly = problem(&losses, target).target_loss(mixture);
        100.0 * (truly - self.best.target_loss) / (self.best.target_loss - self.floor)
    }

    /// The runs of `mixtures` at all `scales`, drawn with the seed of this world: the same runs for
    /// the same design.
    pub(super) fn runs(
        &self,
        mixtures: &[Mixture],
        scales: &Scales,
        study: &Study,
    ) -> Result<RunTable, String> {
        let runs = Sweep {
            seed: self.seed,
            mode: study.mode,
            replicates: 1,
            capacities: scales.capacities.clone(),
            tokens: scales.tokens.clone(),
            scales: sweep::Scales::Product,
            mixtures: mixtures.to_vec(),
            resolution: study.resolution,
        };
        simulate(&self.simulator, &runs, &|_| ()).map_err(|error| error.to_string())
    }

    /// Fits `law` to `runs` and takes what it calls the best mixture.
    pub(super) fn follow(
        &self,
        law: &dyn Law,
        runs: &RunTable,
        study: &Study,
    ) -> Result<Trial, String> {
        let target = &study.target;
        let plan = FitPlan {
            seed: self.seed,
            ..study.fit.clone()
        };
        let fitted = fit(law, runs, &plan)?;
        let all: Vec<usize> = (0..runs.len()).collect();
        let rows = searchable(&observations(runs, &all, 0.0));
        let bound = FittedLaw::with_parameters(law, &rows, &fitted.thetas())
            .map_err(|error| error.to_string())?
            .ok_or("the law cannot be bound to its own runs")?;
        let shape = (runs.weight_names().len(), runs.loss_names().len());
        let scale = (target.capacity, target.tokens);
        let losses =
            LawLosses::new(&bound, law.name(), shape, scale).map_err(|error| error.to_string())?;
        let found = best(&problem(&losses, target), &self.region, self.seed)
            .map_err(|error| error.to_string())?;
        Ok(Trial {
            regret: self.regret(&found.weights, target),
            mixture: found.weights,
        })
    }

    /// A law fitted to expected runs of this world, to choose designs by.
    pub(super) fn pilot(
        &self,
        law: &dyn Law,
        mixtures: &[Mixture],
        scales: &Scales,
        study: &Study,
    ) -> Result<FittedLaw, String> {
        let exact = Study {
            mode: Mode::Expected,
            ..study.clone()
        };
        fit(law, &self.runs(mixtures, scales, &exact)?, &study.fit)
    }
}

fn fit(law: &dyn Law, runs: &RunTable, plan: &FitPlan) -> Result<FittedLaw, String> {
    let law = crate::law::by_name(law.name()).ok_or("no such law")?;
    let mut results = fit_laws(runs, &[law], &[], plan, None).map_err(|error| error.to_string())?;
    let result = results.pop().ok_or("no law was fitted")?;
    Ok(result.fitted)
}

fn problem<'a>(losses: &'a dyn crate::optimum::Losses, target: &Target) -> Problem<'a> {
    Problem {
        losses,
        aim: Aim::Mean(target.weights.clone()),
        near: None,
    }
}
