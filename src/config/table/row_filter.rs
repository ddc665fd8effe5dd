//! `[data] where`: which rows of a table of runs are kept.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::number::say;
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::At;
use crate::config::diagnosis::wording::shorten;
use crate::runs::FilterValue;

/// The range that a column must be in.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawLimits {
    /// Smallest value, a number; default no limit.
    at_least: Option<f64>,
    /// Largest value, a number; default no limit.
    at_most: Option<f64>,
}

/// What a column must hold: a number, a text, or a number in a range.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Wanted {
    Number(f64),
    Text(String),
    Range(RawLimits),
}

impl JsonSchema for Wanted {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Wanted".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let limits = generator.subschema_for::<RawLimits>();
        json_schema!({ "anyOf": [{ "type": "number" }, { "type": "string" }, limits] })
    }
}

/// Checks `where`.
pub(super) fn validate(
    given: Option<&BTreeMap<String, At<Wanted>>>,
    problems: &mut Problems,
) -> Option<Vec<(String, FilterValue)>> {
    let mut filter = Vec::new();
    for (column, wanted) in given.into_iter().flatten() {
        let value = match &**wanted {
            Wanted::Text(text) => FilterValue::Text(text.clone()),
            Wanted::Number(number) if number.is_finite() => FilterValue::Number(*number),
            Wanted::Number(number) => {
                let must = "a finite number, a text, or a range";
                return problems.refuse(column, wanted, &say(*number), must);
            }
            Wanted::Range(limits) => range(column, wanted, *limits, problems)?,
        };
        filter.push((column.clone(), value));
    }
    Some(filter)
}

fn range(
    column: &str,
    given: &At<Wanted>,
    limits: RawLimits,
    problems: &mut Problems,
) -> Option<FilterValue> {
    let RawLimits { at_least, at_most } = limits;
    if at_least.is_none() && at_most.is_none() {
        return problems.add(
            Problem::new("a range without a limit")
                .label(given.span(), "needs `at-least`, `at-most` or both")
                .help("such as { at-least = 5e9 }; to keep every row, take the column out"),
        );
    }
    for limit in [at_least, at_most].into_iter().flatten() {
        if !limit.is_finite() {
            return problems.add(
                Problem::new(format!("a limit of a range is {}", say(limit)))
                    .label(given.span(), "limits must be finite")
                    .help("a side without a limit is left out, as in { at-least = 5e9 }"),
            );
        }
    }
    if let (Some(least), Some(most)) = (at_least, at_most)
        && least > most
    {
        let (least, most) = (say(least), say(most));
        return problems.add(
            Problem::new(format!("no number is at least {least} and at most {most}"))
                .label(given.span(), "`at-least` is above `at-most`")
                .help(format!(
                    "the range of `{}` would keep no row",
                    shorten(column)
                )),
        );
    }
    Some(FilterValue::Range {
        at_least: at_least.unwrap_or(f64::NEG_INFINITY),
        at_most: at_most.unwrap_or(f64::INFINITY),
    })
}

/// The table that says `filter`; `None` if every row is kept.
pub(super) fn raw(filter: &[(String, FilterValue)]) -> Option<BTreeMap<String, At<Wanted>>> {
    let wanted = filter.iter().map(|(column, value)| {
        let wanted = match value {
            FilterValue::Number(number) => Wanted::Number(*number),
            FilterValue::Text(text) => Wanted::Text(text.clone()),
            FilterValue::Range { at_least, at_most } => Wanted::Range(RawLimits {
                at_least: Some(*at_least).filter(|limit| limit.is_finite()),
                at_most: Some(*at_most).filter(|limit| limit.is_finite()),
            }),
        };
        (column.clone(), wanted.into())
    });
    (!filter.is_empty()).then(|| wanted.collect())
}
