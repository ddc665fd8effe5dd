//! Regret of each design of proxy runs against its number of runs.

use kuva::plot::LinePlot;
use kuva::plot::scatter::ScatterPlot;
use kuva::render::plots::Plot;

use super::super::numbers::{rounded, significant};
use super::axis::Axis;
use super::legend::Legend;
use super::sheet::{Panel, Sheet, Type};
use super::style::{GUIDE, GUIDE_DASH, Look, MARKER, WIDTH, dash, fit_text};
use super::{Figure, csv_text};
use crate::planning::{Outcome, Regrets, Study};

/// From the left edge to the frame.
const LEFT: f64 = 58.0;

/// Right of the frame.
const RIGHT: f64 = 14.0;

/// Height of a frame.
const HEIGHT: f64 = 150.0;

/// Above a frame: its title.
const ABOVE: f64 = 22.0;

/// Below the last frame: tick labels and axis title.
const BELOW: f64 = 42.0;

/// Below a frame that is not the last.
const BETWEEN: f64 = 6.0;

/// Regrets below this share of the largest are shown at the frame.
const REACH: f64 = 1e-5;

/// Factor between the markers of two designs of as many runs, so that their bars stand apart.
const APART: f64 = 1.04;

/// Regret against runs, a panel for each law.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct RegretByRuns {
    /// The laws.
    pub laws: Vec<LawRegrets>,
    /// Names of the series, in the order of the legend.
    pub series: Vec<String>,
    /// Median regret without any run, percent.
    pub without_runs: f64,
    /// The regret that would do, percent.
    pub wanted: f64,
    /// Shares of the worlds at the lower and upper end of a bar.
    pub shares: (f64, f64),
}

/// The regrets of one law.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct LawRegrets {
    /// Name of the law.
    pub law: String,
    /// Its points.
    pub points: Vec<RegretPoint>,
}

/// The regret of one design, percent of the excess.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct RegretPoint {
    /// Position of its series.
    pub series: usize,
    /// Number of runs.
    pub runs: usize,
    /// Median over worlds.
    pub median: f64,
    /// What the lower share of the worlds keeps to.
    pub low: f64,
    /// What the upper share of the worlds keeps to.
    pub high: f64,
}

impl RegretByRuns {
    /// The figure of a study.
    pub fn of(study: &Study, outcome: &Outcome) -> Self {
        let share = study.target.share;
        let shares = (share.min(1.0 - share), share.max(1.0 - share));
        let several = study.scales.len() > 1;
        let name = |layout: &str, scales: &str| {
            if several {
                format!("{layout}, {scales}")
            } else {
                layout.into()
            }
        };
        let mut figure = Self {
            without_runs: Regrets::new(outcome.target_regrets.clone()).within(0.5),
            wanted: study.target.regret,
            shares,
            ..Self::default()
        };
        for one in &outcome.designs {
            let title = name(one.design.layout.word(), &one.scales);
            let known = figure.series.iter().position(|other| *other == title);
            let series = known.unwrap_or_else(|| {
                figure.series.push(title);
                figure.series.len() - 1
            });
            let known = figure.laws.iter().position(|law| law.law == one.law);
            let at = known.unwrap_or_else(|| {
                figure.laws.push(LawRegrets {
                    law: one.law.clone(),
                    points: Vec::new(),
                });
                figure.laws.len() - 1
            });
            figure.laws[at].points.push(RegretPoint {
                series,
                runs: one.runs,
                median: one.regrets.within(0.5),
                low: one.regrets.within(shares.0),
                high: one.regrets.within(shares.1),
            });
        }
        figure
    }

    /// Points of all laws that can be drawn: a median that is a number, at some run.
    fn points(&self) -> impl Iterator<Item = &RegretPoint> {
        self.laws
            .iter()
            .flat_map(|law| law.points.iter().filter(|p| drawn(p)))
    }

    fn axes(&self) -> (Axis, Axis) {
        let across = Axis::log(self.points().map(|point| point.runs as f64));
        let finite = |value: f64| value.is_finite() && value > 0.0;
        let shown = || {
            let guides = [self.without_runs, self.wanted];
            self.points()
                .flat_map(|point| [point.median, point.low, point.high])
                .chain(guides)
                .filter(move |value| finite(*value))
        };
        let largest = shown().fold(0.0, f64::max);
        let up = Axis::log(shown().map(|value| value.max(largest * REACH)));
        (across, up)
    }

    fn plots(&self, law: &LawRegrets, across: Axis, up: Axis) -> Vec<Plot> {
        let line = |data: Vec<(f64, f64)>, colour: &str, thick: f64| {
            LinePlot::new()
                .with_data(data)
                .with_color(colour)
                .with_stroke_width(thick)
        };
        let inside = |value: f64| value.clamp(up.min, up.max);
        let level = |value: f64| vec![(across.min, value), (across.max, value)];
        let mut plots = Vec::new();
        if up.min <= self.wanted && self.wanted <= up.max {
            plots.push(Plot::Line(line(level(self.wanted), GUIDE, 1.0)));
        }
        if up.min <= self.without_runs && self.without_runs <= up.max {
            let without = line(level(self.without_runs), GUIDE, 0.9);
            plots.push(Plot::Line(without.with_line_style(GUIDE_DASH)));
        }
        for (series, name) in self.series.iter().enumerate() {
            let look = Look::of(series);
            let shift = APART.powf(series as f64 - (self.series.len() as f64 - 1.0) / 2.0);
            let mut points: Vec<&RegretPoint> = law
                .points
                .iter()
                .filter(|point| point.series == series && drawn(point))
                .collect();
            points.sort_by_key(|point| point.runs);
            let place =
                |point: &RegretPoint| (point.runs as f64 * shift).clamp(across.min, across.max);
            for point in &points {
                let bar = [point.low, point.high].map(|end| (place(point), inside(end)));
                plots.push(Plot::Line(line(bar.to_vec(), look.colour, 0.9)));
            }
            let data: Vec<(f64, f64)> = points
                .iter()
                .map(|p| (place(p), inside(p.median)))
                .collect();
            let hover = points.iter().map(|point| {
                format!(
                    "{name}, {} runs: median {} %, from {} to {}",
                    point.runs,
                    significant(point.median),
                    significant(point.low),
                    significant(point.high)
                )
            });
            let marks = ScatterPlot::new()
                .with_data(data.clone())
                .with_color(look.colour)
                .with_marker(look.shape)
                .with_size(MARKER)
                .with_tooltip_labels(hover.collect::<Vec<String>>());
            if data.len() > 1 {
                let path = line(data, look.colour, 1.3);
                plots.push(Plot::Line(path.with_line_style(dash(series))));
            }
            plots.push(Plot::Scatter(marks));
        }
        plots
    }
}

fn drawn(point: &RegretPoint) -> bool {
    point.median.is_finite() && point.runs > 0
}

impl Figure for RegretByRuns {
    fn title(&self) -> String {
        "Regret against the number of proxy runs".into()
    }

    fn description(&self) -> String {
        let share = |share: f64| rounded(100.0 * share, 3);
        let mut text = format!(
            "Regret of the mixture that a law calls best, percent of the excess, against the number \
             of proxy runs: median over worlds, with bars from the regret that {} % of the worlds \
             keep to, to that of {} %. The line is the regret that would do, {} %; the dashed line \
             the median without any run, {} %.",
            share(self.shares.0),
            share(self.shares.1),
            rounded(self.wanted, 3),
            rounded(self.without_runs, 3)
        );
        for law in &self.laws {
            for (series, name) in self.series.iter().enumerate() {
                let mut points: Vec<&RegretPoint> = law
                    .points
                    .iter()
                    .filter(|point| point.series == series && drawn(point))
                    .collect();
                points.sort_by_key(|point| point.runs);
                if let (Some(first), Some(last)) = (points.first(), points.last()) {
                    text.push_str(&format!(
                        " {}, {name}: {} with {} runs, {} with {}.",
                        law.law,
                        rounded(first.median, 2),
                        first.runs,
                        rounded(last.median, 2),
                        last.runs
                    ));
                }
            }
        }
        text
    }

    fn svg(&self) -> String {
        let names = self.series.iter().enumerate();
        let legend = Legend::new(names.map(|(at, name)| (name.as_str(), Look::of(at))));
        let frames = self.laws.len().max(1) as f64;
        let total = frames * (ABOVE + HEIGHT) + (frames - 1.0) * BETWEEN + BELOW;
        let mut sheet = Sheet::new(total + legend.height() + 8.0);
        let width = WIDTH - LEFT - RIGHT;
        let (across, up) = self.axes();
        for (index, law) in self.laws.iter().enumerate() {
            let y = ABOVE + index as f64 * (ABOVE + HEIGHT + BETWEEN);
            sheet.panel(
                LEFT,
                y,
                Panel {
                    width,
                    height: HEIGHT,
                    x: across,
                    y: up,
                    x_ticks: index + 1 == self.laws.len(),
                    y_ticks: true,
                    grid: true,
                    plots: self.plots(law, across, up),
                },
            );
            let title = fit_text(&law.law, Type::TITLE.size, width);
            sheet.text(LEFT, y - 8.0, &title, Type::TITLE);
            sheet.text(
                13.0,
                y + HEIGHT / 2.0,
                "regret, % of excess",
                Type::VERTICAL,
            );
        }
        sheet.text(LEFT + width / 2.0, total - 10.0, "proxy runs", Type::AXIS);
        legend.draw(&mut sheet, total);
        sheet.finish(&self.title(), &self.description())
    }

    fn csv(&self) -> String {
        let rows = self.laws.iter().flat_map(|law| {
            law.points.iter().filter(|point| drawn(point)).map(|point| {
                let end = |value: f64| {
                    if value.is_finite() {
                        value.to_string()
                    } else {
                        String::new()
                    }
                };
                vec![
                    law.law.clone(),
                    self.series.get(point.series).cloned().unwrap_or_default(),
                    point.runs.to_string(),
                    point.median.to_string(),
                    end(point.low),
                    end(point.high),
                ]
            })
        });
        csv_text(
            &["law", "design", "runs", "median_percent", "low", "high"],
            rows,
        )
    }
}
