//! Parts of the file format whose machinery this version does not have. They are refused by
//! name, never ignored. A part that is built leaves this list.

/// Keys, by their path, and the part of mixlaw that they belong to.
const KEYS: &[(&str, &str)] = &[];

/// Words, by the path of their key.
const WORDS: &[(&str, &str)] = &[];

/// What the key at `path` is for, if this version does not have it.
pub(super) fn key(path: &str) -> Option<&'static str> {
    KEYS.iter()
        .find(|(planned, _)| *planned == path)
        .map(|(_, part)| *part)
}

/// Whether `word` is a value of the key at `path` that this version does not have.
pub(super) fn word(path: &str, word: &str) -> bool {
    WORDS.contains(&(path, word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::diagnosis::kind::{Kind, kinds, properties};

    /// The schema of the key at `path`, if this version has the key.
    fn built(path: &str) -> Option<&'static serde_json::Value> {
        path.split('.')
            .try_fold(crate::config::schema(), |schema, key| {
                let table = kinds(schema).into_iter().find_map(|kind| match kind {
                    Kind::Table(table) => Some(table),
                    Kind::List(item) => Some(item),
                    _ => None,
                })?;
                properties(table)?.get(key)
            })
    }

    #[test]
    fn nothing_that_is_built_is_called_planned() {
        for (path, _) in KEYS {
            assert!(built(path).is_none(), "{path} is built");
            let table = path.rsplit_once('.').map_or("", |(table, _)| table);
            assert!(table.is_empty() || built(table).is_some(), "no {table}");
        }
        for (path, word) in WORDS {
            let schema = built(path).unwrap().to_string();
            assert!(!schema.contains(&format!("\"{word}\"")), "{word} is built");
        }
    }
}
