//! The kinds of value that a JSON Schema allows, as far as the experiment file needs them.

use serde_json::{Map, Value};

use super::keys;

/// One kind of value that a schema allows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind<'s> {
    /// A table of known keys.
    Table(&'s Value),
    /// A table of any keys, whose values follow the schema.
    Map(&'s Value),
    /// A list, whose items follow the schema.
    List(&'s Value),
    /// One of these texts.
    Words(Vec<&'s str>),
    Text,
    Whole,
    Number,
    Truth,
}

impl Kind<'_> {
    /// In words: "a number".
    pub(crate) fn describe(&self) -> String {
        match self {
            Kind::Table(_) | Kind::Map(_) => "a table".into(),
            Kind::List(item) => {
                let items: Vec<String> = kinds(item).iter().map(Kind::describe_many).collect();
                format!("a list of {}", items.join(" or "))
            }
            Kind::Words(words) => match words.as_slice() {
                [only] => format!("\"{only}\""),
                words => format!("one of {}", keys::list(words.iter().copied(), '"')),
            },
            Kind::Text => "a text".into(),
            Kind::Whole => "a whole number".into(),
            Kind::Number => "a number".into(),
            Kind::Truth => "true or false".into(),
        }
    }

    /// Several of them, in words: "numbers".
    fn describe_many(&self) -> String {
        match self {
            Kind::Table(_) | Kind::Map(_) => "tables".into(),
            Kind::List(_) => "lists".into(),
            Kind::Text => "texts".into(),
            Kind::Whole => "whole numbers".into(),
            Kind::Number => "numbers".into(),
            Kind::Words(_) | Kind::Truth => self.describe(),
        }
    }
}

/// The kinds of value that `schema` allows.
pub(crate) fn kinds(schema: &Value) -> Vec<Kind<'_>> {
    if let Some(Value::Array(parts)) = schema.get("anyOf").or_else(|| schema.get("oneOf")) {
        return parts.iter().flat_map(kinds).collect();
    }
    if let Some(Value::String(word)) = schema.get("const") {
        return vec![Kind::Words(vec![word])];
    }
    if let Some(Value::Array(words)) = schema.get("enum") {
        return vec![Kind::Words(
            words.iter().filter_map(Value::as_str).collect(),
        )];
    }
    let item = |key| schema.get(key).unwrap_or(&Value::Null);
    match schema.get("type").and_then(Value::as_str) {
        Some("object") if schema.get("properties").is_some() => vec![Kind::Table(schema)],
        Some("object") => vec![Kind::Map(item("additionalProperties"))],
        Some("array") => vec![Kind::List(item("items"))],
        Some("string") => vec![Kind::Text],
        Some("integer") => vec![Kind::Whole],
        Some("number") => vec![Kind::Number],
        Some("boolean") => vec![Kind::Truth],
        _ => Vec::new(),
    }
}

/// The keys of a table and their schemas.
pub(crate) fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties")?.as_object()
}
