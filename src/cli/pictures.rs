//! Results as the data of figures.

use super::results::Fitted;
use crate::report::figure::{LawPoints, Point, PredictedVsMeasured};
use crate::runs::RunTable;

/// Points of one law in a figure; a larger set is thinned evenly.
const MOST_POINTS: usize = 1500;

/// Predicted against measured losses: the held-out cells of the first split.
pub(super) fn predicted_vs_measured(
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
