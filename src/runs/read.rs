//! Reads runs from CSV files.
//!
//! * **Domains** are named by columns: a column that matches the weight pattern or the loss
//!   pattern belongs to the domain that stands in place of `{domain}`. If it matches both, the
//!   pattern with more fixed text wins. Columns with another part (join, capacity, tokens, `run`,
//!   `cell`, `replicate`) are never domains. A domain may lack either column.
//! * **Capacity and tokens** are columns or constants of the mapping, or the columns `capacity`
//!   and `tokens` if they exist, or unknown. `inf` and `unlimited` mean no limit.
//! * **Labels** come from the column `run`, else from the join column, else they are the number of
//!   the row in the (first) file, counted from 0 below the header, rows that are left out
//!   included. Labels may repeat: checkpoints of one run share theirs.
//! * **Cell and replicate** come from columns of that name, else the row of the table and 0.
//! * **Losses** that are empty, `NaN` or `NA` (any case) are missing; nothing else may be.
//! * **Weights** that sum to 1 within 0.01 are rescaled to sum to 1.

use ndarray::Array2;

use super::csv_table::CsvTable;
use super::exclude::exclude;
use super::joined::Joined;
use super::layout::{At, Layout, Scale};
use super::mapping::Mapping;
use super::notes::ReadNotes;
use super::read_error::ReadError;
use super::table::{Columns, RunTable};
use crate::files::fingerprint::Fingerprint;
use crate::mixture::Mixture;
use crate::text::formula::unguarded;
use crate::text::words::{listed, rounded, shown};

/// How far the weights of a run may be from summing to 1: published tables round them to .001.
const SUM_TOLERANCE: f64 = 1e-2;

/// Deviations up to this are rounding in the last bits and not worth a note.
const ROUNDING: f64 = 1e-12;

/// Whole numbers above this are not exact in a 64-bit float.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// Reads the table that `mapping` describes.
///
/// # Errors
/// [`ReadError`], which says where the mistake is and what is allowed there.
pub fn read(mapping: &Mapping) -> Result<(RunTable, ReadNotes), ReadError> {
    let mut tables = Vec::new();
    let mut fingerprint = Fingerprint::default();
    for path in &mapping.files {
        let bytes = CsvTable::bytes(path)?;
        fingerprint.update(&bytes);
        tables.push(CsvTable::parse(path, &bytes)?);
    }
    let (table, notes) = assemble(tables, mapping)?;
    let table = exclude(table, &mapping.exclude)?;
    let sha256 = fingerprint.hex();
    let excluded = mapping.exclude.iter().map(ToString::to_string).collect();
    Ok((
        table,
        ReadNotes {
            sha256,
            excluded,
            ..notes
        },
    ))
}

/// The table of files that have been parsed; the notes lack the fingerprint.
fn assemble(tables: Vec<CsvTable>, mapping: &Mapping) -> Result<(RunTable, ReadNotes), ReadError> {
    if tables.is_empty() {
        return Err(ReadError::NoFile);
    }
    let layout = Layout::find(&tables, mapping)?;
    let joined = Joined::new(tables, layout.join.as_deref())?;
    let cells = Cells { joined, layout };
    let candidates = cells.joined.filtered(&cells.layout.filter)?;

    let mut notes = ReadNotes {
        filtered_rows: cells.joined.len() - candidates.len(),
        ..ReadNotes::default()
    };
    let (weights, losses) = (&cells.layout.weights, &cells.layout.losses);
    let mut kept = Vec::with_capacity(candidates.len());
    let mut weight_values = Vec::with_capacity(candidates.len() * weights.len());
    let mut loss_values = Vec::with_capacity(candidates.len() * losses.len());
    let mut measured = vec![0_usize; losses.len()];
    for row in candidates {
        let row_losses = cells.losses(row)?;
        let missing = row_losses.iter().filter(|loss| loss.is_nan()).count();
        if missing == row_losses.len() {
            notes.dropped_rows += 1;
            continue;
        }
        let (mixture, deviation) = cells.mixture(row)?;
        notes.missing_losses += missing;
        notes.largest_deviation = notes.largest_deviation.max(deviation);
        notes.renormalised += usize::from(deviation > ROUNDING);
        for (count, loss) in measured.iter_mut().zip(&row_losses) {
            *count += usize::from(!loss.is_nan());
        }
        weight_values.extend_from_slice(mixture.weights());
        loss_values.extend(row_losses);
        kept.push(row);
    }
    if kept.is_empty() {
        return Err(ReadError::NoLoss {
            file: cells.joined.tables()[0].path().into(),
        });
    }
    notes.unmeasured = measured
        .iter()
        .zip(losses)
        .filter(|(count, _)| **count == 0)
        .map(|(_, (domain, _))| domain.clone())
        .collect();

    let columns = cells.columns(&kept)?;
    let matrix = |values: Vec<f64>, width: usize| {
        Array2::from_shape_fn((kept.len(), width), |(row, column)| {
            values[row * width + column]
        })
    };
    let table = RunTable::new(
        domains(weights),
        domains(losses),
        matrix(weight_values, weights.len()),
        matrix(loss_values, losses.len()),
        columns,
    )?;
    Ok((table, notes))
}

fn domains(columns: &[(String, At)]) -> Vec<String> {
    columns.iter().map(|(domain, _)| domain.clone()).collect()
}

/// The cells of joined files, by the part that they play.
struct Cells {
    joined: Joined,
    layout: Layout,
}

impl Cells {
    /// Losses of a row in nats; NaN where missing.
    fn losses(&self, row: usize) -> Result<Vec<f64>, ReadError> {
        let loss = |(_, at): &(String, At)| {
            let text = self.joined.cell(row, *at);
            if text.is_empty() || text.eq_ignore_ascii_case("na") {
                return Ok(f64::NAN);
            }
            match text.parse::<f64>() {
                Ok(loss) if loss.is_nan() => Ok(f64::NAN),
                Ok(loss) if loss.is_finite() => Ok(loss),
                _ => Err(self.value(
                    row,
                    *at,
                    "loss",
                    "a loss is a finite number in nats; where none was measured, leave the cell empty or write NaN or NA",
                )),
            }
        };
        self.layout.losses.iter().map(loss).collect()
    }

    /// Mixture of a row, and how far its weights were from summing to 1.
    fn mixture(&self, row: usize) -> Result<(Mixture, f64), ReadError> {
        let weight = |(_, at): &(String, At)| {
            let text = self.present(row, *at, "weight")?;
            text.parse()
                .ok()
                .filter(|weight: &f64| weight.is_finite() && *weight >= 0.0)
                .ok_or_else(|| {
                    self.value(
                        row,
                        *at,
                        "weight",
                        "a weight is the share of the training tokens, a number from 0 to 1",
                    )
                })
        };
        let columns = &self.layout.weights;
        let weights: Vec<f64> = columns.iter().map(weight).collect::<Result<_, _>>()?;
        let sum: f64 = weights.iter().sum();
        let mixture =
            Mixture::within(weights, SUM_TOLERANCE).map_err(|_| self.weight_sum(row, sum))?;
        Ok((mixture, (sum - 1.0).abs()))
    }

    fn weight_sum(&self, row: usize, sum: f64) -> ReadError {
        let columns = &self.layout.weights;
        let (_, first) = &columns[0];
        let tables = self.joined.tables();
        let help = if (sum - 100.0).abs() < 1.0 {
            "these look like percentages: divide them by 100".to_owned()
        } else {
            let names = columns
                .iter()
                .map(|(_, at)| tables[at.file].header(at.column));
            format!(
                "weights may be off 1 by {SUM_TOLERANCE}; the weight columns are {}",
                listed(names, 12)
            )
        };
        ReadError::WeightSum {
            file: tables[first.file].path().into(),
            line: self.joined.line(row, first.file),
            sum: rounded(sum),
            help,
        }
    }

    /// Columns that are not domains, for the rows kept.
    fn columns(&self, kept: &[usize]) -> Result<Columns, ReadError> {
        let layout = &self.layout;
        let joined_on = layout.join.as_ref().and_then(|join| join.first().copied());
        let labels = match layout.run.or(joined_on) {
            Some(at) => kept
                .iter()
                .map(|row| {
                    let label = self.present(*row, at, "label")?;
                    Ok::<_, ReadError>(unguarded(label).to_owned())
                })
                .collect::<Result<_, _>>()?,
            None => kept.iter().map(ToString::to_string).collect(),
        };
        Ok(Columns {
            cells: self.whole_numbers(kept, layout.cell)?,
            replicates: self.whole_numbers(kept, layout.replicate)?,
            labels,
            capacity: self.scale(kept, layout.capacity, "capacity")?,
            tokens: self.scale(kept, layout.tokens, "number of tokens")?,
        })
    }

    /// Capacity or tokens of each row; `None` if unknown.
    fn scale(
        &self,
        kept: &[usize],
        scale: Option<Scale>,
        what: &'static str,
    ) -> Result<Option<Vec<f64>>, ReadError> {
        let at = match scale {
            None => return Ok(None),
            Some(Scale::Constant(value)) => return Ok(Some(vec![value; kept.len()])),
            Some(Scale::Column(at)) => at,
        };
        let value = |row: &usize| {
            let text = self.present(*row, at, what)?;
            if ["unlimited", "inf", "+inf", "infinity"]
                .iter()
                .any(|word| text.eq_ignore_ascii_case(word))
            {
                return Ok(f64::INFINITY);
            }
            // A number too large for a float is a mistake, not "unlimited".
            text.parse()
                .ok()
                .filter(|value: &f64| value.is_finite() && *value > 0.0)
                .ok_or_else(|| {
                    let help = "capacity and tokens are numbers above 0, or `unlimited` or `inf`";
                    self.value(*row, at, what, help)
                })
        };
        kept.iter().map(value).collect::<Result<_, _>>().map(Some)
    }

    /// Whole numbers of a column; none if there is no column.
    fn whole_numbers(&self, kept: &[usize], at: Option<At>) -> Result<Vec<u64>, ReadError> {
        let Some(at) = at else {
            return Ok(Vec::new());
        };
        let number = |row: &usize| {
            let text = self.present(*row, at, "number")?;
            whole_number(text).ok_or_else(|| {
                self.value(
                    *row,
                    at,
                    "whole number",
                    "`cell` and `replicate` are numbers that mixlaw gives; rename the column if it means something else",
                )
            })
        };
        kept.iter().map(number).collect()
    }

    /// The text of a cell that must not be empty.
    fn present(&self, row: usize, at: At, what: &'static str) -> Result<&str, ReadError> {
        let text = self.joined.cell(row, at);
        if text.is_empty() {
            let place = self.joined.place(row, at);
            return Err(ReadError::Missing { place, what });
        }
        Ok(text)
    }

    fn value(&self, row: usize, at: At, wanted: &'static str, help: &'static str) -> ReadError {
        ReadError::Value {
            place: self.joined.place(row, at),
            text: shown(self.joined.cell(row, at)),
            wanted,
            help,
        }
    }
}

/// A whole number, also in the form `12.0` that data frames give to columns with gaps.
fn whole_number(text: &str) -> Option<u64> {
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        let whole = number.fract() == 0.0 && (0.0..LARGEST_WHOLE).contains(&number);
        whole.then_some(number as u64)
    })
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
