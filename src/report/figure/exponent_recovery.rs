//! Recovered against true exponents, one panel for each exponent.

use super::super::exponents::Exponents;
use super::super::numbers::rounded;
use super::super::summary_table::law_title;
use super::exponent_panel::{axes, plots};
use super::labels::Labels;
use super::legend::Legend;
use super::sheet::{Panel, Sheet, Type};
use super::style::{LARGE, Look, WIDTH, fit_text};
use super::{Figure, count, csv_text, distinct};

/// From the left edge to the frame.
const LEFT: f64 = 50.0;

/// Right of the frame.
const RIGHT: f64 = 12.0;

/// Height of the frame.
const HEIGHT: f64 = 190.0;

/// Above the names of the domains: the panel's title.
const TITLE: f64 = 22.0;

/// Below the frame: tick labels and axis title.
const BELOW: f64 = 42.0;

/// Recovered against true exponents.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ExponentRecovery {
    /// One panel for each exponent, such as b and a.
    pub panels: Vec<Exponents>,
}

impl ExponentRecovery {
    /// All laws, each once, in the order of the legend.
    fn laws(&self) -> Vec<&str> {
        let all = self.panels.iter().flat_map(|panel| &panel.laws);
        distinct(all.map(String::as_str))
    }
}

impl Figure for ExponentRecovery {
    fn title(&self) -> String {
        "Recovered against true exponents".into()
    }

    fn description(&self) -> String {
        let mut text = format!(
            "Exponents recovered by {} against the true exponents of the domains. The markers of a \
             domain stand side by side; their upright bars are intervals, the level bar behind \
             them is the true exponent.",
            count(self.laws().len(), "law"),
        );
        for panel in &self.panels {
            for (index, law) in panel.laws.iter().enumerate() {
                let worst = panel
                    .domains
                    .iter()
                    .filter_map(|d| Some((d.by_law(index)?.value / d.truth - 1.0).abs()))
                    .filter(|error| error.is_finite())
                    .max_by(f64::total_cmp);
                if let Some(worst) = worst {
                    text.push_str(&format!(
                        " By {}, {} is off by at most {} %.",
                        law_title(law),
                        panel.symbol,
                        rounded(100.0 * worst, 2)
                    ));
                }
            }
        }
        text
    }

    fn svg(&self) -> String {
        let laws = self.laws();
        let look = |law: &str| Look::of(laws.iter().position(|l| *l == law).unwrap_or(0));
        let legend = Legend::new(laws.iter().map(|law| (law_title(law), look(law))));
        let width = WIDTH - LEFT - RIGHT;
        let panels: Vec<_> = self
            .panels
            .iter()
            .map(|panel| {
                let (across, up) = axes(panel);
                let names = panel
                    .domains
                    .iter()
                    .filter(|domain| domain.truth.is_finite())
                    .map(|d| (d.domain.as_str(), LEFT + across.place(d.truth) * width));
                let labels = Labels::new(names, LEFT, WIDTH - RIGHT);
                (panel, across, up, labels)
            })
            .collect();
        let one = |labels: &Labels| TITLE + labels.height() + HEIGHT + BELOW;
        let total: f64 = panels.iter().map(|(.., labels)| one(labels)).sum();
        let mut sheet = Sheet::new(total + legend.height() + 8.0);
        let mut top = 0.0;
        for (panel, across, up, labels) in panels {
            let looks: Vec<Look> = panel.laws.iter().map(|law| look(law)).collect();
            let y = top + TITLE + labels.height();
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
                    // The lines of the domains are the grid.
                    grid: false,
                    plots: plots(panel, &looks, across, up, width),
                },
            );
            labels.draw(&mut sheet, y);
            let Exponents {
                symbol, meaning, ..
            } = panel;
            let title = fit_text(&format!("{meaning} {symbol}"), LARGE, width);
            sheet.text(LEFT, top + 13.0, &title, Type::TITLE);
            let middle = LEFT + width / 2.0;
            sheet.text(
                middle,
                y + HEIGHT + 30.0,
                &format!("true {symbol}"),
                Type::AXIS,
            );
            let recovered = format!("recovered {symbol}");
            sheet.text(13.0, y + HEIGHT / 2.0, &recovered, Type::VERTICAL);
            top += one(&labels);
        }
        legend.draw(&mut sheet, top);
        sheet.finish(&self.title(), &self.description())
    }

    fn csv(&self) -> String {
        let end = |interval: Option<(f64, f64)>, pick: fn((f64, f64)) -> f64| {
            interval.map_or_else(String::new, |i| pick(i).to_string())
        };
        let rows = self.panels.iter().flat_map(|panel| {
            panel.laws.iter().enumerate().flat_map(move |(index, law)| {
                panel
                    .domains
                    .iter()
                    .filter(|domain| domain.truth.is_finite())
                    .filter_map(move |domain| {
                        let estimate = domain.by_law(index)?;
                        let interval = estimate
                            .interval
                            .filter(|(a, b)| !a.is_nan() && !b.is_nan());
                        Some(vec![
                            panel.symbol.clone(),
                            law.clone(),
                            domain.domain.clone(),
                            domain.truth.to_string(),
                            estimate.value.to_string(),
                            end(interval, |i| i.0),
                            end(interval, |i| i.1),
                        ])
                    })
            })
        });
        let header = [
            "exponent",
            "law",
            "domain",
            "true",
            "recovered",
            "low",
            "high",
        ];
        csv_text(&header, rows)
    }
}
