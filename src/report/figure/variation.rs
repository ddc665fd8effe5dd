//! The error of each law as one number of the experiment varies.

use kuva::plot::LinePlot;
use kuva::plot::scatter::ScatterPlot;
use kuva::render::plots::Plot;

use crate::fit::Spread;

use super::super::numbers::{rounded, significant};
use super::super::summary_table::law_title;
use super::super::table::printable;
use super::axis::Axis;
use super::legend::Legend;
use super::sheet::{Panel, Sheet, Type};
use super::style::{LARGE, Look, MARKER, WIDTH, dash, fit_text};
use super::{Figure, csv_text};

/// From the left edge to the frame.
const LEFT: f64 = 58.0;

/// Right of the frame.
const RIGHT: f64 = 14.0;

/// Height of a frame.
const HEIGHT: f64 = 140.0;

/// Above a frame: its title.
const ABOVE: f64 = 22.0;

/// Below the last frame: tick labels and axis title.
const BELOW: f64 = 42.0;

/// Below a frame that is not the last.
const BETWEEN: f64 = 6.0;

/// Numbers that span more than this factor get a logarithmic axis.
const LOG_BEYOND: f64 = 20.0;

/// Errors below this share of the largest are shown at the frame: a law that is exact somewhere would
/// leave no room for the others.
const REACH: f64 = 1e-5;

/// Errors of laws on the runs held out against one number of the experiment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Variation {
    /// What varies, with its unit: the title of the axis.
    pub across: String,
    /// Its values.
    pub values: Vec<f64>,
    /// The laws, in the order of the legend.
    pub laws: Vec<VariedLaw>,
    /// Other figures that the experiment asks about.
    pub figures: Vec<VariedFigure>,
}

/// A figure that is no error, one for each value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VariedFigure {
    /// Its name in the checks of the experiment.
    pub name: String,
    /// What was measured, with its interval.
    pub measured: Vec<Option<Measured>>,
}

/// A number, and where it lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The number.
    pub value: f64,
    /// Its interval, if that is known.
    pub interval: Option<(f64, f64)>,
}

impl VariedFigure {
    /// What can be drawn: value of what varies, number.
    fn points(&self, values: &[f64]) -> Vec<(f64, Measured)> {
        let pairs = values.iter().zip(&self.measured);
        let mut points: Vec<(f64, Measured)> = pairs
            .filter_map(|(value, measured)| Some((*value, (*measured)?)))
            .filter(|(value, measured)| value.is_finite() && measured.value.is_finite())
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points
    }

    fn plots(&self, points: &[(f64, Measured)], across: &str, up: Axis) -> Vec<Plot> {
        let look = Look::of(0);
        let line = |data: Vec<(f64, f64)>, thick: f64| {
            LinePlot::new()
                .with_data(data)
                .with_color(look.colour)
                .with_stroke_width(thick)
        };
        let inside = |number: f64| number.clamp(up.min, up.max);
        let mut plots = Vec::new();
        for (x, measured) in points {
            if let Some((low, high)) = measured.interval.filter(finite) {
                let bar = vec![(*x, inside(low)), (*x, inside(high))];
                plots.push(Plot::Line(line(bar, 0.9)));
            }
        }
        let data: Vec<(f64, f64)> = points.iter().map(|(x, m)| (*x, inside(m.value))).collect();
        let hover = points.iter().map(|(x, measured)| {
            format!(
                "{}, {across} {}: {}",
                printable(&self.name),
                significant(*x),
                significant(measured.value)
            )
        });
        let marks = ScatterPlot::new()
            .with_data(data.clone())
            .with_color(look.colour)
            .with_marker(look.shape)
            .with_size(MARKER)
            .with_tooltip_labels(hover.collect::<Vec<String>>());
        if data.len() > 1 {
            plots.push(Plot::Line(line(data, 1.3)));
        }
        plots.push(Plot::Scatter(marks));
        plots
    }
}

fn finite((low, high): &(f64, f64)) -> bool {
    low.is_finite() && high.is_finite()
}

/// The errors of one law, one for each value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VariedLaw {
    /// Name of the law.
    pub law: String,
    /// Mean relative error of the loss, percent.
    pub loss: Vec<Option<Spread>>,
    /// Mean relative error of the excess, percent, where it is known.
    pub excess: Vec<Option<Spread>>,
}

/// The title of a panel, and the errors of a law that it shows.
type PanelOf = (&'static str, fn(&VariedLaw) -> &[Option<Spread>]);

impl Variation {
    /// The panels that have something to show.
    fn panels(&self) -> Vec<PanelOf> {
        let all: [PanelOf; 2] = [("loss", |law| &law.loss), ("excess", |law| &law.excess)];
        let shown = |(_, errors): &PanelOf| {
            let mut errors = self.laws.iter().flat_map(errors);
            errors.any(|error| usable(*error).is_some())
        };
        all.into_iter().filter(shown).collect()
    }

    /// The points of a law that can be drawn: value, error.
    fn points(&self, errors: &[Option<Spread>]) -> Vec<(f64, Spread)> {
        let pairs = self.values.iter().zip(errors);
        let mut points: Vec<(f64, Spread)> = pairs
            .filter(|(value, _)| value.is_finite())
            .filter_map(|(value, error)| Some((*value, usable(*error)?)))
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points
    }

    fn plots(&self, panel: PanelOf, up: Axis) -> Vec<Plot> {
        let mut plots = Vec::new();
        let inside = |error: f64| error.clamp(up.min, up.max);
        for (index, law) in self.laws.iter().enumerate() {
            let look = Look::of(index);
            let points = self.points(panel.1(law));
            let line = |data: Vec<(f64, f64)>, thick: f64| {
                LinePlot::new()
                    .with_data(data)
                    .with_color(look.colour)
                    .with_stroke_width(thick)
            };
            for (x, error) in &points {
                if error.sd.is_finite() && error.sd > 0.0 {
                    let ends = [error.mean - error.sd, error.mean + error.sd];
                    let bar = ends.map(|end| (*x, inside(end)));
                    plots.push(Plot::Line(line(bar.to_vec(), 0.9)));
                }
            }
            let data: Vec<(f64, f64)> = points.iter().map(|(x, e)| (*x, inside(e.mean))).collect();
            let hover = points.iter().map(|(x, error)| {
                format!(
                    "{}, {} {}: {} ± {} %",
                    law_title(&law.law),
                    self.across,
                    significant(*x),
                    rounded(error.mean, 3),
                    rounded(error.sd, 2)
                )
            });
            let marks = ScatterPlot::new()
                .with_data(data.clone())
                .with_color(look.colour)
                .with_marker(look.shape)
                .with_size(MARKER)
                .with_tooltip_labels(hover.collect::<Vec<String>>());
            if data.len() > 1 {
                plots.push(Plot::Line(line(data, 1.3).with_line_style(dash(index))));
            }
            plots.push(Plot::Scatter(marks));
        }
        plots
    }
}

/// An error that a logarithmic axis can show.
fn usable(error: Option<Spread>) -> Option<Spread> {
    error.filter(|error| error.mean.is_finite() && error.mean > 0.0)
}

impl Figure for Variation {
    fn title(&self) -> String {
        format!("Error of each law against {}", self.across)
    }

    fn description(&self) -> String {
        let mut text = format!(
            "Mean relative error of each law on runs held out, percent, against {}; bars reach one \
             standard deviation over splits to either side.",
            self.across
        );
        for (title, errors) in self.panels() {
            for law in &self.laws {
                let points = self.points(errors(law));
                if let (Some(first), Some(last)) = (points.first(), points.last()) {
                    text.push_str(&format!(
                        " Of the {title}, {}: {} at {}, {} at {}.",
                        law_title(&law.law),
                        rounded(first.1.mean, 2),
                        significant(first.0),
                        rounded(last.1.mean, 2),
                        significant(last.0)
                    ));
                }
            }
        }
        for figure in &self.figures {
            let points = figure.points(&self.values);
            if let (Some(first), Some(last)) = (points.first(), points.last()) {
                text.push_str(&format!(
                    " {}: {} at {}, {} at {}.",
                    printable(&figure.name),
                    significant(first.1.value),
                    significant(first.0),
                    significant(last.1.value),
                    significant(last.0)
                ));
            }
        }
        text
    }

    fn svg(&self) -> String {
        let laws = self.laws.iter().enumerate();
        let legend = Legend::new(laws.map(|(index, law)| (law_title(&law.law), Look::of(index))));
        let panels = self.panels();
        let others: Vec<(&VariedFigure, Vec<(f64, Measured)>)> = self
            .figures
            .iter()
            .map(|figure| (figure, figure.points(&self.values)))
            .filter(|(_, points)| !points.is_empty())
            .collect();
        let count = (panels.len() + others.len()).max(1);
        let frames = count as f64;
        let total = frames * (ABOVE + HEIGHT) + (frames - 1.0) * BETWEEN + BELOW;
        let mut sheet = Sheet::new(total + legend.height() + 8.0);
        let width = WIDTH - LEFT - RIGHT;
        let finite: Vec<f64> = self
            .values
            .iter()
            .copied()
            .filter(|v| v.is_finite())
            .collect();
        let across = Axis::log_beyond(LOG_BEYOND, &finite);
        for (index, panel) in panels.iter().enumerate() {
            let errors = self.laws.iter().flat_map(|law| self.points(panel.1(law)));
            let errors: Vec<f64> = errors.map(|(_, error)| error.mean).collect();
            let largest = errors.iter().copied().fold(0.0, f64::max);
            let up = Axis::log(errors.into_iter().map(|error| error.max(largest * REACH)));
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
                    plots: self.plots(*panel, up),
                },
            );
            sheet.text(LEFT, y - 8.0, panel.0, Type::TITLE);
            sheet.text(13.0, y + HEIGHT / 2.0, "held-out MRE, %", Type::VERTICAL);
        }
        for (index, (figure, points)) in others.iter().enumerate() {
            let index = panels.len() + index;
            let ends = points.iter().flat_map(|(_, measured)| {
                let (low, high) = measured
                    .interval
                    .unwrap_or((measured.value, measured.value));
                [low, measured.value, high]
            });
            let up = Axis::log_beyond(LOG_BEYOND, &ends.collect::<Vec<f64>>());
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
                    plots: figure.plots(points, &self.across, up),
                },
            );
            let title = fit_text(&figure.name, LARGE, width);
            sheet.text(LEFT, y - 8.0, &title, Type::TITLE);
        }
        sheet.text(LEFT + width / 2.0, total - 10.0, &self.across, Type::AXIS);
        legend.draw(&mut sheet, total);
        sheet.finish(&self.title(), &self.description())
    }

    fn csv(&self) -> String {
        let rows = self.panels().into_iter().flat_map(|(title, errors)| {
            self.laws.iter().flat_map(move |law| {
                self.points(errors(law)).into_iter().map(move |(x, error)| {
                    vec![
                        format!("{title}_mre_percent"),
                        law.law.clone(),
                        x.to_string(),
                        error.mean.to_string(),
                        error.sd.to_string(),
                    ]
                })
            })
        });
        let others = self.figures.iter().flat_map(|figure| {
            figure
                .points(&self.values)
                .into_iter()
                .map(|(x, measured)| {
                    vec![
                        figure.name.clone(),
                        String::new(),
                        x.to_string(),
                        measured.value.to_string(),
                        String::new(),
                    ]
                })
        });
        csv_text(&["of", "law", "value", "mean", "sd"], rows.chain(others))
    }
}
