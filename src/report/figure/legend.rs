//! The legend below the panels: a grid of markers and names, away from the data.

use super::sheet::{Sheet, Type};
use super::style::{Look, SMALL, WIDTH, fit_text, text_width};

/// Height of a row.
const ROW: f64 = 15.0;

/// From the start of an entry to its name.
const NAME: f64 = 16.0;

/// Free space after a name.
const GAP: f64 = 8.0;

/// Free space left and right of the grid.
const MARGIN: f64 = 6.0;

/// Names and looks in a grid.
pub(super) struct Legend {
    entries: Vec<(String, Look)>,
    columns: usize,
}

impl Legend {
    /// A legend of these series, with as many columns as the longest name allows.
    pub fn new<'a>(entries: impl IntoIterator<Item = (&'a str, Look)>) -> Self {
        let room = WIDTH - 2.0 * MARGIN;
        let entries: Vec<(String, Look)> = entries
            .into_iter()
            .map(|(name, look)| (fit_text(name, SMALL, room / 2.0 - NAME - GAP), look))
            .collect();
        let widest = entries
            .iter()
            .map(|(name, _)| text_width(name, SMALL) + NAME + GAP)
            .fold(1.0, f64::max);
        Self {
            columns: ((room / widest) as usize).clamp(1, entries.len().max(1)),
            entries,
        }
    }

    fn rows(&self) -> usize {
        self.entries.len().div_ceil(self.columns)
    }

    /// Height that the legend takes, units.
    pub(super) fn height(&self) -> f64 {
        self.rows() as f64 * ROW
    }

    /// Draws the legend with its upper edge at `y`; entries run down the columns.
    pub fn draw(&self, sheet: &mut Sheet, y: f64) {
        let rows = self.rows().max(1);
        let columns = self.entries.len().div_ceil(rows).max(1);
        let width = (WIDTH - 2.0 * MARGIN) / columns as f64;
        for (index, (name, look)) in self.entries.iter().enumerate() {
            let x = MARGIN + (index / rows) as f64 * width;
            let middle = y + (index % rows) as f64 * ROW + ROW / 2.0;
            sheet.marker(x + NAME / 2.0 - 2.0, middle, *look);
            sheet.text(x + NAME, middle + 3.5, name, Type::SMALL);
        }
    }
}
