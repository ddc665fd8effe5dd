//! What single mixtures do to a fit, and which cells it cannot explain.
//!
//! Each mixture is left out in turn, with all of its runs, and the law is fitted to the others as
//! [`refit`](super::refit) says. The residuals of the cells left out are those of a prediction: a
//! run cannot pull the law toward itself. A cell is an *outlier* where its residual is far beyond
//! those of its own loss column, by a scale that outliers do not move (the median absolute
//! residual; Rousseeuw and Croux 1993).

use rayon::prelude::*;
use serde::Serialize;

use super::bootstrap::runs_of_mixtures;
use super::cell::Cell;
use super::fit_error::FitError;
use super::fitted_law::{FittedLaw, predicted_cells};
use super::plan::FitPlan;
use super::refit::Refit;
use crate::law::Law;
use crate::numeric::random::Purpose;
use crate::runs::RunTable;

/// What leaving mixtures out shows of one law.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Influence {
    /// The mixtures, from the most to the least influential.
    pub mixtures: Vec<MixtureInfluence>,
    /// Cells that stand out, from the farthest on.
    pub outliers: Vec<Outlier>,
    /// Residuals by domain, in the order of the loss columns.
    pub domains: Vec<DomainResiduals>,
}

/// What one mixture does to a fit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MixtureInfluence {
    /// Label of its first run.
    pub run: String,
    /// Runs of the mixture.
    pub runs: usize,
    /// Root mean square change of all predictions when it is left out, percent.
    pub shift: f64,
}

/// A cell that the law cannot explain.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outlier {
    /// Label of the run.
    pub run: String,
    /// The loss column.
    pub domain: String,
    /// Measured loss, nats.
    pub measured: f64,
    /// What the law predicts when the mixture is left out, nats.
    pub predicted: f64,
    /// Size of the residual in robust standard deviations of its column.
    pub deviations: f64,
}

/// Residuals of one loss column, of predictions without the mixture predicted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DomainResiduals {
    /// The loss column.
    pub domain: String,
    /// All of its cells.
    pub all: Residuals,
    /// The cells by the weight of the domain, from none to much; empty for a domain without a weight
    /// column. Cells with a weight are cut in three parts of equal number.
    pub by_weight: Vec<WeightBand>,
}

/// Residuals of the cells of a domain whose weight lies in a band.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WeightBand {
    /// Smallest and largest weight of these cells.
    pub weights: (f64, f64),
    /// Their residuals.
    pub residuals: Residuals,
}

/// Residuals (predicted − measured)/measured of some cells, percent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Residuals {
    /// Number of cells.
    pub cells: usize,
    /// Mean with its sign: above 0 where the law predicts too much.
    pub bias: f64,
    /// Mean of the absolute values: the MRE.
    pub mre: f64,
}

/// Robust standard deviations from which a cell is named. Residuals of laws have heavy tails:
/// mixtures at the edge are predicted badly by all of them.
const OUTLIER: f64 = 10.0;

/// Bands of the weights above 0.
const BANDS: usize = 3;

/// Standard deviation of normal residuals of median absolute value 1.
const NORMAL_SCALE: f64 = 1.4826;

/// Leaves each mixture of `table` out of `law`, whose fit to all rows is `fitted`, in parallel.
///
/// # Errors
/// [`FitError`] when the table has a single mixture.
pub fn influence(
    table: &RunTable,
    law: &dyn Law,
    fitted: &FittedLaw,
    plan: &FitPlan,
) -> Result<Influence, FitError> {
    let mixtures = runs_of_mixtures(table);
    if mixtures.len() < 2 {
        return Err(FitError::TooFewMixtures(mixtures.len()));
    }
    let refit = Refit::new(table, law, fitted, plan);
    let full = fitted.predict(refit.rows());
    let left_out: Vec<(f64, Vec<Cell>)> = mixtures
        .par_iter()
        .enumerate()
        .map(|(number, out)| {
            let others: Vec<usize> = (0..table.len()).filter(|row| !out.contains(row)).collect();
            let without = refit.to(
                &refit.rows().select(&others),
                0,
                &[],
                (Purpose::Starts, number),
            )?;
            let predictions = without.predict(refit.rows());
            let changes: Vec<f64> = predictions
                .iter()
                .zip(&full)
                .map(|(without, with)| ((without - with) / with).powi(2))
                .filter(|change| change.is_finite())
                .collect();
            let mean = changes.iter().sum::<f64>() / changes.len().max(1) as f64;
            Ok((
                100.0 * mean.sqrt(),
                predicted_cells(table, &without, out, None),
            ))
        })
        .collect::<Result<_, FitError>>()?;

    let mut by_influence: Vec<MixtureInfluence> = mixtures
        .iter()
        .zip(&left_out)
        .map(|(rows, (shift, _))| MixtureInfluence {
            run: table.label(rows[0]).to_string(),
            runs: rows.len(),
            shift: *shift,
        })
        .collect();
    by_influence.sort_by(|a, b| b.shift.total_cmp(&a.shift));
    let cells: Vec<Cell> = left_out.into_iter().flat_map(|(_, cells)| cells).collect();
    let columns: Vec<Vec<Cell>> = (0..table.loss_names().len())
        .map(|column| {
            cells
                .iter()
                .copied()
                .filter(|c| c.column == column)
                .collect()
        })
        .collect();
    let mut outliers: Vec<Outlier> = columns
        .iter()
        .flat_map(|cells| outliers_of(table, cells))
        .collect();
    outliers.sort_by(|a, b| b.deviations.total_cmp(&a.deviations));
    Ok(Influence {
        mixtures: by_influence,
        outliers,
        domains: columns
            .iter()
            .filter_map(|cells| domain_residuals(table, cells))
            .collect(),
    })
}

/// Relative residual of a cell.
fn residual(cell: &Cell) -> f64 {
    (cell.predicted - cell.measured) / cell.measured.abs()
}

/// The outliers among the cells of one loss column.
fn outliers_of(table: &RunTable, cells: &[Cell]) -> Vec<Outlier> {
    let mut sizes: Vec<f64> = cells.iter().map(|cell| residual(cell).abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let median = sizes.get(sizes.len() / 2).copied().unwrap_or(0.0);
    let scale = NORMAL_SCALE * median;
    cells
        .iter()
        .map(|cell| (cell, residual(cell).abs() / scale))
        .filter(|(_, deviations)| deviations.is_finite() && *deviations >= OUTLIER)
        .map(|(cell, deviations)| Outlier {
            run: table.label(cell.row).to_string(),
            domain: table.loss_names()[cell.column].clone(),
            measured: cell.measured,
            predicted: cell.predicted,
            deviations,
        })
        .collect()
}

/// Residuals of the cells of one loss column; `None` for none.
fn domain_residuals(table: &RunTable, cells: &[Cell]) -> Option<DomainResiduals> {
    let column = cells.first()?.column;
    let mut by_weight = Vec::new();
    if let Some(own) = table.own_weight()[column] {
        let mut weighed: Vec<(f64, Cell)> = cells
            .iter()
            .map(|cell| (table.weights(cell.row)[own], *cell))
            .collect();
        weighed.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let (absent, present) = weighed.split_at(weighed.partition_point(|(w, _)| *w <= 0.0));
        let size = present.len().div_ceil(BANDS).max(1);
        by_weight.extend(
            [absent]
                .into_iter()
                .chain(present.chunks(size))
                .filter_map(band),
        );
    }
    Some(DomainResiduals {
        domain: table.loss_names()[column].clone(),
        all: summed(&cells.iter().map(residual).collect::<Vec<_>>())?,
        by_weight,
    })
}

/// Residuals of cells that are sorted by weight; `None` for none.
fn band(cells: &[(f64, Cell)]) -> Option<WeightBand> {
    let ((least, _), (most, _)) = (cells.first()?, cells.last()?);
    let sizes: Vec<f64> = cells.iter().map(|(_, cell)| residual(cell)).collect();
    Some(WeightBand {
        weights: (*least, *most),
        residuals: summed(&sizes)?,
    })
}

/// `None` for no cells.
fn summed(residuals: &[f64]) -> Option<Residuals> {
    let count = residuals.len();
    let mean = |of: fn(f64) -> f64| {
        100.0 * residuals.iter().map(|residual| of(*residual)).sum::<f64>() / count as f64
    };
    (count > 0).then(|| Residuals {
        cells: count,
        bias: mean(|residual| residual),
        mre: mean(f64::abs),
    })
}
