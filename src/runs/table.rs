//! The table itself.

use std::fmt::Write as _;

use ndarray::{Array2, ArrayView1};
use thiserror::Error;

/// Runs in rows. Weight columns and loss columns are named apart: a table may hold losses of
/// domains that were not trained on, and weights of domains whose loss was not measured.
#[derive(Debug, Clone, PartialEq)]
pub struct RunTable {
    weight_names: Vec<String>,
    loss_names: Vec<String>,
    own_weight: Vec<Option<usize>>,
    cells: Vec<u64>,
    replicates: Vec<u64>,
    labels: Labels,
    capacity: Option<Vec<f64>>,
    tokens: Option<Vec<f64>>,
    weights: Array2<f64>,
    losses: Array2<f64>,
}

/// Labels of runs in one text: a million short texts of their own would take fifty megabytes more.
#[derive(Debug, Clone, PartialEq)]
struct Labels {
    text: String,
    /// Where each ends in the text, in bytes.
    ends: Vec<usize>,
}

impl Labels {
    /// The numbers of `runs` rows.
    fn numbers(runs: usize) -> Self {
        let (mut text, mut ends) = (String::new(), Vec::with_capacity(runs));
        for row in 0..runs {
            // Writing to a string cannot fail.
            let _ = write!(text, "{row}");
            ends.push(text.len());
        }
        Self { text, ends }
    }

    fn of(labels: &[String]) -> Self {
        let mut end = 0;
        let ends = labels.iter().map(|label| {
            end += label.len();
            end
        });
        Self {
            ends: ends.collect(),
            text: labels.concat(),
        }
    }

    fn get(&self, run: usize) -> &str {
        let start = run.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[run]]
    }
}

/// Why columns do not make a table.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum TableError {
    /// Columns of different lengths.
    #[error("{what} has {found} rows, but the weights have {expected}")]
    Length {
        /// Which column.
        what: &'static str,
        /// Its length.
        found: usize,
        /// Number of runs.
        expected: usize,
    },
    /// No run at all.
    #[error("the table has no runs")]
    Empty,
    /// No weight or no loss column.
    #[error("the table needs at least one weight column and one loss column")]
    NoColumns,
}

/// The columns from which a [`RunTable`] is made.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    /// Number of the cell that each run belongs to; empty: the number of the row.
    pub cells: Vec<u64>,
    /// Number of the replicate; empty: all 0.
    pub replicates: Vec<u64>,
    /// What a person calls each run (the value of its id column); empty: the number of the row.
    pub labels: Vec<String>,
    /// Capacity N of each run in skills or parameters, `INFINITY` for unlimited.
    pub capacity: Option<Vec<f64>>,
    /// Tokens D of each run, `INFINITY` for unlimited.
    pub tokens: Option<Vec<f64>>,
}

impl RunTable {
    /// A table of `weights` (runs × weight names) and `losses` (runs × loss names, in nats; NaN
    /// marks a loss that was not measured). Nothing else in a table is ever NaN.
    ///
    /// # Errors
    /// [`TableError`] when lengths differ or nothing is there.
    pub fn new(
        weight_names: Vec<String>,
        loss_names: Vec<String>,
        weights: Array2<f64>,
        losses: Array2<f64>,
        columns: Columns,
    ) -> Result<Self, TableError> {
        let runs = weights.nrows();
        if weight_names.is_empty() || loss_names.is_empty() {
            return Err(TableError::NoColumns);
        }
        if runs == 0 {
            return Err(TableError::Empty);
        }
        let lengths = [
            ("the loss columns", Some(losses.nrows())),
            (
                "cell",
                (!columns.cells.is_empty()).then_some(columns.cells.len()),
            ),
            (
                "replicate",
                (!columns.replicates.is_empty()).then_some(columns.replicates.len()),
            ),
            (
                "the run label",
                (!columns.labels.is_empty()).then_some(columns.labels.len()),
            ),
            ("capacity", columns.capacity.as_ref().map(Vec::len)),
            ("tokens", columns.tokens.as_ref().map(Vec::len)),
        ];
        for (what, found) in lengths {
            if let Some(found) = found.filter(|found| *found != runs) {
                return Err(TableError::Length {
                    what,
                    found,
                    expected: runs,
                });
            }
        }
        let own_weight = loss_names
            .iter()
            .map(|loss| weight_names.iter().position(|weight| weight == loss))
            .collect();
        let numbers = || (0..runs as u64).collect::<Vec<u64>>();
        let or = |given: Vec<u64>, default: Vec<u64>| {
            if given.is_empty() { default } else { given }
        };
        Ok(Self {
            weight_names,
            loss_names,
            own_weight,
            cells: or(columns.cells, numbers()),
            replicates: or(columns.replicates, vec![0; runs]),
            labels: if columns.labels.is_empty() {
                Labels::numbers(runs)
            } else {
                Labels::of(&columns.labels)
            },
            capacity: columns.capacity,
            tokens: columns.tokens,
            weights,
            losses,
        })
    }

    /// Number of runs.
    pub fn len(&self) -> usize {
        self.weights.nrows()
    }

    /// Whether there is no run (never true for a table that was made by [`RunTable::new`]).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Domains that were trained on, in the order of the weight columns.
    pub fn weight_names(&self) -> &[String] {
        &self.weight_names
    }

    /// Domains whose loss was measured, in the order of the loss columns.
    pub fn loss_names(&self) -> &[String] {
        &self.loss_names
    }

    /// For each loss column, the weight column of the same domain, if there is one.
    pub fn own_weight(&self) -> &[Option<usize>] {
        &self.own_weight
    }

    /// Number of the cell of a run.
    pub fn cell(&self, run: usize) -> u64 {
        self.cells[run]
    }

    /// Number of the replicate of a run within its cell.
    pub fn replicate(&self, run: usize) -> u64 {
        self.replicates[run]
    }

    /// What a person calls the run.
    pub fn label(&self, run: usize) -> &str {
        self.labels.get(run)
    }

    /// Capacity N of a run, `INFINITY` for unlimited; `None` if the table does not say.
    pub fn capacity(&self, run: usize) -> Option<f64> {
        self.capacity.as_ref().map(|column| column[run])
    }

    /// Tokens D of a run, `INFINITY` for unlimited; `None` if the table does not say.
    pub fn tokens(&self, run: usize) -> Option<f64> {
        self.tokens.as_ref().map(|column| column[run])
    }

    /// Weights of a run, one for each weight name.
    pub fn weights(&self, run: usize) -> ArrayView1<'_, f64> {
        self.weights.row(run)
    }

    /// The loss of a run in nats, or `None` if it was not measured.
    pub fn loss(&self, run: usize, column: usize) -> Option<f64> {
        let loss = self.losses[[run, column]];
        (!loss.is_nan()).then_some(loss)
    }

    /// Takes the loss of a run out, as if it had not been measured.
    pub(super) fn remove_loss(&mut self, run: usize, column: usize) {
        self.losses[[run, column]] = f64::NAN;
    }

    /// The table without the loss columns in which nothing was measured; unchanged if that would
    /// leave none.
    #[must_use]
    pub fn measured(mut self) -> Self {
        let kept: Vec<usize> = (0..self.loss_names.len())
            .filter(|column| self.losses.column(*column).iter().any(|l| !l.is_nan()))
            .collect();
        if kept.is_empty() || kept.len() == self.loss_names.len() {
            return self;
        }
        self.losses = self.losses.select(ndarray::Axis(1), &kept);
        self.loss_names = kept.iter().map(|c| self.loss_names[*c].clone()).collect();
        self.own_weight = kept.iter().map(|c| self.own_weight[*c]).collect();
        self
    }

    /// For each run, the number of its mixture: runs of equal weights share a number, numbers
    /// count from 0 in order of appearance.
    pub(crate) fn mixture_numbers(&self) -> Vec<usize> {
        let mut seen = std::collections::HashMap::new();
        (0..self.len())
            .map(|run| {
                // −0 and 0 are one weight.
                let key: Vec<u64> = self
                    .weights(run)
                    .iter()
                    .map(|w| (w + 0.0).to_bits())
                    .collect();
                let next = seen.len();
                *seen.entry(key).or_insert(next)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn columns_pair_by_name_and_mixtures_are_numbered() {
        let table = RunTable::new(
            names(&["web", "code"]),
            names(&["code", "exam"]),
            array![[0.5, 0.5], [1.0, 0.0], [0.5, 0.5]],
            array![[1.0, 2.0], [1.5, f64::NAN], [1.1, 2.1]],
            Columns::default(),
        )
        .unwrap();
        assert_eq!(table.own_weight(), [Some(1), None]);
        assert_eq!(table.mixture_numbers(), [0, 1, 0]);
        assert_eq!(table.loss(1, 1), None);
        assert_eq!(table.loss(1, 0), Some(1.5));
        assert_eq!(table.label(2), "2");
        assert_eq!(table.capacity(0), None);
    }

    #[test]
    fn columns_without_a_loss_are_left_out() {
        let table = RunTable::new(
            names(&["web", "code"]),
            names(&["web", "code"]),
            array![[0.5, 0.5]],
            array![[f64::NAN, 2.0]],
            Columns::default(),
        )
        .unwrap()
        .measured();
        assert_eq!(table.loss_names(), ["code"]);
        assert_eq!(table.own_weight(), [Some(1)]);
        assert_eq!(table.loss(0, 0), Some(2.0));
    }

    #[test]
    fn lengths_must_agree() {
        let error = RunTable::new(
            names(&["web"]),
            names(&["web"]),
            array![[1.0], [1.0]],
            array![[1.0], [2.0]],
            Columns {
                tokens: Some(vec![1.0]),
                ..Columns::default()
            },
        )
        .unwrap_err();
        assert!(matches!(error, TableError::Length { what: "tokens", .. }));
    }
}
