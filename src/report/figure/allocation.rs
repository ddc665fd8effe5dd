//! The skills that each domain holds in the simulator, against what Eq. (1) gives it.

use kuva::plot::LinePlot;
use kuva::plot::scatter::ScatterPlot;
use kuva::render::plots::Plot;

use super::super::numbers::{rounded, significant};
use super::super::table::printable;
use super::axis::Axis;
use super::legend::Legend;
use super::sheet::{Panel, Sheet, Type};
use super::style::{DOT, GUIDE, GUIDE_DASH, Look, WIDTH};
use super::{Figure, csv_text, distinct};

/// From the left edge to the frame.
const LEFT: f64 = 58.0;

/// Right of the frame.
const RIGHT: f64 = 14.0;

/// Height of the frame.
const HEIGHT: f64 = 170.0;

/// Above the frame.
const ABOVE: f64 = 12.0;

/// Below the frame: tick labels and axis title.
const BELOW: f64 = 42.0;

/// Divisions of a capacity between domains.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Allocation {
    /// One for each capacity, mixture and domain.
    pub divisions: Vec<Division>,
}

/// What one domain holds of one capacity.
#[derive(Debug, Clone, PartialEq)]
pub struct Division {
    /// Name of the domain.
    pub domain: String,
    /// Capacity N, in skills.
    pub capacity: f64,
    /// Ranks that it holds in the simulator.
    pub held: f64,
    /// x_i* of Eq. (1), in skills.
    pub theory: f64,
}

impl Division {
    /// How much more is held than the theory gives, percent.
    pub fn error(&self) -> f64 {
        100.0 * (self.held / self.theory - 1.0)
    }
}

impl Allocation {
    /// Mean absolute error, percent; of nothing, 0.
    pub(crate) fn mean_error(&self) -> f64 {
        let errors = || self.shown().map(|division| division.error().abs());
        errors().sum::<f64>() / errors().count().max(1) as f64
    }

    /// Largest difference between what is held and the theory, in ranks.
    pub(crate) fn largest_difference(&self) -> f64 {
        self.shown()
            .map(|division| (division.held - division.theory).abs())
            .fold(0.0, f64::max)
    }

    /// A domain without a head and without a weight holds nothing.
    fn shown(&self) -> impl Iterator<Item = &Division> {
        let finite = |division: &&Division| {
            let numbers = [division.theory, division.error()];
            division.theory > 0.0 && numbers.iter().all(|number| number.is_finite())
        };
        self.divisions.iter().filter(finite)
    }

    /// The same with at most `most` dots, taken evenly.
    pub(crate) fn thinned(self, most: usize) -> Self {
        let stride = self.divisions.len().div_ceil(most.max(1)).max(1);
        Self {
            divisions: self.divisions.into_iter().step_by(stride).collect(),
        }
    }

    fn plots(&self, domains: &[&str], across: Axis) -> Vec<Plot> {
        let guide = LinePlot::new()
            .with_data([(across.min, 0.0), (across.max, 0.0)])
            .with_color(GUIDE)
            .with_stroke_width(0.8)
            .with_line_style(GUIDE_DASH);
        let dots = domains.iter().enumerate().map(|(index, domain)| {
            let look = Look::of(index);
            let own = || self.shown().filter(|division| division.domain == **domain);
            let hover = own().map(|division| {
                format!(
                    "{}, N = {}: {} held, {} by Eq. (1)",
                    printable(&division.domain),
                    significant(division.capacity),
                    significant(division.held),
                    significant(division.theory)
                )
            });
            let dots = ScatterPlot::new()
                .with_data(own().map(|d| (d.theory, d.error())).collect::<Vec<_>>())
                .with_color(look.colour)
                .with_marker(look.shape)
                .with_size(DOT)
                .with_tooltip_labels(hover.collect::<Vec<String>>());
            Plot::Scatter(dots)
        });
        std::iter::once(Plot::Line(guide)).chain(dots).collect()
    }
}

impl Figure for Allocation {
    fn title(&self) -> String {
        "Skills held against Eq. (1)".into()
    }

    fn description(&self) -> String {
        format!(
            "How many more skills each domain holds in the simulator than Eq. (1) gives it, percent, \
             against x* of Eq. (1); a dot for each capacity, mixture and domain. On average {} %; the \
             largest difference is {} ranks.",
            rounded(self.mean_error(), 3),
            rounded(self.largest_difference(), 3)
        )
    }

    fn svg(&self) -> String {
        let domains = distinct(self.shown().map(|division| division.domain.as_str()));
        let looks = domains.iter().enumerate();
        let legend = Legend::new(looks.map(|(index, domain)| (*domain, Look::of(index))));
        let total = ABOVE + HEIGHT + BELOW;
        let mut sheet = Sheet::new(total + legend.height() + 8.0);
        let width = WIDTH - LEFT - RIGHT;
        let across = Axis::log(self.shown().map(|division| division.theory));
        let up = Axis::linear(self.shown().map(Division::error).chain([0.0]));
        sheet.panel(
            LEFT,
            ABOVE,
            Panel {
                width,
                height: HEIGHT,
                x: across,
                y: up,
                x_ticks: true,
                y_ticks: true,
                grid: true,
                plots: self.plots(&domains, across),
            },
        );
        let title = "x* of Eq. (1), skills";
        sheet.text(LEFT + width / 2.0, total - 10.0, title, Type::AXIS);
        let title = "held beyond x*, %";
        sheet.text(13.0, ABOVE + HEIGHT / 2.0, title, Type::VERTICAL);
        legend.draw(&mut sheet, total);
        sheet.finish(&self.title(), &self.description())
    }

    fn csv(&self) -> String {
        let rows = self.shown().map(|division| {
            vec![
                division.domain.clone(),
                division.capacity.to_string(),
                division.held.to_string(),
                division.theory.to_string(),
            ]
        });
        csv_text(
            &["domain", "capacity", "held_skills", "theory_skills"],
            rows,
        )
    }
}
