//! `[vary]`: the experiment again, for several values of one of its numbers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Value;

use crate::config::diagnosis::error::{ConfigError, Problem};
use crate::config::diagnosis::number::say;
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::{At, list};
use crate::config::diagnosis::wording::shorten;
use crate::experiment::{Experiment, Source, Vary};
use crate::mixture::MOST_WEIGHTS;

/// Most values of the number that varies.
const MOST_VALUES: usize = 100;

/// The whole experiment again, for several values of one of its numbers.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct RawVary {
    /// The key of the number, with the tables that it is in, such as world.overlap.fraction; * stands
    /// for every item of a list, as in world.domains.*.cost.
    key: At<String>,
    /// The values that it takes, from 2 to 100 different numbers.
    values: At<Vec<At<f64>>>,
    /// What the number is, for the axis of the figure; default the key.
    label: Option<At<String>>,
}

/// Checks `[vary]` of a file with the text `text`, whose mixtures have `weights` weights, and reads the
/// experiment with each value by `parse`.
pub(crate) fn validate(
    raw: &At<RawVary>,
    (text, weights): (&str, usize),
    parse: impl Fn(&str) -> Result<Experiment, ConfigError>,
    problems: &mut Problems,
) -> Option<Vary> {
    let values: Vec<f64> = raw.values.iter().map(|value| **value).collect();
    if values.len() < 2 || values.len() > MOST_VALUES {
        return problems.add(
            Problem::new(format!("`values` holds {} numbers", values.len())).label(
                raw.values.span(),
                format!("needs 2 to {MOST_VALUES} numbers"),
            ),
        );
    }
    for (index, value) in raw.values.iter().enumerate() {
        if !value.is_finite() {
            return problems.refuse("values", value, &say(**value), "a list of finite numbers");
        }
        if values[..index]
            .iter()
            .any(|other| other.total_cmp(value).is_eq())
        {
            return problems.add(
                Problem::new(format!("`values` lists {} twice", say(**value)))
                    .label(value.span(), "again here"),
            );
        }
    }
    if raw.key.split('.').next() == Some("optimum") {
        return problems.add(
            Problem::new("a number of [optimum] cannot vary")
                .label(raw.key.span(), "not fitted again")
                .help(
                    "[vary] repeats the fits; the best mixture is found once. [optimum.path] follows it \
                     over tokens, capacity or the target; for other bounds write a file for each",
                ),
        );
    }
    // Before each takes its time: nearly always all have as many mixtures as the file itself.
    let of_mixtures = raw.key.starts_with("sweep.mixtures");
    if !of_mixtures && weights.saturating_mul(values.len()) > MOST_WEIGHTS {
        return problems.add(too_many_weights(raw));
    }
    let mut table: toml::Table = match toml::from_str(text) {
        Ok(table) => table,
        Err(error) => return problems.add(Problem::new(error.message().to_owned())),
    };
    table.remove("vary");
    table.remove("checks");
    let (mut variants, mut weights) = (Vec::new(), 0_usize);
    for value in raw.values.iter() {
        let mut changed = Value::Table(table.clone());
        let keys: Vec<&str> = raw.key.split('.').collect();
        if let Err(reason) = set(&mut changed, &keys, **value) {
            return problems.add(
                Problem::new(format!("`key` names no number of this file: {reason}"))
                    .label(raw.key.span(), "leads nowhere")
                    .help("the key with its tables, such as world.overlap.fraction or fit.split.test-fraction"),
            );
        }
        let text = toml::to_string(&changed).unwrap_or_default();
        match parse(&text) {
            Ok(experiment) => {
                weights += weights_of(&experiment);
                if weights > MOST_WEIGHTS {
                    return problems.add(too_many_weights(raw));
                }
                variants.push((**value, experiment));
            }
            Err(error) => {
                let reasons: Vec<&str> = error.problems().iter().map(Problem::message).collect();
                return problems.add(
                    Problem::new(format!(
                        "the experiment cannot be run with {} = {}: {}",
                        shorten(&raw.key),
                        say(**value),
                        reasons.join("; ")
                    ))
                    .label(value.span(), "this value"),
                );
            }
        }
    }
    let label = raw
        .label
        .as_ref()
        .map_or_else(|| (*raw.key).clone(), |label| (**label).clone());
    if label.trim().is_empty() {
        let span = raw.label.as_ref().map_or(raw.span(), At::span);
        return problems.add(Problem::new("`label` is empty").label(span, "says nothing"));
    }
    Some(Vary {
        key: (*raw.key).clone(),
        label,
        variants,
    })
}

/// All values together have more mixtures than memory should hold.
fn too_many_weights(raw: &RawVary) -> Problem {
    Problem::new(format!(
        "the mixtures of all values have more than {MOST_WEIGHTS} weights"
    ))
    .label(raw.values.span(), "too many values for so many mixtures")
    .help("take fewer values, or fewer mixtures in [sweep.mixtures]")
}

/// Numbers that the mixtures of an experiment take.
pub(crate) fn weights_of(experiment: &Experiment) -> usize {
    match &experiment.source {
        Source::Simulated { world, sweep, .. } => sweep.mixtures.len() * world.domains().len(),
        Source::Runs(_) => 0,
    }
}

/// Puts `number` at the place that `keys` lead to; the last key may be new.
fn set(place: &mut Value, keys: &[&str], number: f64) -> Result<(), String> {
    let [key, rest @ ..] = keys else {
        let replaced = matches!(place, Value::Integer(_) | Value::Float(_));
        if !replaced {
            return Err("what stands there is no number".into());
        }
        *place = value(number);
        return Ok(());
    };
    match place {
        Value::Table(table) if rest.is_empty() && !table.contains_key(*key) => {
            table.insert((*key).into(), value(number));
            Ok(())
        }
        Value::Table(table) => match table.get_mut(*key) {
            Some(inner) => set(inner, rest, number),
            None => Err(format!("there is no [{key}] in it")),
        },
        Value::Array(items) if *key == "*" => items
            .iter_mut()
            .try_for_each(|item| set(item, rest, number)),
        Value::Array(items) => match key.parse::<usize>().ok().and_then(|at| items.get_mut(at)) {
            Some(inner) => set(inner, rest, number),
            None => Err(format!("a list has no item `{key}`")),
        },
        _ => Err(format!("there is nothing below `{key}`")),
    }
}

/// A number as TOML has it; whole numbers are whole, which suits every key that takes a number.
fn value(number: f64) -> Value {
    /// Whole numbers up to here are exact.
    const EXACT: f64 = 9e15;
    if number.fract() == 0.0 && number.abs() < EXACT {
        Value::Integer(number as i64)
    } else {
        Value::Float(number)
    }
}

impl From<&Vary> for RawVary {
    fn from(vary: &Vary) -> Self {
        Self {
            key: vary.key.clone().into(),
            values: list(vary.variants.iter().map(|(value, _)| *value)),
            label: Some(vary.label.clone().into()),
        }
    }
}
