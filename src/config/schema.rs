//! The JSON Schemas of the experiment file and of plans of proxy runs, made from the raw structs.
//!
//! The same schema checks the structure of a file (see [`structure`](super::diagnosis::structure)), so an
//! editor that follows it and mixlaw agree on what a file may hold.

use std::sync::LazyLock;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::experiment::RawExperiment;
use super::plan_runs::file::RawStudy;

static EXPERIMENT: LazyLock<Value> = LazyLock::new(|| made::<RawExperiment>("mixlaw experiment"));

static STUDY: LazyLock<Value> = LazyLock::new(|| made::<RawStudy>("mixlaw plan of proxy runs"));

fn made<T: JsonSchema>(title: &str) -> Value {
    let mut schema: Value = SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator()
        .into_root_schema_for::<T>()
        .into();
    remove_null(&mut schema);
    if let Value::Object(root) = &mut schema {
        root.insert("title".into(), title.into());
    }
    schema
}

/// The JSON Schema (draft 2020-12) of the experiment file.
pub fn schema() -> &'static Value {
    &EXPERIMENT
}

/// The JSON Schema (draft 2020-12) of the file of a plan of proxy runs.
pub fn study_schema() -> &'static Value {
    &STUDY
}

/// TOML has no null: a key that may be absent is one that is not required.
fn remove_null(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|name| name != "null");
                if let [name] = types.as_slice() {
                    let name = name.clone();
                    object.insert("type".into(), name);
                }
            }
            if let Some(Value::Array(words)) = object.get_mut("enum") {
                words.retain(|word| !word.is_null());
            }
            if let Some(Value::Array(parts)) = object.get_mut("anyOf") {
                parts.retain(|part| part.get("type").is_none_or(|name| name != "null"));
                if let [Value::Object(only)] = parts.as_slice() {
                    let only: Map<String, Value> = only.clone();
                    object.remove("anyOf");
                    for (key, value) in only {
                        // The description of the field goes before that of its type.
                        object.entry(key).or_insert(value);
                    }
                }
            }
            object.remove("default");
            object.values_mut().for_each(remove_null);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_null),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_pinned() {
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!(format!("{:#}", schema()));
        });
    }

    #[test]
    fn the_schema_has_no_null_and_no_reference() {
        for schema in [schema(), study_schema()] {
            let text = schema.to_string();
            assert!(!text.contains("null") && !text.contains("$ref"), "{text}");
        }
    }
}
