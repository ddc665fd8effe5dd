//! `[fit]`: the laws to fit, the rows to hold out, and the objective.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::split::{self, RawSplit};
use crate::config::diagnosis::choice::{Choice, Word};
use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::keys::{self, Kinds};
use crate::config::diagnosis::number::{NumberOr, say};
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::{At, list, span_of, whole};
use crate::config::diagnosis::wording::shorten;
use crate::fit::{DEFAULT_DELTA, DEFAULT_STARTS, FitPlan, Residual, Ridge, Robust};
use crate::law;

/// The laws of this version.
fn known_laws() -> Vec<&'static str> {
    law::all().iter().map(|law| law.name()).collect()
}

/// The laws that are fitted when `laws` is absent.
const DEFAULT_LAWS: &[&str] = &["mean", "capacity", "capacity-noise"];

/// Most starting points of a fit.
const MOST_STARTS: i64 = 100_000;

/// Most fits to resampled noise.
const MOST_REPLICATES: i64 = 1_000_000;

/// Which laws to fit, and how.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct RawFit {
    /// Names of the laws, in the order of the report; default mean, capacity, capacity-noise.
    laws: Option<At<Vec<At<String>>>>,
    /// Which runs are held out; default by = "mixture", test-fraction = 0.3, count = 20.
    split: Option<At<RawSplit>>,
    /// Most starting points of each fit, from 1 to 100000: it ends when six end at the lowest
    /// objective. Default 16.
    starts: Option<At<i64>>,
    /// Scale of a residual. relative: (predicted - measured)/measured; absolute: predicted -
    /// measured, in nats; log: difference of the logarithms. Default relative.
    residual: Option<At<Word<Residual>>>,
    /// How a residual enters the objective. square: squared; huber: squared up to `delta`, linear
    /// beyond (pseudo-Huber). Default huber, but square where `residual` is absolute.
    robust: Option<At<Word<RobustKind>>>,
    /// Size from which a residual counts linearly, in the unit of `residual`, above 0; for huber.
    /// Default 0.02.
    delta: Option<At<f64>>,
    /// How strongly parameters are pulled toward their prior: a number of at least 0; auto, the
    /// residual variance over a wide prior variance (cv for effective-data and its like); or cv,
    /// chosen by cross-validation on the training runs. Default auto.
    ridge: Option<At<Strength>>,
    /// Fits to resampled noise, for 95 % intervals of the parameters, from 0 to 1000000;
    /// default 0, no intervals.
    bootstrap: Option<At<i64>>,
    /// Whether each mixture is left out in turn, for outliers and influence in fits.json; default
    /// false.
    diagnose: Option<bool>,
}

/// A ridge that is chosen by the fit.
#[derive(Debug, Clone, Copy, PartialEq)]
enum ByFit {
    Auto,
    Cv,
}

impl Choice for ByFit {
    const WORDS: &'static [(&'static str, Self)] = &[("auto", Self::Auto), ("cv", Self::Cv)];
}

/// A ridge: a number, "auto" or "cv".
type Strength = NumberOr<ByFit>;

impl Choice for Residual {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("relative", Self::Relative),
        ("absolute", Self::Absolute),
        ("log", Self::Log),
    ];
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum RobustKind {
    Square,
    Huber,
}

impl Choice for RobustKind {
    const WORDS: &'static [(&'static str, Self)] =
        &[("square", Self::Square), ("huber", Self::Huber)];
}

const ROBUST_KEYS: Kinds = Kinds {
    selector: "robust",
    keys: &[("square", &[]), ("huber", &["delta"])],
};

/// Checks `[fit]`.
pub(crate) fn validate(raw: &At<RawFit>, seed: u64, problems: &mut Problems) -> Option<FitPlan> {
    let laws = match &raw.laws {
        Some(laws) => validate_laws(laws, problems),
        None => Some(DEFAULT_LAWS.iter().map(ToString::to_string).collect()),
    };
    let split = match &raw.split {
        Some(split) => split::validate(split, problems),
        None => Some(split::default()),
    };
    let split_seed = match &raw.split {
        Some(split) => split::seed(split, problems),
        None => Some(None),
    };
    let starts = problems.size_or(
        "starts",
        raw.starts.as_ref(),
        DEFAULT_STARTS,
        1..=MOST_STARTS,
    );
    let residual = raw
        .residual
        .as_ref()
        .map_or(Residual::default(), |word| word.0);
    let robust = validate_robust(raw, residual, problems);
    let ridge = match raw.ridge.as_ref().map(|ridge| (ridge, **ridge)) {
        None | Some((_, Strength::Word(ByFit::Auto))) => Some(Ridge::Auto),
        Some((_, Strength::Word(ByFit::Cv))) => Some(Ridge::Cv),
        Some((_, Strength::Number(value))) if value.is_finite() && value >= 0.0 => {
            Some(Ridge::Fixed(value))
        }
        Some((given, Strength::Number(value))) => problems.refuse(
            "ridge",
            given,
            &say(value),
            "a number of at least 0, \"auto\" or \"cv\"",
        ),
    };
    let bootstrap = problems.size_or("bootstrap", raw.bootstrap.as_ref(), 0, 0..=MOST_REPLICATES);
    Some(FitPlan {
        laws: laws?,
        split: split?,
        split_seed: split_seed?,
        starts: starts?,
        residual,
        robust: robust?,
        ridge: ridge?,
        bootstrap: bootstrap?,
        diagnose: raw.diagnose.unwrap_or(false),
        seed,
    })
}

/// Refuses what judges a law on rows that are held out or resampled, where the regret of its mixture
/// judges it.
pub(crate) fn refuse_held_out(raw: &At<RawFit>, problems: &mut Problems) -> Option<()> {
    let given = [
        ("split", span_of(raw.split.as_ref())),
        ("bootstrap", span_of(raw.bootstrap.as_ref())),
    ];
    let Some((key, Some(span))) = given.into_iter().find(|(_, span)| span.is_some()) else {
        return match raw.diagnose {
            Some(true) => problems.add(
                Problem::new("`diagnose` has no meaning in a plan of runs")
                    .label(raw.span(), "no meaning here")
                    .help("take it out: there are too many fits to look at each"),
            ),
            _ => Some(()),
        };
    };
    let place = problems.key_of(&span);
    problems.add(
        Problem::new(format!("`{key}` has no meaning in a plan of runs"))
            .label(place, "no meaning here")
            .help("take it out: laws are fitted to all runs of a design and judged by regret"),
    )
}

fn validate_laws(raw: &At<Vec<At<String>>>, problems: &mut Problems) -> Option<Vec<String>> {
    let known = known_laws();
    let all = keys::list(known.iter().copied(), '"');
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
        if !known.contains(&name) {
            faults = true;
            let meant = keys::nearest(name, known.iter().copied());
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

fn validate_robust(
    raw: &At<RawFit>,
    residual: Residual,
    problems: &mut Problems,
) -> Option<Robust> {
    let default = Robust::default_for(residual);
    let kind = match (&raw.robust, default) {
        (Some(word), _) => word.0,
        (None, Robust::Square) => RobustKind::Square,
        (None, Robust::PseudoHuber { .. }) => RobustKind::Huber,
    };
    ROBUST_KEYS.check(
        kind.word(),
        &[("delta", span_of(raw.delta.as_ref()))],
        problems,
    );
    match kind {
        RobustKind::Square => Some(Robust::Square),
        RobustKind::Huber => {
            let delta = problems.number_or(
                "delta",
                raw.delta.as_ref(),
                DEFAULT_DELTA,
                "a number above 0",
                |delta| delta > 0.0,
            )?;
            Some(Robust::PseudoHuber { delta })
        }
    }
}

/// The table that says `plan`, with files relative to `folder`.
pub(crate) fn raw(plan: &FitPlan, folder: &Path) -> RawFit {
    let (robust, delta) = match plan.robust {
        Robust::Square => (RobustKind::Square, None),
        Robust::PseudoHuber { delta } => (RobustKind::Huber, Some(delta)),
    };
    let ridge = match plan.ridge {
        Ridge::Auto => Strength::Word(ByFit::Auto),
        Ridge::Cv => Strength::Word(ByFit::Cv),
        Ridge::Fixed(strength) => Strength::Number(strength),
    };
    RawFit {
        laws: Some(list(plan.laws.iter().cloned())),
        split: Some(split::raw(&plan.split, plan.split_seed, folder).into()),
        starts: Some(whole(plan.starts)),
        residual: Some(plan.residual.into()),
        robust: Some(robust.into()),
        delta: delta.map(At::from),
        ridge: Some(ridge.into()),
        bootstrap: Some(whole(plan.bootstrap)),
        diagnose: Some(plan.diagnose),
    }
}
