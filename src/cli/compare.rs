//! `mixlaw compare`.

use std::path::{Path, PathBuf};

use super::arguments::CompareArguments;
use super::failure::Failure;
use super::output;
use crate::report::{Verdicts, change_table, changes, run_changes};

/// Name of the verdicts in a folder of results.
const CLAIMS: &str = "claims.json";

pub(super) fn compare(arguments: &CompareArguments) -> Result<(), Failure> {
    let mut first = Results::read(&arguments.first)?;
    let mut second = Results::read(&arguments.second)?;
    if arguments.common {
        first.verdicts.keep_run_in(&second.verdicts);
        second.verdicts.keep_run_in(&first.verdicts);
        if first.verdicts.names().next().is_none() {
            return Err(Failure::words("the two have run no experiment in common"));
        }
    }
    let mut found = changes(&first.verdicts, &second.verdicts);
    for name in first.verdicts.names() {
        if let (Some(before), Some(after)) = (first.runs(name)?, second.runs(name)?) {
            found.extend(run_changes(name, &before, &after));
        }
    }
    if found.is_empty() {
        return output::print("The same claims, verdicts and figures.\n");
    }
    output::print(&change_table(&found).text(output::colour()))?;
    if arguments.strict {
        return Err(Failure::Different);
    }
    Ok(())
}

/// The verdicts of one side, and where the rest of its results is.
struct Results {
    verdicts: Verdicts,
    /// The folder of the results; `None` if the file alone is given.
    folder: Option<PathBuf>,
    /// Whether the folder is that of one experiment.
    single: bool,
}

/// What the one experiment of a folder is called: claims of a single run do not bear its name.
const SINGLE: &str = "(this run)";

impl Results {
    /// Reads a folder of results or a file of claims.
    fn read(path: &Path) -> Result<Self, Failure> {
        let folder = path.is_dir().then(|| path.to_path_buf());
        let file = folder
            .as_ref()
            .map_or(path.to_path_buf(), |f| f.join(CLAIMS));
        let text = std::fs::read_to_string(&file).map_err(|error| {
            Failure::words_with_help(
                format!("cannot read {}: {error}", file.display()),
                "name a folder that `mixlaw reproduce` or `mixlaw run` wrote, or its claims.json",
            )
        })?;
        let verdicts = Verdicts::read(&text, SINGLE).map_err(|error| {
            Failure::words(format!("cannot compare {}: {error}", file.display()))
        })?;
        Ok(Self {
            single: verdicts.names().eq([SINGLE]),
            verdicts,
            folder,
        })
    }

    /// The runs of an experiment as CSV, if they are there.
    fn runs(&self, name: &str) -> Result<Option<String>, Failure> {
        let Some(folder) = &self.folder else {
            return Ok(None);
        };
        let file = if self.single {
            folder.join("runs.csv")
        } else {
            folder.join(name).join("runs.csv")
        };
        if !file.is_file() {
            return Ok(None);
        }
        std::fs::read_to_string(&file)
            .map(Some)
            .map_err(|error| Failure::words(format!("cannot read {}: {error}", file.display())))
    }
}
