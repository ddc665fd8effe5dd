//! Quantities that follow another one: a panel for each, in it a line for each series.

use kuva::plot::LinePlot;
use kuva::plot::scatter::ScatterPlot;
use kuva::render::plots::Plot;

use super::super::numbers::significant;
use super::super::table::printable;
use super::axis::Axis;
use super::legend::Legend;
use super::sheet::{Panel, Sheet, Type};
use super::style::{DOT, GUIDE_DASH, LARGE, Look, WIDTH, dash, fit_text};
use super::{Figure, csv_text, distinct};

/// From the left edge to the frame.
const LEFT: f64 = 58.0;

/// Right of the frame.
const RIGHT: f64 = 14.0;

/// Height of a frame.
const HEIGHT: f64 = 110.0;

/// Above a frame: its title.
const ABOVE: f64 = 22.0;

/// Below the last frame: tick labels and axis title.
const BELOW: f64 = 42.0;

/// Below a frame that is not the last.
const BETWEEN: f64 = 6.0;

/// Numbers that span more than this factor get a logarithmic axis.
const LOG_BEYOND: f64 = 20.0;

/// A line of more points than this has no markers.
const MOST_MARKERS: usize = 24;

/// Lines, in one panel or several.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Curves {
    /// What the figure shows, in a few words.
    pub title: String,
    /// The same in a sentence, for readers that do not see it.
    pub meaning: String,
    /// Title of the horizontal axis.
    pub across: String,
    /// The panels, from above.
    pub panels: Vec<CurvePanel>,
}

/// The lines of one frame.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct CurvePanel {
    /// Its title.
    pub title: String,
    /// Title of its vertical axis.
    pub up: String,
    /// Its lines. Those of one name look the same in all panels.
    pub curves: Vec<Curve>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Curve {
    /// Name in the legend.
    pub name: String,
    /// Its points.
    pub points: Vec<(f64, f64)>,
    /// Where a theory puts the change that it shows, a value of the horizontal axis.
    pub expected: Option<f64>,
    /// What each point is, if it is one of its own: then no line joins them.
    pub labels: Vec<String>,
}

impl Curve {
    /// The points that are shown, each with its own name or that of the curve.
    fn named(&self) -> impl Iterator<Item = ((f64, f64), &str)> {
        let own = self.labels.iter().map(String::as_str);
        let names = own.chain(std::iter::repeat(self.name.as_str()));
        let points = self.points.iter().copied().zip(names);
        points.filter(|((x, y), _)| x.is_finite() && y.is_finite())
    }

    fn shown(&self) -> impl Iterator<Item = (f64, f64)> {
        let points = self.points.iter().copied();
        points.filter(|(x, y)| x.is_finite() && y.is_finite())
    }
}

impl Curves {
    fn curves(&self) -> impl Iterator<Item = &Curve> {
        self.panels.iter().flat_map(|panel| &panel.curves)
    }

    fn names(&self) -> Vec<&str> {
        distinct(self.curves().map(|curve| curve.name.as_str()))
    }

    fn plots(&self, panel: &CurvePanel, across: Axis, up: Axis) -> Vec<Plot> {
        let names = self.names();
        let mut plots = Vec::new();
        for curve in &panel.curves {
            let index = names.iter().position(|name| *name == curve.name);
            let index = index.unwrap_or_default();
            let look = Look::of(index);
            // A logarithmic axis has no place for what is not above 0.
            let points: Vec<(f64, f64)> = curve
                .shown()
                .map(|(x, y)| (x.clamp(across.min, across.max), y.clamp(up.min, up.max)))
                .collect();
            if let Some(x) = curve.expected.filter(|x| x.is_finite()) {
                let x = x.clamp(across.min, across.max);
                let line = LinePlot::new()
                    .with_data([(x, up.min), (x, up.max)])
                    .with_color(look.colour)
                    .with_stroke_width(0.8)
                    .with_line_style(GUIDE_DASH);
                plots.push(Plot::Line(line));
            }
            let joined = curve.labels.is_empty();
            if points.len() > 1 && joined {
                let line = LinePlot::new()
                    .with_data(points.clone())
                    .with_color(look.colour)
                    .with_stroke_width(1.3)
                    .with_line_style(dash(index));
                plots.push(Plot::Line(line));
            }
            if points.len() <= MOST_MARKERS || !joined {
                let hover = curve.named().map(|((x, y), name)| {
                    format!(
                        "{}, {} {}: {}",
                        printable(name),
                        self.across,
                        significant(x),
                        significant(y)
                    )
                });
                let marks = ScatterPlot::new()
                    .with_data(points)
                    .with_color(look.colour)
                    .with_marker(look.shape)
                    .with_size(DOT)
                    .with_tooltip_labels(hover.collect::<Vec<String>>());
                plots.push(Plot::Scatter(marks));
            }
        }
        plots
    }
}

impl Figure for Curves {
    fn title(&self) -> String {
        self.title.clone()
    }

    fn description(&self) -> String {
        let mut text = self.meaning.clone();
        for panel in &self.panels {
            for curve in &panel.curves {
                let mut points = curve.shown();
                let Some(first) = points.next() else { continue };
                let last = points.last().unwrap_or(first);
                text.push_str(&format!(
                    " {}, {}: {} at {}, {} at {}.",
                    printable(&panel.title),
                    printable(&curve.name),
                    significant(first.1),
                    significant(first.0),
                    significant(last.1),
                    significant(last.0)
                ));
            }
        }
        text
    }

    fn svg(&self) -> String {
        let names = self.names();
        let looks = names.iter().enumerate();
        let legend = Legend::new(looks.map(|(index, name)| (*name, Look::of(index))));
        let count = self.panels.len().max(1);
        let frames = count as f64;
        let total = frames * (ABOVE + HEIGHT) + (frames - 1.0) * BETWEEN + BELOW;
        let mut sheet = Sheet::new(total + legend.height() + 8.0);
        let width = WIDTH - LEFT - RIGHT;
        let expected = self.curves().filter_map(|curve| curve.expected);
        let values = self.curves().flat_map(Curve::shown).map(|(x, _)| x);
        let values: Vec<f64> = values.chain(expected).filter(|x| x.is_finite()).collect();
        let across = Axis::log_beyond(LOG_BEYOND, &values);
        for (index, panel) in self.panels.iter().enumerate() {
            let heights = panel.curves.iter().flat_map(Curve::shown).map(|(_, y)| y);
            let up = Axis::linear(heights);
            let y = ABOVE + index as f64 * (ABOVE + HEIGHT + BETWEEN);
            sheet.panel(
                LEFT,
                y,
                Panel {
                    width,
                    height: HEIGHT,
                    x: across,
                    y: up,
                    x_ticks: index + 1 == count,
                    y_ticks: true,
                    grid: true,
                    plots: self.plots(panel, across, up),
                },
            );
            let title = fit_text(&panel.title, LARGE, width);
            sheet.text(LEFT, y - 8.0, &title, Type::TITLE);
            sheet.text(13.0, y + HEIGHT / 2.0, &panel.up, Type::VERTICAL);
        }
        sheet.text(LEFT + width / 2.0, total - 10.0, &self.across, Type::AXIS);
        legend.draw(&mut sheet, total);
        sheet.finish(&self.title(), &self.description())
    }

    fn csv(&self) -> String {
        let rows = self.panels.iter().flat_map(|panel| {
            panel.curves.iter().flat_map(move |curve| {
                curve.named().map(move |((x, y), name)| {
                    vec![
                        panel.title.clone(),
                        name.into(),
                        x.to_string(),
                        y.to_string(),
                    ]
                })
            })
        });
        csv_text(&["panel", "curve", "x", "y"], rows)
    }
}
