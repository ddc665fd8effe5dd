//! The reference of the experiment file as Markdown, made from the schema.

use std::fmt::Write as _;

use serde_json::Value;

use super::diagnosis::key_path::join;
use super::diagnosis::kind::{Kind, kinds, properties};
use super::schema::schema;

/// Every table and key of the experiment file, as `docs/experiment-file.md` has it.
pub fn reference() -> String {
    let mut text = String::from(
        "# The experiment file\n\nMade from the schema that checks the files (`mixlaw schema \
         --markdown`). An example with every key, its unit and its default is \
         [configs/quickstart.toml](../configs/quickstart.toml). A key that is not listed here is \
         refused.\n",
    );
    section("", "the top level", schema(), &mut text);
    text
}

/// The table at `path` and the tables in it.
fn section(path: &str, header: &str, schema: &Value, text: &mut String) {
    let Some(keys) = properties(schema) else {
        return;
    };
    let _ = write!(text, "\n## {header}\n\n");
    if let Some(description) = description(schema) {
        let _ = write!(text, "{description}\n\n");
    }
    text.push_str("| key | value | meaning |\n|---|---|---|\n");
    let needed: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map_or(Vec::new(), |keys| {
            keys.iter().filter_map(Value::as_str).collect()
        });
    for (key, schema) in keys {
        let values: Vec<String> = kinds(schema).iter().map(Kind::describe).collect();
        let mark = if needed.contains(&key.as_str()) {
            " (needed)"
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "| `{key}`{mark} | {} | {} |",
            cell(&values.join(" or ")),
            cell(description(schema).unwrap_or_default())
        );
    }
    for (key, schema) in keys {
        let path = join(path, key);
        for kind in kinds(schema) {
            match kind {
                Kind::Table(table) => section(&path, &format!("`[{path}]`"), table, text),
                Kind::List(item) => {
                    for kind in kinds(item) {
                        if let Kind::Table(table) = kind {
                            section(&path, &format!("`[[{path}]]`"), table, text);
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

fn description(schema: &Value) -> Option<&str> {
    schema.get("description")?.as_str()
}

/// Words as a cell of a table: one line, no bar, nothing that Markdown would take as its own.
fn cell(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = String::new();
    for character in line.chars() {
        if matches!(character, '|' | '*' | '_' | '<' | '[' | ']') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}
