//! One best mixture, with all that there is to say about it: what `optimize` and `run` have in
//! common.

use super::failure::Failure;
use crate::optimum::{
    Aim, BestMixture, Constraints, LITTLE_LOSS, Losses, Near, Optimum, OptimumPlan, Problem,
    Reference, ReferenceKind, Region, best, flatness, uncertainty,
};

/// A sum of weights this close to 1 is 1.
const ROUNDING: f64 = 1e-9;

/// What is asked for, in terms of a table's columns.
pub(super) struct Question {
    domains: Vec<String>,
    losses: Vec<String>,
    /// Weight of each loss column's own domain, if it has one.
    own: Vec<Option<usize>>,
    pub(super) aim: Aim,
    near: Option<Near>,
    constraints: Constraints,
    region: Region,
    free: Region,
    pub(super) scale: (f64, f64),
    seed: u64,
    /// The same at each value of the path of the plan.
    pub(super) path: Vec<PathPoint>,
}

/// What is asked at one value of a path.
pub(super) struct PathPoint {
    pub(super) value: f64,
    pub(super) plan: OptimumPlan,
    pub(super) question: Question,
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
        let along = plan.along_path(losses, own).map_err(Failure::words)?;
        let path = along.into_iter().map(|(value, plan)| {
            let question = Self::new(&plan, domains, (losses, own), seed)?;
            Ok(PathPoint {
                value,
                plan,
                question,
            })
        });
        let path = path.collect::<Result<_, Failure>>()?;
        let free = Constraints::none(domains.len());
        let free = free.region(domains, plan.tokens).map_err(Failure::words)?;
        Ok(Self {
            aim: plan.aim(losses, own).map_err(Failure::words)?,
            near: plan.near(domains).map_err(Failure::words)?,
            domains: domains.to_vec(),
            losses: losses.to_vec(),
            own: own.to_vec(),
            constraints,
            region,
            free,
            scale: (plan.capacity, plan.tokens),
            seed,
            path,
        })
    }

    /// The target as a mixture, where every loss that counts has a domain; the proportions of what is
    /// available, where that is known of every domain.
    fn references(&self) -> Vec<Reference> {
        let mut references = Vec::new();
        if let Aim::Mean(target) = &self.aim {
            let mut weights = vec![0.0; self.domains.len()];
            for (weight, own) in target.iter().zip(&self.own) {
                if let Some(domain) = own {
                    weights[*domain] += weight;
                }
            }
            let counted: f64 = weights.iter().sum();
            if (counted - 1.0).abs() < ROUNDING {
                references.push(Reference {
                    kind: ReferenceKind::Target,
                    weights,
                });
            }
        }
        let available = self.constraints.available.iter().copied();
        if let Some(tokens) = available.collect::<Option<Vec<f64>>>() {
            let sum: f64 = tokens.iter().sum();
            if sum.is_finite() && sum > 0.0 {
                references.push(Reference {
                    kind: ReferenceKind::Available,
                    weights: tokens.iter().map(|tokens| tokens / sum).collect(),
                });
            }
        }
        references
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
            references: self.references(),
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
