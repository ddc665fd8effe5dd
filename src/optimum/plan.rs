//! What is asked of a best mixture, by the names of the domains.

use thiserror::Error;

use super::{Aim, Constraints, Group, Near};
use crate::mixture::{Mixture, MixtureError};
use crate::text::words::instead_of;

/// What changes along a path.
#[derive(Debug, Clone, PartialEq)]
pub enum Along {
    /// Tokens D.
    Tokens,
    /// Capacity N.
    Capacity,
    /// The weight of this loss in the target; the other losses keep their proportions.
    Target(String),
}

/// The values that something takes, from the lowest on.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// What changes.
    pub along: Along,
    /// Its values, rising.
    pub values: Vec<f64>,
}

/// Numbers by name.
pub(crate) type Named = Vec<(String, f64)>;

/// What is to be small.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Goal {
    /// The mean over all domains that have a loss.
    #[default]
    Uniform,
    /// A weighted mean of these losses.
    Target(Named),
    /// The largest of these losses; of all domains if the list is empty.
    Worst(Vec<String>),
}

/// A set of domains with a joint bound.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedGroup {
    /// Its name.
    pub name: String,
    /// Its domains.
    pub members: Vec<String>,
    /// Smallest sum of their weights.
    pub lower: f64,
    /// Largest sum of their weights.
    pub upper: f64,
}

/// A best mixture that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct OptimumPlan {
    /// Laws, or `simulator`.
    pub of: Vec<String>,
    /// Capacity N, infinite for unlimited.
    pub capacity: f64,
    /// Tokens D, infinite for unlimited.
    pub tokens: f64,
    /// What is to be small.
    pub goal: Goal,
    /// Smallest weights.
    pub lower: Named,
    /// Largest weights.
    pub upper: Named,
    /// Weights that are given.
    pub fixed: Named,
    /// Joint bounds.
    pub groups: Vec<NamedGroup>,
    /// Tokens that there are.
    pub available: Named,
    /// How often they may be trained on.
    pub epochs: f64,
    /// Whether the weights under a law may leave the range that its runs have.
    pub beyond_trained: bool,
    /// A mixture to stay near, and how strongly, in nats.
    pub near: Option<(Named, f64)>,
    /// Other scales or targets at which the same is asked.
    pub path: Option<Path>,
}

/// The name of the simulator among the laws.
pub const SIMULATOR: &str = "simulator";

/// Names or numbers that do not go with the domains.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PlanError {
    /// A name that no domain has.
    #[error("{what} names `{name}`, which is no {kind}: {help}")]
    Unknown {
        /// The key.
        what: &'static str,
        /// The name.
        name: String,
        /// "domain" or "loss column".
        kind: &'static str,
        /// What was perhaps meant.
        help: String,
    },
    /// A name given twice.
    #[error("{what} names `{name}` twice")]
    Twice {
        /// The key.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Weights that are no mixture.
    #[error("{what} is no mixture: {error}")]
    Mixture {
        /// The key.
        what: &'static str,
        /// What is wrong.
        error: MixtureError,
    },
    /// A reference mixture with a weight of 0.
    #[error("the mixture to stay near gives `{0}` no weight: every domain needs one above 0")]
    NoWeight(String),
    /// A weight both fixed and bounded.
    #[error("`{0}` is fixed, and bounded as well: take one of them out")]
    FixedAndBounded(String),
    /// A strength that is none.
    #[error("the strength of staying near a mixture is {0}: it must be a number of at least 0")]
    Strength(f64),
    /// A loss that the law does not predict.
    #[error("the target counts the loss of `{column}`, which `{law}` does not predict")]
    NotPredicted {
        /// Name of the column.
        column: String,
        /// Name of the law.
        law: String,
    },
    /// A path of targets where the largest loss is to be small.
    #[error("the path changes a weight of the target, but the largest loss is what is to be small")]
    PathOfWorst,
    /// A path of the weight of the only loss of the target.
    #[error(
        "the path changes the weight of `{0}`, the only loss of the target: no other takes the rest"
    )]
    NothingBeside(String),
    /// No loss to make small.
    #[error("no domain has a loss of its own: say with a target which losses count")]
    NoTarget,
}

impl OptimumPlan {
    /// The best mean of all losses at `capacity` N and `tokens` D, infinite for unlimited, under `of`: laws,
    /// or [`SIMULATOR`]; no more is asked.
    pub fn new(
        of: impl IntoIterator<Item = impl Into<String>>,
        capacity: f64,
        tokens: f64,
    ) -> Self {
        Self {
            of: of.into_iter().map(Into::into).collect(),
            capacity,
            tokens,
            goal: Goal::default(),
            lower: Named::new(),
            upper: Named::new(),
            fixed: Named::new(),
            groups: Vec::new(),
            available: Named::new(),
            epochs: 1.0,
            beyond_trained: false,
            near: None,
            path: None,
        }
    }

    /// What of the loss columns `losses` is to be small; `own` says which of them belong to a
    /// domain.
    ///
    /// # Errors
    /// [`PlanError`] for names that are no loss column, or a target that is no mixture.
    pub fn aim(&self, losses: &[String], own: &[Option<usize>]) -> Result<Aim, PlanError> {
        let of_domains: Vec<bool> = own.iter().map(Option::is_some).collect();
        let count = of_domains.iter().filter(|of| **of).count();
        match &self.goal {
            Goal::Uniform if count == 0 => Err(PlanError::NoTarget),
            Goal::Uniform => Ok(Aim::Mean(
                of_domains
                    .iter()
                    .map(|of| if *of { 1.0 / count as f64 } else { 0.0 })
                    .collect(),
            )),
            Goal::Target(target) => {
                mixture("the target", target, losses, "loss column").map(Aim::Mean)
            }
            Goal::Worst(names) if names.is_empty() && count == 0 => Err(PlanError::NoTarget),
            Goal::Worst(names) if names.is_empty() => Ok(Aim::Worst(of_domains)),
            Goal::Worst(names) => {
                let mut marked = vec![false; losses.len()];
                for name in names {
                    marked[find("the target", name, losses, "loss column")?] = true;
                }
                Ok(Aim::Worst(marked))
            }
        }
    }

    /// Checks that `law` predicts all that counts; `predicted` are its columns.
    ///
    /// # Errors
    /// [`PlanError::NotPredicted`].
    pub fn check_predicted(
        &self,
        aim: &Aim,
        (law, predicted): (&str, &[usize]),
        losses: &[String],
    ) -> Result<(), PlanError> {
        let missing = (0..losses.len()).find(|at| aim.counts(*at) && !predicted.contains(at));
        missing.map_or(Ok(()), |column| {
            Err(PlanError::NotPredicted {
                column: losses[column].clone(),
                law: law.into(),
            })
        })
    }

    /// The bounds on the weights of `domains`.
    ///
    /// # Errors
    /// [`PlanError`] for names that are no domain, or that are bounded twice.
    pub fn constraints(&self, domains: &[String]) -> Result<Constraints, PlanError> {
        let mut constraints = Constraints {
            epochs: self.epochs,
            ..Constraints::none(domains.len())
        };
        for (domain, value) in places("the smallest weights", &self.lower, domains)? {
            constraints.lower[domain] = value;
        }
        for (domain, value) in places("the largest weights", &self.upper, domains)? {
            constraints.upper[domain] = value;
        }
        for (domain, value) in places("the fixed weights", &self.fixed, domains)? {
            let bounded = |of: &Named| of.iter().any(|(name, _)| *name == domains[domain]);
            if bounded(&self.lower) || bounded(&self.upper) {
                return Err(PlanError::FixedAndBounded(domains[domain].clone()));
            }
            constraints.lower[domain] = value;
            constraints.upper[domain] = value;
        }
        for (domain, value) in places("the available tokens", &self.available, domains)? {
            constraints.available[domain] = Some(value);
        }
        for group in &self.groups {
            let members: Named = group
                .members
                .iter()
                .map(|name| (name.clone(), 0.0))
                .collect();
            let members = places("a group", &members, domains)?;
            constraints.groups.push(Group {
                name: group.name.clone(),
                members: members.into_iter().map(|(domain, _)| domain).collect(),
                lower: group.lower,
                upper: group.upper,
            });
        }
        Ok(constraints)
    }

    /// The mixture to stay near.
    ///
    /// # Errors
    /// [`PlanError`] when it is no mixture of `domains`, or has a weight of 0.
    pub fn near(&self, domains: &[String]) -> Result<Option<Near>, PlanError> {
        let Some((weights, strength)) = &self.near else {
            return Ok(None);
        };
        if !(strength.is_finite() && *strength >= 0.0) {
            return Err(PlanError::Strength(*strength));
        }
        let mixture = mixture("the mixture to stay near", weights, domains, "domain")?;
        if let Some(empty) = mixture.iter().position(|weight| *weight <= 0.0) {
            return Err(PlanError::NoWeight(domains[empty].clone()));
        }
        Ok(Some(Near {
            mixture,
            strength: *strength,
        }))
    }
}

/// Weights by name as a mixture of `names`; what is not named has no weight.
///
/// # Errors
/// [`PlanError`] for a name that is not among them, or weights that do not sum to 1.
pub fn mixture(
    what: &'static str,
    weights: &Named,
    names: &[String],
    kind: &'static str,
) -> Result<Vec<f64>, PlanError> {
    let mut out = vec![0.0; names.len()];
    for (place, value) in places_of(what, weights, names, kind)? {
        out[place] = value;
    }
    match Mixture::new(out) {
        Ok(mixture) => Ok(mixture.weights().to_vec()),
        Err(error) => Err(PlanError::Mixture { what, error }),
    }
}

fn places(
    what: &'static str,
    values: &Named,
    domains: &[String],
) -> Result<Vec<(usize, f64)>, PlanError> {
    places_of(what, values, domains, "domain")
}

fn places_of(
    what: &'static str,
    values: &Named,
    names: &[String],
    kind: &'static str,
) -> Result<Vec<(usize, f64)>, PlanError> {
    let mut places: Vec<(usize, f64)> = Vec::with_capacity(values.len());
    for (name, value) in values {
        let place = find(what, name, names, kind)?;
        if places.iter().any(|(seen, _)| *seen == place) {
            return Err(PlanError::Twice {
                what,
                name: name.clone(),
            });
        }
        places.push((place, *value));
    }
    Ok(places)
}

pub(super) fn find(
    what: &'static str,
    name: &str,
    names: &[String],
    kind: &'static str,
) -> Result<usize, PlanError> {
    names
        .iter()
        .position(|known| known == name)
        .ok_or_else(|| PlanError::Unknown {
            what,
            name: crate::text::words::shown(name),
            kind,
            help: instead_of(name, names.iter().map(String::as_str)),
        })
}
