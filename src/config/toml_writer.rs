//! Lays a table out as TOML: short tables and lists on one line, the others under headers.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Map, Value};

use super::diagnosis::number::show;

/// Longest table, in bytes, that is written in the line of its key.
const SHORT: usize = 48;

/// Longest list of lists, in bytes, that is written in one line.
const LINE: usize = 100;

/// `table` as TOML.
pub(super) fn to_toml(table: &impl Serialize) -> String {
    let mut out = String::new();
    if let Ok(Value::Object(table)) = serde_json::to_value(table) {
        write_table("", &table, &mut out);
    }
    out
}

/// The keys of the table at `path`, then the tables in it. Keys without a value are absent.
fn write_table(path: &str, table: &Map<String, Value>, out: &mut String) {
    let given = table.iter().filter(|(_, value)| !value.is_null());
    let (tables, keys): (Vec<_>, Vec<_>) =
        given.partition(|(_, value)| has_header(value, path.is_empty()));
    for (name, value) in keys {
        let _ = writeln!(out, "{} = {}", key(name), lines(value));
    }
    for (name, value) in tables {
        let path = match path {
            "" => key(name),
            path => format!("{path}.{}", key(name)),
        };
        match value {
            Value::Object(table) => write_section(&format!("[{path}]"), &path, table, out),
            Value::Array(items) => {
                for table in items.iter().filter_map(Value::as_object) {
                    write_section(&format!("[[{path}]]"), &path, table, out);
                }
            }
            _ => {}
        }
    }
}

fn write_section(header: &str, path: &str, table: &Map<String, Value>, out: &mut String) {
    let _ = writeln!(out, "\n{header}");
    write_table(path, table, out);
}

/// Whether a value stands under a header of its own.
fn has_header(value: &Value, top: bool) -> bool {
    match value {
        Value::Object(_) => top || inline(value).len() > SHORT,
        Value::Array(items) => items.first().is_some_and(Value::is_object),
        _ => false,
    }
}

/// A value of a key; the items of a long list of lists have a line each.
fn lines(value: &Value) -> String {
    let line = inline(value);
    match value {
        Value::Array(items) if line.len() > LINE && items.iter().all(Value::is_array) => {
            let items = items.iter().map(|item| format!("    {},\n", inline(item)));
            format!("[\n{}]", items.collect::<String>())
        }
        _ => line,
    }
}

/// A value in one line.
fn inline(value: &Value) -> String {
    let joined = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => show(float),
            _ => number.to_string(),
        },
        Value::Array(items) => format!("[{}]", joined(items.iter().map(inline).collect())),
        Value::Object(table) => {
            let given = table.iter().filter(|(_, value)| !value.is_null());
            let pairs = given.map(|(name, value)| format!("{} = {}", key(name), inline(value)));
            format!("{{ {} }}", joined(pairs.collect()))
        }
        value => escaped(&value.to_string()),
    }
}

/// A text of JSON, or a word, as TOML writes it: without a control character that JSON lets stand.
fn escaped(json: &str) -> String {
    let mut text = String::new();
    for c in json.chars() {
        if c.is_control() {
            let _ = write!(text, "\\u{:04X}", u32::from(c));
        } else {
            text.push(c);
        }
    }
    text
}

/// A key, in quotes where it needs them.
fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !name.is_empty() && name.chars().all(bare) {
        name.to_owned()
    } else {
        inline(&name.into())
    }
}
