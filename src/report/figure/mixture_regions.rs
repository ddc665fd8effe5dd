//! Where the best mixture of a law lies, for two weights together.

use kuva::plot::LinePlot;
use kuva::plot::scatter::ScatterPlot;
use kuva::render::plots::Plot;

use super::super::best_mixture::NO_EXTENT;
use super::super::numbers::rounded;
use super::super::summary_table::law_title;
use super::axis::Axis;
use super::sheet::{Panel, Sheet, Type};
use super::style::{DOT, GUIDE, LARGE, Look, MARKER, WIDTH, fit_text};
use super::{Figure, count, csv_text};
use crate::optimum::BestMixture;

/// From the left edge to the frame.
const LEFT: f64 = 58.0;

/// Right of the frame.
const RIGHT: f64 = 14.0;

/// Height of a frame.
const HEIGHT: f64 = 170.0;

/// Above a frame: its title.
const ABOVE: f64 = 22.0;

/// Below a frame: tick labels and axis title.
const BELOW: f64 = 44.0;

/// Points around the edge of a region.
const EDGE: usize = 72;

/// Best mixtures of refits and the region that holds most of them, a panel for each law.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct MixtureRegions {
    /// The laws.
    pub panels: Vec<RegionPanel>,
}

/// Two weights of the best mixtures of one law.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct RegionPanel {
    /// Name of the law.
    pub law: String,
    /// Names of the domains across and up.
    pub domains: (String, String),
    /// Their weights in the best mixture of all rows.
    pub best: (f64, f64),
    /// Their weights in the best mixture of each refit.
    pub refits: Vec<(f64, f64)>,
    /// The edge of the region.
    pub edge: Vec<(f64, f64)>,
    /// Refits in the region.
    pub held: usize,
}

impl MixtureRegions {
    /// The figure of all laws whose runs were resampled and whose refits differ: for each the two
    /// weights that vary most.
    pub fn of(found: &[BestMixture]) -> Self {
        let panels = found.iter().filter_map(|one| {
            let sure = one.uncertainty.as_ref()?;
            let region = sure.region.as_ref()?;
            let longest = region.axes.first()?.length();
            if longest <= NO_EXTENT {
                return None;
            }
            let width = |domain: usize| {
                let (low, high) = region.extent(domain);
                high - low
            };
            let mut order: Vec<usize> = (0..one.domains.len()).collect();
            order.sort_by(|a, b| width(*b).total_cmp(&width(*a)));
            let (first, second) = (*order.first()?, *order.get(1)?);
            let two = |weights: &Vec<f64>| (weights[first], weights[second]);
            Some(RegionPanel {
                law: one.of.clone(),
                domains: (one.domains[first].clone(), one.domains[second].clone()),
                best: two(&one.optimum.weights),
                refits: sure.mixtures.iter().map(two).collect(),
                edge: region.shadow(first, second, EDGE),
                held: region.held.0,
            })
        });
        Self {
            panels: panels.collect(),
        }
    }
}

fn finite(point: &(f64, f64)) -> bool {
    point.0.is_finite() && point.1.is_finite()
}

impl RegionPanel {
    fn axes(&self) -> (Axis, Axis) {
        let all = || {
            let more = self.refits.iter().chain(&self.edge);
            more.chain([&self.best]).filter(|point| finite(point))
        };
        (
            Axis::linear(all().map(|point| point.0)),
            Axis::linear(all().map(|point| point.1)),
        )
    }

    fn plots(&self, look: Look, across: Axis, up: Axis) -> Vec<Plot> {
        let inside = |point: &(f64, f64)| {
            (
                point.0.clamp(across.min, across.max),
                point.1.clamp(up.min, up.max),
            )
        };
        let points = |all: &[(f64, f64)]| -> Vec<(f64, f64)> {
            all.iter()
                .filter(|point| finite(point))
                .map(inside)
                .collect()
        };
        let mut plots = Vec::new();
        let edge = points(&self.edge);
        if edge.len() > 1 {
            let line = LinePlot::new().with_data(edge);
            plots.push(Plot::Line(
                line.with_color(look.colour).with_stroke_width(1.3),
            ));
        }
        let refits = ScatterPlot::new().with_data(points(&self.refits));
        plots.push(Plot::Scatter(refits.with_color(GUIDE).with_size(DOT)));
        let best = points(&[self.best]);
        let words = best.iter().map(|(x, y)| {
            let (first, second) = &self.domains;
            format!("{first} {}, {second} {}", rounded(*x, 3), rounded(*y, 3))
        });
        let words: Vec<String> = words.collect();
        let mark = ScatterPlot::new()
            .with_data(best)
            .with_color(look.colour)
            .with_marker(look.shape)
            .with_size(MARKER)
            .with_tooltip_labels(words);
        plots.push(Plot::Scatter(mark));
        plots
    }
}

impl Figure for MixtureRegions {
    fn title(&self) -> String {
        "Best mixtures of the refits".into()
    }

    fn description(&self) -> String {
        let mut text =
            "Best mixtures of fits to resampled noise (dots), of all runs (marker), and the \
                        smallest ellipse that holds nine of ten, as its shadow on the two weights \
                        that vary most."
                .to_owned();
        for panel in &self.panels {
            text.push_str(&format!(
                " {}: {} against {}, {} of {} in the region.",
                law_title(&panel.law),
                panel.domains.1,
                panel.domains.0,
                panel.held,
                count(panel.refits.len(), "refit")
            ));
        }
        text
    }

    fn svg(&self) -> String {
        let one = ABOVE + HEIGHT + BELOW;
        let mut sheet = Sheet::new(self.panels.len().max(1) as f64 * one);
        let width = WIDTH - LEFT - RIGHT;
        for (number, panel) in self.panels.iter().enumerate() {
            let y = number as f64 * one + ABOVE;
            let (across, up) = panel.axes();
            sheet.panel(
                LEFT,
                y,
                Panel {
                    width,
                    height: HEIGHT,
                    x: across,
                    y: up,
                    x_ticks: true,
                    y_ticks: true,
                    grid: true,
                    plots: panel.plots(Look::of(number), across, up),
                },
            );
            let title = fit_text(law_title(&panel.law), LARGE, width);
            sheet.text(LEFT, y - 8.0, &title, Type::TITLE);
            let of = |name: &str, room: f64| fit_text(&format!("weight of {name}"), LARGE, room);
            let below = y + HEIGHT + 30.0;
            sheet.text(
                LEFT + width / 2.0,
                below,
                &of(&panel.domains.0, width),
                Type::AXIS,
            );
            sheet.text(
                13.0,
                y + HEIGHT / 2.0,
                &of(&panel.domains.1, HEIGHT),
                Type::VERTICAL,
            );
        }
        sheet.finish(&self.title(), &self.description())
    }

    fn csv(&self) -> String {
        let rows = self.panels.iter().flat_map(|panel| {
            let row = move |what: &'static str, point: &(f64, f64)| {
                vec![
                    panel.law.clone(),
                    what.to_owned(),
                    panel.domains.0.clone(),
                    panel.domains.1.clone(),
                    point.0.to_string(),
                    point.1.to_string(),
                ]
            };
            let refits = panel
                .refits
                .iter()
                .filter(|p| finite(p))
                .map(move |p| row("refit", p));
            let edge = panel
                .edge
                .iter()
                .filter(|p| finite(p))
                .map(move |p| row("edge", p));
            let best = [panel.best]
                .into_iter()
                .filter(finite)
                .map(move |p| row("best", &p));
            best.chain(refits).chain(edge)
        });
        csv_text(
            &["law", "what", "across", "up", "weight_across", "weight_up"],
            rows,
        )
    }
}
