//! `mixlaw reproduce`.

use std::path::{Path, PathBuf};

use super::arguments::ReproduceArguments;
use super::failure::Failure;
use super::keeping::Keeping;
use super::output;
use super::progress::Talk;
use super::run::{fails, run_into};
use crate::config::{self, Experiment, Source};
use crate::fit::SplitRule;
use crate::report::{Index, write_atomic};

pub(super) fn reproduce(arguments: &ReproduceArguments, talk: Talk) -> Result<(), Failure> {
    let files = files(&arguments.experiments, &arguments.only)?;
    // Every file is read before any work: a mistake in the last one costs nothing.
    let experiments = files
        .iter()
        .map(|file| config::load(file).map_err(Failure::input))
        .filter(|read| {
            let slow = read.as_ref().is_ok_and(|experiment| experiment.slow);
            !(arguments.fast && slow)
        })
        .collect::<Result<Vec<_>, _>>()?;
    output::check_version(&arguments.out)?;
    std::fs::create_dir_all(&arguments.out).map_err(|error| {
        Failure::words(format!(
            "cannot write results to {}: {error}",
            arguments.out.display()
        ))
    })?;
    let mut index = Index::default();
    let mut failed = false;
    for experiment in &experiments {
        if let Some(absent) = absent_file(experiment) {
            let reason = format!("needs {}, which is absent", name_of(&absent));
            talk.say(&format!("{}: skipped, it {reason}", experiment.name));
            let claim = experiment.claim.as_deref();
            index.verdicts.skip(&experiment.name, claim, &reason);
            continue;
        }
        talk.say(&format!("{}:", experiment.name));
        let folder = arguments.out.join(&experiment.name);
        // To reproduce is to simulate again, whatever is there.
        let keeping = Keeping {
            fresh: true,
            ..Keeping::default()
        };
        let ran = run_into(&folder, experiment, &keeping, talk, false)?;
        failed |= fails(&ran.claim);
        index.verdicts.add(&experiment.name, ran.claim);
        if let Some(picture) = ran.picture {
            index.pictures.insert(experiment.name.clone(), picture);
        }
    }
    let write = |name: &str, text: &str| {
        let path = arguments.out.join(name);
        write_atomic(&path, text.as_bytes())
            .map_err(|error| Failure::other(format!("cannot write {}: {error}", path.display())))
    };
    write("claims.json", &index.verdicts.json())?;
    write("README.md", &index.verdicts.markdown(&index.leads()))?;
    write("index.html", &index.html().map_err(Failure::other)?)?;
    output::print(&index.verdicts.table().text(output::colour()))?;
    if arguments.strict && failed {
        return Err(Failure::Claim);
    }
    Ok(())
}

/// The experiment files of a folder, by name.
fn files(folder: &Path, only: &[String]) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(folder).map_err(|error| {
        Failure::words_with_help(
            format!("cannot read experiments from {}: {error}", folder.display()),
            "name the folder of the experiment files with --experiments",
        )
    })?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    let names: Vec<String> = files.iter().map(|file| name_of(file)).collect();
    let wanted = |name: &str| only.is_empty() || only.iter().any(|o| name.starts_with(o.as_str()));
    files.retain(|file| wanted(&name_of(file)));
    if files.is_empty() {
        return Err(Failure::words_with_help(
            format!("no experiment to run in {}", folder.display()),
            format!("experiments there: {}", names.join(", ")),
        ));
    }
    Ok(files)
}

fn name_of(file: &Path) -> String {
    file.file_name()
        .map_or(String::new(), |name| name.to_string_lossy().into_owned())
}

/// A data file that the experiment needs and that is not there.
fn absent_file(experiment: &Experiment) -> Option<PathBuf> {
    let mut needed = match &experiment.source {
        Source::Runs(mapping) => mapping.files.clone(),
        Source::Simulated { .. } => Vec::new(),
    };
    if let Some(fit) = &experiment.fit
        && let SplitRule::File { path, .. } = &fit.split
    {
        needed.push(path.clone());
    }
    needed.into_iter().find(|file| !file.exists())
}
