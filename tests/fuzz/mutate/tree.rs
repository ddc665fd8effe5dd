//! Changes to trees of values, and their text as TOML or JSON.

use std::fmt::Write as _;

use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::{Map, Value};

use super::{NUMBERS, pick, words};

/// Marks a text that is written as it is: numbers that JSON has no value for.
const RAW: char = '\u{1}';

/// Makes one change to `tree`. `keys` are names worth giving, `other` is a tree to take pieces from.
pub fn change(tree: &mut Value, keys: &[&str], other: &Value, random: &mut Xoshiro256PlusPlus) {
    let place = random.random_range(0..size(tree));
    let Some(node) = nth(tree, &mut { place }) else {
        return;
    };
    match node {
        Value::Object(table) if random.random_range(0..3) > 0 => {
            change_table(table, keys, other, random);
        }
        Value::Array(items) if random.random_range(0..3) > 0 => change_list(items, random),
        Value::Object(_) | Value::Array(_) => *node = scalar(random),
        _ => match random.random_range(0..8) {
            0 => *node = Value::Array(vec![node.clone()]),
            1 => *node = words(random).into(),
            2 => *node = scalar(random),
            _ if node.is_string() => *node = pick(keys, random).into(),
            _ => *node = number(random),
        },
    }
}

fn change_table(
    table: &mut Map<String, Value>,
    keys: &[&str],
    other: &Value,
    random: &mut Xoshiro256PlusPlus,
) {
    let names: Vec<String> = table.keys().cloned().collect();
    let name = |random: &mut Xoshiro256PlusPlus| {
        let at = random.random_range(0..names.len().max(1));
        names.get(at).cloned().unwrap_or_default()
    };
    match random.random_range(0..6) {
        0 => drop(table.remove(&name(random))),
        1 => drop(table.insert(pick(keys, random).into(), scalar(random))),
        2 => {
            if let Some(value) = table.remove(&name(random)) {
                table.insert(pick(keys, random).into(), value);
            }
        }
        3 => {
            let (one, two) = (name(random), name(random));
            if let (Some(a), Some(b)) = (table.get(&one).cloned(), table.get(&two).cloned()) {
                table.insert(one, b);
                table.insert(two, a);
            }
        }
        4 => drop(table.insert(words(random), scalar(random))),
        _ => {
            // What another file says under a key of this table.
            let place = random.random_range(0..size(other));
            if let Some(Value::Object(donor)) = nth(&mut other.clone(), &mut { place })
                && let Some((key, value)) =
                    donor.iter().nth(random.random_range(0..donor.len().max(1)))
            {
                table.insert(key.clone(), value.clone());
            }
        }
    }
}

fn change_list(items: &mut Vec<Value>, random: &mut Xoshiro256PlusPlus) {
    let at = random.random_range(0..items.len().max(1));
    match random.random_range(0..6) {
        0 => items.clear(),
        1 if at < items.len() => drop(items.remove(at)),
        2 => items.push(scalar(random)),
        3 => items.reverse(),
        _ => {
            let times = match random.random_range(0..30) {
                0 => 2000,
                1..=3 => 40,
                _ => 1,
            };
            if let Some(item) = items.get(at).cloned() {
                items.extend(std::iter::repeat_n(item, times));
            }
        }
    }
}

fn scalar(random: &mut Xoshiro256PlusPlus) -> Value {
    match random.random_range(0..8) {
        0 => Value::Bool(random.random()),
        1 => Value::Array(Vec::new()),
        2 => Value::Object(Map::new()),
        3 => words(random).into(),
        4 => Value::Null,
        _ => number(random),
    }
}

fn number(random: &mut Xoshiro256PlusPlus) -> Value {
    format!("{RAW}{}", pick(NUMBERS, random)).into()
}

fn size(tree: &Value) -> usize {
    1 + match tree {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(table) => table.values().map(size).sum(),
        _ => 0,
    }
}

fn nth<'a>(tree: &'a mut Value, place: &mut usize) -> Option<&'a mut Value> {
    if *place == 0 {
        return Some(tree);
    }
    *place -= 1;
    match tree {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, place)),
        Value::Object(table) => table.values_mut().find_map(|value| nth(value, place)),
        _ => None,
    }
}

/// The tree as TOML: a line for each key, all else inline.
pub fn toml(tree: &Value) -> String {
    let mut text = String::new();
    match tree {
        Value::Object(table) => {
            for (key, value) in table {
                let _ = write!(text, "{} = ", quoted(key));
                inline(value, " = ", &mut text);
                text.push('\n');
            }
        }
        other => inline(other, " = ", &mut text),
    }
    text
}

/// The tree as JSON.
pub fn json(tree: &Value) -> String {
    let mut text = String::new();
    inline(tree, ": ", &mut text);
    text
}

/// Quoted texts have one form in TOML and JSON, but for the delete character.
fn quoted(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

fn inline(value: &Value, between: &str, text: &mut String) {
    match value {
        Value::String(words) => match words.strip_prefix(RAW) {
            Some(raw) => text.push_str(raw),
            None => text.push_str(&quoted(words)),
        },
        Value::Array(items) => {
            text.push('[');
            for (number, item) in items.iter().enumerate() {
                text.push_str(if number > 0 { ", " } else { "" });
                inline(item, between, text);
            }
            text.push(']');
        }
        Value::Object(table) => {
            text.push('{');
            for (number, (key, value)) in table.iter().enumerate() {
                text.push_str(if number > 0 { ", " } else { "" });
                text.push_str(&quoted(key));
                text.push_str(between);
                inline(value, between, text);
            }
            text.push('}');
        }
        other => {
            let _ = write!(text, "{other}");
        }
    }
}
