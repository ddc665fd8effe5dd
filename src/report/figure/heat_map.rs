//! Numbers over two axes as coloured cells, one panel each for what is compared.

use kuva::render::render::TextAnchor;

use super::super::numbers::rounded;
use super::colour_scale::{ColourScale, Shade};
use super::sheet::{Sheet, Type};
use super::style::{LARGE, SMALL, WIDE, WIDTH, fit_text, text_width};
use super::{Figure, csv_text};

/// Height of a cell.
const CELL_HEIGHT: f64 = 20.0;

/// Least width of a cell: room for its number.
const CELL: f64 = 31.0;

/// Largest width of a cell.
const WIDEST_CELL: f64 = 60.0;

/// Longest name of a row or a column.
const LONGEST: f64 = 78.0;

/// Left of the names of the rows: the title of the axis.
const LEFT: f64 = 20.0;

/// Between two panels.
const BETWEEN: f64 = 12.0;

/// Above a panel: its title.
const ABOVE: f64 = 22.0;

/// Below the names of the columns: the title of the axis.
const AXIS: f64 = 20.0;

/// The scale below all panels.
const SCALE: f64 = 46.0;

/// Right of the last panel.
const RIGHT: f64 = 8.0;

/// Digits of the number in a cell.
const DIGITS: i32 = 2;

/// Coloured cells in panels that share their axes and their scale.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HeatMap {
    /// What it shows, in a few words.
    pub title: String,
    /// What its numbers are, in a sentence.
    pub meaning: String,
    /// Title of the horizontal axis.
    pub across: String,
    /// Title of the vertical axis.
    pub up: String,
    /// What the numbers are and their unit: the title of the scale.
    pub unit: String,
    /// Names of the columns, from left to right.
    pub columns: Vec<String>,
    /// Names of the rows, from top to bottom.
    pub rows: Vec<String>,
    /// The panels.
    pub panels: Vec<MapPanel>,
    /// How numbers become colours.
    pub shade: Shade,
}

/// One panel of a heat map.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MapPanel {
    /// Its title.
    pub title: String,
    /// Its numbers, rows × columns; `None` where there is none.
    pub values: Vec<Vec<Option<f64>>>,
}

/// Where things go.
struct Layout {
    width: f64,
    /// Panels side by side.
    abreast: usize,
    cell: f64,
    /// Room for the names of the rows.
    names: f64,
    /// Room for the names of the columns.
    below: f64,
    upright: bool,
}

impl HeatMap {
    fn number(value: Option<f64>) -> Option<f64> {
        value.filter(|value| value.is_finite())
    }

    fn layout(&self) -> Layout {
        let widest = |names: &[String]| {
            let widths = names.iter().map(|name| text_width(name, SMALL));
            widths.fold(0.0, f64::max).min(LONGEST)
        };
        let columns = self.columns.len().max(1) as f64;
        let names = LEFT + widest(&self.rows) + 6.0;
        let fit = |width: f64| {
            let room = width - names - RIGHT + BETWEEN;
            ((room / (columns * CELL + BETWEEN)) as usize).min(self.panels.len())
        };
        let (width, abreast) = match (fit(WIDTH), fit(WIDE)) {
            (0, wide) => (WIDE, wide.max(1)),
            // A pile of many panels is taller than a page.
            (1, wide) if wide >= 3 && self.panels.len() > 3 => (WIDE, wide),
            (narrow, _) => (WIDTH, narrow),
        };
        let cell = |abreast: usize| {
            let room = width - names - RIGHT - (abreast as f64 - 1.0) * BETWEEN;
            (room / (abreast as f64 * columns)).min(WIDEST_CELL)
        };
        // Fewer panels side by side where that makes room for a title.
        let titles = self
            .panels
            .iter()
            .map(|panel| text_width(&panel.title, LARGE));
        let title = titles.fold(0.0, f64::max);
        let abreast = (1..=abreast)
            .rev()
            .find(|abreast| columns * cell(*abreast) >= title)
            .unwrap_or(abreast);
        let cell = cell(abreast);
        let longest = widest(&self.columns);
        let upright = longest > cell - 4.0;
        Layout {
            width,
            abreast,
            cell,
            names,
            below: if upright { longest + 8.0 } else { 16.0 },
            upright,
        }
    }

    /// Draws a panel with the upper left corner of its cells at `x`, `y`.
    fn draw(
        &self,
        sheet: &mut Sheet,
        panel: &MapPanel,
        scale: &ColourScale,
        x: f64,
        y: f64,
        layout: &Layout,
    ) {
        let title = fit_text(&panel.title, LARGE, self.columns.len() as f64 * layout.cell);
        sheet.text(x, y - 8.0, &title, Type::TITLE);
        for (row, values) in panel.values.iter().enumerate() {
            for (column, value) in values.iter().enumerate() {
                let value = Self::number(*value);
                let corner = (
                    x + column as f64 * layout.cell,
                    y + row as f64 * CELL_HEIGHT,
                );
                let words = value.map_or("no value".into(), |value| rounded(value, 4));
                let hover = format!(
                    "{}: {} {}, {} {}: {words}",
                    panel.title, self.up, self.rows[row], self.across, self.columns[column]
                );
                sheet.hover(&hover, |sheet| {
                    let size = (layout.cell - 1.0, CELL_HEIGHT - 1.0);
                    let (fill, ink) =
                        value.map_or(("#eeeeee".into(), "#222222"), |value| scale.colours(value));
                    sheet.rectangle(corner, size, &fill);
                    let text = value.map_or("–".into(), in_cell);
                    let size = if text_width(&text, SMALL) > layout.cell {
                        SMALL - 2
                    } else {
                        SMALL
                    };
                    let set = Type {
                        anchor: TextAnchor::Middle,
                        size,
                        ..Type::SMALL
                    };
                    let middle = corner.0 + layout.cell / 2.0;
                    sheet.coloured_text(middle, corner.1 + 13.0, &text, set, ink);
                });
            }
        }
        let bottom = y + self.rows.len() as f64 * CELL_HEIGHT;
        for (column, name) in self.columns.iter().enumerate() {
            let middle = x + (column as f64 + 0.5) * layout.cell;
            let name = fit_text(name, SMALL, LONGEST);
            if layout.upright {
                let set = Type {
                    turn: -90.0,
                    anchor: TextAnchor::End,
                    ..Type::SMALL
                };
                sheet.text(middle + 3.5, bottom + 4.0, &name, set);
            } else {
                let set = Type {
                    anchor: TextAnchor::Middle,
                    ..Type::SMALL
                };
                sheet.text(middle, bottom + 12.0, &name, set);
            }
        }
    }
}

/// A number as short as a cell needs it.
fn in_cell(value: f64) -> String {
    let size = value.abs();
    let text = if size > 0.0 && !(0.01..1e4).contains(&size) {
        format!("{value:.0e}")
    } else {
        rounded(value, DIGITS)
    };
    // The zero before the point says nothing, and the cell is narrow.
    let short = text.replacen("0.", ".", usize::from(size < 1.0 && text.contains('.')));
    short.replacen('-', "−", usize::from(value < 0.0))
}

impl Figure for HeatMap {
    fn title(&self) -> String {
        self.title.clone()
    }

    fn description(&self) -> String {
        let mut text = self.meaning.clone();
        for panel in &self.panels {
            let values = || {
                panel
                    .values
                    .iter()
                    .flatten()
                    .filter_map(|v| Self::number(*v))
            };
            let low = values().fold(f64::INFINITY, f64::min);
            let high = values().fold(f64::NEG_INFINITY, f64::max);
            if low <= high {
                text.push_str(&format!(
                    " {}: {} to {}.",
                    panel.title,
                    rounded(low, 2),
                    rounded(high, 2)
                ));
            }
        }
        text
    }

    fn wide(&self) -> bool {
        self.layout().width > WIDTH
    }

    fn svg(&self) -> String {
        let layout = self.layout();
        let numbers = self
            .panels
            .iter()
            .flat_map(|panel| panel.values.iter().flatten());
        let scale = ColourScale::new(self.shade, numbers.filter_map(|v| Self::number(*v)));
        let cells = self.rows.len() as f64 * CELL_HEIGHT;
        let one = ABOVE + cells + layout.below;
        let rows = self.panels.len().div_ceil(layout.abreast).max(1);
        let height = rows as f64 * one + AXIS + SCALE;
        let mut sheet = Sheet::sized(layout.width, height);
        let panel_width = self.columns.len() as f64 * layout.cell;
        for (index, panel) in self.panels.iter().enumerate() {
            let (row, place) = (index / layout.abreast, index % layout.abreast);
            let x = layout.names + place as f64 * (panel_width + BETWEEN);
            let y = row as f64 * one + ABOVE;
            self.draw(&mut sheet, panel, &scale, x, y, &layout);
            if place == 0 {
                for (row, name) in self.rows.iter().enumerate() {
                    let set = Type {
                        anchor: TextAnchor::End,
                        ..Type::SMALL
                    };
                    let name = fit_text(name, SMALL, LONGEST);
                    let line = y + row as f64 * CELL_HEIGHT + 13.0;
                    sheet.text(layout.names - 5.0, line, &name, set);
                }
                sheet.text(12.0, y + cells / 2.0, &self.up, Type::VERTICAL);
            }
        }
        let middle = layout.names + (layout.width - layout.names - RIGHT) / 2.0;
        let bottom = rows as f64 * one;
        sheet.text(middle, bottom + 12.0, &self.across, Type::AXIS);
        scale.draw(&mut sheet, layout.names, bottom + AXIS + 6.0, &self.unit);
        sheet.finish(&self.title(), &self.description())
    }

    fn csv(&self) -> String {
        let rows = self.panels.iter().flat_map(|panel| {
            panel
                .values
                .iter()
                .enumerate()
                .flat_map(move |(row, values)| {
                    values
                        .iter()
                        .enumerate()
                        .filter_map(move |(column, value)| {
                            Some(vec![
                                panel.title.clone(),
                                self.rows[row].clone(),
                                self.columns[column].clone(),
                                Self::number(*value)?.to_string(),
                            ])
                        })
                })
        });
        csv_text(&["panel", "row", "column", "value"], rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_fit_their_cells() {
        assert_eq!(in_cell(0.0123), ".012");
        assert_eq!(in_cell(-0.5), "−.5");
        assert_eq!(in_cell(18.4), "18");
        assert_eq!(in_cell(0.00012), "1e-4");
        assert_eq!(in_cell(0.0), "0");
        for value in [1.23456e-7, -0.0567, 1234.5, -9999.0, 0.9999] {
            let text = in_cell(value);
            assert!(text_width(&text, SMALL - 2) <= CELL, "{text}");
        }
    }
}
