//! The best mixture of each law, domain by domain.

use kuva::plot::LinePlot;
use kuva::plot::scatter::ScatterPlot;
use kuva::render::plots::Plot;
use kuva::render::render::TextAnchor;

use super::super::numbers::rounded;
use super::super::summary_table::law_title;
use super::axis::Axis;
use super::legend::Legend;
use super::sheet::{Panel, Sheet, Type};
use super::style::{GRID, GUIDE, GUIDE_DASH, Look, MARKER, SMALL, WIDTH, fit_text, text_width};
use super::{Figure, csv_text, distinct};
use crate::optimum::{BestMixture, Reference, ReferenceKind};

/// Widest name of a domain.
const LONGEST: f64 = 110.0;

/// Left of the names.
const LEFT: f64 = 6.0;

/// Right of the frame.
const RIGHT: f64 = 14.0;

/// Between names and frame.
const GAP: f64 = 12.0;

/// Above the frame.
const ABOVE: f64 = 10.0;

/// Below the frame: tick labels, axis title, and the words on the marks.
const BELOW: f64 = 54.0;

/// Height of the marker of a law.
const STEP: f64 = 8.0;

/// Free height of a row beside its markers.
const MARGIN: f64 = 10.0;

/// Best mixtures: a row for each domain, in it a marker for each law.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mixtures {
    /// Names of the domains.
    pub domains: Vec<String>,
    /// The best mixtures, in the order of the legend.
    pub laws: Vec<LawMixture>,
    /// Mixtures to hold them against.
    pub references: Vec<Reference>,
}

/// The best mixture of one law.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LawMixture {
    /// Name of the law, or `simulator`.
    pub of: String,
    /// Weight of each domain.
    pub weights: Vec<f64>,
    /// 95 % interval of each weight, where the runs were resampled.
    pub intervals: Vec<(f64, f64)>,
    /// Least and most weight in the joint region, where there is one.
    pub extents: Vec<(f64, f64)>,
}

impl Mixtures {
    /// The figure of best mixtures of the same domains.
    pub fn of(found: &[BestMixture]) -> Self {
        let law = |one: &BestMixture| {
            let sure = one.uncertainty.as_ref();
            let region = sure.and_then(|sure| sure.region.as_ref());
            let extents = region.map(|region| {
                let domains = 0..one.domains.len();
                domains.map(|domain| region.extent(domain)).collect()
            });
            LawMixture {
                of: one.of.clone(),
                weights: one.optimum.weights.clone(),
                intervals: sure.map_or(Vec::new(), |sure| sure.weights.clone()),
                extents: extents.unwrap_or_default(),
            }
        };
        let first = found.first();
        Self {
            domains: first.map_or(Vec::new(), |one| one.domains.clone()),
            laws: found.iter().map(law).collect(),
            references: first.map_or(Vec::new(), |one| one.references.clone()),
        }
    }

    fn row(&self) -> f64 {
        self.laws.len().max(1) as f64 * STEP + MARGIN
    }

    /// How far below the top of the frame the marker of a law stands.
    fn height(&self, domain: usize, law: usize) -> f64 {
        domain as f64 * self.row() + 0.5 * MARGIN + (law as f64 + 0.5) * STEP
    }

    /// Draws the bars of intervals and regions into the frame at `corner`, `width` units wide. There
    /// may be many, and rectangles of the sheet are cheaper than plots.
    fn bars(&self, sheet: &mut Sheet, corner: (f64, f64), width: f64, across: Axis) {
        let place = |weight: f64| corner.0 + across.place(weight).clamp(0.0, 1.0) * width;
        for (number, law) in self.laws.iter().enumerate() {
            for (bars, thick) in [(&law.extents, 0.8), (&law.intervals, 2.4)] {
                for (domain, (low, high)) in bars.iter().enumerate().take(self.domains.len()) {
                    if !(low.is_finite() && high.is_finite() && low <= high) {
                        continue;
                    }
                    let y = corner.1 + self.height(domain, number) - 0.5 * thick;
                    let size = (place(*high) - place(*low), thick);
                    sheet.rectangle((place(*low), y), size, Look::of(number).colour);
                }
            }
        }
    }

    /// All numbers that are drawn.
    fn shown(&self) -> impl Iterator<Item = f64> {
        let ends = |pair: &(f64, f64)| [pair.0, pair.1];
        self.laws
            .iter()
            .flat_map(move |law| {
                let intervals = law.intervals.iter().chain(&law.extents).flat_map(ends);
                law.weights.iter().copied().chain(intervals)
            })
            .chain(
                self.references
                    .iter()
                    .flat_map(|one| one.weights.iter().copied()),
            )
    }

    fn plots(&self, across: Axis) -> Vec<Plot> {
        let row = self.row();
        let total = self.domains.len() as f64 * row;
        let line = |from: (f64, f64), to: (f64, f64), colour: &str, thick: f64| {
            LinePlot::new()
                .with_data([from, to])
                .with_color(colour)
                .with_stroke_width(thick)
        };
        let inside = |weight: f64| weight.clamp(across.min, across.max);
        let mut plots: Vec<Plot> = (1..self.domains.len())
            .map(|domain| {
                let y = total - domain as f64 * row;
                Plot::Line(line((across.min, y), (across.max, y), GRID, 0.7))
            })
            .collect();
        for reference in &self.references {
            for (domain, weight) in reference.weights.iter().enumerate() {
                if domain >= self.domains.len() || !weight.is_finite() {
                    continue;
                }
                let top = total - domain as f64 * row;
                let mark = line(
                    (inside(*weight), top - 1.0),
                    (inside(*weight), top - row + 1.0),
                    GUIDE,
                    1.1,
                );
                plots.push(Plot::Line(match reference.kind {
                    ReferenceKind::Target => mark,
                    ReferenceKind::Available => mark.with_line_style(GUIDE_DASH),
                }));
            }
        }
        for (number, law) in self.laws.iter().enumerate() {
            let look = Look::of(number);
            let weights: Vec<(usize, f64)> = law
                .weights
                .iter()
                .copied()
                .enumerate()
                .filter(|(domain, weight)| *domain < self.domains.len() && weight.is_finite())
                .collect();
            let hover = weights.iter().map(|(domain, weight)| {
                format!(
                    "{}: {} {}",
                    law_title(&law.of),
                    self.domains[*domain],
                    rounded(*weight, 3)
                )
            });
            let marks = ScatterPlot::new()
                .with_data(
                    weights
                        .iter()
                        .map(|(domain, weight)| {
                            (inside(*weight), total - self.height(*domain, number))
                        })
                        .collect::<Vec<_>>(),
                )
                .with_color(look.colour)
                .with_marker(look.shape)
                .with_size(MARKER)
                .with_tooltip_labels(hover.collect::<Vec<_>>());
            plots.push(Plot::Scatter(marks));
        }
        plots
    }

    /// What the upright lines and the bars are.
    fn key(&self) -> String {
        let mut parts: Vec<String> = self
            .references
            .iter()
            .map(|reference| match reference.kind {
                ReferenceKind::Target => "line: target".into(),
                ReferenceKind::Available => "dashed: as available".into(),
            })
            .collect();
        if self.laws.iter().any(|law| !law.intervals.is_empty()) {
            parts.push("bar: 95 % interval".into());
        }
        if self.laws.iter().any(|law| !law.extents.is_empty()) {
            parts.push("thin: joint region".into());
        }
        parts.join("; ")
    }
}

impl Figure for Mixtures {
    fn title(&self) -> String {
        "Best mixture of each law".into()
    }

    fn description(&self) -> String {
        let mut text = "Weight of each domain in the mixture that each law calls best.".to_owned();
        let key = self.key();
        if !key.is_empty() {
            text.push_str(&format!(" Marks: {key}."));
        }
        for law in &self.laws {
            let listed: Vec<String> = self
                .domains
                .iter()
                .zip(&law.weights)
                .map(|(name, weight)| format!("{name} {}", rounded(*weight, 3)))
                .collect();
            text.push_str(&format!(" {}: {}.", law_title(&law.of), listed.join(", ")));
        }
        text
    }

    fn svg(&self) -> String {
        let names: Vec<String> = self
            .domains
            .iter()
            .map(|name| fit_text(name, SMALL, LONGEST))
            .collect();
        let widest = names
            .iter()
            .map(|n| text_width(n, SMALL))
            .fold(0.0, f64::max);
        let left = LEFT + widest + GAP;
        let width = WIDTH - left - RIGHT;
        let row = self.row();
        let height = self.domains.len().max(1) as f64 * row;
        let laws = distinct(self.laws.iter().map(|law| law.of.as_str()));
        let looks = laws.iter().enumerate();
        let legend = Legend::new(looks.map(|(at, law)| (law_title(law), Look::of(at))));
        let total = ABOVE + height + BELOW;
        let mut sheet = Sheet::new(total + legend.height() + 8.0);
        for (domain, name) in names.iter().enumerate() {
            let y = ABOVE + (domain as f64 + 0.5) * row + 3.5;
            let set = Type {
                anchor: TextAnchor::End,
                ..Type::SMALL
            };
            sheet.text(left - GAP / 2.0, y, name, set);
        }
        let across = Axis::from_zero(self.shown());
        let up = Axis {
            min: 0.0,
            max: height,
            step: height,
            log: false,
        };
        sheet.panel(
            left,
            ABOVE,
            Panel {
                width,
                height,
                x: across,
                y: up,
                x_ticks: true,
                y_ticks: false,
                grid: true,
                plots: self.plots(across),
            },
        );
        self.bars(&mut sheet, (left, ABOVE), width, across);
        let middle = left + width / 2.0;
        sheet.text(middle, ABOVE + height + 29.0, "weight", Type::AXIS);
        let set = Type {
            anchor: TextAnchor::Middle,
            ..Type::SMALL
        };
        sheet.text(WIDTH / 2.0, ABOVE + height + 45.0, &self.key(), set);
        legend.draw(&mut sheet, total);
        sheet.finish(&self.title(), &self.description())
    }

    fn csv(&self) -> String {
        let end = |bars: &[(f64, f64)], domain: usize, pick: fn(&(f64, f64)) -> f64| {
            let value = bars.get(domain).map(pick);
            value.map_or_else(String::new, |value| value.to_string())
        };
        let domains = self.domains.len();
        let laws = self.laws.iter().flat_map(|law| {
            let weights = law.weights.iter().take(domains).enumerate();
            let finite = weights.filter(|(_, weight)| weight.is_finite());
            finite.map(move |(domain, weight)| {
                vec![
                    law.of.clone(),
                    self.domains[domain].clone(),
                    weight.to_string(),
                    end(&law.intervals, domain, |pair| pair.0),
                    end(&law.intervals, domain, |pair| pair.1),
                    end(&law.extents, domain, |pair| pair.0),
                    end(&law.extents, domain, |pair| pair.1),
                ]
            })
        });
        let references = self.references.iter().flat_map(|reference| {
            let weights = reference.weights.iter().take(domains).enumerate();
            let finite = weights.filter(|(_, weight)| weight.is_finite());
            finite.map(move |(domain, weight)| {
                let mut row = vec![
                    reference.kind.word().to_owned(),
                    self.domains[domain].clone(),
                    weight.to_string(),
                ];
                row.extend(vec![String::new(); 4]);
                row
            })
        });
        let header = [
            "of",
            "domain",
            "weight",
            "low",
            "high",
            "region_low",
            "region_high",
        ];
        csv_text(&header, laws.chain(references))
    }
}
