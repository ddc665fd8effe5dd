//! `[fit.split]`: which runs are held out together.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::config::diagnosis::choice::{Choice, Word};
use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::keys::Kinds;
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::{At, list, span_of, whole};
use crate::config::relative_path::relative;
use crate::fit::{HeldOutMixtures, ScaleRule, SplitRule, Unit};

/// Most random splits.
const MOST_SPLITS: i64 = 100_000;

/// Which runs are held out.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawSplit {
    /// mixture: all runs of a mixture together; run: one by one; scale: runs at or above a
    /// capacity or a number of tokens; file: as a file says; none: no run, training error only.
    by: At<Word<SplitKind>>,
    /// Share held out, above 0 and below 1; for mixture and run, default 0.3; for scale a share of
    /// the mixtures, which train at no scale, default none.
    pub(super) test_fraction: Option<At<f64>>,
    /// Number of random splits, from 1 to 100000; for mixture and run, and for scale with
    /// `test-fraction`, default 20.
    pub(super) count: Option<At<i64>>,
    /// Folds, from 2 to 100000, instead of random splits: each mixture or run is held out once; for
    /// mixture and run, default none.
    folds: Option<At<i64>>,
    /// Deals of the folds, from 1 to 100000; default 1.
    repeats: Option<At<i64>>,
    /// Seed of the splits, at least 0; for mixture and run, and for scale with `test-fraction`,
    /// default the seed of the experiment.
    pub(super) seed: Option<At<i64>>,
    /// Training runs have a capacity below this, above 0; for scale, default no bound.
    pub(super) capacity_below: Option<At<f64>>,
    /// Training runs have fewer tokens than this, above 0; for scale, default no bound.
    pub(super) tokens_below: Option<At<f64>>,
    /// Test runs have at least this capacity, above 0; larger runs that lack it are in no split; for
    /// scale, default no bound.
    pub(super) test_capacity_at_least: Option<At<f64>>,
    /// Test runs have at least this many tokens, above 0; larger runs that lack them are in no
    /// split; for scale, default no bound.
    pub(super) test_tokens_at_least: Option<At<f64>>,
    /// A CSV file of columns split,run, which lists the test runs; relative to this file; for
    /// file.
    path: Option<At<String>>,
    /// Names of the splits of the file to use; for file, default all.
    splits: Option<At<Vec<At<SplitName>>>>,
}

/// The name of a split: a text, or a whole number.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum SplitName {
    Number(i64),
    Text(String),
}

impl JsonSchema for SplitName {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "SplitName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "string" }, { "type": "integer" }] })
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum SplitKind {
    Mixture,
    Run,
    Scale,
    File,
    None,
}

impl Choice for SplitKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("mixture", Self::Mixture),
        ("run", Self::Run),
        ("scale", Self::Scale),
        ("file", Self::File),
        ("none", Self::None),
    ];
}

/// Keys of the splits that are drawn.
const RANDOM_KEYS: &[&str] = &["test-fraction", "count", "folds", "repeats", "seed"];

const SPLIT_KEYS: Kinds = Kinds {
    selector: "by",
    keys: &[
        ("mixture", RANDOM_KEYS),
        ("run", RANDOM_KEYS),
        ("scale", SCALE_KEYS),
        ("file", &["path", "splits"]),
        ("none", &[]),
    ],
};

/// The split of a `[fit]` that says nothing about it.
pub(super) fn default() -> SplitRule {
    let HeldOutMixtures {
        test_fraction,
        count,
    } = HeldOutMixtures::default();
    SplitRule::Mixture {
        test_fraction,
        count,
    }
}

/// Checks `[fit.split]`.
pub(super) fn validate(raw: &At<RawSplit>, problems: &mut Problems) -> Option<SplitRule> {
    let kind = raw.by.0;
    SPLIT_KEYS.check(
        kind.word(),
        &[
            ("test-fraction", span_of(raw.test_fraction.as_ref())),
            ("count", span_of(raw.count.as_ref())),
            ("folds", span_of(raw.folds.as_ref())),
            ("repeats", span_of(raw.repeats.as_ref())),
            ("seed", span_of(raw.seed.as_ref())),
            ("capacity-below", span_of(raw.capacity_below.as_ref())),
            ("tokens-below", span_of(raw.tokens_below.as_ref())),
            (
                "test-capacity-at-least",
                span_of(raw.test_capacity_at_least.as_ref()),
            ),
            (
                "test-tokens-at-least",
                span_of(raw.test_tokens_at_least.as_ref()),
            ),
            ("path", span_of(raw.path.as_ref())),
            ("splits", span_of(raw.splits.as_ref())),
        ],
        problems,
    );
    match kind {
        SplitKind::Mixture => random(raw, Unit::Mixture, problems),
        SplitKind::Run => random(raw, Unit::Run, problems),
        SplitKind::Scale => validate_scale(raw, problems),
        SplitKind::File => file(raw, problems),
        SplitKind::None => Some(SplitRule::None),
    }
}

/// The seed of the splits; the inner `None` is an absent key.
#[expect(clippy::option_option, reason = "the two levels mean different things")]
pub(super) fn seed(raw: &RawSplit, problems: &mut Problems) -> Option<Option<u64>> {
    match &raw.seed {
        None => Some(None),
        Some(seed) => problems
            .size("seed", seed, 0..=i64::MAX)
            .map(|seed| Some(seed as u64)),
    }
}

fn random(raw: &RawSplit, by: Unit, problems: &mut Problems) -> Option<SplitRule> {
    if let Some(folds) = &raw.folds {
        let given = [
            ("test-fraction", span_of(raw.test_fraction.as_ref())),
            ("count", span_of(raw.count.as_ref())),
        ];
        for (key, span) in given {
            let Some(span) = span else { continue };
            let place = problems.key_of(&span);
            return problems.add(
                Problem::new(format!("`{key}` has no meaning beside `folds`"))
                    .label(place, "no meaning here")
                    .help("folds hold out every mixture or run once; take one of the two out"),
            );
        }
        let folds = problems.size("folds", folds, 2..=MOST_SPLITS);
        let repeats = problems.size_or("repeats", raw.repeats.as_ref(), 1, 1..=MOST_SPLITS);
        return Some(SplitRule::Folds {
            by,
            folds: folds?,
            repeats: repeats?,
        });
    }
    if let Some(repeats) = &raw.repeats {
        let place = problems.key_of(&repeats.span());
        return problems.add(
            Problem::new("`repeats` has no meaning without `folds`")
                .label(place, "no meaning here")
                .help("take it out, or give `folds`; random splits have `count`"),
        );
    }
    let HeldOutMixtures {
        test_fraction,
        count,
    } = drawn(raw, problems)?;
    Some(match by {
        Unit::Mixture => SplitRule::Mixture {
            test_fraction,
            count,
        },
        Unit::Run => SplitRule::Run {
            test_fraction,
            count,
        },
    })
}

fn file(raw: &At<RawSplit>, problems: &mut Problems) -> Option<SplitRule> {
    let Some(path) = &raw.path else {
        return SPLIT_KEYS.missing("file", "path", raw.span(), problems);
    };
    if path.trim().is_empty() || path.contains('\0') {
        return problems.add(
            Problem::new("`path` has no usable name")
                .label(path.span(), "must be the path of a CSV file"),
        );
    }
    let splits: Vec<String> = match &raw.splits {
        None => Vec::new(),
        Some(splits) if splits.is_empty() => {
            return problems.add(
                Problem::new("`splits` is empty")
                    .label(splits.span(), "names no split")
                    .help("to use all splits of the file, take `splits` out"),
            );
        }
        Some(splits) => splits
            .iter()
            .map(|name| match &**name {
                SplitName::Number(number) => number.to_string(),
                SplitName::Text(text) => text.clone(),
            })
            .collect(),
    };
    Some(SplitRule::File {
        path: PathBuf::from(path.as_str()),
        splits,
    })
}

/// The share that is held out, and how often it is drawn.
pub(super) fn drawn(raw: &RawSplit, problems: &mut Problems) -> Option<HeldOutMixtures> {
    let default = HeldOutMixtures::default();
    let fraction = problems.number_or(
        "test-fraction",
        raw.test_fraction.as_ref(),
        default.test_fraction,
        "a number above 0 and below 1",
        |fraction| fraction > 0.0 && fraction < 1.0,
    );
    let count = problems.size_or("count", raw.count.as_ref(), default.count, 1..=MOST_SPLITS);
    Some(HeldOutMixtures {
        test_fraction: fraction?,
        count: count?,
    })
}

/// The table that says `split`, with files relative to `folder`.
pub(super) fn raw(split: &SplitRule, seed: Option<u64>, folder: &Path) -> RawSplit {
    let by = |kind: SplitKind| RawSplit {
        by: kind.into(),
        seed: seed.map(whole),
        ..RawSplit::default()
    };
    let random = |kind, test_fraction: f64, count: usize| RawSplit {
        test_fraction: Some(test_fraction.into()),
        count: Some(whole(count)),
        ..by(kind)
    };
    match split {
        SplitRule::Mixture {
            test_fraction,
            count,
        } => random(SplitKind::Mixture, *test_fraction, *count),
        SplitRule::Run {
            test_fraction,
            count,
        } => random(SplitKind::Run, *test_fraction, *count),
        SplitRule::Folds {
            by: unit,
            folds,
            repeats,
        } => RawSplit {
            folds: Some(whole(*folds)),
            repeats: Some(whole(*repeats)),
            ..by(match unit {
                Unit::Mixture => SplitKind::Mixture,
                Unit::Run => SplitKind::Run,
            })
        },
        SplitRule::Scale(rule) => {
            let bound = |bound: f64| (bound.is_finite() && bound > 0.0).then(|| bound.into());
            RawSplit {
                capacity_below: bound(rule.capacity_below),
                tokens_below: bound(rule.tokens_below),
                test_capacity_at_least: bound(rule.test_capacity),
                test_tokens_at_least: bound(rule.test_tokens),
                test_fraction: rule.mixtures.map(|mixtures| mixtures.test_fraction.into()),
                count: rule.mixtures.map(|mixtures| whole(mixtures.count)),
                ..by(SplitKind::Scale)
            }
        }
        SplitRule::File { path, splits } => RawSplit {
            path: Some(relative(path, folder).into()),
            splits: (!splits.is_empty()).then(|| list(splits.iter().cloned().map(SplitName::Text))),
            ..by(SplitKind::File)
        },
        SplitRule::None => by(SplitKind::None),
    }
}

/// Keys of a split by scale.
const SCALE_KEYS: &[&str] = &[
    "capacity-below",
    "tokens-below",
    "test-capacity-at-least",
    "test-tokens-at-least",
    "test-fraction",
    "count",
    "seed",
];

/// Checks the keys of a split by scale.
fn validate_scale(raw: &At<RawSplit>, problems: &mut Problems) -> Option<SplitRule> {
    if raw.capacity_below.is_none() && raw.tokens_below.is_none() {
        return problems.add(
            Problem::new("by = \"scale\" needs `capacity-below`, `tokens-below` or both")
                .label(raw.span(), "no bound is given here"),
        );
    }
    let mut bound = |key, given: Option<&At<f64>>, none| {
        problems.number_or(key, given, none, "a number above 0", |v| v > 0.0)
    };
    let capacity = bound("capacity-below", raw.capacity_below.as_ref(), f64::INFINITY);
    let tokens = bound("tokens-below", raw.tokens_below.as_ref(), f64::INFINITY);
    let given = raw.test_capacity_at_least.as_ref();
    let test_capacity = bound("test-capacity-at-least", given, 0.0);
    let given = raw.test_tokens_at_least.as_ref();
    let test_tokens = bound("test-tokens-at-least", given, 0.0);
    let mixtures = scale_mixtures(raw, problems);
    Some(SplitRule::Scale(ScaleRule {
        capacity_below: capacity?,
        tokens_below: tokens?,
        test_capacity: test_capacity?,
        test_tokens: test_tokens?,
        mixtures: mixtures?,
    }))
}

/// The mixtures held out on top; the inner `None`: none.
#[expect(clippy::option_option, reason = "the two levels mean different things")]
fn scale_mixtures(raw: &At<RawSplit>, problems: &mut Problems) -> Option<Option<HeldOutMixtures>> {
    if raw.test_fraction.is_some() {
        return drawn(raw, problems).map(Some);
    }
    let given = [
        ("count", span_of(raw.count.as_ref())),
        ("seed", span_of(raw.seed.as_ref())),
    ];
    for (key, span) in given {
        let Some(span) = span else { continue };
        let place = problems.key_of(&span);
        return problems.add(
            Problem::new(format!(
                "`{key}` has no meaning for by = \"scale\" without `test-fraction`"
            ))
            .label(place, "no meaning here")
            .help(
                "take it out, or hold out mixtures as well, with test-fraction = 0.3: a split by \
                 scale alone draws nothing",
            ),
        );
    }
    Some(None)
}
