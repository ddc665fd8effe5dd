//! How messages speak of values: what was expected, what was found, how to write it instead.

use serde_json::Value;
use toml::de::DeValue;

use super::kind::{Kind, kinds, properties};
use super::number::show;
use crate::text::terminal::acts;

/// What a schema allows, in words.
pub(super) fn expected(kinds: &[Kind<'_>]) -> String {
    let words: Vec<String> = kinds.iter().map(Kind::describe).collect();
    words.join(" or ")
}

/// How to write what was perhaps meant.
pub(super) fn hint(
    value: &DeValue<'_>,
    kinds: &[Kind<'_>],
    key: &str,
    path: &str,
) -> Option<String> {
    let items = kinds.iter().find_map(|kind| match kind {
        Kind::List(item) => Some(super::kind::kinds(item)),
        _ => None,
    });
    let list = items.is_some();
    let takes = |wanted: &[Kind<'_>]| items.iter().flatten().any(|item| wanted.contains(item));
    match value {
        DeValue::Table(_) if list => Some(format!("write the header as [[{path}]]")),
        DeValue::String(text)
            if kinds.contains(&Kind::Number) && text.trim().parse::<f64>().is_ok() =>
        {
            Some(format!("write it without quotes: {}", text.trim()))
        }
        DeValue::String(text)
            if kinds.contains(&Kind::Whole) && text.trim().parse::<i64>().is_ok() =>
        {
            Some(format!("write it without quotes: {}", text.trim()))
        }
        DeValue::String(text) if kinds.contains(&Kind::Truth) => {
            matches!(text.as_ref(), "true" | "false")
                .then(|| format!("write it without quotes: {text}"))
        }
        DeValue::Float(digits) if kinds.contains(&Kind::Whole) => {
            let number: f64 = digits.as_str().parse().ok()?;
            // Beyond 2^53 the digits would be made up.
            (number.fract() == 0.0 && number.abs() < 9e15)
                .then(|| format!("write it without a point or exponent: {number:.0}"))
        }
        DeValue::String(text)
            if takes(&[Kind::Text])
                || items.iter().flatten().any(
                    |item| matches!(item, Kind::Words(words) if words.contains(&text.as_ref())),
                ) =>
        {
            Some(format!(
                "put it in brackets: {key} = [\"{}\"]",
                shorten(text)
            ))
        }
        DeValue::String(text) => kinds.iter().find_map(|kind| {
            let Kind::Table(schema) = kind else {
                return None;
            };
            // A word in place of the table that the word would choose the kind of.
            properties(schema)?.iter().find_map(|(selector, schema)| {
                kinds_words(schema)
                    .contains(&text.as_ref())
                    .then(|| format!("write {key} = {{ {selector} = \"{text}\" }}"))
            })
        }),
        DeValue::Integer(_) | DeValue::Float(_) if takes(&[Kind::Whole, Kind::Number]) => {
            Some(format!("put it in brackets: {key} = [{}]", number(value)?))
        }
        DeValue::Boolean(_) | DeValue::Datetime(_) if kinds.contains(&Kind::Text) => {
            Some("put it in quotes".into())
        }
        _ => None,
    }
}

fn kinds_words(schema: &Value) -> Vec<&str> {
    kinds(schema)
        .into_iter()
        .filter_map(|kind| match kind {
            Kind::Words(words) => Some(words),
            _ => None,
        })
        .flatten()
        .collect()
}

fn number(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::Integer(digits) => Some(digits.to_string()),
        DeValue::Float(digits) => digits.as_str().parse().ok().map(show),
        _ => None,
    }
}

/// What a value is, in words.
pub(super) fn found(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("the text \"{}\"", shorten(text)),
        DeValue::Integer(_) | DeValue::Float(_) => number(value).map_or_else(
            || "a number".into(),
            |number| format!("the number {}", shorten(&number)),
        ),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(_) => "a date or time".into(),
        DeValue::Array(_) => "a list".into(),
        DeValue::Table(_) => "a table".into(),
    }
}

/// A doc comment as one line.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The beginning of a text, short enough for a message and safe for a terminal.
pub(crate) fn shorten(text: &str) -> String {
    const MOST: usize = 40;
    let safe = |c: char| {
        if acts(c) {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    let shown: String = text.chars().take(MOST).map(safe).collect();
    if text.chars().nth(MOST).is_some() {
        format!("{shown}…")
    } else {
        shown
    }
}
