//! Results as the data of figures.

use std::path::Path;

use super::maps::{error_map, response_map};
use super::mixture_path;
use crate::experiment::{Experiment, Source};
use crate::files::bounded::{self, MEBIBYTE};
use crate::learner::LearnerKind;
use crate::report::PageFigure;
use crate::report::figure::{
    ExponentRecovery, Figure, LawErrors, LawPoints, MixtureRegions, Mixtures, Point,
    PredictedVsMeasured,
};
use crate::runner::conduct::Findings;
use crate::runner::figure::allocation::allocation;
use crate::runner::figure::{phase_transition, transfer};
use crate::runner::fitted::Fitted;
use crate::runs::RunTable;
use crate::simulate::Simulator;

/// The figures of an experiment in the order of its page, each with the name of its files.
pub(crate) fn pictures(
    experiment: &Experiment,
    findings: &Findings,
    fitted: &Fitted,
) -> Vec<(&'static str, Box<dyn Figure>)> {
    let Findings {
        runs: table,
        optima,
        path,
        ..
    } = findings;
    let exponents = findings.exponents();
    let simulated = matches!(experiment.source, Source::Simulated { .. });
    let mut all: Vec<(&'static str, Box<dyn Figure>)> =
        vec![("law-errors", Box::new(LawErrors::from_fits(&fitted.fits())))];
    if let Some(variation) = &findings.variation {
        all.push(("variation", Box::new(variation.clone())));
    }
    if let Some(map) = error_map(table, fitted) {
        all.push(("error-map", Box::new(map)));
    }
    if !exponents.is_empty() {
        let panels = exponents;
        all.push(("exponents", Box::new(ExponentRecovery { panels })));
    }
    if let Some(allocation) = allocation(experiment) {
        all.push(("allocation", Box::new(allocation.thinned(MOST_POINTS))));
    }
    if let Some(curves) = phase_transition::curves(experiment) {
        all.push(("onset", Box::new(curves)));
    }
    if let Some(curves) = transfer::against_correlation(experiment, fitted) {
        all.push(("transfer", Box::new(curves)));
    }
    if let Some(map) = transfer::map(fitted, table) {
        all.push(("domain-map", Box::new(map)));
    }
    if !optima.is_empty() {
        all.push(("mixtures", Box::new(Mixtures::of(optima))));
    }
    if let Some(plan) = &experiment.optimum
        && let Some(curves) = mixture_path::curves(plan, path)
    {
        all.push(("path", Box::new(curves)));
    }
    let regions = MixtureRegions::of(optima);
    if !regions.panels.is_empty() {
        all.push(("mixture-regions", Box::new(regions)));
    }
    let points = predicted_vs_measured(table, fitted, simulated);
    all.push(("predicted-vs-measured", Box::new(points)));
    if let Source::Simulated {
        world,
        learner: LearnerKind::Counting(learner),
        sweep,
        ..
    } = &experiment.source
        && world.domains().len() > 1
    {
        let simulator = Simulator::new(world.clone(), learner.clone(), sweep.resolution);
        let map = response_map(&simulator, sweep, table, fitted);
        all.push(("response", Box::new(map)));
    }
    all
}

/// Figures that show a claim at a glance: the more of the experiment one holds, the better.
const LEADS: [&str; 6] = [
    "variation",
    "onset",
    "path",
    "mixtures",
    "error-map",
    "law-errors",
];

/// The figure that shows the claim of an earlier run, as `lead` had chosen it, from the folder of its
/// results.
pub(crate) fn lead_kept(folder: &Path) -> Option<PageFigure> {
    LEADS.iter().find_map(|name| {
        let file = folder.join("figures").join(format!("{name}.svg"));
        let svg = bounded::read_text(&file, MOST_PICTURE).ok()?;
        PageFigure::kept(&svg, name)
    })
}

/// Largest picture that is kept.
const MOST_PICTURE: u64 = 64 * MEBIBYTE;

/// The figure that shows the claim at a glance.
pub(crate) fn lead(figures: &[PageFigure]) -> Option<PageFigure> {
    LEADS
        .iter()
        .find_map(|name| figures.iter().find(|figure| figure.file() == *name))
        .cloned()
}

/// Points of one law, or of one figure; a larger set is thinned evenly.
const MOST_POINTS: usize = 1500;

/// Predicted against measured losses: the held-out cells of the first split.
fn predicted_vs_measured(
    table: &RunTable,
    fitted: &Fitted,
    simulated: bool,
) -> PredictedVsMeasured {
    let laws = fitted
        .results
        .iter()
        .map(|result| {
            let cells = result.held_out.first().map_or(&[][..], Vec::as_slice);
            let stride = cells.len().div_ceil(MOST_POINTS).max(1);
            LawPoints {
                law: result.fit.law.clone(),
                mre: result.fit.test.map(|errors| errors.mre.all.mean),
                points: cells
                    .iter()
                    .step_by(stride)
                    .map(|cell| Point {
                        domain: table.loss_names()[cell.column].clone(),
                        measured: cell.measured,
                        predicted: cell.predicted,
                    })
                    .collect(),
            }
        })
        .collect();
    PredictedVsMeasured { simulated, laws }
}
