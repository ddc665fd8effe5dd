//! From bytes to an [`Experiment`], or to a [`Study`].

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;
use toml::de::DeTable;

use super::diagnosis::error::{ConfigError, Problem};
use super::diagnosis::nesting::shallow_part;
use super::diagnosis::problems::Problems;
use super::diagnosis::{keys, structure};
use super::experiment::{self, RawExperiment};
use super::plan_runs::file::{self, RawStudy};
use super::schema;
use super::table::checks::{self, KnownFigures};
use super::table::vary;
use crate::experiment::Experiment;
use crate::files::bounded::{self, MEBIBYTE};
use crate::planning::Study;

/// Largest experiment file. A list of mixtures may be long; a file of 64 MiB is none.
const MOST_BYTES: u64 = 64 * MEBIBYTE;

/// Reads the experiment file at `path`. Relative paths in it are taken as relative to its folder.
///
/// # Errors
/// [`ConfigError`] when the file cannot be read, or with all that is wrong in it.
pub fn load(path: &Path) -> Result<Experiment, ConfigError> {
    load_checked(path, None)
}

/// As [`load`]; a check of a figure that `known` does not name is wrong in it.
pub(crate) fn load_checked(
    path: &Path,
    known: Option<KnownFigures>,
) -> Result<Experiment, ConfigError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = path.display().to_string();
    let mut experiment = from_bytes(&bytes(path)?, &name, folder, known)?;
    experiment.resolve(folder);
    Ok(experiment)
}

/// Reads the file of a plan of proxy runs at `path`.
///
/// # Errors
/// As [`load`].
pub(crate) fn load_study(path: &Path) -> Result<Study, ConfigError> {
    let name = path.display().to_string();
    let bytes = bytes(path)?;
    parse_study(text_of(&bytes, &name)?, &name)
}

/// Reads a plan of proxy runs from `text`; `name` is what errors call it, and names the plan if the
/// text does not.
///
/// # Errors
/// [`ConfigError::Invalid`] with all that is wrong in the text.
pub fn parse_study(text: &str, name: &str) -> Result<Study, ConfigError> {
    let mut problems = Problems::default();
    let raw: RawStudy = structured(text, name, schema::study_schema(), &mut problems)?;
    match file::validate(&raw, name, &mut problems) {
        Some(study) if problems.is_empty() => Ok(study),
        _ => Err(ConfigError::invalid(name, text, problems.into_vec())),
    }
}

/// The bytes of a file.
fn bytes(path: &Path) -> Result<Vec<u8>, ConfigError> {
    bounded::read(path, MOST_BYTES).map_err(|source| match source.kind() {
        ErrorKind::NotFound => ConfigError::NotFound {
            path: path.to_owned(),
            similar: similar(path),
        },
        _ => ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        },
    })
}

/// Reads an experiment from `text`; `name` is what errors call it, and names the experiment if
/// the text does not. Relative paths stay as they are; tables of spectra, which are read at once,
/// are looked for from the working directory.
///
/// # Errors
/// [`ConfigError::Invalid`] with all that is wrong in the text.
pub fn parse(text: &str, name: &str) -> Result<Experiment, ConfigError> {
    parse_in(text, name, Path::new(""), None)
}

/// As [`parse`], with tables of spectra relative to `folder`.
fn parse_in(
    text: &str,
    name: &str,
    folder: &Path,
    known: Option<KnownFigures>,
) -> Result<Experiment, ConfigError> {
    let mut problems = Problems::default();
    let raw: RawExperiment = structured(text, name, schema::schema(), &mut problems)?;
    let mut experiment = experiment::validate(&raw, name, folder, &mut problems);
    if let (Some(vary), Some(experiment), true) = (&raw.vary, &mut experiment, problems.is_empty())
    {
        let variant = |text: &str| parse_in(text, name, folder, None);
        let weights = vary::weights_of(experiment);
        experiment.vary = vary::validate(vary, (text, weights), variant, &mut problems);
    }
    if let (Some(known), Some(experiment), true) = (known, &experiment, problems.is_empty()) {
        checks::check_figures(raw.checks(), experiment, known, &mut problems);
    }
    match experiment {
        Some(experiment) if problems.is_empty() => Ok(experiment),
        _ => Err(ConfigError::invalid(name, text, problems.into_vec())),
    }
}

/// The raw struct of a text that follows `schema`.
fn structured<T: DeserializeOwned>(
    text: &str,
    name: &str,
    schema: &Value,
    problems: &mut Problems,
) -> Result<T, ConfigError> {
    let refused = |problems| ConfigError::invalid(name, text, problems);
    let part = shallow_part(text);
    let (document, errors) = DeTable::parse_recoverable(part);
    if !errors.is_empty() {
        return Err(refused(errors.iter().map(|e| broken(e, text)).collect()));
    }
    structure::check(&document, schema, problems);
    if !problems.is_empty() {
        return Err(refused(std::mem::take(problems).into_vec()));
    }
    // What follows the schema deserialises; should it not, the reason is still told.
    toml::Deserializer::parse(text)
        .and_then(T::deserialize)
        .map_err(|error| refused(vec![broken(&error, text)]))
}

/// As [`parse`], from the bytes of a file in `folder`.
pub(super) fn from_bytes(
    bytes: &[u8],
    name: &str,
    folder: &Path,
    known: Option<KnownFigures>,
) -> Result<Experiment, ConfigError> {
    parse_in(text_of(bytes, name)?, name, folder, known)
}

/// The text of a file.
fn text_of<'a>(bytes: &'a [u8], name: &str) -> Result<&'a str, ConfigError> {
    std::str::from_utf8(bytes).map_err(|error| ConfigError::NotText {
        name: name.to_owned(),
        offset: error.valid_up_to(),
    })
}

/// A text that is not TOML.
fn broken(error: &toml::de::Error, text: &str) -> Problem {
    let problem = Problem::new(format!("this is not TOML: {}", error.message()));
    match error.span() {
        Some(span) if span.end <= text.len() => problem.label(span, "here"),
        _ => problem,
    }
}

/// A TOML file of the same folder whose name is near that of `path`.
fn similar(path: &Path) -> Option<PathBuf> {
    let wanted = path.file_name()?.to_str()?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut names: Vec<String> = fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    let nearest = keys::nearest(wanted, names.iter().map(String::as_str))?;
    Some(path.with_file_name(nearest))
}
