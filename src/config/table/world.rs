//! `[world]`: the domains, their spectra, and the skills that they share.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cost_spread::SpreadAt;
use super::overlap::{self, RawOverlap};
use super::spectrum::{self, RawSpectrum};
use super::supply;
use crate::config::diagnosis::choice::{Choice, Word};
use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::names::{self, NameOf};
use crate::config::diagnosis::number::{Limit, say};
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::{At, list, span_of};
use crate::config::diagnosis::wording::shorten;
use crate::world::{
    DEFAULT_SKILLS, Domain, HeadOrder, LARGEST_COST_SPREAD, LARGEST_PERMUTED_HEAD, MOST_DOMAINS,
    MOST_SKILLS, Masses, Overlap, World,
};

/// A synthetic world of skills.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct RawWorld {
    /// Ranks that are one skill of all domains each; a whole number from 0 to `skills`,
    /// default 0.
    pub(super) head: Option<At<f64>>,
    /// Which rank each domain gives to each skill of the head. shared: all the same; permuted: each
    /// domain one at random, from the `seed` of the experiment. Default shared.
    pub(super) head_order: Option<At<Word<Order>>>,
    /// Ranks per domain, head included; the mass beyond is met but never learned. A whole number
    /// from 1 to 1e15, default 1e14.
    pub(super) skills: Option<At<f64>>,
    /// How the power law becomes frequencies; default pareto.
    pub(super) masses: Option<At<Word<Masses>>>,
    /// Which skills beyond the head are shared; default none.
    pub(super) overlap: Option<At<RawOverlap>>,
    /// Standard deviation of the logarithm of the skills' costs, about a mean of `cost`, from 0 to
    /// 4; default 0. At a capacity N losses are right to 2.5/N of the excess, at worst 3 %, and better
    /// with more `classes-per-decade`.
    pub(super) cost_spread: Option<At<f64>>,
    /// The domains, at least one, as [[world.domains]].
    pub(crate) domains: At<Vec<At<RawDomain>>>,
}

/// Which rank each domain gives to each skill of the head.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Order {
    Shared,
    Permuted,
}

impl Choice for Order {
    const WORDS: &'static [(&'static str, Self)] =
        &[("shared", Self::Shared), ("permuted", Self::Permuted)];
}

/// One domain.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct RawDomain {
    /// Name, used in column names; no two domains share one.
    name: At<String>,
    /// Exponent α of the power law of frequencies, above 1, at most 100.
    exponent: At<f64>,
    /// Cost c of meeting a skill that is not learned, in nats, above 0; default 1.
    cost: Option<At<f64>>,
    /// Standard deviation of the logarithm of the skills' costs, from 0 to 4; default that of the
    /// world.
    pub(super) cost_spread: Option<At<f64>>,
    /// Irreducible loss E, in nats, at least 0; default 0, for the kernel sgd its noise.
    floor: Option<At<f64>>,
    /// Departure from a pure power law; default none.
    spectrum: Option<At<RawSpectrum>>,
    /// Unique tokens, above 0, or "unlimited", the default. Training tokens beyond are repeats.
    pub(super) available: Option<At<Limit>>,
}

/// What the rest of the file says about the world.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    /// Seed of the experiment.
    pub(crate) seed: u64,
    /// Folder to which the paths of files are relative.
    pub(crate) folder: &'a Path,
    /// Irreducible loss of a domain that gives none.
    pub(crate) floor: f64,
}

/// Checks `[world]`.
pub(crate) fn validate(
    raw: &At<RawWorld>,
    around: Surroundings<'_>,
    problems: &mut Problems,
) -> Option<World> {
    let skills = problems.number_or(
        "skills",
        raw.skills.as_ref(),
        DEFAULT_SKILLS,
        "a whole number from 1 to 1e15",
        |skills| (1.0..=MOST_SKILLS).contains(&skills) && skills.fract() == 0.0,
    );
    let head = problems.number_or(
        "head",
        raw.head.as_ref(),
        0.0,
        "a whole number of at least 0",
        |head| head >= 0.0 && head.fract() == 0.0,
    );
    if let (Some(head), Some(skills)) = (head, skills)
        && head > skills
    {
        let given = span_of(raw.head.as_ref()).or(span_of(raw.skills.as_ref()));
        problems.add::<()>(
            Problem::new(format!(
                "the head has {head} ranks, but a domain has {skills} in all"
            ))
            .label(given.unwrap_or(raw.span()), "larger than `skills`")
            .help("`skills` counts the head, so it must be at least as large"),
        );
        return None;
    }
    let masses = raw.masses.as_ref().map_or(Masses::default(), |word| word.0);
    let overlap = match &raw.overlap {
        None => Some(Overlap::None),
        // Told with the domains. A matrix of correlations between so many would take seconds.
        Some(_) if raw.domains.len() > MOST_DOMAINS => None,
        Some(overlap) => overlap::validate(overlap, raw.domains.len(), problems),
    };
    let order = validate_order(raw, head, around.seed, problems);
    let spread = validate_cost_spread(raw, problems);
    let domains = validate_domains(&raw.domains, masses, around, problems);
    let supply = supply::validate(
        raw.domains.iter().map(|domain| domain.available.as_ref()),
        problems,
    );
    let (order, spread, supply) = (order?, spread?, supply?);
    let world = World::new(domains?, head?, skills?, overlap?)
        .and_then(|world| world.with_cost_spread(spread))
        .and_then(|world| world.with_head_order(order))
        .and_then(|world| world.with_supply(supply));
    match world {
        Ok(world) => Some(world),
        Err(error) => problems.add(Problem::new(error.to_string()).label(raw.span(), "this world")),
    }
}

fn validate_order(
    raw: &RawWorld,
    head: Option<f64>,
    seed: u64,
    problems: &mut Problems,
) -> Option<HeadOrder> {
    let Some(order) = &raw.head_order else {
        return Some(HeadOrder::Shared);
    };
    match order.0 {
        Order::Shared => Some(HeadOrder::Shared),
        Order::Permuted if head.is_some_and(|head| head > LARGEST_PERMUTED_HEAD) => problems.add(
            Problem::new(format!(
                "a permuted head may have at most {} ranks",
                say(LARGEST_PERMUTED_HEAD)
            ))
            .label(order.span(), "the head is too large for it"),
        ),
        Order::Permuted => Some(HeadOrder::Permuted { seed }),
    }
}

/// The cost spread of each domain.
fn validate_cost_spread(raw: &RawWorld, problems: &mut Problems) -> Option<Vec<f64>> {
    let must = format!("a number from 0 to {}", say(LARGEST_COST_SPREAD));
    let mut check = |given: Option<&At<f64>>, default: f64| {
        problems.number_or("cost-spread", given, default, &must, |spread| {
            (0.0..=LARGEST_COST_SPREAD).contains(&spread)
        })
    };
    let common = check(raw.cost_spread.as_ref(), 0.0);
    let each: Vec<Option<f64>> = raw
        .domains
        .iter()
        .map(|domain| check(domain.cost_spread.as_ref(), common.unwrap_or(0.0)))
        .collect();
    common.and(each.into_iter().collect())
}

fn validate_domains(
    raw: &At<Vec<At<RawDomain>>>,
    masses: Masses,
    around: Surroundings<'_>,
    problems: &mut Problems,
) -> Option<Vec<Domain>> {
    if raw.is_empty() {
        return problems.add(
            Problem::new("the world has no domain")
                .label(raw.span(), "at least one is needed")
                .help("add a table [[world.domains]] with `name` and `exponent`"),
        );
    }
    if raw.len() > MOST_DOMAINS {
        return problems.add(
            Problem::new(format!("the world has {} domains", raw.len())).label(
                raw[MOST_DOMAINS].span(),
                format!("the most is {MOST_DOMAINS}"),
            ),
        );
    }
    for (index, domain) in raw.iter().enumerate() {
        if let Some(first) = raw[..index].iter().find(|d| *d.name == *domain.name) {
            problems.add::<()>(
                Problem::new(format!(
                    "two domains are called \"{}\"",
                    shorten(&domain.name)
                ))
                .label(domain.name.span(), "again here")
                .label(first.name.span(), "first here")
                .help("give each domain a name of its own"),
            );
            return None;
        }
    }
    // Every domain is checked before the first fault ends the check.
    let checked: Vec<Option<Domain>> = raw
        .iter()
        .map(|domain| validate_domain(domain, masses, around, problems))
        .collect();
    checked.into_iter().collect()
}

fn validate_domain(
    raw: &RawDomain,
    masses: Masses,
    around: Surroundings<'_>,
    problems: &mut Problems,
) -> Option<Domain> {
    let name = names::check(&raw.name, NameOf::Domain, problems);
    let cost = problems.number_or("cost", raw.cost.as_ref(), 1.0, "a number above 0", |c| {
        c > 0.0
    });
    let floor = problems.number_or(
        "floor",
        raw.floor.as_ref(),
        around.floor,
        "a number of at least 0",
        |e| e >= 0.0,
    );
    let spectrum = raw.spectrum.as_ref();
    let spectrum = spectrum::validate(&raw.exponent, masses, spectrum, around.folder, problems);
    Some(Domain {
        name: name?,
        spectrum: spectrum?,
        cost: cost?,
        floor: floor?,
    })
}

/// The table that says `world`, with the spread of the costs where `spread_at` says.
pub(crate) fn raw(world: &World, spread_at: &SpreadAt<'_>) -> RawWorld {
    let order = match world.head_order() {
        HeadOrder::Shared => Order::Shared,
        HeadOrder::Permuted { .. } => Order::Permuted,
    };
    // One number where it can be.
    let common = spread_at.common(world.cost_spread());
    let follows = |number: usize| common.as_ref().is_some_and(|(_, follow)| follow[number]);
    let limited = !world.supply().is_unlimited();
    let details = world.cost_spread().iter().zip(world.supply().available());
    let domains = world.domains().iter().zip(details).enumerate();
    let domains = domains.map(|(number, (domain, (spread, available)))| RawDomain {
        name: domain.name.clone().into(),
        exponent: domain.spectrum.exponent().into(),
        cost: Some(domain.cost.into()),
        cost_spread: (!follows(number)).then(|| (*spread).into()),
        floor: Some(domain.floor.into()),
        spectrum: Some(RawSpectrum::from(domain.spectrum.shape()).into()),
        available: limited.then(|| Limit::from(*available).into()),
    });
    // One key of the world sets the masses of all its domains.
    let masses = world
        .domains()
        .first()
        .map(|domain| domain.spectrum.masses());
    RawWorld {
        head: Some(world.head().into()),
        head_order: Some(order.into()),
        skills: Some(world.skills().into()),
        masses: masses.map(At::from),
        overlap: Some(RawOverlap::from(world.overlap()).into()),
        cost_spread: common.as_ref().map(|(common, _)| (*common).into()),
        domains: list(domains),
    }
}
