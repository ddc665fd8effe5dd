//! Predicted against measured loss on the runs held out, one panel for each law.

use kuva::plot::LinePlot;
use kuva::plot::scatter::{MarkerShape, ScatterPlot};
use kuva::render::plots::Plot;

use super::super::numbers::{rounded, significant};
use super::super::summary_table::{MEAN_LAW, law_title};
use super::super::table::printable;
use super::axis::{Axis, range};
use super::legend::Legend;
use super::sheet::{Panel, Sheet, Type};
use super::style::{DOT, GUIDE, GUIDE_DASH, LARGE, Look, SMALL, WIDTH, fit_text};
use super::{Figure, count, csv_text, distinct};

/// Panels side by side.
const COLUMNS: usize = 2;

/// From the left edge to the first frame: axis title and tick labels.
const LEFT: f64 = 48.0;

/// Right of the last frame.
const RIGHT: f64 = 10.0;

/// Between two frames.
const GAP: f64 = 14.0;

/// Above a frame: two lines of words.
const ABOVE: f64 = 36.0;

/// Below the last frame: tick labels and axis title.
const BELOW: f64 = 40.0;

/// How far beyond the measured losses the axes may reach for a prediction, in ranges of the measured
/// losses: one law gone astray must not squeeze all others into a corner.
const REACH: f64 = 0.3;

/// Predicted against measured losses. The points of one split are enough: those of twenty make the
/// file twenty times as long and no clearer.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct PredictedVsMeasured {
    /// Whether the measured losses come from the simulator.
    pub simulated: bool,
    /// One panel for each law.
    pub laws: Vec<LawPoints>,
}

/// What one law predicts.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct LawPoints {
    /// Name of the law.
    pub law: String,
    /// Mean relative error of the loss as the tables have it, percent; `None`: that of the points.
    pub mre: Option<f64>,
    /// One point for each run held out and each domain.
    pub points: Vec<Point>,
}

/// A loss, measured and predicted.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Name of the domain.
    pub domain: String,
    /// Measured or simulated, nats.
    pub measured: f64,
    /// Predicted, nats.
    pub predicted: f64,
}

impl LawPoints {
    fn finite(&self) -> impl Iterator<Item = &Point> {
        self.points
            .iter()
            .filter(|p| p.measured.is_finite() && p.predicted.is_finite())
    }

    fn mre(&self) -> Option<f64> {
        let of_points = || {
            let (mut sum, mut number) = (0.0, 0.0);
            for point in self.finite().filter(|p| p.measured != 0.0) {
                sum += ((point.predicted - point.measured) / point.measured).abs();
                number += 1.0;
            }
            (number > 0.0).then(|| 100.0 * sum / number)
        };
        self.mre.filter(|mre| mre.is_finite()).or_else(of_points)
    }
}

impl PredictedVsMeasured {
    fn axis(&self) -> Axis {
        let points = || self.laws.iter().flat_map(LawPoints::finite);
        let Some((low, high)) = range(points().map(|p| p.measured)) else {
            return Axis::linear([]);
        };
        let span = (high - low).max(0.02 * high.abs());
        let reach = (low - REACH * span, high + REACH * span);
        let predicted = points().map(|p| p.predicted.clamp(reach.0, reach.1));
        Axis::linear(predicted.chain([low, high]))
    }

    fn word(&self) -> &'static str {
        if self.simulated {
            "simulated"
        } else {
            "measured"
        }
    }
}

/// The name of a law in the width of a panel.
fn panel_title(law: &str) -> &str {
    if law == MEAN_LAW {
        "mean of training runs"
    } else {
        law
    }
}

/// The dots of a panel, by domain, and the number of points that lie beyond its axes.
fn plots(points: &LawPoints, domains: &[&str], axis: Axis) -> (Vec<Plot>, usize) {
    let ends = [(axis.min, axis.min), (axis.max, axis.max)];
    let diagonal = LinePlot::new()
        .with_data(ends)
        .with_color(GUIDE)
        .with_stroke_width(0.8)
        .with_line_style(GUIDE_DASH);
    let mut plots = vec![Plot::Line(diagonal)];
    let mut beyond = 0;
    for (index, domain) in domains.iter().enumerate() {
        let look = Look::of(index);
        let mut dots =
            |shape: MarkerShape, size: f64, points: &[&Point], y: fn(&Point, Axis) -> f64| {
                if !points.is_empty() {
                    let hover = points.iter().map(|p| {
                        let numbers = [p.predicted, p.measured].map(significant);
                        format!(
                            "{}: {} for {}",
                            printable(&p.domain),
                            numbers[0],
                            numbers[1]
                        )
                    });
                    let dots = ScatterPlot::new()
                        .with_data(
                            points
                                .iter()
                                .map(|p| (p.measured, y(p, axis)))
                                .collect::<Vec<_>>(),
                        )
                        .with_color(look.colour)
                        .with_marker(shape)
                        .with_size(size)
                        .with_tooltip_labels(hover.collect::<Vec<String>>());
                    plots.push(Plot::Scatter(dots));
                }
            };
        let own = || points.finite().filter(|p| p.domain == **domain);
        let (inside, outside): (Vec<&Point>, Vec<&Point>) =
            own().partition(|p| axis.min <= p.predicted && p.predicted <= axis.max);
        dots(look.shape, DOT, &inside, |p, _| p.predicted);
        // What lies beyond is shown at the frame, as an arrow head.
        let (above, below): (Vec<&Point>, Vec<&Point>) =
            outside.into_iter().partition(|p| p.predicted > axis.max);
        beyond += above.len() + below.len();
        dots(MarkerShape::Triangle, DOT * 1.5, &above, |_, axis| {
            axis.value(0.98)
        });
        dots(MarkerShape::TriangleDown, DOT * 1.5, &below, |_, axis| {
            axis.value(0.02)
        });
    }
    (plots, beyond)
}

impl Figure for PredictedVsMeasured {
    fn title(&self) -> String {
        format!("Predicted against {} loss", self.word())
    }

    fn description(&self) -> String {
        let errors: Vec<String> = self
            .laws
            .iter()
            .filter_map(|law| {
                let mre = rounded(law.mre()?, 3);
                Some(format!("{} {mre} %", law_title(&law.law)))
            })
            .collect();
        let mut text = format!(
            "{} with the loss that a law predicts for runs held out against the {} loss, a colour \
             and shape for each domain. A perfect law has all points on the diagonal.",
            count(self.laws.len(), "panel"),
            self.word()
        );
        if !errors.is_empty() {
            text.push_str(&format!(" Mean relative errors: {}.", errors.join(", ")));
        }
        text
    }

    fn svg(&self) -> String {
        let points = || self.laws.iter().flat_map(LawPoints::finite);
        let domains = distinct(points().map(|p| p.domain.as_str()));
        let looks = domains.iter().enumerate();
        let legend = Legend::new(looks.map(|(index, domain)| (*domain, Look::of(index))));
        let axis = self.axis();

        let columns = self.laws.len().clamp(1, COLUMNS);
        let rows = self.laws.len().div_ceil(columns).max(1);
        let gaps = (columns - 1) as f64 * GAP;
        let side = (WIDTH - LEFT - RIGHT - gaps) / columns as f64;
        let frames = rows as f64 * (side + ABOVE);
        let mut sheet = Sheet::new(frames + BELOW + legend.height() + 6.0);
        for (index, law) in self.laws.iter().enumerate() {
            let x = LEFT + (index % columns) as f64 * (side + GAP);
            let y = (index / columns) as f64 * (side + ABOVE) + ABOVE;
            let (plots, beyond) = plots(law, &domains, axis);
            sheet.panel(
                x,
                y,
                Panel {
                    width: side,
                    height: side,
                    x: axis,
                    y: axis,
                    x_ticks: index + columns >= self.laws.len(),
                    y_ticks: index % columns == 0,
                    grid: true,
                    plots,
                },
            );
            let name = fit_text(panel_title(&law.law), LARGE, side);
            sheet.text(x, y - 18.0, &name, Type::TITLE);
            let mut error = law.mre().map_or_else(
                || "no points".into(),
                |mre| format!("MRE {} %", rounded(mre, 3)),
            );
            if beyond > 0 {
                error.push_str(&format!(", {beyond} beyond"));
            }
            sheet.text(x, y - 6.0, &fit_text(&error, SMALL, side), Type::SMALL);
        }
        let middle = LEFT + (WIDTH - LEFT - RIGHT) / 2.0;
        let across = format!("{} loss, nats", self.word());
        sheet.text(middle, frames + 30.0, &across, Type::AXIS);
        let up = frames / 2.0 + ABOVE / 2.0;
        sheet.text(13.0, up, "predicted loss, nats", Type::VERTICAL);
        legend.draw(&mut sheet, frames + BELOW);
        sheet.finish(&self.title(), &self.description())
    }

    fn csv(&self) -> String {
        let word = self.word();
        let rows = self.laws.iter().flat_map(|law| {
            law.finite().map(|p| {
                vec![
                    law.law.clone(),
                    p.domain.clone(),
                    p.measured.to_string(),
                    p.predicted.to_string(),
                ]
            })
        });
        csv_text(
            &["law", "domain", &format!("{word}_nats"), "predicted_nats"],
            rows,
        )
    }
}
