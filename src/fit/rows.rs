//! Rows of a table as laws see them.

use ndarray::Array2;

use crate::law::Observations;
use crate::runs::RunTable;

/// Weight that stands in for a weight of 0, as a share of the smallest weight above 0.
const FLOOR_SHARE: f64 = 0.5;

/// The floor of the weights: half of the smallest weight above 0 among `rows`.
pub(super) fn weight_floor(table: &RunTable, rows: &[usize]) -> f64 {
    let smallest = rows
        .iter()
        .flat_map(|row| table.weights(*row).to_vec())
        .filter(|weight| *weight > 0.0)
        .fold(1.0, f64::min);
    FLOOR_SHARE * smallest
}

/// The numbered rows of a table as a law sees them.
pub fn observations(table: &RunTable, rows: &[usize], weight_floor: f64) -> Observations {
    let (weights, losses) = (table.weight_names().len(), table.loss_names().len());
    Observations {
        loss_names: table.loss_names().to_vec(),
        own_weight: table.own_weight().to_vec(),
        weights: Array2::from_shape_fn((rows.len(), weights), |(row, column)| {
            table.weights(rows[row])[column]
        }),
        capacity: rows
            .iter()
            .map(|row| table.capacity(*row).unwrap_or(1.0))
            .collect(),
        tokens: rows
            .iter()
            .map(|row| table.tokens(*row).unwrap_or(1.0))
            .collect(),
        losses: Array2::from_shape_fn((rows.len(), losses), |(row, column)| {
            table.loss(rows[row], column).unwrap_or(f64::NAN)
        }),
        weight_floor,
    }
}
