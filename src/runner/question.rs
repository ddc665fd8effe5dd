//! One best mixture, with all that there is to say about it: what `optimize` and `run` have in
//! common.

use crate::cli::failure::Failure;
use crate::optimum::{
    Aim, BestMixture, Constraints, LITTLE_LOSS, Losses, Near, Optimum, OptimumPlan, Problem,
    Reference, ReferenceKind, Region, SIMULATOR, Trained, best, flatness, uncertainty,
};

/// A sum of weights this close to 1 is 1.
const ROUNDING: f64 = 1e-9;

/// What is asked for, in terms of a table's columns.
pub(crate) struct Question {
    domains: Vec<String>,
    losses: Vec<String>,
    /// Weight of each loss column's own domain, if it has one.
    own: Vec<Option<usize>>,
    pub(crate) aim: Aim,
    near: Option<Near>,
    constraints: Constraints,
    /// For laws: within what was trained, unless the plan lets them out.
    under_laws: Regions,
    /// For the simulator, which knows what no run was trained on.
    in_truth: Regions,
    trained: Trained,
    beyond_trained: bool,
    pub(crate) scale: (f64, f64),
    seed: u64,
    /// The same at each value of the path of the plan.
    pub(super) path: Vec<PathPoint>,
}

/// The mixtures that are allowed.
struct Regions {
    /// With the bounds that were asked for.
    asked: Region,
    /// Without them.
    free: Region,
}

/// What is asked at one value of a path.
pub(super) struct PathPoint {
    pub(super) value: f64,
    pub(super) plan: OptimumPlan,
    pub(super) question: Question,
}

impl Question {
    /// Reads `plan` in terms of the domains and loss columns of a table, whose own weights are
    /// `own` and whose runs cover `trained`.
    pub(crate) fn new(
        plan: &OptimumPlan,
        domains: &[String],
        (losses, own): (&[String], &[Option<usize>]),
        trained: &Trained,
        seed: u64,
    ) -> Result<Self, Failure> {
        let constraints = plan.constraints(domains).map_err(Failure::words)?;
        let region = |of: &Constraints| of.region(domains, plan.tokens);
        let none = Constraints::none(domains.len());
        let in_truth = Regions {
            asked: region(&constraints).map_err(|error| {
                Failure::words_with_help(
                    format!("no mixture keeps these bounds: {error}"),
                    "loosen one of them",
                )
            })?,
            free: region(&none).map_err(Failure::words)?,
        };
        let under_laws = if plan.beyond_trained {
            Regions {
                asked: in_truth.asked.clone(),
                free: in_truth.free.clone(),
            }
        } else {
            Regions {
                asked: region(&constraints.clone().within(trained)).map_err(|error| {
                    Failure::words_with_help(
                        format!(
                            "no mixture keeps these bounds and the range of weights that was trained: {error}"
                        ),
                        "loosen one of them, or let weights leave that range: --beyond-trained, in an \
                         experiment `beyond-trained = true`; a law says little there",
                    )
                })?,
                free: region(&none.within(trained)).map_err(Failure::words)?,
            }
        };
        let along = plan.along_path(losses, own).map_err(Failure::words)?;
        let path = along.into_iter().map(|(value, plan)| {
            let question = Self::new(&plan, domains, (losses, own), trained, seed)?;
            Ok(PathPoint {
                value,
                plan,
                question,
            })
        });
        let path = path.collect::<Result<_, Failure>>()?;
        Ok(Self {
            aim: plan.aim(losses, own).map_err(Failure::words)?,
            near: plan.near(domains).map_err(Failure::words)?,
            domains: domains.to_vec(),
            losses: losses.to_vec(),
            own: own.to_vec(),
            constraints,
            under_laws,
            in_truth,
            trained: trained.clone(),
            beyond_trained: plan.beyond_trained,
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

    /// The mixtures that are allowed for `of`, a law or the simulator.
    fn regions(&self, of: &str) -> &Regions {
        if of == SIMULATOR {
            &self.in_truth
        } else {
            &self.under_laws
        }
    }

    /// The best allowed mixture.
    pub(super) fn optimum(&self, of: &str, losses: &dyn Losses) -> Result<Optimum, Failure> {
        best(&self.problem(losses), &self.regions(of).asked, self.seed)
            .map_err(|error| Failure::words(format!("no best mixture of {of}: {error}")))
    }

    /// The best mixture of `of`, with the one without bounds, flatness, and how sure it is over
    /// `replicates`.
    pub(crate) fn answer(
        &self,
        of: &str,
        losses: &dyn Losses,
        replicates: &[&dyn Losses],
    ) -> Result<BestMixture, Failure> {
        let words = |error| Failure::words(format!("no best mixture of {of}: {error}"));
        let regions = self.regions(of);
        let problem = self.problem(losses);
        let optimum = self.optimum(of, losses)?;
        let unconstrained = if self.constraints.is_none() && self.near.is_none() {
            None
        } else {
            let free = Problem {
                near: None,
                ..self.problem(losses)
            };
            Some(best(&free, &regions.free, self.seed).map_err(words)?)
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
            trained: (of != SIMULATOR).then(|| self.trained.clone()),
            beyond_trained: self.beyond_trained,
            references: self.references(),
            unconstrained,
            flat: flatness(&problem, &regions.asked, &optimum, LITTLE_LOSS),
            uncertainty: uncertainty(
                replicates,
                &optimum,
                (&self.aim, self.near.as_ref()),
                &regions.asked,
                self.seed,
            )
            .map_err(words)?,
            optimum,
            regret: None,
        })
    }
}
