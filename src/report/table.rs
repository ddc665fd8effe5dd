//! A table of words and figures, ready for the terminal or for a page.

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::text::terminal::acts;

/// Columns of a terminal that a table takes at most.
pub(super) const WIDTH: usize = 100;

/// Columns that one cell takes at most; longer words are cut with an ellipsis.
const CELL: usize = 44;

/// Spaces between two columns.
const GAP: usize = 2;

/// How the cells of a column are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Align {
    /// Words.
    Left,
    /// Figures.
    Right,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its heading; a line break starts a second line.
    pub title: String,
    /// How its cells are set.
    pub align: Align,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// One cell for each column.
    pub cells: Vec<String>,
    /// Whether the row stands out.
    pub strong: bool,
}

/// A table: headings, rows, and the sentences that explain them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// The columns; the first one names the rows.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row>,
    /// Sentences below the table.
    pub notes: Vec<String>,
}

impl Table {
    /// An empty table with these columns.
    pub fn new(columns: impl IntoIterator<Item = (&'static str, Align)>) -> Self {
        let columns = columns
            .into_iter()
            .map(|(title, align)| Column {
                title: title.into(),
                align,
            })
            .collect();
        Self {
            columns,
            rows: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The table as text of at most 100 columns, one line break at the end. A table too wide
    /// is cut into blocks of columns that each repeat the first one. With `colour` the rows that
    /// stand out are bold; without it there are no escape codes.
    pub fn text(&self, colour: bool) -> String {
        let widths: Vec<usize> = (0..self.columns.len()).map(|c| self.width(c)).collect();
        let mut out = String::new();
        for block in blocks(&widths) {
            if !out.is_empty() {
                out.push('\n');
            }
            self.push_block(&mut out, &block, &widths, colour);
        }
        if !self.notes.is_empty() {
            out.push('\n');
        }
        for note in &self.notes {
            push_wrapped(&mut out, note);
        }
        out
    }

    fn width(&self, column: usize) -> usize {
        let titles = self.columns[column]
            .title
            .lines()
            .map(UnicodeWidthStr::width);
        let cells = self.rows.iter().map(|row| cell(row, column).width());
        titles.chain(cells).max().unwrap_or(0)
    }

    fn push_block(&self, out: &mut String, block: &[usize], widths: &[usize], colour: bool) {
        let titles: Vec<Vec<&str>> = block
            .iter()
            .map(|&c| self.columns[c].title.lines().collect())
            .collect();
        let height = titles.iter().map(Vec::len).max().unwrap_or(0);
        for line in 0..height {
            let cells = titles.iter().map(|lines| {
                // Short headings sit on the last line, next to their column.
                let above = height - lines.len();
                let text = if line < above {
                    ""
                } else {
                    lines[line - above]
                };
                text.to_owned()
            });
            out.push_str(&self.line(cells, block, widths));
            out.push('\n');
        }
        let total: usize = block.iter().map(|&c| widths[c]).sum::<usize>();
        out.push_str(&"─".repeat(total + GAP * block.len().saturating_sub(1)));
        out.push('\n');
        for row in &self.rows {
            let line = self.line(block.iter().map(|&c| cell(row, c)), block, widths);
            if colour && row.strong {
                out.push_str(&format!("\u{1b}[1m{line}\u{1b}[0m"));
            } else {
                out.push_str(&line);
            }
            out.push('\n');
        }
    }

    fn line(
        &self,
        cells: impl Iterator<Item = String>,
        block: &[usize],
        widths: &[usize],
    ) -> String {
        let mut line = String::new();
        for (position, (text, &column)) in cells.zip(block).enumerate() {
            if position > 0 {
                line.push_str(&" ".repeat(GAP));
            }
            let blank = " ".repeat(widths[column].saturating_sub(text.width()));
            match self.columns[column].align {
                Align::Left => line.extend([text.as_str(), &blank]),
                Align::Right => line.extend([blank.as_str(), &text]),
            }
        }
        line.truncate(line.trim_end().len());
        line
    }
}

/// Columns of each block: as many as fit, the first one in all of them.
fn blocks(widths: &[usize]) -> Vec<Vec<usize>> {
    let Some(&first) = widths.first() else {
        return Vec::new();
    };
    let mut blocks = vec![vec![0]];
    let mut used = first;
    for (column, width) in widths.iter().enumerate().skip(1) {
        let last = blocks.len() - 1;
        if used + GAP + width > WIDTH && blocks[last].len() > 1 {
            blocks.push(vec![0, column]);
            used = first + GAP + width;
        } else {
            blocks[last].push(column);
            used += GAP + width;
        }
    }
    blocks
}

fn cell(row: &Row, column: usize) -> String {
    shorten(row.cells.get(column).map_or("", String::as_str), CELL)
}

/// `text` without control characters, which could otherwise drive the terminal, and cut to `width`
/// columns with an ellipsis.
pub(super) fn shorten(text: &str, width: usize) -> String {
    let clean = printable(text);
    if clean.width() <= width {
        return clean;
    }
    let mut short = String::new();
    for character in clean.chars() {
        short.push(character);
        if short.width() + 1 > width {
            short.pop();
            break;
        }
    }
    short.push('…');
    short
}

/// `text` with every control character replaced by a visible mark.
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| {
            // Direction marks would let a name rearrange the words around it.
            if acts(c) || matches!(c, '\u{fffe}' | '\u{ffff}') {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

/// Appends `text` broken at spaces into lines of at most [`WIDTH`] columns.
pub(super) fn push_wrapped(out: &mut String, text: &str) {
    let mut column = 0;
    for word in printable(text).split_whitespace() {
        let width = word.width();
        if column > 0 && column + 1 + width > WIDTH {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str], strong: bool) -> Row {
        Row {
            cells: cells.iter().map(ToString::to_string).collect(),
            strong,
        }
    }

    #[test]
    fn bold_only_when_asked() {
        let mut table = Table::new([("law", Align::Left), ("MRE, %", Align::Right)]);
        table.rows = vec![row(&["additive", "0.35"], true), row(&["mean", "7"], false)];
        assert_eq!(
            table.text(false),
            "law       MRE, %\n────────────────\nadditive    0.35\nmean           7\n"
        );
        assert_eq!(table.text(true).matches("\u{1b}[1m").count(), 1);
        assert_eq!(table.text(true).matches("\u{1b}[0m").count(), 1);
    }

    #[test]
    fn never_wider_than_the_terminal() {
        let titles = ["domain"; 14].map(|title| (title, Align::Right));
        let mut table = Table::new(titles);
        let long = "Wörter ".repeat(30);
        table.rows = vec![row(&[long.as_str(); 14], false)];
        table.notes = vec![long.clone()];
        let text = table.text(false);
        assert!(text.lines().all(|line| line.width() <= WIDTH), "{text}");
        assert_eq!(
            text.matches('…').count(),
            26,
            "13 cells and their row names"
        );
    }

    #[test]
    fn a_name_cannot_drive_the_terminal() {
        assert_eq!(shorten("a\u{1b}[31mb\n", 20), "a\u{fffd}[31mb\u{fffd}");
        assert_eq!(shorten("領域名前", 5), "領域…");
        assert_eq!(shorten("\u{202e}x", 5), "\u{fffd}x");
    }
}
