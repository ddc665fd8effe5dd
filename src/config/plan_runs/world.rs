//! `[world]` of a plan of proxy runs: what is not known about the domains, as ranges.

use schemars::JsonSchema;
use serde::Deserialize;

use super::range::Between;
use crate::config::diagnosis::choice::{Choice, Word};
use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::keys::Kinds;
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::{At, span_of};
use crate::planning::{Departure, Draw, Range, Tails, WorldPrior};
use crate::world::{
    DEFAULT_SKILLS, LARGEST_COST_SPREAD, LARGEST_JITTER, LARGEST_SCATTER, MOST_SKILLS, Masses,
};

/// Most domains of a plan.
const MOST_DOMAINS: i64 = 64;

/// The worlds that proxy runs are planned for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawPrior {
    /// Number of domains K, from 2 to 64.
    domains: At<i64>,
    /// Ranks that are one skill of all domains each; a whole number of at least 0, default 0.
    head: Option<At<f64>>,
    /// Ranks per domain, head included; a whole number from 1 to 1e15, default 1e14.
    skills: Option<At<f64>>,
    /// How the power law becomes frequencies; default pareto.
    masses: Option<At<Word<Masses>>>,
    /// Exponent α of each domain, above 1, at most 100: a number, or the ends that it is drawn
    /// between, evenly.
    exponent: At<Between>,
    /// Departure from a pure power law; default none.
    spectrum: Option<At<RawDeparture>>,
    /// Cost c of meeting a skill that is not learned, in nats, above 0: a number, or the ends that
    /// it is drawn between, evenly in the logarithm; default 1.
    cost: Option<At<Between>>,
    /// Standard deviation of the logarithm of the costs of a domain's skills, from 0 to 4: a number,
    /// or the ends that it is drawn between, evenly; default 0.
    cost_spread: Option<At<Between>>,
    /// Irreducible loss E, in nats, at least 0: a number, or the ends that it is drawn between,
    /// evenly; default 0.
    floor: Option<At<Between>>,
    /// Which skills beyond the head are shared; default none.
    overlap: Option<At<RawTails>>,
}

/// Departure from a pure power law.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawDeparture {
    /// power-law: none; shifted: flat at the low ranks; curved: ever steeper; cutoff: ends.
    kind: At<Word<DepartureKind>>,
    /// Shift of the ranks, from 0 to 1e12, a number or ends; for shifted.
    shift: Option<At<Between>>,
    /// Curvature, dimensionless, from 0 to 10, a number or ends; for curved.
    curvature: Option<At<Between>>,
    /// Rank at which the tail has lost a factor e, above 0: a number, or the ends that it is drawn
    /// between, evenly in the logarithm; for cutoff.
    rank: Option<At<Between>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum DepartureKind {
    PowerLaw,
    Shifted,
    Curved,
    Cutoff,
}

impl Choice for DepartureKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("power-law", Self::PowerLaw),
        ("shifted", Self::Shifted),
        ("curved", Self::Curved),
        ("cutoff", Self::Cutoff),
    ];
}

const DEPARTURE_KEYS: Kinds = Kinds {
    selector: "kind",
    keys: &[
        ("power-law", &[]),
        ("shifted", &["shift"]),
        ("curved", &["curvature"]),
        ("cutoff", &["rank"]),
    ],
};

/// Which skills beyond the head are shared.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawTails {
    /// none: no rank; all: a rank is one skill of all domains; pair: of two domains; pool: all
    /// domains draw on the same skills, each with frequencies of its own, and have one exponent.
    kind: At<Word<TailKind>>,
    /// Share of the ranks that are shared, from 0 to 1, a number or ends; for all and pair.
    fraction: Option<At<Between>>,
    /// Spread of the partner's rank, in e-folds, from 0 to 5, a number or ends; for pair. Default 0.
    rank_jitter: Option<At<Between>>,
    /// Spread of a skill's frequency between domains, in e-folds, from 0 to 4, a number or ends; for
    /// pool.
    scatter: Option<At<Between>>,
    /// Ends between which the correlations of a world are drawn, from 0 to 1; for pool.
    correlation: Option<At<Between>>,
    /// Share of the ranks that each domain has for itself, from 0 to 1, a number or ends; for pool.
    /// Default 0.
    private: Option<At<Between>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum TailKind {
    None,
    All,
    Pair,
    Pool,
}

impl Choice for TailKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("none", Self::None),
        ("all", Self::All),
        ("pair", Self::Pair),
        ("pool", Self::Pool),
    ];
}

const TAIL_KEYS: Kinds = Kinds {
    selector: "kind",
    keys: &[
        ("none", &[]),
        ("all", &["fraction"]),
        ("pair", &["fraction", "rank-jitter"]),
        ("pool", &["scatter", "correlation", "private"]),
    ],
};

/// Checks `[world]`, and that worlds can be drawn from it.
pub(super) fn validate(
    raw: &At<RawPrior>,
    seed: u64,
    problems: &mut Problems,
) -> Option<WorldPrior> {
    let domains = problems.size("domains", &raw.domains, 2..=MOST_DOMAINS);
    let whole = |value: f64| value.fract() == 0.0;
    let skills = problems.number_or(
        "skills",
        raw.skills.as_ref(),
        DEFAULT_SKILLS,
        "a whole number from 1 to 1e15",
        |skills| (1.0..=MOST_SKILLS).contains(&skills) && whole(skills),
    );
    let most = skills.unwrap_or(MOST_SKILLS);
    let head = problems.number_or(
        "head",
        raw.head.as_ref(),
        0.0,
        "a whole number of at least 0 and at most `skills`",
        |head| (0.0..=most).contains(&head) && whole(head),
    );
    let exponent = problems.range(
        "exponent",
        &raw.exponent,
        "a number above 1, at most 100",
        |alpha| alpha > 1.0 && alpha <= 100.0,
    );
    let cost = problems.range_or("cost", raw.cost.as_ref(), 1.0, "a number above 0", |c| {
        c > 0.0
    });
    let floor = problems.range_or(
        "floor",
        raw.floor.as_ref(),
        0.0,
        "a number of at least 0",
        |e| e >= 0.0,
    );
    let cost_spread = problems.range_or(
        "cost-spread",
        raw.cost_spread.as_ref(),
        0.0,
        "a number from 0 to 4",
        |spread| (0.0..=LARGEST_COST_SPREAD).contains(&spread),
    );
    let departure = match &raw.spectrum {
        None => Some(Departure::None),
        Some(spectrum) => validate_departure(spectrum, problems),
    };
    let tails = match &raw.overlap {
        None => Some(Tails::Private),
        Some(overlap) => validate_tails(overlap, problems),
    };
    let prior = WorldPrior {
        domains: domains?,
        head: head?,
        skills: skills?,
        masses: raw.masses.as_ref().map_or(Masses::default(), |word| word.0),
        exponent: exponent?,
        departure: departure?,
        cost: cost?,
        cost_spread: cost_spread?,
        floor: floor?,
        tails: tails?,
    };
    match prior.draw(seed, Draw::Trial, 0) {
        Ok(_) => Some(prior),
        Err(error) => problems.add(
            Problem::new(format!("no world can be drawn from these ranges: {error}"))
                .label(raw.span(), "these worlds"),
        ),
    }
}

fn validate_departure(raw: &At<RawDeparture>, problems: &mut Problems) -> Option<Departure> {
    let kind = raw.kind.0;
    DEPARTURE_KEYS.check(
        kind.word(),
        &[
            ("shift", span_of(raw.shift.as_ref())),
            ("curvature", span_of(raw.curvature.as_ref())),
            ("rank", span_of(raw.rank.as_ref())),
        ],
        problems,
    );
    let mut needed = |key: &str,
                      given: Option<&At<Between>>,
                      must: &str,
                      test: fn(f64) -> bool|
     -> Option<Range> {
        match given {
            Some(given) => problems.range(key, given, must, test),
            None => DEPARTURE_KEYS.missing(kind.word(), key, raw.span(), problems),
        }
    };
    match kind {
        DepartureKind::PowerLaw => Some(Departure::None),
        DepartureKind::Shifted => {
            let test = |shift| (0.0..=1e12).contains(&shift);
            let shift = needed("shift", raw.shift.as_ref(), "a number from 0 to 1e12", test)?;
            Some(Departure::Shifted { shift })
        }
        DepartureKind::Curved => {
            let (must, test) = ("a number from 0 to 10", |g| (0.0..=10.0).contains(&g));
            let curvature = needed("curvature", raw.curvature.as_ref(), must, test)?;
            Some(Departure::Curved { curvature })
        }
        DepartureKind::Cutoff => {
            let rank = needed("rank", raw.rank.as_ref(), "a number above 0", |r| r > 0.0)?;
            Some(Departure::Cutoff { rank })
        }
    }
}

fn validate_tails(raw: &At<RawTails>, problems: &mut Problems) -> Option<Tails> {
    let kind = raw.kind.0;
    TAIL_KEYS.check(
        kind.word(),
        &[
            ("fraction", span_of(raw.fraction.as_ref())),
            ("rank-jitter", span_of(raw.rank_jitter.as_ref())),
            ("scatter", span_of(raw.scatter.as_ref())),
            ("correlation", span_of(raw.correlation.as_ref())),
            ("private", span_of(raw.private.as_ref())),
        ],
        problems,
    );
    let mut needed = |key: &str, given: Option<&At<Between>>, most: f64| -> Option<Range> {
        match given {
            Some(given) => within(key, given, most, problems),
            None => TAIL_KEYS.missing(kind.word(), key, raw.span(), problems),
        }
    };
    match kind {
        TailKind::None => Some(Tails::Private),
        TailKind::All => {
            let fraction = needed("fraction", raw.fraction.as_ref(), 1.0)?;
            Some(Tails::All { fraction })
        }
        TailKind::Pair => {
            let fraction = needed("fraction", raw.fraction.as_ref(), 1.0);
            let rank_jitter = match &raw.rank_jitter {
                Some(given) => within("rank-jitter", given, LARGEST_JITTER, problems),
                None => Some(Range::known(0.0)),
            };
            Some(Tails::Pair {
                fraction: fraction?,
                rank_jitter: rank_jitter?,
            })
        }
        TailKind::Pool => {
            let scatter = needed("scatter", raw.scatter.as_ref(), LARGEST_SCATTER);
            let correlation = needed("correlation", raw.correlation.as_ref(), 1.0);
            let private = match &raw.private {
                Some(given) => within("private", given, 1.0, problems),
                None => Some(Range::known(0.0)),
            };
            Some(Tails::Pool {
                scatter: scatter?,
                correlation: correlation?,
                private: private?,
            })
        }
    }
}

/// A range within 0 to `most`.
fn within(key: &str, given: &At<Between>, most: f64, problems: &mut Problems) -> Option<Range> {
    let must = format!("a number from 0 to {most}");
    problems.range(key, given, &must, |value| (0.0..=most).contains(&value))
}
