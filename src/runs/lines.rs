//! Line numbers of places in a text.

/// Counts lines up to offsets that only grow. The CSV reader counts lines as well, but says the
/// line before where lines end in CR LF or blank lines were skipped.
pub(super) struct LineCounter<'a> {
    bytes: &'a [u8],
    offset: usize,
    line: u64,
}

impl<'a> LineCounter<'a> {
    /// Starts at the first line of `bytes`.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            offset: 0,
            line: 1,
        }
    }

    /// Line of the byte at `offset`, from 1; a line ends in LF, CR LF or CR.
    pub(super) fn line_of(&mut self, offset: usize) -> u64 {
        let offset = offset.min(self.bytes.len());
        while self.offset < offset {
            let next = self.bytes.get(self.offset + 1);
            match self.bytes[self.offset] {
                b'\n' => self.line += 1,
                b'\r' if next != Some(&b'\n') => self.line += 1,
                _ => {}
            }
            self.offset += 1;
        }
        self.line
    }

    /// Line of the record that the reader found at or after `offset`: ends of lines before it
    /// belong to what came earlier.
    pub(super) fn line_of_record(&mut self, offset: usize) -> u64 {
        let rest = self.bytes.get(offset..).unwrap_or_default();
        let ends = rest.iter().take_while(|b| matches!(b, b'\n' | b'\r'));
        let start = offset + ends.count();
        self.line_of(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_counts_once() {
        let mut lines = LineCounter::new(b"a\nb\r\nc\rd\n\ne");
        let at = [0, 1, 2, 3, 5, 7, 9, 10, 11, 99];
        let found = at.map(|offset| lines.line_of(offset));
        assert_eq!(found, [1, 1, 2, 2, 3, 4, 5, 6, 6, 6]);
    }

    #[test]
    fn a_record_begins_after_the_line_ends_before_it() {
        let mut lines = LineCounter::new(b"a\r\n\r\nb");
        assert_eq!(lines.line_of_record(2), 3);
        assert_eq!(lines.line_of_record(99), 3);
    }
}
