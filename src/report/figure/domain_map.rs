//! Domains as points of a map: the nearer, the more a token of one is worth to the other.

use kuva::plot::scatter::ScatterPlot;
use kuva::render::plots::Plot;

use super::super::numbers::significant;
use super::super::table::printable;
use super::axis::Axis;
use super::sheet::{Panel, Sheet, Type};
use super::style::{LARGE, Look, MARKER, SMALL, WIDTH, fit_text, text_width};
use super::{Figure, csv_text};

/// From the left edge to the frame.
const LEFT: f64 = 58.0;

/// Right of the frame.
const RIGHT: f64 = 14.0;

/// Above the frame: its title.
const ABOVE: f64 = 22.0;

/// Below the frame: tick labels and axis title.
const BELOW: f64 = 46.0;

/// Least and most height of the frame over its width: distances look the same in both directions.
const SHAPE: (f64, f64) = (0.4, 1.1);

/// Room around the points, in parts of the largest extent.
const AROUND: f64 = 0.12;

/// Places beyond this are none: the extent of a map has to be a number.
const FAR: f64 = 1e100;

/// Widest name of a domain.
const LONGEST: f64 = 90.0;

/// Between a marker and its name.
const GAP: f64 = 5.0;

/// The places of domains.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct DomainPlaces {
    /// Name of the law that tells them.
    pub law: String,
    /// Dimensions of its map, of which the first two are drawn.
    pub dimensions: usize,
    /// Name and place of each domain, ln C falling with half of the squared distance.
    pub places: Vec<(String, (f64, f64))>,
}

/// A rectangle: left, top, right, bottom.
#[derive(Debug, Clone, Copy)]
struct Area(f64, f64, f64, f64);

impl Area {
    fn meets(&self, other: &Self) -> bool {
        self.0 < other.2 && other.0 < self.2 && self.1 < other.3 && other.1 < self.3
    }

    /// How far it reaches out of `other`.
    fn beyond(&self, other: &Self) -> f64 {
        let out = [
            other.0 - self.0,
            other.1 - self.1,
            self.2 - other.2,
            self.3 - other.3,
        ];
        out.into_iter().fold(0.0, |sum, out| sum + out.max(0.0))
    }
}

impl DomainPlaces {
    fn shown(&self) -> impl Iterator<Item = (&str, (f64, f64))> {
        let drawn = |(_, (x, y)): &&(String, (f64, f64))| x.abs() < FAR && y.abs() < FAR;
        let places = self.places.iter().filter(drawn);
        places.map(|(name, place)| (name.as_str(), *place))
    }

    /// Both axes, of one scale, and the height of a frame of this width.
    fn axes(&self, width: f64) -> (Axis, Axis, f64) {
        let ends = |values: &mut dyn Iterator<Item = f64>| {
            let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
                (low.min(x), high.max(x))
            });
            if low <= high {
                (low, high)
            } else {
                (-1.0, 1.0)
            }
        };
        let across = ends(&mut self.shown().map(|(_, (x, _))| x));
        let up = ends(&mut self.shown().map(|(_, (_, y))| y));
        let extent = |(low, high): (f64, f64)| high - low;
        let largest = extent(across).max(extent(up)).max(1e-6);
        let room = 2.0 * AROUND * largest;
        let wide = extent(across) + room;
        let height = ((extent(up) + room) / wide).clamp(SHAPE.0, SHAPE.1) * width;
        // What one unit of the map takes, so that both directions fit.
        let unit = (width / wide).min(height / (extent(up) + room));
        let axis = |(low, high): (f64, f64), length: f64| {
            let (middle, half) = (0.5 * (low + high), 0.5 * length / unit);
            Axis::between(middle - half, middle + half)
        };
        (axis(across, width), axis(up, height), height)
    }
}

/// Where the names of the points at `points` stand, on the sheet: right of a point, or on another side of
/// it where there is room.
fn beside(points: &[(f64, f64)], widths: &[f64], frame: Area) -> Vec<(f64, f64)> {
    let high = f64::from(SMALL);
    let marks: Vec<Area> = points
        .iter()
        .map(|(x, y)| Area(x - MARKER, y - MARKER, x + MARKER, y + MARKER))
        .collect();
    let mut taken: Vec<Area> = Vec::new();
    let mut places = Vec::new();
    for (index, ((x, y), width)) in points.iter().zip(widths).enumerate() {
        let area = |(left, middle): (f64, f64)| {
            Area(left, middle - 0.5 * high, left + width, middle + 0.5 * high)
        };
        let sides = [
            (x + GAP, *y),
            (x - GAP - width, *y),
            (x - 0.5 * width, y - GAP - 0.5 * high),
            (x - 0.5 * width, y + GAP + 0.5 * high),
        ];
        let cost = |side: &(f64, f64)| {
            let area = area(*side);
            let names = taken.iter().filter(|other| area.meets(other)).count();
            let others = marks.iter().enumerate().filter(|(at, _)| *at != index);
            let marks = others.filter(|(_, mark)| area.meets(mark)).count();
            area.beyond(&frame) + 100.0 * (names + marks) as f64
        };
        let costs = sides.map(|side| cost(&side));
        let best = (0..sides.len()).min_by(|a, b| costs[*a].total_cmp(&costs[*b]));
        let side = sides[best.unwrap_or(0)];
        taken.push(area(side));
        places.push(side);
    }
    places
}

impl Figure for DomainPlaces {
    fn title(&self) -> String {
        "Map of the domains".into()
    }

    fn description(&self) -> String {
        let mut text = format!(
            "Places of the domains on the map of the law {}: at the distance d, tokens of one are worth e^(−d²/2) \
             of what they would be nearby. The map may be turned or mirrored.",
            printable(&self.law)
        );
        if self.dimensions > 2 {
            text.push_str(&format!(
                " It has {} dimensions; the two of the largest spread are drawn.",
                self.dimensions
            ));
        }
        for (name, (x, y)) in self.shown() {
            let name = printable(name);
            text.push_str(&format!(" {name}: {}, {}.", significant(x), significant(y)));
        }
        text
    }

    fn svg(&self) -> String {
        let width = WIDTH - LEFT - RIGHT;
        let (across, up, height) = self.axes(width);
        let mut sheet = Sheet::new(ABOVE + height + BELOW);
        let shown: Vec<(&str, (f64, f64))> = self.shown().collect();
        let hover = shown.iter().map(|(name, _)| printable(name));
        let marks = ScatterPlot::new()
            .with_data(shown.iter().map(|(_, place)| *place).collect::<Vec<_>>())
            .with_color(Look::of(0).colour)
            .with_marker(Look::of(0).shape)
            .with_size(MARKER)
            .with_tooltip_labels(hover.collect::<Vec<String>>());
        sheet.panel(
            LEFT,
            ABOVE,
            Panel {
                width,
                height,
                x: across,
                y: up,
                x_ticks: true,
                y_ticks: true,
                grid: true,
                plots: vec![Plot::Scatter(marks)],
            },
        );
        let points: Vec<(f64, f64)> = shown
            .iter()
            .map(|(_, (x, y))| {
                let y = ABOVE + (1.0 - up.place(*y)) * height;
                (LEFT + across.place(*x) * width, y)
            })
            .collect();
        let names: Vec<String> = shown
            .iter()
            .map(|(name, _)| fit_text(name, SMALL, LONGEST))
            .collect();
        let widths: Vec<f64> = names.iter().map(|name| text_width(name, SMALL)).collect();
        let frame = Area(LEFT, ABOVE, LEFT + width, ABOVE + height);
        for (name, (x, y)) in names.iter().zip(beside(&points, &widths, frame)) {
            sheet.text(x, y + 0.35 * f64::from(SMALL), name, Type::SMALL);
        }
        let title = fit_text(&self.law, LARGE, width);
        sheet.text(LEFT, ABOVE - 8.0, &title, Type::TITLE);
        let middle = LEFT + width / 2.0;
        sheet.text(middle, ABOVE + height + 32.0, "distance", Type::AXIS);
        sheet.text(13.0, ABOVE + height / 2.0, "distance", Type::VERTICAL);
        sheet.finish(&self.title(), &self.description())
    }

    fn csv(&self) -> String {
        let rows = self.shown();
        let rows = rows.map(|(name, (x, y))| vec![name.to_owned(), x.to_string(), y.to_string()]);
        csv_text(&["domain", "x", "y"], rows)
    }
}
