//! Predicted losses of one mixture.

use super::numbers::ABSENT;
use super::summary_table::law_title;
use super::table::{Align, Column, Row, Table};

/// What a law predicts for one mixture at one scale.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PredictedLosses {
    /// Name of the law.
    pub law: String,
    /// One loss for each column, nats; NaN where it says nothing.
    pub losses: Vec<f64>,
    /// 95 % intervals over resampled noise.
    pub intervals: Vec<Option<(f64, f64)>>,
    /// Loss columns whose prediction ran off and was held at a bound.
    pub held: Vec<usize>,
    /// Loss columns that the law predicts, but not here.
    pub silent: Vec<usize>,
}

/// A row for each loss, a column for each law; `outside` says how far the point lies from what was
/// trained, and whether only the priors of the laws speak of it.
pub(crate) fn prediction_table(
    losses: &[String],
    predicted: &[PredictedLosses],
    (outside, only_prior): (&[String], bool),
) -> Table {
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
    if resampled {
        let note = "In brackets the 95 % interval of the law's curve over resampled noise.";
        table.notes.push(note.into());
    } else if !only_prior {
        let note = "Without intervals: fit with --bootstrap for them.";
        table.notes.push(note.into());
    }
    table.notes.extend(outside.iter().cloned());
    let names = |columns: &[usize]| {
        let names: Vec<&str> = columns.iter().map(|at| losses[*at].as_str()).collect();
        names.join(", ")
    };
    for law in predicted {
        if !law.held.is_empty() {
            table.notes.push(format!(
                "{} ran off there; held at the largest loss that is told from these runs: {}.",
                law_title(&law.law),
                names(&law.held)
            ));
        }
        if !law.silent.is_empty() {
            table.notes.push(format!(
                "{} says nothing there of {}.",
                law_title(&law.law),
                names(&law.silent)
            ));
        }
    }
    table
}
