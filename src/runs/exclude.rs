//! Leaves single losses out of a table: measurements that are known to be wrong, or whose weight in
//! a result is to be seen.

use super::mapping::ExcludedCell;
use super::read_error::ReadError;
use super::table::RunTable;
use crate::text::words::{nearest, shown};

/// `table` without the losses of `cells`.
///
/// # Errors
/// [`ReadError::Exclude`] when there is no such run, no such column, or no loss there.
pub(super) fn exclude(mut table: RunTable, cells: &[ExcludedCell]) -> Result<RunTable, ReadError> {
    for cell in cells {
        let refused = |fault: String, help: String| ReadError::Exclude {
            cell: shown(&cell.to_string()),
            fault,
            help,
        };
        let meant = |name: &str, names: Vec<&str>| {
            nearest(name, names).map_or(String::new(), |near| {
                format!("; did you mean `{}`?", shown(near))
            })
        };
        let names = table.loss_names();
        let Some(column) = names.iter().position(|name| *name == cell.domain) else {
            let near = meant(&cell.domain, names.iter().map(String::as_str).collect());
            return Err(refused(
                format!("there is no loss column of `{}`", shown(&cell.domain)),
                format!("a cell is RUN:DOMAIN, the label of a run and the name of a domain{near}"),
            ));
        };
        let rows: Vec<usize> = (0..table.len())
            .filter(|row| table.label(*row) == cell.run)
            .collect();
        if rows.is_empty() {
            let labels = (0..table.len()).map(|row| table.label(row)).collect();
            let near = meant(&cell.run, labels);
            return Err(refused(
                format!("no run is called `{}`", shown(&cell.run)),
                format!(
                    "runs are called by the column `run` or the one they are joined on, else by their \
                     row, counted from 0{near}"
                ),
            ));
        }
        if rows.iter().all(|row| table.loss(*row, column).is_none()) {
            return Err(refused(
                "no loss was measured there".into(),
                "there is nothing to leave out".into(),
            ));
        }
        for row in rows {
            table.remove_loss(row, column);
        }
    }
    Ok(table)
}
