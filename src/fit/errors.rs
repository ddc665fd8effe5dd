//! Errors of predictions: MRE, MAE and RMSE over cells, under two masks, and rank correlation.

use serde::Serialize;

pub(super) use super::cell::Cell;
use super::rank_correlation::rank_correlation;

/// Mean and standard deviation of a figure over splits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// Mean over splits.
    pub mean: f64,
    /// Sample standard deviation over splits; 0 for a single split.
    pub sd: f64,
}

/// A figure over two sets of cells (run × loss column).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Masked {
    /// Over all measured cells.
    pub all: Spread,
    /// Over the cells whose domain had a weight above 0.
    pub positive: Spread,
}

/// Errors of a law on a set of rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Errors {
    /// Mean relative error of the loss, percent.
    pub mre: Masked,
    /// Mean absolute error of the loss, nats.
    pub mae: Masked,
    /// Root mean squared error of the loss, nats.
    pub rmse: Masked,
    /// Mean relative error of the excess L − E, percent, where the true floor E is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excess_mre: Option<Masked>,
    /// Rank correlation of predicted and measured losses, from −1 to 1, mean of the loss columns;
    /// `None` where predictions or losses do not vary within any column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank_correlation: Option<Spread>,
}

/// Errors of one set of cells.
#[derive(Debug, Clone, Copy, PartialEq)]
struct SetErrors {
    mre: f64,
    mae: f64,
    rmse: f64,
    excess_mre: Option<f64>,
}

impl SetErrors {
    /// `None` for no cells.
    fn of(cells: &[Cell]) -> Option<Self> {
        if cells.is_empty() {
            return None;
        }
        let count = cells.len() as f64;
        let mean = |figure: &dyn Fn(&Cell) -> f64| cells.iter().map(figure).sum::<f64>() / count;
        let known = cells
            .iter()
            .all(|cell| cell.floor.is_some_and(|floor| cell.measured > floor));
        Some(Self {
            mre: 100.0 * mean(&|cell| cell.error() / cell.measured.abs()),
            mae: mean(&Cell::error),
            rmse: mean(&|cell| cell.error() * cell.error()).sqrt(),
            excess_mre: known.then(|| {
                100.0 * mean(&|cell| cell.error() / (cell.measured - cell.floor.unwrap_or(0.0)))
            }),
        })
    }
}

/// Errors over `splits`, each a set of cells: mean and standard deviation of each figure over the
/// splits. `None` if there are no cells at all.
///
/// A mask without cells in any split (no weight above 0 anywhere) repeats the figures of all cells.
pub fn errors_over_splits(splits: &[Vec<Cell>]) -> Option<Errors> {
    let all: Vec<SetErrors> = splits
        .iter()
        .filter_map(|cells| SetErrors::of(cells))
        .collect();
    let mut positive: Vec<SetErrors> = splits
        .iter()
        .filter_map(|cells| {
            let positive: Vec<Cell> = cells.iter().copied().filter(|c| c.positive).collect();
            SetErrors::of(&positive)
        })
        .collect();
    if all.is_empty() {
        return None;
    }
    if positive.is_empty() {
        positive.clone_from(&all);
    }
    let masked = |figure: &dyn Fn(&SetErrors) -> f64| Masked {
        all: spread(all.iter().map(figure)),
        positive: spread(positive.iter().map(figure)),
    };
    let known = all
        .iter()
        .chain(&positive)
        .all(|errors| errors.excess_mre.is_some());
    let ordered: Vec<f64> = splits
        .iter()
        .filter_map(|cells| rank_correlation(cells))
        .collect();
    Some(Errors {
        mre: masked(&|errors| errors.mre),
        mae: masked(&|errors| errors.mae),
        rmse: masked(&|errors| errors.rmse),
        excess_mre: known.then(|| masked(&|errors| errors.excess_mre.unwrap_or(0.0))),
        rank_correlation: (!ordered.is_empty()).then(|| spread(ordered.into_iter())),
    })
}

/// Mean and sample standard deviation (0 for one value).
pub fn spread(values: impl Iterator<Item = f64>) -> Spread {
    let values: Vec<f64> = values.collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    let sd = if values.len() > 1 {
        (squares / (count - 1.0)).sqrt()
    } else {
        0.0
    };
    Spread { mean, sd }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    fn cell(measured: f64, predicted: f64, positive: bool) -> Cell {
        Cell {
            row: 0,
            column: 0,
            measured,
            predicted,
            positive,
            floor: Some(1.0),
        }
    }

    #[test]
    fn figures_by_hand() {
        let splits = vec![
            vec![cell(2.0, 2.2, true), cell(4.0, 3.8, false)],
            vec![cell(2.0, 2.0, true)],
        ];
        let errors = errors_over_splits(&splits).unwrap();
        assert_relative_eq!(errors.mre.all.mean, 3.75, max_relative = 1e-12);
        assert_relative_eq!(errors.mre.positive.mean, 5.0, max_relative = 1e-12);
        assert_relative_eq!(errors.mae.all.mean, 0.1, max_relative = 1e-12);
        let excess = errors.excess_mre.unwrap();
        assert_relative_eq!(
            excess.all.mean,
            (20.0 + 20.0 / 3.0) / 4.0,
            max_relative = 1e-12
        );
        assert_relative_eq!(errors.mre.all.sd, 7.5 / 2f64.sqrt(), max_relative = 1e-12);
        assert!(errors_over_splits(&[vec![]]).is_none());
    }
}
