//! `mixlaw merge`.

use std::path::{Path, PathBuf};

use super::arguments::MergeArguments;
use super::failure::Failure;
use super::progress::Terminal;
use super::run::{fails, print_findings};
use crate::runner::{Keeping, load_experiment, run_into};
use crate::sweep::PARTS;

pub(super) fn merge(arguments: &MergeArguments, talk: &Terminal) -> Result<(), Failure> {
    let folder = &arguments.folder;
    let file = folder.join("experiment.toml");
    if !file.is_file() {
        return Err(Failure::words_with_help(
            format!("{} holds no experiment.toml", folder.display()),
            "name the directory that `mixlaw run --out DIRECTORY --shard INDEX/COUNT` wrote to",
        ));
    }
    let experiment = load_experiment(&file).map_err(Failure::input)?;
    let others = arguments
        .others
        .iter()
        .map(|folder| parts_of(folder))
        .collect::<Result<_, _>>()?;
    let keeping = Keeping {
        merged: Some(others),
        ..Keeping::default()
    };
    let ran = run_into(folder, &experiment, &keeping, talk)?;
    print_findings(&ran.findings)?;
    if arguments.strict && fails(&ran.findings.claim) {
        return Err(Failure::Claim);
    }
    Ok(())
}

/// The part files of a directory.
fn parts_of(folder: &Path) -> Result<PathBuf, Failure> {
    let parts = folder.join(PARTS);
    if parts.is_dir() {
        return Ok(parts);
    }
    Err(Failure::words(format!(
        "{} holds no parts of a sweep",
        folder.display()
    )))
}
