//! Problems in lines too long to be shown: their place is told in words.
//!
//! A snippet underlines a place with as many spaces as there are columns before it. Thousands of them
//! help nobody, and the library that draws snippets panics beyond 65,535.

use std::ops::Range;

/// Longest line, in bytes, that is shown.
const LONGEST: usize = 2_000;

/// The places of the lines of a text, if one of them is too long to be shown.
pub(super) struct LongLines {
    /// Each line with its end, in bytes.
    lines: Vec<Range<usize>>,
    length: usize,
}

impl LongLines {
    /// `None` where every line can be shown.
    pub(super) fn of(text: &str) -> Option<Self> {
        let mut start = 0;
        let lines: Vec<Range<usize>> = text
            .split_inclusive('\n')
            .map(|line| {
                let place = start..start + line.len();
                start = place.end;
                place
            })
            .collect();
        let long = lines.iter().any(|line| line.len() > LONGEST);
        let length = text.len();
        long.then_some(Self { lines, length })
    }

    /// The line and the column (in bytes), both from 1, at which `span` begins, if the lines around it
    /// are too long to be shown.
    pub(super) fn place(&self, span: &Range<usize>) -> Option<(usize, usize)> {
        let line_of = |at: usize| {
            let after = self
                .lines
                .partition_point(|line| line.start <= at.min(self.length));
            after.saturating_sub(1)
        };
        let (first, last) = (line_of(span.start), line_of(span.end));
        // A snippet shows one line more on either side.
        let until = (last + 2).min(self.lines.len());
        let shown = self.lines.get(first.saturating_sub(1)..until)?;
        let start = self.lines.get(first)?.start;
        let long = shown.iter().any(|line| line.len() > LONGEST);
        long.then(|| (first + 1, span.start.saturating_sub(start) + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_near_a_long_line_are_told() {
        assert!(LongLines::of("a = 1\nb = 2\n").is_none());
        let text = format!(
            "a = 1\nb = 2\nc = \"{}\"\nd = 3\ne = 4\nf = 5",
            "x".repeat(3_000)
        );
        let lines = LongLines::of(&text).unwrap();
        let at = |part: &str| {
            let start = text.find(part).unwrap();
            lines.place(&(start..start + 1))
        };
        assert_eq!(at("a = 1"), None);
        assert_eq!(at("b = 2"), Some((2, 1)));
        assert_eq!(at("xxx"), Some((3, 6)));
        assert_eq!(at("d = 3"), Some((4, 1)));
        assert_eq!(at("e = 4"), None);
        assert_eq!(lines.place(&(text.len()..text.len())), None);
        assert_eq!(lines.place(&(0..text.len())), Some((1, 1)));
    }
}
