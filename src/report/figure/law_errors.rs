//! The error of each law on the runs held out, of the loss and of the excess side by side.

use kuva::plot::LinePlot;
use kuva::plot::scatter::{MarkerShape, ScatterPlot};
use kuva::render::plots::Plot;
use kuva::render::render::TextAnchor;

use crate::fit::{LawFit, Spread};

use super::super::numbers::rounded;
use super::super::summary_table::{MEAN_LAW, law_title};
use super::axis::Axis;
use super::sheet::{Panel, Sheet, Type};
use super::style::{GRID, GUIDE, GUIDE_DASH, Look, MARKER, SMALL, WIDTH, fit_text, text_width};
use super::{Figure, csv_text};

/// Height of a row.
const ROW: f64 = 18.0;

/// Widest name of a law.
const LONGEST: f64 = 150.0;

/// Left of the names.
const LEFT: f64 = 6.0;

/// Right of the last frame.
const RIGHT: f64 = 14.0;

/// Between names and frame.
const GAP: f64 = 12.0;

/// Between the two frames: the last label of one and the first of the other keep apart.
const BETWEEN: f64 = 26.0;

/// Above the frames: their titles.
const ABOVE: f64 = 24.0;

/// Below the frames: tick labels and axis title.
const BELOW: f64 = 40.0;

/// Errors that span more than this factor get a logarithmic axis.
const LOG_BEYOND: f64 = 10.0;

/// Errors of laws on the runs held out.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct LawErrors {
    /// The laws, in the order of the rows.
    pub laws: Vec<LawError>,
}

/// The errors of one law.
#[derive(Debug, Clone, PartialEq)]
pub struct LawError {
    /// Name of the law; the mean baseline is marked.
    pub law: String,
    /// Mean relative error of the loss, percent.
    pub loss: Spread,
    /// Mean relative error of the excess, percent, where it is known.
    pub excess: Option<Spread>,
}

impl LawErrors {
    /// The errors over all cells of the laws that have held-out errors, the mean baseline first.
    pub(crate) fn from_fits(fits: &[LawFit]) -> Self {
        let mut laws: Vec<LawError> = fits
            .iter()
            .filter_map(|fit| {
                let test = fit.test?;
                Some(LawError {
                    law: fit.law.clone(),
                    loss: test.mre.all,
                    excess: test.excess_mre.map(|masked| masked.all),
                })
            })
            .collect();
        laws.sort_by_key(|law| law.law != MEAN_LAW);
        Self { laws }
    }

    /// Titles and errors of the panels.
    fn panels(&self) -> Vec<(&'static str, Vec<Option<Spread>>)> {
        let finite = |spread: Option<Spread>| spread.filter(|s| s.mean.is_finite());
        let loss = self.laws.iter().map(|law| finite(Some(law.loss))).collect();
        let excess: Vec<_> = self.laws.iter().map(|law| finite(law.excess)).collect();
        let mut panels = vec![("loss", loss)];
        if excess.iter().any(Option::is_some) {
            panels.push(("excess", excess));
        }
        panels
    }

    fn plots(&self, errors: &[Option<Spread>], across: Axis, look: Look) -> Vec<Plot> {
        let rows = self.laws.len() as f64;
        let line = |from: (f64, f64), to: (f64, f64), colour: &str, thick: f64| {
            LinePlot::new()
                .with_data([from, to])
                .with_color(colour)
                .with_stroke_width(thick)
        };
        let mut plots: Vec<Plot> = (0..self.laws.len())
            .map(|row| {
                let y = height_of(row, rows);
                Plot::Line(line((across.min, y), (across.max, y), GRID, 0.7))
            })
            .collect();
        let baselines = self
            .laws
            .iter()
            .zip(errors)
            .filter(|(law, _)| law.law == MEAN_LAW);
        for baseline in baselines.filter_map(|(_, error)| *error) {
            let x = baseline.mean;
            let mark = line((x, 0.0), (x, rows), GUIDE, 0.8).with_line_style(GUIDE_DASH);
            plots.push(Plot::Line(mark));
        }
        for (row, (law, error)) in self.laws.iter().zip(errors).enumerate() {
            let Some(Spread { mean, sd }) = *error else {
                continue;
            };
            let y = height_of(row, rows);
            let baseline = law.law == MEAN_LAW;
            let colour = if baseline { GUIDE } else { look.colour };
            if sd.is_finite() && sd > 0.0 {
                let ends = [mean - sd, mean + sd].map(|end| end.clamp(across.min, across.max));
                plots.push(Plot::Line(line((ends[0], y), (ends[1], y), colour, 1.4)));
            }
            let shape = if baseline {
                MarkerShape::Diamond
            } else {
                look.shape
            };
            let marker = ScatterPlot::new()
                .with_data([(mean.clamp(across.min, across.max), y)])
                .with_color(colour)
                .with_marker(shape)
                .with_size(MARKER)
                .with_tooltip_labels([format!(
                    "{}: {} ± {} %",
                    law_title(&law.law),
                    rounded(mean, 3),
                    rounded(sd, 2)
                )]);
            plots.push(Plot::Scatter(marker));
        }
        plots
    }
}

/// The middle of a row, counted from the bottom of the frame in rows.
fn height_of(row: usize, rows: f64) -> f64 {
    rows - row as f64 - 0.5
}

/// Logarithmic where the errors differ much, else from zero.
fn axis(errors: &[Option<Spread>]) -> Axis {
    let ends = errors.iter().flatten().flat_map(|spread| {
        let sd = if spread.sd.is_finite() {
            spread.sd
        } else {
            0.0
        };
        [spread.mean, spread.mean + sd, spread.mean - sd]
    });
    let means: Vec<f64> = errors.iter().flatten().map(|s| s.mean).collect();
    if Axis::log_beyond(LOG_BEYOND, &means).log {
        // An error below its own standard deviation would stretch the axis to nothing.
        let smallest = means.iter().copied().fold(f64::INFINITY, f64::min);
        Axis::log(ends.map(|end| end.max(smallest / 2.0)))
    } else {
        Axis::from_zero(ends)
    }
}

impl Figure for LawErrors {
    fn title(&self) -> String {
        "Error of each law on the runs held out".into()
    }

    fn description(&self) -> String {
        let mut text =
            "Mean relative error of each law, percent, on runs held out; bars reach one \
                        standard deviation over splits to either side, the dashed line is the mean \
                        of the training runs."
                .to_owned();
        for (title, errors) in self.panels() {
            let listed: Vec<String> = self
                .laws
                .iter()
                .zip(&errors)
                .filter_map(|(law, error)| {
                    Some(format!(
                        "{} {}",
                        law_title(&law.law),
                        rounded((*error)?.mean, 3)
                    ))
                })
                .collect();
            if !listed.is_empty() {
                text.push_str(&format!(" Of the {title}: {}.", listed.join(", ")));
            }
        }
        text
    }

    fn svg(&self) -> String {
        let names: Vec<String> = self
            .laws
            .iter()
            .map(|law| fit_text(law_title(&law.law), SMALL, LONGEST))
            .collect();
        let widest = names
            .iter()
            .map(|n| text_width(n, SMALL))
            .fold(0.0, f64::max);
        let left = LEFT + widest + GAP;
        let panels = self.panels();
        let gaps = (panels.len() - 1) as f64 * BETWEEN;
        let width = (WIDTH - left - RIGHT - gaps) / panels.len() as f64;
        let rows = self.laws.len().max(1) as f64;
        let height = rows * ROW;
        let mut sheet = Sheet::new(ABOVE + height + BELOW);
        for (row, name) in names.iter().enumerate() {
            let y = ABOVE + (row as f64 + 0.5) * ROW + 3.5;
            let set = Type {
                anchor: TextAnchor::End,
                ..Type::SMALL
            };
            sheet.text(left - GAP / 2.0, y, name, set);
        }
        let up = Axis {
            min: 0.0,
            max: rows,
            step: rows,
            log: false,
        };
        for (index, (title, errors)) in panels.iter().enumerate() {
            let x = left + index as f64 * (width + BETWEEN);
            let across = axis(errors);
            sheet.panel(
                x,
                ABOVE,
                Panel {
                    width,
                    height,
                    x: across,
                    y: up,
                    x_ticks: true,
                    y_ticks: false,
                    grid: true,
                    plots: self.plots(errors, across, Look::of(index)),
                },
            );
            sheet.text(x, ABOVE - 8.0, title, Type::TITLE);
        }
        let middle = left + (WIDTH - left - RIGHT) / 2.0;
        let below = ABOVE + height + 30.0;
        sheet.text(middle, below, "held-out MRE, %", Type::AXIS);
        sheet.finish(&self.title(), &self.description())
    }

    fn csv(&self) -> String {
        let panels = self.panels();
        let rows = panels.iter().flat_map(|(title, errors)| {
            self.laws
                .iter()
                .zip(errors)
                .filter_map(move |(law, error)| {
                    let Spread { mean, sd } = (*error)?;
                    Some(vec![
                        (*title).to_owned(),
                        law.law.clone(),
                        mean.to_string(),
                        sd.to_string(),
                    ])
                })
        });
        csv_text(&["of", "law", "mre_percent", "sd_percent"], rows)
    }
}
