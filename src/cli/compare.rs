//! `mixlaw compare`.

use std::path::{Path, PathBuf};

use super::arguments::CompareArguments;
use super::failure::Failure;
use super::print::{colour, print};
use crate::files::bounded::{self, MEBIBYTE};
use crate::report::{Verdicts, change_table, changes, run_changes};

/// Name of the verdicts in a folder of results.
const CLAIMS: &str = "claims.json";

/// Largest file that is compared.
const MOST_BYTES: u64 = 4096 * MEBIBYTE;

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
        return print("The same claims, verdicts and figures.\n");
    }
    print(&change_table(&found).text(colour()))?;
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
        let text = bounded::read_text(&file, MOST_BYTES).map_err(|error| {
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
        } else if is_plain(name) {
            folder.join(name).join("runs.csv")
        } else {
            // The name comes from a file: it must not lead out of the folder.
            return Ok(None);
        };
        if !file.is_file() {
            return Ok(None);
        }
        bounded::read_text(&file, MOST_BYTES)
            .map(Some)
            .map_err(|error| Failure::words(format!("cannot read {}: {error}", file.display())))
    }
}

/// Whether `name` is the name of a folder, and no path.
fn is_plain(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!(
        (parts.next(), parts.next()),
        (Some(std::path::Component::Normal(_)), None)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_folders_are_followed() {
        assert!(is_plain("02-noise") && is_plain("a b"));
        for name in ["", ".", "..", "../x", "a/../../x", "/etc", "a/b"] {
            assert!(!is_plain(name), "{name}");
        }
    }
}
