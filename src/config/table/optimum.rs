//! `[optimum]`: the best mixture that is asked for.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::data::OneOrMore;
use super::optimum_path::{self, RawPath};
use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::keys;
use crate::config::diagnosis::number::{Limit, say};
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::{At, list};
use crate::config::diagnosis::wording::shorten;
use crate::optimum::{Goal, Named, NamedGroup, OptimumPlan, PlanError, SIMULATOR};
use std::ops::Range;

/// Numbers by the name of a domain.
pub(super) type Numbers = BTreeMap<String, At<f64>>;

/// The best mixture at one scale.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct RawOptimum {
    /// Laws that are fitted, or "simulator" for the simulator itself: a name or a list.
    of: At<OneOrMore>,
    /// Capacity N at which the mixture is used, a number above 0 or "unlimited".
    capacity: At<Limit>,
    /// Training tokens D, a number above 0 or "unlimited".
    tokens: At<Limit>,
    /// Weights of the losses in the target, summing to 1; default: all domains alike.
    pub(super) target: Option<Numbers>,
    /// Names of losses whose largest is to be small, in place of `target`; an empty list: all.
    pub(super) worst: Option<At<Vec<At<String>>>>,
    /// Smallest weights, from 0 to 1; default 0.
    pub(super) lower: Option<Numbers>,
    /// Largest weights, from 0 to 1; default 1.
    pub(super) upper: Option<Numbers>,
    /// Weights that are given, from 0 to 1.
    pub(super) fixed: Option<Numbers>,
    /// Sets of domains with a bound on the sum of their weights, by name.
    pub(super) groups: Option<BTreeMap<String, RawGroup>>,
    /// Tokens that there are of a domain, at least 0; default: enough.
    pub(super) available: Option<Numbers>,
    /// How often available tokens may be trained on, above 0; default 1.
    epochs: Option<At<f64>>,
    /// Whether weights under a law may leave the range that its runs have; default false for runs from
    /// files, true for simulated ones.
    beyond_trained: Option<bool>,
    /// A mixture to stay near.
    pub(super) stay_near: Option<RawNear>,
    /// Other scales or targets at which the same is asked: one of `tokens`, `capacities`, `target`.
    pub(super) path: Option<At<RawPath>>,
}

/// Domains with a joint bound.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawGroup {
    /// Names of the domains; a domain may be in one group only.
    pub(super) domains: At<Vec<At<String>>>,
    /// Smallest sum of their weights, from 0 to 1; default 0.
    lower: Option<At<f64>>,
    /// Largest sum of their weights, from 0 to 1; default 1.
    upper: Option<At<f64>>,
}

/// A mixture to stay near.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawNear {
    /// The mixture: a weight above 0 for every domain, summing to 1.
    pub(super) mixture: Numbers,
    /// Nats of loss for one nat of relative entropy, at least 0.
    strength: At<f64>,
}

/// What the optimum must agree with.
#[derive(Debug, Clone)]
pub(crate) struct Setting<'a> {
    /// Laws that are fitted, if `[fit]` is valid; empty without it.
    pub(crate) laws: Option<&'a [String]>,
    /// Names of the domains, if they are known from the file.
    pub(crate) domains: Option<Vec<String>>,
    /// Whether there is a simulator whose best mixture can be found; else why not.
    pub(crate) simulator: Result<(), &'static str>,
    /// Whether weights may leave the range of the runs where nothing is said.
    pub(crate) beyond_trained: bool,
}

/// Checks `[optimum]`.
pub(crate) fn validate(
    raw: &At<RawOptimum>,
    setting: &Setting<'_>,
    problems: &mut Problems,
) -> Option<OptimumPlan> {
    let names = setting
        .domains
        .as_ref()
        .map_or(Some(()), |domains| check_names(raw, domains, problems));
    let of = validate_of(&raw.of, setting, problems);
    let above = |value: f64| value > 0.0;
    let capacity = problems.limit("`capacity`", &raw.capacity, "a number above 0", above);
    let tokens = problems.limit("`tokens`", &raw.tokens, "a number above 0", above);
    let goal = validate_goal(raw, problems);
    let mut weights = |key, given: Option<&Numbers>| numbers(key, given, problems);
    let (lower, upper) = (
        weights("lower", raw.lower.as_ref()),
        weights("upper", raw.upper.as_ref()),
    );
    let fixed = weights("fixed", raw.fixed.as_ref());
    let groups = validate_groups(raw.groups.as_ref(), problems);
    let mut available = Some(Named::new());
    for (name, tokens) in raw.available.iter().flatten() {
        let checked = problems.number("available", tokens, "a number of at least 0", |t| t >= 0.0);
        available = available.zip(checked).map(|(mut all, tokens)| {
            all.push((name.clone(), tokens));
            all
        });
    }
    let epochs = problems.number_or(
        "epochs",
        raw.epochs.as_ref(),
        1.0,
        "a number above 0",
        above,
    );
    let near = match &raw.stay_near {
        None => Some(None),
        Some(near) => {
            let mixture = numbers("mixture", Some(&near.mixture), problems);
            let strength =
                problems.number("strength", &near.strength, "a number of at least 0", |s| {
                    s >= 0.0
                });
            mixture.zip(strength).map(Some)
        }
    };
    let path = match &raw.path {
        Some(path) => optimum_path::validate(path, problems).map(Some),
        None => Some(None),
    };
    names?;
    let plan = OptimumPlan {
        of: of?,
        capacity: capacity?,
        tokens: tokens?,
        goal: goal?,
        lower: lower?,
        upper: upper?,
        fixed: fixed?,
        groups: groups?,
        available: available?,
        epochs: epochs?,
        beyond_trained: raw.beyond_trained.unwrap_or(setting.beyond_trained),
        near: near?,
        path: path?,
    };
    if let Some(domains) = &setting.domains
        && let Err(reason) = possible(&plan, domains)
    {
        return problems.add(
            Problem::new(format!("no such mixture can be looked for: {reason}"))
                .label(raw.span(), "asked for here"),
        );
    }
    Some(plan)
}

/// Whether what is asked goes together, for domains that all have a loss; else why not.
fn possible(plan: &OptimumPlan, domains: &[String]) -> Result<(), String> {
    let own: Vec<_> = (0..domains.len()).map(Some).collect();
    let told = |error: PlanError| error.to_string();
    plan.aim(domains, &own).map_err(told)?;
    plan.near(domains).map_err(told)?;
    let constraints = plan.constraints(domains).map_err(told)?;
    let kept = |tokens: f64| {
        let region = constraints.region(domains, tokens);
        region
            .map_err(|error| format!("no mixture keeps these bounds: {error}; loosen one of them"))
    };
    kept(plan.tokens)?;
    for (value, point) in plan.along_path(domains, &own).map_err(told)? {
        kept(point.tokens).map_err(|why| format!("at {} of the path {why}", say(value)))?;
    }
    Ok(())
}

fn validate_of(
    raw: &At<OneOrMore>,
    setting: &Setting<'_>,
    problems: &mut Problems,
) -> Option<Vec<String>> {
    let names = match &**raw {
        OneOrMore::One(name) => vec![name.clone()],
        OneOrMore::More(names) => names.clone(),
    };
    if names.is_empty() {
        return problems.add(
            Problem::new("`of` is empty")
                .label(raw.span(), "names no law")
                .help("laws of [fit], or \"simulator\""),
        );
    }
    let mut faults = false;
    for (position, name) in names.iter().enumerate() {
        let problem = if names[..position].contains(name) {
            Some(
                Problem::new(format!("`of` lists \"{}\" twice", shorten(name)))
                    .label(raw.span(), "twice"),
            )
        } else if name == SIMULATOR {
            setting.simulator.err().map(|why| {
                Problem::new("the simulator has no best mixture here").label(raw.span(), why)
            })
        } else {
            setting
                .laws
                .filter(|laws| !laws.contains(name))
                .map(|laws| {
                    let known = || laws.iter().map(String::as_str).chain([SIMULATOR]);
                    let all = keys::list(known(), '"');
                    Problem::new(format!(
                        "`of` names \"{}\", which [fit] does not fit",
                        shorten(name)
                    ))
                    .label(raw.span(), "not fitted")
                    .help(keys::suggest(
                        keys::nearest(name, known()),
                        '"',
                        &format!("there are {all}"),
                    ))
                })
        };
        if let Some(problem) = problem {
            faults = true;
            problems.add::<()>(problem);
        }
    }
    (!faults).then_some(names)
}

fn validate_goal(raw: &RawOptimum, problems: &mut Problems) -> Option<Goal> {
    match (&raw.target, &raw.worst) {
        (Some(_), Some(worst)) => problems.add(
            Problem::new("both `target` and `worst` are given")
                .label(worst.span(), "in place of `target`")
                .help("`target` makes a mean of the losses small, `worst` the largest of them"),
        ),
        (Some(target), None) => numbers("target", Some(target), problems).map(Goal::Target),
        (None, Some(worst)) => Some(Goal::Worst(
            worst.iter().map(|name| (**name).clone()).collect(),
        )),
        (None, None) => Some(Goal::Uniform),
    }
}

/// Weights from 0 to 1 by name.
fn numbers(key: &str, given: Option<&Numbers>, problems: &mut Problems) -> Option<Named> {
    let mut all = Some(Named::new());
    for (name, weight) in given.into_iter().flatten() {
        let weight = problems.number(key, weight, "a number from 0 to 1", |weight| {
            (0.0..=1.0).contains(&weight)
        });
        all = all.zip(weight).map(|(mut all, weight)| {
            all.push((name.clone(), weight));
            all
        });
    }
    all
}

fn validate_groups(
    raw: Option<&BTreeMap<String, RawGroup>>,
    problems: &mut Problems,
) -> Option<Vec<NamedGroup>> {
    let mut groups = Some(Vec::new());
    for (name, group) in raw.into_iter().flatten() {
        let mut bound = |key, given: Option<&At<f64>>, default| {
            problems.number_or(key, given, default, "a number from 0 to 1", |bound| {
                (0.0..=1.0).contains(&bound)
            })
        };
        let (lower, upper) = (
            bound("lower", group.lower.as_ref(), 0.0),
            bound("upper", group.upper.as_ref(), 1.0),
        );
        groups = groups
            .zip(lower.zip(upper))
            .map(|(mut groups, (lower, upper))| {
                groups.push(NamedGroup {
                    name: name.clone(),
                    members: group.domains.iter().map(|name| (**name).clone()).collect(),
                    lower,
                    upper,
                });
                groups
            });
    }
    groups
}

impl From<&OptimumPlan> for RawOptimum {
    fn from(plan: &OptimumPlan) -> Self {
        let (target, worst) = match &plan.goal {
            Goal::Target(target) => (by_name(target), None),
            Goal::Worst(names) => (None, Some(list(names.iter().cloned()))),
            Goal::Uniform => (None, None),
        };
        let groups = plan.groups.iter().map(|group| {
            let raw = RawGroup {
                domains: list(group.members.iter().cloned()),
                lower: Some(group.lower.into()),
                upper: Some(group.upper.into()),
            };
            (group.name.clone(), raw)
        });
        Self {
            of: OneOrMore::More(plan.of.clone()).into(),
            capacity: Limit::from(plan.capacity).into(),
            tokens: Limit::from(plan.tokens).into(),
            target,
            worst,
            lower: by_name(&plan.lower),
            upper: by_name(&plan.upper),
            fixed: by_name(&plan.fixed),
            groups: (!plan.groups.is_empty()).then(|| groups.collect()),
            available: by_name(&plan.available),
            epochs: Some(plan.epochs.into()),
            beyond_trained: Some(plan.beyond_trained),
            stay_near: plan.near.as_ref().map(|(mixture, strength)| RawNear {
                mixture: by_name(mixture).unwrap_or_default(),
                strength: (*strength).into(),
            }),
            path: plan.path.as_ref().map(|path| RawPath::from(path).into()),
        }
    }
}

/// Numbers as a table; `None` if there are none.
fn by_name(values: &Named) -> Option<Numbers> {
    let pairs = values
        .iter()
        .map(|(name, value)| (name.clone(), (*value).into()));
    (!values.is_empty()).then(|| pairs.collect())
}

/// Refuses every name that no domain has, each at its place.
fn check_names(raw: &RawOptimum, domains: &[String], problems: &mut Problems) -> Option<()> {
    let named = [
        ("target", raw.target.as_ref()),
        ("lower", raw.lower.as_ref()),
        ("upper", raw.upper.as_ref()),
        ("fixed", raw.fixed.as_ref()),
        ("available", raw.available.as_ref()),
        ("mixture", raw.stay_near.as_ref().map(|near| &near.mixture)),
    ];
    let mut found: Vec<(&str, &str, Range<usize>)> = Vec::new();
    for (key, numbers) in named {
        for (name, value) in numbers.into_iter().flatten() {
            found.push((key, name, problems.key_of(&value.span())));
        }
    }
    for name in raw.worst.iter().flat_map(|names| names.iter()) {
        found.push(("worst", name.as_str(), name.span()));
    }
    for group in raw.groups.iter().flat_map(|groups| groups.values()) {
        for name in group.domains.iter() {
            found.push(("domains", name.as_str(), name.span()));
        }
    }
    let path = raw.path.iter().filter_map(|path| path.target_of());
    found.extend(path.map(|name| ("of", name.as_str(), name.span())));
    let mut faults = false;
    for (key, name, place) in found {
        if domains.iter().any(|domain| domain == name) {
            continue;
        }
        faults = true;
        let known = || domains.iter().map(String::as_str);
        let all = format!("there are {}", keys::list(known(), '"'));
        problems.add::<()>(
            Problem::new(format!(
                "`{key}` names \"{}\", which is no domain",
                shorten(name)
            ))
            .label(place, "no such domain")
            .help(keys::suggest(keys::nearest(name, known()), '"', &all)),
        );
    }
    (!faults).then_some(())
}
