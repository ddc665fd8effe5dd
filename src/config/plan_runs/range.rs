//! A number that is known, or the ends that it is drawn between.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::number::say;
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::At;
use crate::planning::Range;

/// The ends that a number is drawn between.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawEnds {
    /// Lower end.
    low: f64,
    /// Upper end, at least the lower one.
    high: f64,
}

/// A number, or the ends that it is drawn between.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
pub(super) enum Between {
    Known(f64),
    Drawn(RawEnds),
}

impl JsonSchema for Between {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Between".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let ends = generator.subschema_for::<RawEnds>();
        json_schema!({ "anyOf": [{ "type": "number" }, ends] })
    }
}

impl Problems {
    /// A range whose ends both pass `test`; `must` says in words what that is.
    pub(super) fn range(
        &mut self,
        key: &str,
        given: &At<Between>,
        must: &str,
        test: impl Fn(f64) -> bool,
    ) -> Option<Range> {
        let (low, high) = match **given {
            Between::Known(value) => (value, value),
            Between::Drawn(RawEnds { low, high }) => (low, high),
        };
        for end in [low, high] {
            if !(end.is_finite() && test(end)) {
                return self.refuse(key, given, &say(end), must);
            }
        }
        if low > high {
            return self.add(
                Problem::new(format!("`{key}` goes from {} to {}", say(low), say(high)))
                    .label(given.span(), "`low` is above `high`"),
            );
        }
        Some(Range { low, high })
    }

    /// As [`Problems::range`], with a value for a key that is absent.
    pub(super) fn range_or(
        &mut self,
        key: &str,
        given: Option<&At<Between>>,
        default: f64,
        must: &str,
        test: impl Fn(f64) -> bool,
    ) -> Option<Range> {
        match given {
            Some(given) => self.range(key, given, must, test),
            None => Some(Range::known(default)),
        }
    }
}
