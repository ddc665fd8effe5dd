//! Predicted losses of one mixture.

use super::numbers::ABSENT;
use super::summary_table::law_title;
use super::table::{Align, Column, Row, Table};

/// What a law predicts for one mixture at one scale.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictedLosses {
    /// Name of the law.
    pub law: String,
    /// One loss for each column, nats; NaN where it says nothing.
    pub losses: Vec<f64>,
    /// 95 % intervals over resampled mixtures.
    pub intervals: Vec<Option<(f64, f64)>>,
}

/// A row for each loss, a column for each law.
pub fn prediction_table(losses: &[String], predicted: &[PredictedLosses]) -> Table {
    let mut table = Table::new([("loss, nats", Align::Left)]);
    for law in predicted {
        table.columns.push(Column {
            title: law_title(&law.law).into(),
            align: Align::Right,
        });
    }
    table.rows = losses
        .iter()
        .enumerate()
        .map(|(column, name)| {
            let cell = |law: &PredictedLosses| {
                let loss = law.losses[column];
                match law.intervals[column] {
                    _ if loss.is_nan() => ABSENT.into(),
                    Some((low, high)) => format!("{loss:.4} ({low:.4} to {high:.4})"),
                    None => format!("{loss:.4}"),
                }
            };
            let cells = std::iter::once(name.clone()).chain(predicted.iter().map(cell));
            Row {
                cells: cells.collect(),
                strong: false,
            }
        })
        .collect();
    let resampled = predicted
        .iter()
        .any(|law| law.intervals.iter().any(Option::is_some));
    table.notes = vec![if resampled {
        "In brackets the 95 % interval of the law's curve over resampled mixtures.".into()
    } else {
        "Without intervals: fit with --bootstrap for them.".into()
    }];
    table
}
