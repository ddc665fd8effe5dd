//! One best mixture, with all that there is to say about it: what `optimize` and `run` have in
//! common.

use super::failure::Failure;
use crate::optimum::{
    Aim, BestMixture, Constraints, LITTLE_LOSS, Losses, Near, Optimum, OptimumPlan, Problem,
    Region, best, flatness, uncertainty,
};

/// What is asked for, in terms of a table's columns.
pub(super) struct Question {
    domains: Vec<String>,
    losses: Vec<String>,
    pub(super) aim: Aim,
    near: Option<Near>,
    constraints: Constraints,
    region: Region,
    free: Region,
    pub(super) scale: (f64, f64),
    seed: u64,
}

impl Question {
    /// Reads `plan` in terms of the domains and loss columns of a table, whose own weights are
    /// `own`.
    pub(super) fn new(
        plan: &OptimumPlan,
        domains: &[String],
        (losses, own): (&[String], &[Option<usize>]),
        seed: u64,
    ) -> Result<Self, Failure> {
        let constraints = plan.constraints(domains).map_err(Failure::words)?;
        let region = constraints.region(domains, plan.tokens).map_err(|error| {
            Failure::words_with_help(
                format!("no mixture keeps these bounds: {error}"),
                "loosen one of them",
            )
        })?;
        let free = Constraints::none(domains.len());
        let free = free.region(domains, plan.tokens).map_err(Failure::words)?;
        Ok(Self {
            aim: plan.aim(losses, own).map_err(Failure::words)?,
            near: plan.near(domains).map_err(Failure::words)?,
            domains: domains.to_vec(),
            losses: losses.to_vec(),
            constraints,
            region,
            free,
            scale: (plan.capacity, plan.tokens),
            seed,
        })
    }

    /// The problem for some losses.
    pub(super) fn problem<'a>(&self, losses: &'a dyn Losses) -> Problem<'a> {
        Problem {
            losses,
            aim: self.aim.clone(),
            near: self.near.clone(),
        }
    }

    /// The best allowed mixture.
    pub(super) fn optimum(&self, of: &str, losses: &dyn Losses) -> Result<Optimum, Failure> {
        best(&self.problem(losses), &self.region, self.seed)
            .map_err(|error| Failure::words(format!("no best mixture of {of}: {error}")))
    }

    /// The best mixture of `of`, with the one without bounds, flatness, and how sure it is over
    /// `replicates`.
    pub(super) fn answer(
        &self,
        of: &str,
        losses: &dyn Losses,
        replicates: &[&dyn Losses],
    ) -> Result<BestMixture, Failure> {
        let words = |error| Failure::words(format!("no best mixture of {of}: {error}"));
        let problem = self.problem(losses);
        let optimum = self.optimum(of, losses)?;
        let unconstrained = if self.constraints.is_none() && self.near.is_none() {
            None
        } else {
            let free = Problem {
                near: None,
                ..self.problem(losses)
            };
            Some(best(&free, &self.free, self.seed).map_err(words)?)
        };
        Ok(BestMixture {
            of: of.into(),
            domains: self.domains.clone(),
            losses: self.losses.clone(),
            groups: self
                .constraints
                .groups
                .iter()
                .map(|group| group.name.clone())
                .collect(),
            capacity: self.scale.0,
            tokens: self.scale.1,
            epochs: self.constraints.epochs,
            unconstrained,
            flat: flatness(&problem, &self.region, &optimum, LITTLE_LOSS),
            uncertainty: uncertainty(
                replicates,
                &optimum,
                (&self.aim, self.near.as_ref()),
                &self.region,
                self.seed,
            )
            .map_err(words)?,
            optimum,
            regret: None,
        })
    }
}
