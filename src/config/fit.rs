//! `[fit]`: the laws to fit, the rows to hold out, and the objective.

use schemars::JsonSchema;
use serde::Deserialize;

use super::choice::{Choice, Word};
use super::error::Problem;
use super::keys::{self, Kinds};
use super::place::{At, span_of};
use super::problems::Problems;
use super::resolved::{Writer, quote};
use super::split::{self, RawSplit};
use super::wording::shorten;
use crate::fit::{FitPlan, Residual, Robust};

/// The laws of this version. The one place to change when a law is added.
pub const KNOWN_LAWS: &[&str] = &["mean", "capacity", "capacity-noise"];

/// The laws that are fitted when `laws` is absent.
const DEFAULT_LAWS: &[&str] = &["mean", "capacity", "capacity-noise"];

/// Starting points when nothing else is said.
const DEFAULT_STARTS: usize = 16;

/// Most starting points of a fit.
const MOST_STARTS: i64 = 100_000;

/// Which laws to fit, and how.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawFit {
    /// Names of the laws, in the order of the report; default mean, capacity, capacity-noise.
    laws: Option<At<Vec<At<String>>>>,
    /// Which runs are held out; default by = "mixture", test-fraction = 0.3, count = 20.
    split: Option<At<RawSplit>>,
    /// Starting points of each fit, from 1 to 100000; default 16.
    starts: Option<At<i64>>,
    /// Scale of a residual. relative: (predicted - measured)/measured; absolute: predicted -
    /// measured, in nats; log: difference of the logarithms. Default relative.
    residual: Option<At<Word<Residual>>>,
    /// How a residual enters the objective. none: squared; huber: squared up to `delta`, linear
    /// beyond (pseudo-Huber). Default none.
    robust: Option<At<Word<RobustKind>>>,
    /// Size from which a residual counts linearly, in the unit of `residual`, above 0; for huber,
    /// which needs it.
    delta: Option<At<f64>>,
}

impl Choice for Residual {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("relative", Self::Relative),
        ("absolute", Self::Absolute),
        ("log", Self::Log),
    ];
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum RobustKind {
    None,
    Huber,
}

impl Choice for RobustKind {
    const WORDS: &'static [(&'static str, Self)] = &[("none", Self::None), ("huber", Self::Huber)];
}

const ROBUST_KEYS: Kinds = Kinds {
    selector: "robust",
    keys: &[("none", &[]), ("huber", &["delta"])],
};

/// Checks `[fit]`.
pub(super) fn validate(raw: &At<RawFit>, seed: u64, problems: &mut Problems) -> Option<FitPlan> {
    let laws = match &raw.laws {
        Some(laws) => validate_laws(laws, problems),
        None => Some(DEFAULT_LAWS.iter().map(ToString::to_string).collect()),
    };
    let split = match &raw.split {
        Some(split) => split::validate(split, problems),
        None => Some(split::default()),
    };
    let starts = problems.size_or(
        "starts",
        raw.starts.as_ref(),
        DEFAULT_STARTS,
        1..=MOST_STARTS,
    );
    let robust = validate_robust(raw, problems);
    Some(FitPlan {
        laws: laws?,
        split: split?,
        starts: starts?,
        residual: raw
            .residual
            .as_ref()
            .map_or(Residual::default(), |word| word.0),
        robust: robust?,
        seed,
    })
}

fn validate_laws(raw: &At<Vec<At<String>>>, problems: &mut Problems) -> Option<Vec<String>> {
    let all = keys::list(KNOWN_LAWS.iter().copied(), '"');
    if raw.is_empty() {
        return problems.add(
            Problem::new("`laws` is empty")
                .label(raw.span(), "names no law")
                .help(format!(
                    "this version has {all}; to fit nothing, take [fit] out"
                )),
        );
    }
    let mut faults = false;
    for (index, law) in raw.iter().enumerate() {
        let name = law.as_str();
        if !KNOWN_LAWS.contains(&name) {
            faults = true;
            let meant = keys::nearest(name, KNOWN_LAWS.iter().copied());
            problems.add::<()>(
                Problem::new(format!("unknown law \"{}\"", shorten(name)))
                    .label(law.span(), "no such law in this version of mixlaw")
                    .help(keys::suggest(
                        meant,
                        '"',
                        &format!("this version has {all}"),
                    )),
            );
        } else if raw[..index].iter().any(|other| **other == **law) {
            faults = true;
            problems.add::<()>(
                Problem::new(format!("`laws` lists \"{name}\" twice"))
                    .label(law.span(), "again here"),
            );
        }
    }
    (!faults).then(|| raw.iter().map(|law| (**law).clone()).collect())
}

fn validate_robust(raw: &At<RawFit>, problems: &mut Problems) -> Option<Robust> {
    let kind = raw.robust.as_ref().map_or(RobustKind::None, |word| word.0);
    ROBUST_KEYS.check(
        kind.word(),
        &[("delta", span_of(raw.delta.as_ref()))],
        problems,
    );
    match (kind, &raw.delta) {
        (RobustKind::None, _) => Some(Robust::Square),
        (RobustKind::Huber, Some(delta)) => {
            let delta = problems.number("delta", delta, "a number above 0", |delta| delta > 0.0)?;
            Some(Robust::PseudoHuber { delta })
        }
        (RobustKind::Huber, None) => {
            let place = span_of(raw.robust.as_ref()).unwrap_or(raw.span());
            ROBUST_KEYS.missing("huber", "delta", place, problems)
        }
    }
}

/// Writes `[fit]` with every default.
pub(super) fn write(plan: &FitPlan, out: &mut Writer) {
    out.header("[fit]");
    out.list("laws", plan.laws.iter().map(|law| quote(law)));
    out.key("starts", plan.starts);
    out.word("residual", plan.residual);
    match plan.robust {
        Robust::Square => out.word("robust", RobustKind::None),
        Robust::PseudoHuber { delta } => {
            out.word("robust", RobustKind::Huber);
            out.number("delta", delta);
        }
    }
    split::write(&plan.split, out);
}
