//! Paths of keys, such as `sweep.mixtures.count`.

use serde_json::Value;

use super::kind::{Kind, kinds, properties};

/// Where else in the file a key of this name exists.
pub(super) fn home_of(name: &str, root: &Value) -> Option<String> {
    fn search(name: &str, schema: &Value, path: &str) -> Option<String> {
        for kind in kinds(schema) {
            match kind {
                Kind::Table(schema) => {
                    let allowed = properties(schema)?;
                    if allowed.contains_key(name) {
                        return Some(path.to_owned());
                    }
                    for (key, schema) in allowed {
                        if let Some(home) = search(name, schema, &join(path, key)) {
                            return Some(home);
                        }
                    }
                }
                Kind::List(item) => return search(name, item, path),
                _ => {}
            }
        }
        None
    }
    let home = search(name, root, "")?;
    Some(if home.is_empty() {
        "to the top level, before the first table".into()
    } else {
        format!("to `{home}`")
    })
}

/// " in `world.domains`", or nothing for the top level.
pub(super) fn inside(path: &str) -> String {
    if path.is_empty() {
        String::new()
    } else {
        format!(" in `{path}`")
    }
}

/// The last key of a path.
pub(super) fn key_of(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The path of `key` in the table at `path`.
pub(crate) fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}
