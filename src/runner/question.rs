//! One best mixture, with all that there is to say about it: what `optimize` and `run` have in
//! common.

use ndarray::Array2;

use super::error::RunError;
use crate::experiment::{Experiment, Source};
use crate::fit::observations;
use crate::optimum::{
    Aim, BestMixture, Constraints, LITTLE_LOSS, Losses, Near, Optimum, OptimumPlan, Problem,
    Reference, ReferenceKind, Region, SIMULATOR, Trained, best, flatness, uncertainty,
};
use crate::runs::RunTable;
use crate::sweep::Sweep;

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
    ) -> Result<Self, RunError> {
        let constraints = plan.constraints(domains).map_err(RunError::words)?;
        let region = |of: &Constraints| of.region(domains, plan.tokens);
        let none = Constraints::none(domains.len());
        let in_truth = Regions {
            asked: region(&constraints).map_err(|error| {
                RunError::words_with_help(
                    format!("no mixture keeps these bounds: {error}"),
                    "loosen one of them",
                )
            })?,
            free: region(&none).map_err(RunError::words)?,
        };
        let under_laws = if plan.beyond_trained {
            Regions {
                asked: in_truth.asked.clone(),
                free: in_truth.free.clone(),
            }
        } else {
            Regions {
                asked: region(&constraints.clone().within(trained)).map_err(|error| {
                    RunError::words_with_help(
                        format!(
                            "no mixture keeps these bounds and the range of weights that was trained: {error}"
                        ),
                        "loosen one of them, or let weights leave that range: --beyond-trained, in an \
                         experiment `beyond-trained = true`; a law says little there",
                    )
                })?,
                free: region(&none.within(trained)).map_err(RunError::words)?,
            }
        };
        let along = plan.along_path(losses, own).map_err(RunError::words)?;
        let path = along.into_iter().map(|(value, plan)| {
            let question = Self::new(&plan, domains, (losses, own), trained, seed)?;
            Ok(PathPoint {
                value,
                plan,
                question,
            })
        });
        let path = path.collect::<Result<_, RunError>>()?;
        Ok(Self {
            aim: plan.aim(losses, own).map_err(RunError::words)?,
            near: plan.near(domains).map_err(RunError::words)?,
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
    pub(super) fn optimum(&self, of: &str, losses: &dyn Losses) -> Result<Optimum, RunError> {
        best(&self.problem(losses), &self.regions(of).asked, self.seed)
            .map_err(|error| RunError::words(format!("no best mixture of {of}: {error}")))
    }

    /// The best mixture of `of`, with the one without bounds, flatness, and how sure it is over
    /// `replicates`.
    pub(crate) fn answer(
        &self,
        of: &str,
        losses: &dyn Losses,
        replicates: &[&dyn Losses],
    ) -> Result<BestMixture, RunError> {
        let words = |error| RunError::words(format!("no best mixture of {of}: {error}"));
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

/// The best mixture that is asked for, in terms of the domains; what is wrong with it is told
/// before any work.
pub(super) fn question(
    experiment: &Experiment,
    table: Option<&RunTable>,
) -> Result<Option<Question>, RunError> {
    let Some(plan) = &experiment.optimum else {
        return Ok(None);
    };
    let question = match (&experiment.source, table) {
        (Source::Simulated { world, sweep, .. }, _) => {
            let names = world.names();
            let own: Vec<_> = (0..names.len()).map(Some).collect();
            let trained = trained_by(sweep, names.len());
            Question::new(plan, &names, (&names, &own), &trained, experiment.seed)
        }
        (Source::Runs(_), Some(table)) => {
            let columns = (table.loss_names(), table.own_weight());
            let all: Vec<usize> = (0..table.len()).collect();
            let rows = observations(table, &all, 0.0);
            let trained = Trained::of(&rows.weights, &rows.capacity, &rows.tokens);
            let seed = experiment.seed;
            Question::new(plan, table.weight_names(), columns, &trained, seed)
        }
        (Source::Runs(_), None) => return Ok(None),
    };
    question.map(Some)
}

/// What the runs of a sweep over `domains` domains will cover.
fn trained_by(sweep: &Sweep, domains: usize) -> Trained {
    let shape = (sweep.mixtures.len(), domains);
    let weights = Array2::from_shape_fn(shape, |(at, domain)| sweep.mixtures[at].weights()[domain]);
    Trained::of(&weights, &sweep.capacities, &sweep.tokens)
}
