//! `[sweep]`: the axes of a simulated experiment.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mixtures::{self, RawMixtures};
use super::sgd_checks;
use crate::config::diagnosis::choice::{Choice, Word};
use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::number::{Limit, say};
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::{At, list, whole};
use crate::learner::{Kernel, LearnerKind};
use crate::mixture::{Design, Mixture};
use crate::simulate::Counts;
use crate::sweep::{Mode, Scales, Sweep};
use crate::world::{Resolution, World};

/// Largest number of replicates: the spread is then known to .1 %.
const MOST_REPLICATES: i64 = 1_000_000;

/// Most values of an axis.
const MOST_VALUES: usize = 10_000;

/// Most runs of a sweep: at a microsecond each they take eleven days.
const MOST_RUNS: f64 = 1e12;

/// The cells to simulate: every capacity with every number of tokens and every mixture.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct RawSweep {
    /// expected: expected losses in closed form, no noise; sampled: one random training run for
    /// each replicate. Default expected.
    pub(super) mode: Option<At<Word<Mode>>>,
    /// How the meetings of a sampled run are drawn. poisson: each skill's by itself, D tokens on
    /// average; multinomial: exactly D tokens, or, with masses that sum to M, D·M meetings. Default
    /// poisson.
    pub(super) counts: Option<At<Word<Counts>>>,
    /// Runs of each cell, from 1 to 1e6; 1 in mode expected, whose runs would all be the same.
    /// Default 1.
    pub(super) replicates: Option<At<i64>>,
    /// Capacities N in skills, each at least 1 and at least `head`, or "unlimited".
    pub(super) capacities: At<Vec<At<Limit>>>,
    /// Training tokens D, each above 0, or "unlimited".
    pub(super) tokens: At<Vec<At<Limit>>>,
    /// product: every capacity with every number of tokens; pairs: the first with the first, the
    /// second with the second and so on. Default product.
    pub(super) scales: Option<At<Word<Scales>>>,
    /// Resolution of the simulator: classes into which a decade of ranks is divided, from 4 to
    /// 400; default 32. Above, `cost-spread`, `rank-jitter` and `scatter` are refined as well, and
    /// runs take longer in proportion.
    pub(super) classes_per_decade: Option<At<i64>>,
    /// Which mixtures to visit.
    pub(super) mixtures: At<RawMixtures>,
}

impl Choice for Mode {
    const WORDS: &'static [(&'static str, Self)] =
        &[("expected", Self::Expected), ("sampled", Self::SAMPLED)];
}

impl Choice for Scales {
    const WORDS: &'static [(&'static str, Self)] =
        &[("product", Self::Product), ("pairs", Self::Pairs)];
}

impl Choice for Counts {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("poisson", Self::Poisson),
        ("multinomial", Self::Multinomial),
    ];
}

/// What the sweep must agree with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting<'a> {
    /// Number of domains K.
    pub(crate) domains: usize,
    /// The world, if it is valid.
    pub(crate) world: Option<&'a World>,
    /// The learner, if it is valid.
    pub(crate) learner: Option<&'a LearnerKind>,
    /// Seed of the experiment.
    pub(crate) seed: u64,
}

/// Checks `[sweep]`, and draws its mixtures.
pub(crate) fn validate(
    raw: &At<RawSweep>,
    setting: Setting<'_>,
    problems: &mut Problems,
) -> Option<(Sweep, Design)> {
    let scales = raw
        .scales
        .as_ref()
        .map_or(Scales::default(), |given| given.0);
    let capacities = validate_capacities(&raw.capacities, scales, setting, problems);
    let tokens = axis(
        ("tokens", &raw.tokens),
        scales,
        "a number above 0",
        problems,
        |tokens| tokens > 0.0,
    );
    let paired = match scales {
        Scales::Product => Some(()),
        Scales::Pairs => validate_pairs(raw, problems),
    };
    let mode = validate_mode(raw.mode.as_ref(), setting, problems);
    let mode = validate_counts(raw.counts.as_ref(), mode, setting, problems);
    if let (Some(LearnerKind::Sgd(sgd)), Some(world), Some(mode)) =
        (setting.learner, setting.world, mode)
    {
        sgd_checks::check_axes((&raw.capacities, &raw.tokens), sgd, world, mode, problems);
    }
    let replicates = match &raw.replicates {
        Some(given) => validate_replicates(given, mode.unwrap_or(Mode::SAMPLED), problems),
        None => Some(1),
    };
    let tokens = replicates
        .map_or(Some(()), |replicates| {
            refuse_copies(&raw.tokens, replicates, problems)
        })
        .and(tokens);
    let classes_per_decade = problems.size_or(
        "classes-per-decade",
        raw.classes_per_decade.as_ref(),
        Resolution::default().classes_per_decade,
        4..=400,
    );
    let resolution = classes_per_decade.map(|classes_per_decade| Resolution { classes_per_decade });
    let resolution = validate_size(raw, resolution, setting.world, problems);
    let mixtures = mixtures::validate(&raw.mixtures, setting.domains, setting.seed, problems);
    let (design, mixtures) = mixtures?;
    refuse_too_many(raw, (&mixtures, replicates?), problems)?;
    let sweep = Sweep {
        seed: setting.seed,
        mode: mode?,
        replicates: replicates?,
        capacities: capacities?,
        tokens: paired.and(tokens)?,
        scales,
        mixtures,
        resolution: resolution?,
    };
    Some((sweep, design))
}

/// Refuses a resolution at which a world has more parts than memory should hold.
fn validate_size(
    raw: &RawSweep,
    resolution: Option<Resolution>,
    world: Option<&World>,
    problems: &mut Problems,
) -> Option<Resolution> {
    let (Some(given), Some(world)) = (&raw.classes_per_decade, world) else {
        return resolution;
    };
    match world.check_size(resolution?) {
        Ok(()) => resolution,
        Err(error) => problems.add(
            Problem::new(error.to_string())
                .label(given.span(), "this fine, the world has too many parts")
                .help("fewer classes in a decade make fewer parts, in proportion"),
        ),
    }
}

/// Refuses a sweep of more runs than could ever be waited for.
fn refuse_too_many(
    raw: &At<RawSweep>,
    (mixtures, replicates): (&[Mixture], u64),
    problems: &mut Problems,
) -> Option<()> {
    let axes = [raw.capacities.len(), raw.tokens.len(), mixtures.len()];
    let runs = axes.iter().map(|length| *length as f64).product::<f64>() * replicates as f64;
    if runs <= MOST_RUNS {
        return Some(());
    }
    problems.add(
        Problem::new(format!("the sweep has {} runs", say(runs)))
            .label(raw.span(), format!("the most is {}", say(MOST_RUNS)))
            .help("runs are capacities × tokens × mixtures × replicates: shorten one of them"),
    )
}

fn validate_mode(
    raw: Option<&At<Word<Mode>>>,
    setting: Setting<'_>,
    problems: &mut Problems,
) -> Option<Mode> {
    let Some(given) = raw else {
        return Some(Mode::default());
    };
    let closed_form = matches!(
        setting.learner,
        Some(LearnerKind::Counting(learner)) if matches!(learner.kernel, Kernel::SgdDecay { .. })
    );
    if given.0 != Mode::Expected && closed_form {
        return problems.add(
            Problem::new("the kernel \"sgd-decay\" cannot be sampled")
                .label(given.span(), "needs a kernel of counts")
                .help(
                    "it is a closed form over all counts: take the kernel \"threshold\", \
                     \"exponential\" or \"reciprocal\", or mode = \"expected\"",
                ),
        );
    }
    Some(given.0)
}

fn validate_counts(
    raw: Option<&At<Word<Counts>>>,
    mode: Option<Mode>,
    setting: Setting<'_>,
    problems: &mut Problems,
) -> Option<Mode> {
    match (raw, mode?) {
        (Some(counts), _) if matches!(setting.learner, Some(LearnerKind::Sgd(_))) => problems.add(
            Problem::new("`counts` has no meaning for kernel = \"sgd\"")
                .label(counts.span(), "no meaning here")
                .help("take it out: that kernel draws samples, not meetings"),
        ),
        (Some(counts), Mode::Expected) => problems.add(
            Problem::new("`counts` has no meaning in mode = \"expected\"")
                .label(counts.span(), "nothing is drawn in this mode")
                .help("take `counts` out, or set mode = \"sampled\" for random runs"),
        ),
        (Some(counts), Mode::Sampled(_)) => Some(Mode::Sampled(counts.0)),
        (None, mode) => Some(mode),
    }
}

/// Refuses replicates of runs in which nothing is left to chance.
fn refuse_copies(
    tokens: &At<Vec<At<Limit>>>,
    replicates: u64,
    problems: &mut Problems,
) -> Option<()> {
    let unlimited = tokens.iter().find(|t| matches!(***t, Limit::Word(_)));
    match unlimited {
        Some(unlimited) if replicates > 1 => problems.add(
            Problem::new(format!(
                "{replicates} replicates of runs with unlimited tokens"
            ))
            .label(unlimited.span(), "leaves nothing to chance")
            .help(
                "every skill is met without end, so that replicates would be copies, on both \
                     sides of a split. Give numbers only, or set replicates = 1",
            ),
        ),
        _ => Some(()),
    }
}

fn validate_replicates(given: &At<i64>, mode: Mode, problems: &mut Problems) -> Option<u64> {
    let replicates = problems.whole("replicates", given, 1..=MOST_REPLICATES)?;
    if replicates == 1 || mode != Mode::Expected {
        return Some(replicates);
    }
    problems.add(
        Problem::new(format!("{replicates} replicates in mode = \"expected\""))
            .label(given.span(), "must be 1 in this mode")
            .help(
                "expected losses have no noise: replicates would be copies, on both sides of a \
                 split. Set mode = \"sampled\" for random runs",
            ),
    )
}

fn validate_capacities(
    raw: &At<Vec<At<Limit>>>,
    scales: Scales,
    setting: Setting<'_>,
    problems: &mut Problems,
) -> Option<Vec<f64>> {
    let head = setting.world.map_or(0.0, World::head);
    let must = if head > 1.0 {
        format!("a number of at least the head, {head}")
    } else {
        "a number of at least 1".into()
    };
    let given = ("capacities", raw);
    let capacities = axis(given, scales, &must, problems, |capacity| {
        capacity >= head.max(1.0)
    });
    let exponent = match setting.learner {
        Some(LearnerKind::Counting(learner)) => learner.efficiency.exponent,
        Some(LearnerKind::Sgd(_)) | None => 0.0,
    };
    if exponent == 0.0 {
        return capacities;
    }
    // (N/reference)^v has no value at an unlimited N.
    match raw.iter().find(|c| matches!(***c, Limit::Word(_))) {
        None => capacities,
        Some(unlimited) => problems.add(
            Problem::new(format!(
                "an unlimited capacity has no sample efficiency: its exponent is {}",
                say(exponent)
            ))
            .label(unlimited.span(), "needs a number")
            .help("give numbers only, or set `exponent` of `learner.efficiency` to 0"),
        ),
    }
}

/// Refuses scales that are not pairs, or the same pair twice.
fn validate_pairs(raw: &RawSweep, problems: &mut Problems) -> Option<()> {
    let (capacities, tokens) = (&raw.capacities, &raw.tokens);
    if capacities.len() != tokens.len() {
        return problems.add(
            Problem::new(format!(
                "{} capacities cannot be paired with {} numbers of tokens",
                capacities.len(),
                tokens.len()
            ))
            .label(tokens.span(), "needs one for each capacity")
            .help("for every capacity with every number of tokens take scales = \"product\""),
        );
    }
    let pairs: Vec<_> = capacities.iter().zip(tokens.iter()).collect();
    let same = |a: &Limit, b: &Limit| match (a, b) {
        (Limit::Number(a), Limit::Number(b)) => a.to_bits() == b.to_bits(),
        (Limit::Word(_), Limit::Word(_)) => true,
        (Limit::Number(_), Limit::Word(_)) | (Limit::Word(_), Limit::Number(_)) => false,
    };
    let again = pairs
        .iter()
        .enumerate()
        .find(|(number, (capacity, tokens))| {
            let earlier = &pairs[..*number];
            earlier
                .iter()
                .any(|(n, d)| same(n, capacity) && same(d, tokens))
        });
    match again {
        None => Some(()),
        Some((_, (_, tokens))) => problems.add(
            Problem::new("two pairs of capacity and tokens are the same")
                .label(tokens.span(), "again here")
                .help("each pair is one scale of the sweep: take one of them out"),
        ),
    }
}

/// A list of numbers, or "unlimited"; different ones, unless they are paired.
fn axis(
    (key, raw): (&str, &At<Vec<At<Limit>>>),
    scales: Scales,
    must: &str,
    problems: &mut Problems,
    test: impl Fn(f64) -> bool,
) -> Option<Vec<f64>> {
    if raw.is_empty() {
        return problems.add(
            Problem::new(format!("`{key}` is empty"))
                .label(raw.span(), "at least one value is needed")
                .help(format!("for no limit write {key} = [\"unlimited\"]")),
        );
    }
    if raw.len() > MOST_VALUES {
        return problems.add(
            Problem::new(format!("`{key}` lists {} values", raw.len())).label(
                raw[MOST_VALUES].span(),
                format!("the most is {MOST_VALUES}"),
            ),
        );
    }
    let mut values: Vec<f64> = Vec::with_capacity(raw.len());
    let mut seen = HashSet::new();
    let mut faults = false;
    for item in raw.iter() {
        let Some(value) = problems.limit(&format!("a value of `{key}`"), item, must, &test) else {
            faults = true;
            continue;
        };
        if !seen.insert(value.to_bits()) && scales == Scales::Product {
            faults = true;
            let shown = if value.is_finite() {
                say(value)
            } else {
                "\"unlimited\"".into()
            };
            problems.add::<()>(
                Problem::new(format!("`{key}` lists {shown} twice"))
                    .label(item.span(), "again here")
                    .help("each value is one cell of the sweep: take one of them out"),
            );
        }
        values.push(value);
    }
    (!faults).then_some(values)
}

/// The table that says `sweep`, whose mixtures are those of `design`.
pub(crate) fn raw(sweep: &Sweep, design: &Design, learner: &LearnerKind) -> RawSweep {
    let counts = match (sweep.mode, learner) {
        (Mode::Sampled(counts), LearnerKind::Counting(_)) => Some(counts.into()),
        _ => None,
    };
    let mode = match sweep.mode {
        Mode::Expected => Mode::Expected,
        Mode::Sampled(_) => Mode::SAMPLED,
    };
    RawSweep {
        mode: Some(mode.into()),
        counts,
        replicates: Some(whole(sweep.replicates)),
        capacities: list(sweep.capacities.iter().copied().map(Limit::from)),
        tokens: list(sweep.tokens.iter().copied().map(Limit::from)),
        scales: Some(sweep.scales.into()),
        classes_per_decade: Some(whole(sweep.resolution.classes_per_decade)),
        mixtures: RawMixtures::from(design).into(),
    }
}
