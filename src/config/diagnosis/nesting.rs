//! A bound on how deep a text leads the TOML parser.
//!
//! The parser counts brackets, so that it recurses 80 levels at most. In a broken text it also takes
//! brackets off that count which it never put on it: `{[] a = {[] a = ` and so on is as deep as it is
//! long, and ends the program when the stack is used up (toml_parser 1.1.5). What follows the first error
//! therefore has a bound of its own here.

use std::cell::Cell;

use toml_parser::parser::{EventReceiver, RecursionGuard, parse_document};
use toml_parser::{ErrorSink, ParseError, Source, Span};

/// Levels that the parser recurses in a text without errors.
const DEEPEST: u32 = 80;

/// Brackets that may open after the first error. It is as deep as they can lead.
const OPENINGS: usize = 200;

/// The part of `text` that can be parsed: all of it, unless it is broken and more than [`OPENINGS`]
/// brackets open behind the first error. The part then ends before the bracket that is one too many, and
/// holds the first error.
pub(crate) fn shallow_part(text: &str) -> &str {
    let watch = Watch::default();
    let mut opened = Opened(&watch);
    let mut receiver = RecursionGuard::new(&mut opened, DEEPEST);
    let tokens = Source::new(text).lex().into_vec();
    parse_document(&tokens, &mut receiver, &mut Errors(&watch));
    match watch.cut.get() {
        Some(cut) => &text[..cut],
        None => text,
    }
}

/// What the parser met.
#[derive(Default)]
struct Watch {
    /// Whether it met an error.
    broken: Cell<bool>,
    /// Brackets that opened since.
    openings: Cell<usize>,
    /// Where the first opens that is one too many.
    cut: Cell<Option<usize>>,
}

impl Watch {
    /// Whether the parser may go into the bracket at `span`.
    fn enter(&self, span: Span) -> bool {
        if !self.broken.get() {
            return true;
        }
        self.openings.set(self.openings.get() + 1);
        if self.openings.get() > OPENINGS && self.cut.get().is_none() {
            self.cut.set(Some(span.start()));
        }
        self.cut.get().is_none()
    }
}

struct Opened<'a>(&'a Watch);

impl EventReceiver for Opened<'_> {
    fn inline_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        self.0.enter(span)
    }

    fn array_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        self.0.enter(span)
    }
}

struct Errors<'a>(&'a Watch);

impl ErrorSink for Errors<'_> {
    fn report_error(&mut self, _: ParseError) {
        self.0.broken.set(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_texts_stay_whole() {
        let deep = format!("a = {}{}", "[".repeat(60), "]".repeat(60));
        let long = format!("a = [{}]", "[1, 2], ".repeat(10_000));
        let broken = "a = {b = \nc = [1\n";
        for text in ["", "a = 1", &deep, &long, broken] {
            assert_eq!(shallow_part(text), text);
        }
    }

    #[test]
    fn a_broken_text_is_cut_before_it_gets_deep() {
        let text = format!("a = 1\nx = {}", "{[] a = ".repeat(200_000));
        let part = shallow_part(&text);
        assert!(part.len() < 9 * OPENINGS, "{}", part.len());
        assert!(text[part.len()..].starts_with('{'));
    }
}
