//! `[fit.split]` with `by = "scale"`: small runs train, larger ones test.

use super::split::{RawSplit, drawn};
use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::{At, span_of};
use crate::config::toml_writer::Writer;
use crate::fit::{HeldOutMixtures, ScaleRule, SplitRule};

/// Keys of a split by scale.
pub(super) const KEYS: &[&str] = &[
    "capacity-below",
    "tokens-below",
    "test-capacity-at-least",
    "test-tokens-at-least",
    "test-fraction",
    "count",
    "seed",
];

/// Checks the keys of a split by scale.
pub(super) fn validate(raw: &At<RawSplit>, problems: &mut Problems) -> Option<SplitRule> {
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
    let mixtures = mixtures(raw, problems);
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
fn mixtures(raw: &At<RawSplit>, problems: &mut Problems) -> Option<Option<HeldOutMixtures>> {
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

/// Writes the keys of a split by scale.
pub(super) fn write(rule: &ScaleRule, out: &mut Writer) {
    let bounds = [
        ("capacity-below", rule.capacity_below),
        ("tokens-below", rule.tokens_below),
        ("test-capacity-at-least", rule.test_capacity),
        ("test-tokens-at-least", rule.test_tokens),
    ];
    for (key, bound) in bounds {
        if bound.is_finite() && bound > 0.0 {
            out.number(key, bound);
        }
    }
    if let Some(mixtures) = rule.mixtures {
        out.number("test-fraction", mixtures.test_fraction);
        out.key("count", mixtures.count);
    }
}
