//! `mixlaw reproduce`.

use std::path::{Path, PathBuf};

use super::arguments::ReproduceArguments;
use super::failure::Failure;
use super::print::{colour, print};
use super::progress::Terminal;
use super::run::fails;
use crate::config::{self, Experiment, Source};
use crate::files::bounded::{self, MEBIBYTE};
use crate::fit::SplitRule;
use crate::report::{Index, Verdicts};
use crate::runner::output::{self, Filler};
use crate::runner::picture::all::lead_kept;
use crate::runner::{Keeping, Observer, load_experiment, run_into};

pub(super) fn reproduce(arguments: &ReproduceArguments, talk: &Terminal) -> Result<(), Failure> {
    let files = files(&arguments.experiments)?;
    let wanted = wanted(&files, arguments)?;
    // Every file is read before any work: a mistake in the last one costs nothing.
    let experiments = wanted
        .into_iter()
        .map(|file| load_experiment(file).map_err(Failure::input))
        .filter(|read| {
            let slow = read.as_ref().is_ok_and(|experiment| experiment.slow);
            !(arguments.fast && slow)
        })
        .collect::<Result<Vec<_>, _>>()?;
    output::check_folder(&arguments.out, Filler::Reproduce)?;
    output::make_folder(&arguments.out)?;
    // What is there already stays, but for the experiments that are run now.
    let known = names(&files);
    let order: Vec<String> = known.iter().map(|(name, _)| name.clone()).collect();
    let mut index = earlier(&arguments.out, &order, talk)?;
    for (name, claim) in &known {
        index.verdicts.tell_claim(name, claim.as_deref());
    }
    write_index(&arguments.out, &index)?;
    let mut now = Verdicts::default();
    let mut failed = false;
    for experiment in &experiments {
        let claim = experiment.claim.as_deref();
        if let Some(absent) = absent_file(experiment) {
            let reason = format!("needs {}, which is absent", name_of(&absent));
            now.skip(&experiment.name, claim, &reason);
            if index.verdicts.was_run(&experiment.name) {
                talk.note(&format!(
                    "{}: skipped, it {reason}; what was found before stays",
                    experiment.name
                ));
                continue;
            }
            talk.note(&format!("{}: skipped, it {reason}", experiment.name));
            index.verdicts.skip(&experiment.name, claim, &reason);
        } else {
            talk.note(&format!("{}:", experiment.name));
            let folder = arguments.out.join(&experiment.name);
            // To reproduce is to simulate again, whatever is there.
            let keeping = Keeping {
                fresh: true,
                ..Keeping::default()
            };
            let ran = run_into(&folder, experiment, &keeping, talk)?;
            let claim = ran.findings.claim;
            failed |= fails(&claim);
            now.add(&experiment.name, claim.clone());
            index.verdicts.add(&experiment.name, claim);
            index.pictures.remove(&experiment.name);
            if let Some(picture) = ran.picture {
                index.pictures.insert(experiment.name.clone(), picture);
            }
        }
        index.verdicts.arrange(&order);
        write_index(&arguments.out, &index)?;
    }
    print(&now.table().text(colour()))?;
    if arguments.strict && failed {
        return Err(Failure::Claim);
    }
    Ok(())
}

/// What the folder holds of earlier runs, in the order of the experiments.
fn earlier(folder: &Path, order: &[String], talk: &Terminal) -> Result<Index, Failure> {
    let mut index = Index::default();
    let file = folder.join(CLAIMS);
    if file.exists() {
        let refused = |why: String| {
            Failure::words_with_help(
                format!("cannot add to {}: {why}", file.display()),
                "mend it, or name another directory with --out",
            )
        };
        let text =
            bounded::read_text(&file, MOST_CLAIMS).map_err(|error| refused(error.to_string()))?;
        index.verdicts = Verdicts::read(&text, "").map_err(|error| refused(error.to_string()))?;
    }
    index.verdicts.arrange(order);
    for name in index.verdicts.names() {
        if !order.iter().any(|known| known == name) {
            talk.note(&format!(
                "note: {name} stays in {} and is not among the experiments; take it out there if it is gone",
                file.display()
            ));
        }
        if let Some(picture) = lead_kept(&folder.join(name)) {
            index.pictures.insert(name.to_owned(), picture);
        }
    }
    Ok(index)
}

/// The file of all claims.
const CLAIMS: &str = "claims.json";

/// Largest file of claims.
const MOST_CLAIMS: u64 = 64 * MEBIBYTE;

/// Writes what is over all experiments; after each one, so that an interruption loses nothing.
fn write_index(folder: &Path, index: &Index) -> Result<(), Failure> {
    let write = |name: &str, text: &str| output::write(&folder.join(name), text.as_bytes());
    write(CLAIMS, &index.verdicts.json())?;
    write("README.md", &index.verdicts.markdown(&index.leads()))?;
    write("index.html", &index.html().map_err(Failure::other)?)?;
    Ok(())
}

/// Names of the experiments of `files`, in order, and what they claim. What is wrong with a file matters
/// when it is run; until then it has the name of its results unless it says otherwise.
fn names(files: &[PathBuf]) -> Vec<(String, Option<String>)> {
    let name = |file: &PathBuf| match config::load(file) {
        Ok(experiment) => (experiment.name, experiment.claim),
        Err(_) => {
            let stem = file.file_stem().map(|stem| stem.to_string_lossy());
            (stem.unwrap_or_default().into_owned(), None)
        }
    };
    files.iter().map(name).collect()
}

/// The experiment files of a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
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
    Ok(files)
}

/// Those of `files` that are asked for.
fn wanted<'a>(
    files: &'a [PathBuf],
    arguments: &ReproduceArguments,
) -> Result<Vec<&'a PathBuf>, Failure> {
    let only = &arguments.only;
    let asked = |name: &str| only.is_empty() || only.iter().any(|o| name.starts_with(o.as_str()));
    let wanted: Vec<&PathBuf> = files.iter().filter(|file| asked(&name_of(file))).collect();
    if wanted.is_empty() {
        let names: Vec<String> = files.iter().map(|file| name_of(file)).collect();
        return Err(Failure::words_with_help(
            format!(
                "no experiment to run in {}",
                arguments.experiments.display()
            ),
            format!("experiments there: {}", names.join(", ")),
        ));
    }
    Ok(wanted)
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
