//! `[data]`: real training runs instead of a world, a learner and a sweep.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::row_filter::{self, Wanted};
use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::number::say;
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::At;
use crate::config::relative_path::relative;
use crate::runs::{ExcludedCell, Mapping, ScaleSource};

/// What a pattern writes for the name of a domain.
const DOMAIN: &str = "{domain}";

/// Real training runs.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct RawData {
    /// A CSV file, or a list of CSV files that are joined; relative to this file.
    runs: At<OneOrMore>,
    /// Column on which several files are joined; needed for more than one.
    join: Option<At<String>>,
    /// Pattern of the weight columns, with one {domain} in it; default "weight_{domain}".
    weight: Option<At<String>>,
    /// Pattern of the loss columns, with one {domain} in it; default "loss_{domain}".
    loss: Option<At<String>>,
    /// Column of the capacities, or one number for all runs; default: the column "capacity", if
    /// there is one.
    capacity: Option<At<NumberOrText>>,
    /// Column of the training tokens, or one number for all runs; default: the column "tokens",
    /// if there is one.
    tokens: Option<At<NumberOrText>>,
    /// Rows to keep: columns with the value that each must have, or with the range that it must be
    /// in, such as { at-least = 5e9 }, { at-most = 1e10 } or both; default all rows.
    #[serde(rename = "where")]
    filter: Option<BTreeMap<String, At<Wanted>>>,
    /// Single losses to leave out, each "RUN:DOMAIN"; default none.
    exclude: Option<Vec<At<String>>>,
}

/// A text, or a list of texts.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl JsonSchema for OneOrMore {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "OneOrMore".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": "string" },
            { "type": "array", "items": { "type": "string" } }
        ] })
    }
}

/// A number, or a text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum NumberOrText {
    Number(f64),
    Text(String),
}

impl JsonSchema for NumberOrText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "NumberOrText".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "number" }, { "type": "string" }] })
    }
}

/// Checks `[data]`.
pub(crate) fn validate(raw: &At<RawData>, problems: &mut Problems) -> Option<Mapping> {
    let files = validate_files(raw, problems);
    let weight = pattern("weight", raw.weight.as_ref(), problems);
    let loss = pattern("loss", raw.loss.as_ref(), problems);
    if let (Some(weight), Some(loss)) = (&weight, &loss)
        && weight == loss
    {
        let place = raw.loss.as_ref().or(raw.weight.as_ref());
        problems.add::<()>(
            Problem::new("weights and losses have the same pattern of columns")
                .label(place.map_or(raw.span(), At::span), "the same for both")
                .help("each pattern must name columns of its own"),
        );
    }
    let capacity = scale("capacity", raw.capacity.as_ref(), problems);
    let tokens = scale("tokens", raw.tokens.as_ref(), problems);
    let filter = row_filter::validate(raw.filter.as_ref(), problems);
    let exclude = validate_exclude(raw.exclude.as_deref(), problems);
    let (files, join) = files?;
    Some(Mapping {
        files,
        join,
        weight: weight?,
        loss: loss?,
        capacity: capacity?,
        tokens: tokens?,
        filter: filter?,
        exclude: exclude?,
    })
}

fn validate_files(
    raw: &At<RawData>,
    problems: &mut Problems,
) -> Option<(Vec<PathBuf>, Option<String>)> {
    let names = match &*raw.runs {
        OneOrMore::One(name) => std::slice::from_ref(name),
        OneOrMore::More(names) => names.as_slice(),
    };
    if names.is_empty() {
        return problems
            .add(Problem::new("`runs` is empty").label(raw.runs.span(), "names no file"));
    }
    if names
        .iter()
        .any(|name| name.trim().is_empty() || name.contains('\0'))
    {
        return problems.add(
            Problem::new("a file of `runs` has no usable name")
                .label(raw.runs.span(), "must be the path of a CSV file"),
        );
    }
    let join = match (&raw.join, names.len()) {
        (None, 1) => None,
        (None, count) => {
            return problems.add(
                Problem::new(format!("{count} files need `join`"))
                    .label(raw.runs.span(), "which rows belong together?")
                    .help("name the column that the files share, such as join = \"index\""),
            );
        }
        (Some(join), 1) => {
            let place = problems.key_of(&join.span());
            return problems.add(
                Problem::new("`join` has no meaning for one file")
                    .label(place, "no meaning here")
                    .help("take it out, or list the other files in `runs`"),
            );
        }
        (Some(join), _) => Some(column("join", join, problems)?),
    };
    Some((names.iter().map(PathBuf::from).collect(), join))
}

fn pattern(key: &str, given: Option<&At<String>>, problems: &mut Problems) -> Option<String> {
    let Some(given) = given else {
        return Some(format!("{key}_{DOMAIN}"));
    };
    let count = given.matches(DOMAIN).count();
    if count == 1 {
        return Some((**given).clone());
    }
    let fault = if count == 0 {
        format!("no {DOMAIN} in it")
    } else {
        format!("{count} times {DOMAIN} in it")
    };
    problems.add(
        Problem::new(format!("the pattern `{key}` has {fault}"))
            .label(given.span(), format!("needs one {DOMAIN}"))
            .help(format!(
                "{DOMAIN} stands for the name of a domain: {key} = \"{key}_{DOMAIN}\" finds the \
                 columns {key}_web, {key}_code and so on"
            )),
    )
}

fn column(key: &str, given: &At<String>, problems: &mut Problems) -> Option<String> {
    if given.is_empty() {
        return problems
            .add(Problem::new(format!("`{key}` is empty")).label(given.span(), "names no column"));
    }
    Some((**given).clone())
}

/// The outer `None` is a problem; the inner one an absent key.
#[expect(clippy::option_option, reason = "the two levels mean different things")]
fn scale(
    key: &str,
    given: Option<&At<NumberOrText>>,
    problems: &mut Problems,
) -> Option<Option<ScaleSource>> {
    let Some(given) = given else {
        return Some(None);
    };
    match &**given {
        NumberOrText::Number(value) if value.is_finite() && *value > 0.0 => {
            Some(Some(ScaleSource::Constant(*value)))
        }
        NumberOrText::Number(value) => problems.refuse(
            key,
            given,
            &say(*value),
            "a number above 0, or the name of a column",
        ),
        NumberOrText::Text(name) if name.is_empty() => problems
            .add(Problem::new(format!("`{key}` is empty")).label(given.span(), "names no column")),
        NumberOrText::Text(name) => Some(Some(ScaleSource::Column(name.clone()))),
    }
}

fn validate_exclude(
    given: Option<&[At<String>]>,
    problems: &mut Problems,
) -> Option<Vec<ExcludedCell>> {
    let mut cells = Vec::new();
    for text in given.into_iter().flatten() {
        let Some(cell) = ExcludedCell::parse(text) else {
            return problems.add(
                Problem::new("a cell of `exclude` is not RUN:DOMAIN")
                    .label(text.span(), "needs a colon between run and domain")
                    .help("exclude = [\"36:web\"] leaves out the loss of web in the run 36"),
            );
        };
        cells.push(cell);
    }
    Some(cells)
}

/// The table that says `mapping`, with files relative to `folder`.
pub(crate) fn raw(mapping: &Mapping, folder: &Path) -> RawData {
    let files = mapping.files.iter().map(|file| relative(file, folder));
    let runs = match <[String; 1]>::try_from(Vec::from_iter(files)) {
        Ok([file]) => OneOrMore::One(file),
        Err(files) => OneOrMore::More(files),
    };
    let scale = |source: &ScaleSource| match source {
        ScaleSource::Column(name) => NumberOrText::Text(name.clone()).into(),
        ScaleSource::Constant(value) => NumberOrText::Number(*value).into(),
    };
    let exclude = mapping.exclude.iter().map(|cell| cell.to_string().into());
    RawData {
        runs: runs.into(),
        join: mapping.join.clone().map(At::from),
        weight: Some(mapping.weight.clone().into()),
        loss: Some(mapping.loss.clone().into()),
        capacity: mapping.capacity.as_ref().map(scale),
        tokens: mapping.tokens.as_ref().map(scale),
        filter: row_filter::raw(&mapping.filter),
        exclude: (!mapping.exclude.is_empty()).then(|| exclude.collect()),
    }
}
