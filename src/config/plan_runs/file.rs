//! The file of a plan of proxy runs, for `mixlaw plan-runs`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::world::{self, RawPrior};
use crate::config::diagnosis::choice::{Choice, Word};
use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::names::{self, NameOf};
use crate::config::diagnosis::number::{Limit, say};
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::{At, span_of};
use crate::config::diagnosis::wording::shorten;
use crate::config::experiment::stem;
use crate::config::table::fit::{self, RawFit};
use crate::config::table::learner::{self, RawLearner};
use crate::learner::{Kernel, Learner, LearnerKind, Selection};
use crate::mixture::Mixture;
use crate::planning::{Layout, Scales, Study, Target, WorldPrior};
use crate::sweep::Mode;
use crate::world::Resolution;

/// Most worlds to draw.
const MOST_WORLDS: i64 = 100_000;

/// Most mixtures of a design.
const MOST_MIXTURES: i64 = 10_000;

/// A plan of proxy runs: worlds like those that the runs will be made in, designs of runs, laws to
/// fit, and the scale at which the best mixture will be used.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct RawStudy {
    /// Name of the plan, part of file names; default the name of the file.
    name: Option<At<String>>,
    /// Seed of all random numbers, a whole number of at least 0; default 0.
    seed: Option<At<i64>>,
    /// Worlds to draw, from 1 to 100000; default 40.
    worlds: Option<At<i64>>,
    /// What is not known about the domains, as ranges.
    world: At<RawPrior>,
    /// The idealised learner, any but sgd, with selection = "expected".
    learner: At<RawLearner>,
    /// The designs to try.
    designs: At<RawDesigns>,
    /// Laws to follow, and how they are fitted; nothing is held out.
    fit: At<RawFit>,
    /// Where the best mixture will be used, and the regret that would do.
    target: At<RawTarget>,
}

/// The designs to try: every layout, at each of the scales, with each number of mixtures.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawDesigns {
    /// How mixtures are found. dirichlet: drawn evenly over all mixtures; latin-hypercube: drawn
    /// evenly over each domain's weight; grid: the finest grid of at most so many; d-optimal: those
    /// that tell most about the parameters of the law. Default dirichlet and d-optimal.
    layouts: Option<At<Vec<At<Word<Layout>>>>>,
    /// Numbers of mixtures to try, each from 1 to 10000.
    mixtures: At<Vec<At<i64>>>,
    /// Smallest weight of a domain in a proxy run, from 0 to below 1/K; default 0.02.
    floor: Option<At<f64>>,
    /// sampled: proxy runs are random, as real ones are; expected: without noise. Default sampled,
    /// but expected for the kernel sgd-decay.
    mode: Option<At<Word<Mode>>>,
    /// Most that a design may cost: the sum over its runs of capacity times tokens, above 0;
    /// default no limit.
    budget: Option<At<f64>>,
    /// Where proxy runs can be made, as [[designs.scales]].
    scales: At<Vec<At<RawScales>>>,
}

/// Sizes of proxy runs: every mixture runs at each capacity with each number of tokens.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawScales {
    /// What they are called, in tables and figures.
    name: At<String>,
    /// Capacities N in skills, each at least 1 and at least `head`.
    capacities: At<Vec<At<f64>>>,
    /// Training tokens D, each above 0.
    tokens: At<Vec<At<f64>>>,
}

/// Where the best mixture will be used, and the regret that would do.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawTarget {
    /// Capacity N, at least `head`, or "unlimited".
    capacity: At<Limit>,
    /// Training tokens D, above 0, or "unlimited".
    tokens: At<Limit>,
    /// Weights of the domain losses in the target loss, one for each domain, summing to 1; default
    /// all alike.
    weights: Option<At<Vec<f64>>>,
    /// The regret that would do, in percent of the excess of the best mixture, above 0; default 1.
    regret: Option<At<f64>>,
    /// Share of the worlds in which it is wanted, above 0, at most 1; default 0.9.
    share: Option<At<f64>>,
}

impl Choice for Layout {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("dirichlet", Self::Dirichlet),
        ("latin-hypercube", Self::LatinHypercube),
        ("grid", Self::Grid),
        ("d-optimal", Self::Informative),
    ];
}

/// Checks a whole file called `file`.
pub(crate) fn validate(raw: &RawStudy, file: &str, problems: &mut Problems) -> Option<Study> {
    let name = match &raw.name {
        Some(name) => names::check(name, NameOf::Experiment, problems),
        None => stem(file, problems),
    };
    let seed = problems.whole_or("seed", raw.seed.as_ref(), 0, 0..=i64::MAX);
    let worlds = problems.size_or("worlds", raw.worlds.as_ref(), 40, 1..=MOST_WORLDS);
    let prior = world::validate(&raw.world, seed.unwrap_or(0), problems);
    let learner = validate_learner(&raw.learner, problems);
    let designs = &raw.designs;
    let mode = validate_mode(designs.mode.as_ref(), learner.as_ref(), problems);
    let layouts = validate_layouts(designs.layouts.as_ref(), problems);
    let mixtures = validate_mixtures(&designs.mixtures, problems);
    let domains = prior.as_ref().map_or(2, |prior| prior.domains);
    let floor = problems.number_or(
        "floor",
        designs.floor.as_ref(),
        f64::min(0.02, 0.5 / domains as f64),
        &format!("a number from 0 to below 1/{domains}"),
        |floor| floor >= 0.0 && floor * (domains as f64) < 1.0,
    );
    let budget = match &designs.budget {
        Some(given) => problems.number("budget", given, "a number above 0", |b| b > 0.0),
        None => Some(f64::INFINITY),
    };
    let head = prior.as_ref().map_or(0.0, |prior| prior.head);
    let scales = validate_scales(&designs.scales, head, problems);
    let fit = fit::validate(&raw.fit, seed.unwrap_or(0), problems);
    let fit = fit::refuse_held_out(&raw.fit, problems).and(fit);
    let target = validate_target(&raw.target, prior.as_ref(), problems);
    let study = Study {
        name: name?,
        seed: seed?,
        worlds: worlds?,
        prior: prior?,
        learner: learner?,
        mode: mode?,
        resolution: Resolution::default(),
        layouts: layouts?,
        mixtures: mixtures?,
        floor: floor?,
        scales: scales?,
        budget: budget?,
        fit: fit?,
        target: target?,
    };
    if study.designs().is_empty() {
        let place = span_of(designs.budget.as_ref()).unwrap_or(designs.mixtures.span());
        let cheapest = study
            .scales
            .iter()
            .map(Scales::cost)
            .fold(f64::INFINITY, f64::min);
        return problems.add(
            Problem::new("no design can be tried")
                .label(place, "leaves no design")
                .help(format!(
                    "one mixture at the cheapest scales costs {}; a grid of {} domains has at \
                     least {0} mixtures",
                    say(cheapest),
                    study.prior.domains
                )),
        );
    }
    Some(study)
}

fn validate_learner(raw: &At<RawLearner>, problems: &mut Problems) -> Option<Learner> {
    let learner = learner::validate(raw, problems)?;
    if let Some(place) = span_of(raw.repetition_decay.as_ref()) {
        return problems.add(
            Problem::new("`repetition-decay` has no meaning without finite data")
                .label(place, "nothing is ever repeated")
                .help("take it out"),
        );
    }
    match learner {
        LearnerKind::Counting(learner) if learner.selection == Selection::Expected => Some(learner),
        LearnerKind::Counting(_) => problems.add(
            Problem::new("the true best mixture needs selection by expected counts")
                .label(
                    span_of(raw.selection.as_ref()).unwrap_or(raw.span()),
                    "must be \"expected\"",
                )
                .help("take `selection` out"),
        ),
        LearnerKind::Sgd(_) => problems.add(
            Problem::new("the kernel \"sgd\" has no best mixture to hold regret against")
                .label(raw.kernel.span(), "needs a kernel of counts")
                .help("take \"threshold\", \"exponential\", \"reciprocal\" or \"sgd-decay\""),
        ),
    }
}

fn validate_mode(
    raw: Option<&At<Word<Mode>>>,
    learner: Option<&Learner>,
    problems: &mut Problems,
) -> Option<Mode> {
    let closed_form =
        learner.is_some_and(|learner| matches!(learner.kernel, Kernel::SgdDecay { .. }));
    match raw {
        None if closed_form => Some(Mode::Expected),
        None => Some(Mode::SAMPLED),
        Some(given) if given.0 != Mode::Expected && closed_form => problems.add(
            Problem::new("the kernel \"sgd-decay\" cannot be sampled")
                .label(given.span(), "needs a kernel of counts")
                .help("it is a closed form over all counts: take mode = \"expected\""),
        ),
        Some(given) => Some(given.0),
    }
}

fn validate_layouts(
    raw: Option<&At<Vec<At<Word<Layout>>>>>,
    problems: &mut Problems,
) -> Option<Vec<Layout>> {
    let Some(raw) = raw else {
        return Some(vec![Layout::Dirichlet, Layout::Informative]);
    };
    if raw.is_empty() {
        return problems
            .add(Problem::new("`layouts` is empty").label(raw.span(), "at least one is needed"));
    }
    for (index, layout) in raw.iter().enumerate() {
        if raw[..index].iter().any(|other| other.0 == layout.0) {
            let word = layout.0.word();
            return problems.add(
                Problem::new(format!("`layouts` lists \"{word}\" twice"))
                    .label(layout.span(), "again here"),
            );
        }
    }
    Some(raw.iter().map(|layout| layout.0).collect())
}

fn validate_mixtures(raw: &At<Vec<At<i64>>>, problems: &mut Problems) -> Option<Vec<usize>> {
    if raw.is_empty() {
        return problems.add(
            Problem::new("`mixtures` is empty").label(raw.span(), "at least one number is needed"),
        );
    }
    let counts: Vec<Option<usize>> = raw
        .iter()
        .map(|count| problems.size("mixtures", count, 1..=MOST_MIXTURES))
        .collect();
    let mut counts = counts.into_iter().collect::<Option<Vec<_>>>()?;
    counts.sort_unstable();
    counts.dedup();
    Some(counts)
}

fn validate_scales(
    raw: &At<Vec<At<RawScales>>>,
    head: f64,
    problems: &mut Problems,
) -> Option<Vec<Scales>> {
    if raw.is_empty() {
        return problems
            .add(Problem::new("`scales` is empty").label(raw.span(), "at least one is needed"));
    }
    let must = format!("a number of at least {}", say(head.max(1.0)));
    let mut all = Vec::new();
    for (index, scales) in raw.iter().enumerate() {
        if raw[..index].iter().any(|other| *other.name == *scales.name) {
            problems.add::<()>(
                Problem::new(format!(
                    "two scales are called \"{}\"",
                    shorten(&scales.name)
                ))
                .label(scales.name.span(), "again here"),
            );
            all.push(None);
            continue;
        }
        let name = names::check(&scales.name, NameOf::Domain, problems);
        let capacities = axis(
            "capacities",
            &scales.capacities,
            &must,
            problems,
            |capacity| capacity >= head.max(1.0),
        );
        let above = |tokens: f64| tokens > 0.0;
        let tokens = axis(
            "tokens",
            &scales.tokens,
            "a number above 0",
            problems,
            above,
        );
        all.push(
            name.zip(capacities.zip(tokens))
                .map(|(name, (capacities, tokens))| Scales {
                    name,
                    capacities,
                    tokens,
                }),
        );
    }
    all.into_iter().collect()
}

/// Different numbers that pass `test`.
fn axis(
    key: &str,
    raw: &At<Vec<At<f64>>>,
    must: &str,
    problems: &mut Problems,
    test: impl Fn(f64) -> bool,
) -> Option<Vec<f64>> {
    if raw.is_empty() {
        return problems.add(
            Problem::new(format!("`{key}` is empty"))
                .label(raw.span(), "at least one value is needed"),
        );
    }
    let checked: Vec<Option<f64>> = raw
        .iter()
        .map(|value| problems.number(key, value, must, &test))
        .collect();
    let values = checked.into_iter().collect::<Option<Vec<f64>>>()?;
    for (index, value) in raw.iter().enumerate() {
        if values[..index].iter().any(|v| v.total_cmp(value).is_eq()) {
            return problems.add(
                Problem::new(format!("`{key}` lists {} twice", say(**value)))
                    .label(value.span(), "again here"),
            );
        }
    }
    Some(values)
}

fn validate_target(
    raw: &At<RawTarget>,
    prior: Option<&WorldPrior>,
    problems: &mut Problems,
) -> Option<Target> {
    let head = prior.map_or(0.0, |prior| prior.head);
    let least = head.max(1.0);
    let must = format!("a number of at least {}", say(least));
    let capacity = problems.limit("`capacity`", &raw.capacity, &must, |n| n >= least);
    let tokens = problems.limit("`tokens`", &raw.tokens, "a number above 0", |d| d > 0.0);
    let domains = prior.map(|prior| prior.domains);
    let weights = match (&raw.weights, domains) {
        (None, domains) => domains.map(|domains| vec![1.0 / domains as f64; domains]),
        (Some(given), Some(domains)) if given.len() != domains => problems.add(
            Problem::new(format!(
                "`weights` has {} numbers for {domains} domains",
                given.len()
            ))
            .label(given.span(), "one for each domain"),
        ),
        (Some(given), _) => match Mixture::new((**given).clone()) {
            Ok(mixture) => Some(mixture.weights().to_vec()),
            Err(error) => problems.add(
                Problem::new(format!("`weights` is no mixture: {error}"))
                    .label(given.span(), "must sum to 1"),
            ),
        },
    };
    let regret = problems.number_or(
        "regret",
        raw.regret.as_ref(),
        1.0,
        "a number above 0",
        |regret| regret > 0.0,
    );
    let share = problems.number_or(
        "share",
        raw.share.as_ref(),
        0.9,
        "a number above 0, at most 1",
        |share| share > 0.0 && share <= 1.0,
    );
    Some(Target {
        capacity: capacity?,
        tokens: tokens?,
        weights: weights?,
        regret: regret?,
        share: share?,
    })
}
