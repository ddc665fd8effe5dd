//! Writes a table of runs as CSV.

use std::fmt::Write as _;
use std::io::{self, BufWriter, IntoInnerError, Write};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::table::RunTable;
use crate::files::fingerprint::Fingerprinted;
use crate::files::replace::replace;
use crate::text::formula::guarded;

/// Why a table cannot be written to a file.
#[derive(Debug, Error, Diagnostic)]
#[error("cannot write {}", file.display())]
pub struct WriteError {
    /// The file.
    pub file: PathBuf,
    /// What the system says.
    pub source: io::Error,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// What a person calls the run, if not by the number of the row.
    pub label: Option<&'a str>,
    /// Number of the cell.
    pub cell: u64,
    /// Number of the replicate in the cell.
    pub replicate: u64,
    /// Capacity N, if the table has one.
    pub capacity: Option<f64>,
    /// Tokens D, if the table has them.
    pub tokens: Option<f64>,
    /// Weights h.
    pub weights: &'a [f64],
    /// Losses in nats; NaN for one that was not measured.
    pub losses: &'a [f64],
}

/// Writes rows as CSV, in the form of [`write()`], one after the other.
#[derive(Debug)]
pub(crate) struct RowWriter<W: Write> {
    csv: csv::Writer<W>,
    text: String,
}

impl<W: Write> RowWriter<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self {
            csv: csv::Writer::from_writer(out),
            text: String::new(),
        }
    }

    /// Writes the names of the columns, of those that `like` has.
    ///
    /// # Errors
    /// Those of the output.
    pub fn header(
        &mut self,
        like: &Row,
        weight_names: &[String],
        loss_names: &[String],
    ) -> io::Result<()> {
        for (name, there) in [
            ("run", like.label.is_some()),
            ("cell", true),
            ("replicate", true),
            ("capacity", like.capacity.is_some()),
            ("tokens", like.tokens.is_some()),
        ] {
            if there {
                self.csv.write_field(name)?;
            }
        }
        for column in domain_columns(weight_names, loss_names) {
            self.csv.write_field(column)?;
        }
        Ok(self.csv.write_record(None::<&[u8]>)?)
    }

    /// Writes one row.
    ///
    /// # Errors
    /// Those of the output.
    pub fn row(&mut self, row: &Row) -> io::Result<()> {
        if let Some(label) = row.label {
            self.csv.write_field(guarded(label).as_ref())?;
        }
        for number in [row.cell, row.replicate] {
            self.text.clear();
            // Writing to a string cannot fail.
            let _ = write!(self.text, "{number}");
            self.csv.write_field(&self.text)?;
        }
        let scales = [row.capacity, row.tokens];
        for number in scales.iter().flatten().chain(row.weights) {
            self.csv.write_field(shortest(*number, &mut self.text))?;
        }
        for loss in row.losses {
            if loss.is_nan() {
                self.csv.write_field("")?;
            } else {
                self.csv.write_field(shortest(*loss, &mut self.text))?;
            }
        }
        Ok(self.csv.write_record(None::<&[u8]>)?)
    }

    /// Writes what is left, and gives the output back.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(self) -> io::Result<W> {
        self.csv
            .into_inner()
            .map_err(csv::IntoInnerError::into_error)
    }
}

/// The columns of the table of a simulated sweep over domains `names`.
pub(crate) fn simulated_columns(names: &[String]) -> Vec<String> {
    let scales = ["cell", "replicate", "capacity", "tokens"].map(String::from);
    scales
        .into_iter()
        .chain(domain_columns(names, names))
        .collect()
}

/// The columns of the domains.
fn domain_columns(weight_names: &[String], loss_names: &[String]) -> impl Iterator<Item = String> {
    let weights = weight_names.iter().map(|name| format!("weight_{name}"));
    weights.chain(loss_names.iter().map(|name| format!("loss_{name}")))
}

/// Writes `table` to `out`, one row for each run, in columns
/// `cell,replicate,capacity,tokens,weight_<domain>…,loss_<domain>…`; capacity and tokens are left
/// out if the table does not have them. A column `run` comes first if the labels are not the
/// numbers of the rows. [`read`](super::read()) with the default mapping gives the same table.
///
/// Numbers are the shortest that read back to the same bits, in the form of Python's `repr`
/// (`1000.0`, `1e16`, `inf`); pandas keeps the last bit with `float_precision="round_trip"`. A
/// missing loss is empty.
///
/// A label that a spreadsheet would take for a formula is written with an apostrophe before it, which
/// reading takes away again (`formula.rs`). Names of domains always follow `weight_` or `loss_`.
///
/// # Errors
/// Those of `out`.
pub fn write(table: &RunTable, out: impl Write) -> io::Result<()> {
    let mut rows = RowWriter::new(out);
    let mut begun = false;
    each_row(table, |row| {
        if !begun {
            rows.header(row, table.weight_names(), table.loss_names())?;
            begun = true;
        }
        rows.row(row)
    })?;
    rows.finish().map(drop)
}

/// Hands the rows of a table on, one after the other, with labels if they are not the numbers of the
/// rows.
pub(super) fn each_row(
    table: &RunTable,
    mut take: impl FnMut(&Row) -> io::Result<()>,
) -> io::Result<()> {
    let labelled = (0..table.len()).any(|run| whole_number(table.label(run)) != Some(run));
    let (mut weights, mut losses) = (Vec::new(), Vec::new());
    for run in 0..table.len() {
        weights.clear();
        weights.extend(table.weights(run));
        losses.clear();
        let columns = 0..table.loss_names().len();
        losses.extend(columns.map(|column| table.loss(run, column).unwrap_or(f64::NAN)));
        take(&Row {
            label: labelled.then(|| table.label(run)),
            cell: table.cell(run),
            replicate: table.replicate(run),
            capacity: table.capacity(run),
            tokens: table.tokens(run),
            weights: &weights,
            losses: &losses,
        })?;
    }
    Ok(())
}

/// Bytes that are handed to the system at once.
const WRITTEN_AT_ONCE: usize = 1 << 16;

/// Sizes between which numbers are written without an exponent.
const PLAIN: std::ops::Range<f64> = 1e-4..1e16;

/// The shortest text that reads back to the same bits. Outside of [`PLAIN`] `{:?}` rather than
/// `{}`: the latter writes 1e300 as 301 digits.
fn shortest(number: f64, text: &mut String) -> &str {
    text.clear();
    if PLAIN.contains(&number) {
        text.push_str(zmij::Buffer::new().format_finite(number));
    } else {
        let _ = write!(text, "{number:?}");
    }
    text
}

/// The number that `text` is written for, in exactly the form in which row numbers are labels.
fn whole_number(text: &str) -> Option<usize> {
    let canonical = !text.starts_with('+') && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| canonical)
}

/// Writes `table` to the file at `path` as [`write()`] does, and gives the SHA-256 of what was written,
/// in hexadecimal. The file appears or is replaced as a whole: an interruption leaves what was there
/// before. What is not a regular file (a pipe, `/dev/stdout`) is written in place.
///
/// # Errors
/// [`WriteError`] when the folder or the file cannot be written.
pub fn write_file(table: &RunTable, path: &Path) -> Result<String, WriteError> {
    let mut sha256 = String::new();
    replace(path, |file| {
        let mut out = BufWriter::with_capacity(WRITTEN_AT_ONCE, Fingerprinted::new(file));
        write(table, &mut out)?;
        sha256 = out.into_inner().map_err(IntoInnerError::into_error)?.hex();
        Ok(())
    })
    .map_err(|source| WriteError {
        file: path.into(),
        source,
    })?;
    Ok(sha256)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::{Columns, Mapping, file_fingerprint, read};
    use ndarray::{Array2, array};
    use proptest::prelude::*;

    fn text(table: &RunTable) -> String {
        let mut bytes = Vec::new();
        write(table, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn small(columns: Columns) -> RunTable {
        RunTable::new(
            vec!["web".into(), "c++, \"C\"".into()],
            vec!["web".into()],
            array![[0.25, 0.75], [1.0, 0.0]],
            array![[2.5], [f64::NAN]],
            columns,
        )
        .unwrap()
    }

    #[test]
    fn columns_are_those_of_the_table() {
        assert_eq!(
            text(&small(Columns::default())),
            "cell,replicate,weight_web,\"weight_c++, \"\"C\"\"\",loss_web\n\
             0,0,0.25,0.75,2.5\n1,0,1.0,0.0,\n"
        );
        let table = small(Columns {
            labels: vec!["a".into(), "b".into()],
            capacity: Some(vec![1e14, f64::INFINITY]),
            tokens: Some(vec![1e16, 1e-7]),
            ..Columns::default()
        });
        let text = text(&table);
        let rows: Vec<&str> = text.lines().collect();
        assert!(rows[0].starts_with("run,cell,replicate,capacity,tokens,weight_web,"));
        assert_eq!(rows[1], "a,0,0,100000000000000.0,1e16,0.25,0.75,2.5");
        assert_eq!(rows[2], "b,1,0,inf,1e-7,1.0,0.0,");
    }

    #[test]
    fn a_file_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.csv");
        let table = small(Columns::default());
        std::fs::write(&path, "old").unwrap();
        let sha256 = write_file(&table, &path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text(&table));
        assert_eq!(sha256, file_fingerprint(&path).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

        assert!(write_file(&table, folder.path()).is_err());
        let error = write_file(&table, &folder.path().join("none/runs.csv")).unwrap_err();
        assert!(error.file.ends_with("none/runs.csv"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a.csv"), folder.path().join("b.csv"));
        std::fs::write(&path, "old").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        write_file(&small(Columns::default()), &link).unwrap();
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("cell,"));
        write_file(&small(Columns::default()), Path::new("/dev/null")).unwrap();
        assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
    }

    /// A positive number or infinity, of any size.
    fn scale() -> impl Strategy<Value = f64> {
        prop_oneof![
            Just(f64::INFINITY),
            any::<f64>()
                .prop_map(f64::abs)
                .prop_filter("positive", |x| x.is_finite() && *x > 0.0),
        ]
    }

    fn loss() -> impl Strategy<Value = f64> {
        prop_oneof![
            1 => Just(f64::NAN),
            4 => any::<f64>().prop_filter("finite", |x| x.is_finite()),
            4 => 0.0..10.0,
        ]
    }

    fn table() -> impl Strategy<Value = RunTable> {
        let name = "[a-zA-Zäλ,\"'=;+@-][a-z0-9 ,\"_-]{0,8}[a-z,\"]";
        let names = || proptest::collection::hash_set(name, 1..5);
        (names(), names(), 1_usize..6).prop_flat_map(|(weights, losses, runs)| {
            let vec = proptest::collection::vec::<BoxedStrategy<f64>>;
            let (weights, losses): (Vec<String>, Vec<String>) =
                (weights.into_iter().collect(), losses.into_iter().collect());
            (
                vec((0.001..1.0).boxed(), runs * weights.len()),
                vec(loss().boxed(), runs * losses.len()),
                proptest::option::of(vec(scale().boxed(), runs)),
                proptest::option::of(vec(scale().boxed(), runs)),
                proptest::collection::vec(any::<u64>(), runs),
                proptest::option::of(proptest::collection::vec(
                    "[=@a-z0-9][a-z ,]{0,3}[z\"]",
                    runs,
                )),
            )
                .prop_map(move |(h, l, capacity, tokens, cells, labels)| {
                    let mut h = Array2::from_shape_vec((runs, weights.len()), h).unwrap();
                    for mut row in h.rows_mut() {
                        let sum = row.sum();
                        row /= sum;
                    }
                    let mut l = Array2::from_shape_vec((runs, losses.len()), l).unwrap();
                    // A run without any loss is dropped on reading.
                    l.column_mut(0)
                        .mapv_inplace(|x| if x.is_nan() { -0.0 } else { x });
                    let columns = Columns {
                        replicates: cells.iter().map(|cell| cell / 3).collect(),
                        cells,
                        labels: labels.unwrap_or_default(),
                        capacity,
                        tokens,
                    };
                    RunTable::new(weights.clone(), losses.clone(), h, l, columns).unwrap()
                })
        })
    }

    proptest! {
        /// The fast writer of ordinary numbers writes as few digits as the standard library, in
        /// the same form. (Of two texts that are equally near it takes the even one, as Python.)
        #[test]
        fn numbers_are_written_in_the_form_of_the_standard_library(
            ordinary in 1e-5f64..1e3, ln in -60.0f64..60.0, whole in 0u64..1 << 60,
        ) {
            for number in [ordinary, ln.exp(), -ordinary, whole as f64, 0.0, 1e-4, 1e16, 1e15] {
                let mut text = String::new();
                let (text, expected) = (shortest(number, &mut text), format!("{number:?}"));
                prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), number.to_bits());
                prop_assert_eq!(text.len(), expected.len());
                prop_assert_eq!(text.contains('e'), expected.contains('e'));
            }
            let tied = 65_537.0 / 131_072.0;
            let mut text = String::new();
            prop_assert_eq!(shortest(tied, &mut text), "0.5000076293945312");
        }

        #[test]
        fn what_is_written_reads_back_to_the_bit(table in table()) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("runs.csv");
            write_file(&table, &path).unwrap();
            let (again, notes) = read(&Mapping { files: vec![path], ..Mapping::default() }).unwrap();
            prop_assert_eq!(notes.renormalised, 0);
            prop_assert_eq!(again.weight_names(), table.weight_names());
            prop_assert_eq!(again.loss_names(), table.loss_names());
            for run in 0..table.len() {
                let bits = |table: &RunTable| {
                    let scales = [table.capacity(run), table.tokens(run)].map(|x| x.map(f64::to_bits));
                    let weights: Vec<u64> = table.weights(run).iter().map(|h| h.to_bits()).collect();
                    let losses: Vec<Option<u64>> = (0..table.loss_names().len())
                        .map(|column| table.loss(run, column).map(f64::to_bits))
                        .collect();
                    (scales, weights, losses, table.cell(run), table.replicate(run))
                };
                prop_assert_eq!(bits(&again), bits(&table));
                prop_assert_eq!(again.label(run), table.label(run));
            }
            prop_assert_eq!(text(&again), text(&table));
        }
    }
}
