//! The one look of all figures.
//!
//! Lengths are in units of the canvas: [`WIDTH`] units are printed [`WIDTH_MM`] wide, so that 10
//! units of type are 6.7 points on paper.

use kuva::plot::LineStyle;
use kuva::plot::scatter::MarkerShape;
use kuva::render::theme::Theme;

/// Width of a figure, units.
pub(super) const WIDTH: f64 = 360.0;

/// Width of a figure that needs two columns, units: 180 mm.
pub(super) const WIDE: f64 = 762.0;

/// Width of every other figure on paper, millimetres: one column of a journal.
pub(super) const WIDTH_MM: f64 = 85.0;

/// Size of tick labels and legends.
pub const SMALL: u32 = 10;

/// Size of axis titles and panel titles.
pub const LARGE: u32 = 11;

/// Fonts, first choice first; the last ones are on every system.
pub(super) const FONTS: &str = "Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif";

/// Colour of words.
pub(super) const INK: &str = "#222222";

/// Colour of axes and of lines that guide the eye.
pub(super) const GUIDE: &str = "#6e6e6e";

/// Colour of the grid.
pub(super) const GRID: &str = "#e6e6e6";

/// Radius of a marker among many.
pub(super) const DOT: f64 = 2.2;

/// Radius of a marker that stands alone.
pub(super) const MARKER: f64 = 3.2;

/// The colours of Okabe and Ito ("Color universal design", 2008) but for yellow, which is too pale for
/// small marks on white.
const COLOURS: [&str; 7] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000",
];

/// Shapes, the most different ones first.
const SHAPES: [MarkerShape; 10] = [
    MarkerShape::Circle,
    MarkerShape::Square,
    MarkerShape::Triangle,
    MarkerShape::Diamond,
    MarkerShape::TriangleDown,
    MarkerShape::Cross,
    MarkerShape::Plus,
    MarkerShape::Star,
    MarkerShape::Pentagon,
    MarkerShape::Hexagon,
];

/// How a series is told from the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    /// Colour of marker and line.
    pub colour: &'static str,
    /// Shape of the marker.
    pub shape: MarkerShape,
}

impl Look {
    /// The look of the series at `index`. Neighbours differ in colour and in shape, and the pair
    /// repeats only after 70 series, the numbers of colours and shapes having no common factor.
    pub fn of(index: usize) -> Self {
        Self {
            colour: COLOURS[index % COLOURS.len()],
            shape: SHAPES[index % SHAPES.len()],
        }
    }
}

/// The dash of the line of the series at `index`: neighbours differ in it, too.
pub(super) fn dash(index: usize) -> LineStyle {
    match index % 4 {
        0 => LineStyle::Solid,
        1 => LineStyle::Custom("7 3".into()),
        2 => LineStyle::Custom("2 3".into()),
        _ => LineStyle::Custom("7 3 2 3".into()),
    }
}

/// The dash of a line that guides the eye: dashed, so that it is not taken for data.
pub(super) const GUIDE_DASH: LineStyle = LineStyle::Dashed;

/// Colours of axes, grid and ground.
pub(super) fn theme() -> Theme {
    Theme {
        background: "white".into(),
        axis_color: GUIDE.into(),
        tick_color: GUIDE.into(),
        grid_color: GRID.into(),
        text_color: INK.into(),
        ..Theme::light()
    }
}

/// Width of `text` at `size`, units: a little more than in the first of [`FONTS`], about as much as
/// in the widest.
pub(super) fn text_width(text: &str, size: u32) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 'f' | 't' | 'r' | ' ' | '.' | ',' | ':' | ';' | '\'' | '|' | '!'
            | '(' | ')' | '[' | ']' | '-' => 0.36,
            'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.92,
            'A'..='Z' | '&' | '<' | '>' | '=' | '+' | '±' | '−' => 0.74,
            c if c.is_ascii() => 0.56,
            _ => 1.0,
        })
        .sum();
    ems * f64::from(size)
}

/// `text` made printable and cut with an ellipsis to at most `width` units at `size`.
pub(super) fn fit_text(text: &str, size: u32, width: f64) -> String {
    let clean = super::super::table::printable(text);
    if text_width(&clean, size) <= width {
        return clean;
    }
    let mut short = String::new();
    for character in clean.chars() {
        short.push(character);
        if text_width(&short, size) + f64::from(size) > width {
            short.pop();
            break;
        }
    }
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seventy_series_look_different() {
        let looks: Vec<Look> = (0..70).map(Look::of).collect();
        for (i, look) in looks.iter().enumerate() {
            assert!(!looks[..i].contains(look), "{i}");
        }
    }

    #[test]
    fn long_names_are_cut() {
        let short = fit_text(&"wide".repeat(50), SMALL, 80.0);
        assert!(
            short.ends_with('…') && text_width(&short, SMALL) <= 80.0,
            "{short}"
        );
        assert_eq!(fit_text("web", SMALL, 80.0), "web");
    }
}
