//! Figures: plain data in, SVG and the CSV of exactly the data drawn out.
//!
//! All figures share one style (colours that colour-blind readers can tell apart, a marker shape
//! for each as well, white ground) and the widths of a journal's columns: 85 mm, and 180 mm for maps
//! of many cells.

mod allocation;
mod axis;
mod colour_scale;
mod curves;
mod domain_map;
mod exponent_panel;
mod exponent_recovery;
mod heat_map;
mod labels;
mod law_errors;
mod legend;
mod mixture_regions;
mod mixtures;
mod predicted_vs_measured;
mod regret_by_runs;
mod sheet;
mod style;
mod variation;

use std::io;
use std::path::Path;

pub use allocation::{Allocation, Division};
pub(crate) use colour_scale::Shade;
pub use curves::Curve;
pub(crate) use curves::{CurvePanel, Curves};
pub(crate) use domain_map::DomainPlaces;
pub(crate) use exponent_recovery::ExponentRecovery;
pub(crate) use heat_map::{HeatMap, MapPanel};
pub use law_errors::LawError;
pub(crate) use law_errors::LawErrors;
pub(crate) use mixture_regions::MixtureRegions;
pub use mixtures::{LawMixture, Mixtures};
pub use predicted_vs_measured::Point;
pub(crate) use predicted_vs_measured::{LawPoints, PredictedVsMeasured};
pub(crate) use regret_by_runs::RegretByRuns;
pub use variation::{Measured, Variation, VariedFigure, VariedLaw};

use super::write_atomic;
use crate::text::formula::guarded;

/// A figure of a paper.
pub trait Figure {
    /// What it shows, in a few words.
    fn title(&self) -> String;

    /// What a reader who cannot see it needs to know, in a few sentences.
    fn description(&self) -> String;

    /// Whether it is two columns of a journal wide.
    fn wide(&self) -> bool {
        false
    }

    /// The figure as SVG, with its title and description in it. Equal data give equal bytes.
    fn svg(&self) -> String;

    /// Exactly the data drawn, as CSV with a header. Numbers read back as the same numbers; a
    /// point that is not finite is neither drawn nor listed.
    fn csv(&self) -> String;

    /// Writes `name.svg` and `name.csv` into the folder `dir`, which must exist.
    ///
    /// # Errors
    /// Any error of writing the two files.
    fn save(&self, dir: &Path, name: &str) -> io::Result<()> {
        write_atomic(&dir.join(format!("{name}.svg")), self.svg().as_bytes())?;
        write_atomic(&dir.join(format!("{name}.csv")), self.csv().as_bytes())
    }
}

/// CSV text of a header and rows. A text that a spreadsheet would take for a formula is written
/// with an apostrophe before it.
pub(super) fn csv_text(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    // Rows of any length and a writer into memory: no write can fail.
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(Vec::new());
    let _ = writer.write_record(header);
    for row in rows {
        let _ = writer.write_record(row.iter().map(|cell| guarded(cell).into_owned()));
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// The distinct items in the order of their first appearance.
fn distinct<'a>(items: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = std::collections::HashSet::new();
    items
        .into_iter()
        .filter(|item| seen.insert(*item))
        .collect()
}

/// `1 law`, `2 laws`.
fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
