//! Names that must survive as column names, file names and arguments of a command.

use super::error::Problem;
use super::problems::Problems;
use super::span::At;
use crate::text::formula::STARTS as FORMULA;
use crate::text::terminal::turns_direction;

/// Longest name, in bytes: file systems stop at 255, and a name is only a part of a file name.
const LONGEST: usize = 100;

/// Characters that would break a CSV column or an argument such as `web=.3,code=.7`.
const COLUMN_BREAKERS: &[char] = &[',', '"', '\'', '=', '{', '}'];

/// What the name is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameOf {
    /// A domain: part of column names and arguments.
    Domain,
    /// The experiment: part of file names.
    Experiment,
}

/// Why `name` cannot be used; the text completes "the name … ".
pub(crate) fn fault(name: &str, of: NameOf) -> Option<String> {
    let breaks =
        |c: &char| matches!(c, '/' | '\\') || (of == NameOf::Domain && COLUMN_BREAKERS.contains(c));
    if name.is_empty() {
        Some("is empty".into())
    } else if name.len() > LONGEST {
        Some(format!("has {} bytes: the most is {LONGEST}", name.len()))
    } else if name.chars().any(char::is_control) {
        Some("contains a control character".into())
    } else if name.chars().any(turns_direction) {
        Some("contains a mark that turns the direction of text".into())
    } else if let Some(c) = name
        .chars()
        .next()
        .filter(|c| of == NameOf::Domain && FORMULA.contains(c))
    {
        Some(format!(
            "begins with `{c}`, which makes a formula of a cell"
        ))
    } else if let Some(c) = name.chars().find(breaks) {
        Some(format!("contains `{c}`"))
    } else if name == "." || name.contains("..") {
        Some("would be a path: a folder is called so".into())
    } else if name.trim() != name {
        Some("begins or ends with a space".into())
    } else {
        None
    }
}

/// Checks a name that the file gives.
pub(crate) fn check(given: &At<String>, of: NameOf, problems: &mut Problems) -> Option<String> {
    let Some(fault) = fault(given, of) else {
        return Some((**given).clone());
    };
    let (what, rule) = match of {
        NameOf::Domain => (
            "the name of the domain",
            "domain names become columns and arguments: letters, digits, `-`, `_` and spaces between them are safe",
        ),
        NameOf::Experiment => (
            "the name of the experiment",
            "the name becomes part of file names: letters, digits, `-`, `_` and spaces between them are safe",
        ),
    };
    problems.add(
        Problem::new(format!("{what} {fault}"))
            .label(given.span(), "cannot be used as a name")
            .help(rule),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_break_columns_or_files_are_refused() {
        let long = "x".repeat(101);
        for name in [
            "",
            "a/b",
            "a\\b",
            "..",
            ".",
            "a..b",
            "a\u{7}",
            "a\nb",
            "a,b",
            "a\"b",
            "a'b",
            "a=b",
            " a",
            "a ",
            "=a",
            "+a",
            "-a",
            "@a",
            "a\u{202e}b",
            &long,
        ] {
            assert!(fault(name, NameOf::Domain).is_some(), "{name:?}");
        }
        for name in [
            "web",
            "Pile-CC",
            "wiki (en)",
            "数学",
            "a.b",
            "a b",
            &long[1..],
        ] {
            assert_eq!(fault(name, NameOf::Domain), None, "{name:?}");
        }
        assert_eq!(fault("a, b", NameOf::Experiment), None);
        assert!(fault("a/b", NameOf::Experiment).is_some());
    }
}
