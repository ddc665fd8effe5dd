//! Cells that a spreadsheet would take for formulas.
//!
//! A text that begins with `=`, `+`, `-` or `@` is run as a formula when a CSV file is opened in a
//! spreadsheet, and a formula may call programs. Such a text is written with an apostrophe before
//! it, the spreadsheet's own mark for text, and read without it; so that every text reads back as
//! itself, one that has apostrophes before such a character gets one more. Numbers stay as they
//! are.

use std::borrow::Cow;

/// Characters that make a formula of the text that they begin.
pub(crate) const STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Whether `text`, without the apostrophes at its start, would be a formula.
fn would_be_formula(text: &str) -> bool {
    let bare = text.trim_start_matches('\'');
    bare.starts_with(STARTS) && bare.parse::<f64>().is_err()
}

/// `text` as a cell that no spreadsheet runs.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    if would_be_formula(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text that a cell was written for.
pub(crate) fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if would_be_formula(text) => text,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_marked_and_numbers_are_not() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-2+3|cmd", "'-2+3|cmd"),
            ("+x", "'+x"),
            ("'=1", "''=1"),
            ("-0.5", "-0.5"),
            ("-inf", "-inf"),
            ("web", "web"),
            ("'s", "'s"),
            ("", ""),
        ] {
            assert_eq!(guarded(text), cell);
            assert_eq!(unguarded(cell), text);
        }
    }

    proptest! {
        #[test]
        fn every_text_reads_back(text in "['=+@-]{0,3}[a-z0-9=']{0,3}") {
            let cell = guarded(&text);
            prop_assert_eq!(unguarded(&cell), text.as_str());
            prop_assert!(!cell.starts_with(STARTS) || cell.parse::<f64>().is_ok());
        }
    }
}
