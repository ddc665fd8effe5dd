//! Reads back the table of runs that a finished sweep left: the same form, the same bits.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use csv::StringRecord;

use super::key::{Key, Keys};
use crate::mixture::Mixture;
use crate::runs::simulated_columns;
use crate::sweep::SweepRun;

/// Columns before the weights: cell, replicate, capacity, tokens.
const SCALES: usize = 4;

/// A run of the table: the number of its row, its key, and its losses; NaN where it diverged.
pub(super) type WrittenRun = (usize, Key, Vec<f64>);

/// Reads the table at `path`, as `runs::write` wrote it for a sweep over `names`, run by run.
///
/// # Errors
/// Those of the file, and of kind `InvalidData` for a table of another form.
pub(super) fn read_written(
    path: &Path,
    names: &[String],
    keys: &Keys<'_>,
    take: &mut dyn FnMut(WrittenRun),
) -> io::Result<()> {
    let mut table = csv::Reader::from_reader(BufReader::new(File::open(path)?));
    let columns: Vec<String> = table.headers()?.iter().map(str::to_owned).collect();
    if columns != simulated_columns(names) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "its columns are not those of this experiment",
        ));
    }
    let mut record = StringRecord::new();
    let mut row = 0;
    while table.read_record(&mut record)? {
        let run = run(&record, names.len(), keys).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("row {} is no run", row + 1),
            )
        })?;
        take((row, run.0, run.1));
        row += 1;
    }
    Ok(())
}

fn run(record: &StringRecord, domains: usize, keys: &Keys<'_>) -> Option<(Key, Vec<f64>)> {
    let number = |at: usize| record.get(at)?.parse::<f64>().ok();
    let whole = |at: usize| record.get(at)?.parse::<u64>().ok();
    let weights: Option<Vec<f64>> = (SCALES..SCALES + domains).map(number).collect();
    let mixture = Mixture::new(weights?).ok()?;
    let run = SweepRun {
        cell: whole(0)?,
        replicate: whole(1)?,
        capacity: number(2)?,
        tokens: number(3)?,
        mixture: &mixture,
    };
    let losses: Option<Vec<f64>> = (SCALES + domains..SCALES + 2 * domains)
        .map(|at| match record.get(at)? {
            "" => Some(f64::NAN),
            text => text.parse().ok(),
        })
        .collect();
    Some((keys.of(&run), losses?))
}
