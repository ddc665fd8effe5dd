//! Checks the structure of a file against its schema: keys, types and words.
//!
//! What passes here deserialises into the raw structs. The schema is made from those structs, so
//! the two cannot disagree; going by the schema gives messages in plain words, with all problems
//! of a file at once.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::{Map, Value};
use serde_spanned::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Problem;
use super::key_path::{home_of, inside, join, key_of};
use super::keys;
use super::kind::{Kind, kinds, properties};
use super::problems::Problems;
use super::wording::{expected, found, hint, one_line, shorten};

/// Checks `document` against `schema` and remembers where its keys are.
pub(crate) fn check(document: &Spanned<DeTable<'_>>, schema: &Value, problems: &mut Problems) {
    Checker {
        root: schema,
        problems,
    }
    .table(document.get_ref(), document.span(), schema, "");
}

struct Checker<'a> {
    root: &'a Value,
    problems: &'a mut Problems,
}

impl Checker<'_> {
    fn table(&mut self, table: &DeTable<'_>, span: Range<usize>, schema: &Value, path: &str) {
        let Some(allowed) = properties(schema) else {
            return;
        };
        for (key, value) in table {
            self.problems.remember_key(&value.span(), key.span());
            match allowed.get(key.get_ref().as_ref()) {
                Some(schema) => self.member(key.get_ref(), value, schema, path),
                None => self.unknown_key(key, value, allowed, path),
            }
        }
        let required = schema.get("required").and_then(Value::as_array);
        for key in required.into_iter().flatten().filter_map(Value::as_str) {
            let known = |given: &str| given != key && allowed.contains_key(given);
            let given = table.keys().map(|given| given.get_ref().as_ref());
            // A key that was misspelt is told as such, and is not missing.
            if given
                .filter(|given| !known(given))
                .any(|given| keys::nearest(given, allowed.keys().map(String::as_str)) == Some(key))
            {
                continue;
            }
            let place = if path.is_empty() { "file" } else { "table" };
            let mut problem = Problem::new(format!("`{key}` is missing{}", inside(path)))
                .label(span.clone(), format!("this {place} needs `{key}`"));
            let meaning = allowed
                .get(key)
                .and_then(|schema| schema.get("description"))
                .and_then(Value::as_str);
            if let Some(meaning) = meaning {
                problem = problem.help(format!("`{key}`: {}", one_line(meaning)));
            }
            self.problems.add::<()>(problem);
        }
    }

    /// The value of `key` in the table at `path`.
    fn member(&mut self, key: &str, value: &Spanned<DeValue<'_>>, schema: &Value, path: &str) {
        let what = format!("`{}`", shorten(key));
        self.value(value, schema, &what, &join(path, key));
    }

    /// A value that messages call `what`.
    fn value(&mut self, value: &Spanned<DeValue<'_>>, schema: &Value, what: &str, path: &str) {
        let kinds = kinds(schema);
        match value.get_ref() {
            DeValue::Table(table) => {
                for kind in &kinds {
                    match kind {
                        Kind::Table(schema) => {
                            return self.table(table, value.span(), schema, path);
                        }
                        Kind::Map(item) => {
                            for (name, value) in table {
                                self.problems.remember_key(&value.span(), name.span());
                                self.member(name.get_ref(), value, item, path);
                            }
                            return;
                        }
                        _ => {}
                    }
                }
            }
            DeValue::Array(items) => {
                if let Some(item) = kinds.iter().find_map(|kind| match kind {
                    Kind::List(item) => Some(item),
                    _ => None,
                }) {
                    let what = format!("a value of `{}`", key_of(path));
                    for value in items {
                        self.value(value, item, &what, path);
                    }
                    return;
                }
            }
            DeValue::String(text) => {
                if kinds.contains(&Kind::Text) {
                    return;
                }
                let words: Vec<&str> = kinds
                    .iter()
                    .filter_map(|kind| match kind {
                        Kind::Words(words) => Some(words.clone()),
                        _ => None,
                    })
                    .flatten()
                    .collect();
                if words.contains(&text.as_ref()) {
                    return;
                }
                // A number in quotes is a number of the wrong type, not a wrong word.
                let number = kinds.contains(&Kind::Number) && text.trim().parse::<f64>().is_ok();
                if !words.is_empty() && !number {
                    return self.unknown_word(value, text, &kinds, &words, what);
                }
            }
            DeValue::Integer(digits) => {
                if kinds.contains(&Kind::Whole) || kinds.contains(&Kind::Number) {
                    if i64::from_str_radix(digits.as_str(), digits.radix()).is_err() {
                        self.too_large(value, what, &kinds);
                    }
                    return;
                }
            }
            DeValue::Float(digits) => {
                if kinds.contains(&Kind::Number) {
                    let number: Option<f64> = digits.as_str().parse().ok();
                    if number.is_some_and(f64::is_infinite) && !digits.as_str().contains("inf") {
                        self.too_large(value, what, &kinds);
                    }
                    return;
                }
            }
            DeValue::Boolean(_) => {
                if kinds.contains(&Kind::Truth) {
                    return;
                }
            }
            DeValue::Datetime(_) => {}
        }
        self.wrong_type(value, &kinds, what, path);
    }

    fn unknown_key(
        &mut self,
        key: &Spanned<Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
        allowed: &Map<String, Value>,
        path: &str,
    ) {
        let name = key.get_ref().as_ref();
        let what = match value.get_ref() {
            DeValue::Table(_) => "table",
            DeValue::Array(items)
                if matches!(items.first().map(Spanned::get_ref), Some(DeValue::Table(_))) =>
            {
                "table"
            }
            _ => "key",
        };
        let shown = shorten(name);
        let all = keys::list(allowed.keys().map(String::as_str), '`');
        let meant = keys::nearest(name, allowed.keys().map(String::as_str));
        let mut help = keys::suggest(meant, '`', &format!("allowed here: {all}"));
        if meant.is_none()
            && let Some(home) = home_of(name, self.root)
        {
            help = format!("`{shown}` belongs {home}; {help}");
        }
        self.problems.add::<()>(
            Problem::new(format!("unknown {what} `{shown}`{}", inside(path)))
                .label(key.span(), format!("no such {what}"))
                .help(help),
        );
    }

    fn unknown_word(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        text: &str,
        kinds: &[Kind<'_>],
        words: &[&str],
        what: &str,
    ) {
        let meant = keys::nearest(text, words.iter().copied());
        let allowed = format!("allowed: {}", expected(kinds));
        self.problems.add::<()>(
            Problem::new(format!("{what} cannot be \"{}\"", shorten(text)))
                .label(value.span(), "no such value")
                .help(keys::suggest(meant, '"', &allowed)),
        );
    }

    fn too_large(&mut self, value: &Spanned<DeValue<'_>>, what: &str, kinds: &[Kind<'_>]) {
        let help = if kinds.contains(&Kind::Number) {
            "write it with an exponent, such as 1e20; the largest number is about 1.8e308"
        } else {
            "the largest whole number is 9223372036854775807"
        };
        self.problems.add::<()>(
            Problem::new(format!("{what} is too large a number"))
                .label(value.span(), "too large")
                .help(help),
        );
    }

    fn wrong_type(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        kinds: &[Kind<'_>],
        what: &str,
        path: &str,
    ) {
        let expected = expected(kinds);
        let mut problem = Problem::new(format!(
            "{what} must be {expected}, not {}",
            found(value.get_ref())
        ))
        .label(value.span(), format!("must be {expected}"));
        if let Some(help) = hint(value.get_ref(), kinds, key_of(path), path) {
            problem = problem.help(help);
        }
        self.problems.add::<()>(problem);
    }
}
