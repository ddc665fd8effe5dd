//! TOML under construction.

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

use super::diagnosis::choice::Choice;
use super::diagnosis::number::{UNLIMITED, show};

/// TOML under construction.
pub(super) struct Writer {
    pub(super) text: String,
    folder: PathBuf,
}

impl Writer {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            text: String::new(),
            folder: folder.to_owned(),
        }
    }

    /// A header such as `[world]`, after an empty line.
    pub(super) fn header(&mut self, header: &str) {
        self.line(&format!("\n{header}"));
    }

    pub(super) fn comment(&mut self, text: &str) {
        self.line(&format!("# {text}"));
    }

    /// `key = value`, with a value that is TOML already.
    pub(super) fn key(&mut self, key: &str, value: impl std::fmt::Display) {
        self.line(&format!("{key} = {value}"));
    }

    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.key(key, quote(value));
    }

    pub(super) fn word(&mut self, key: &str, value: impl Choice) {
        self.key(key, quote(value.word()));
    }

    pub(super) fn number(&mut self, key: &str, value: f64) {
        self.key(key, show(value));
    }

    /// A list of values that are TOML already.
    pub(super) fn list(&mut self, key: &str, values: impl IntoIterator<Item = String>) {
        self.key(key, list(values));
    }

    /// A path of a file, relative to the folder of the text.
    pub(super) fn path(&self, path: &Path) -> String {
        quote(&relative(path, &self.folder))
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }
}

/// A list of values that are TOML already.
pub(super) fn list(values: impl IntoIterator<Item = String>) -> String {
    let values: Vec<String> = values.into_iter().collect();
    format!("[{}]", values.join(", "))
}

/// A list of numbers.
pub(super) fn numbers(values: &[f64]) -> String {
    list(values.iter().map(|value| show(*value)))
}

/// A capacity or a number of tokens.
pub(super) fn limit(value: f64) -> String {
    if value == f64::INFINITY {
        quote(UNLIMITED)
    } else {
        show(value)
    }
}

/// A TOML basic string, on one line.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `path` as seen from `folder`, with `/` between the parts. Links are followed where both exist,
/// so that `..` means the same to the system and to this function.
fn relative(path: &Path, folder: &Path) -> String {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let real = path.canonicalize().ok().zip(folder.canonicalize().ok());
    let plain = || {
        std::path::absolute(path)
            .ok()
            .zip(std::path::absolute(folder).ok())
    };
    let Some((to, from)) = real.or_else(plain) else {
        return path.display().to_string();
    };
    let shared = to
        .components()
        .zip(from.components())
        .take_while(|(a, b)| a == b)
        .count();
    // Only the root is shared, or on Windows nothing at all: the absolute path says more.
    if shared <= 1 {
        return to.display().to_string();
    }
    let up = from.components().skip(shared).map(|_| "..".to_owned());
    let down = to.components().skip(shared).filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    });
    up.chain(down).collect::<Vec<_>>().join("/")
}
