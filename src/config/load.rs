//! From bytes to an [`Experiment`].

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::de::DeTable;

use super::error::{ConfigError, Problem};
use super::experiment::{self, Experiment, RawExperiment};
use super::problems::Problems;
use super::{keys, schema, structure, vary};
use crate::bounded::{self, MEBIBYTE};

/// Largest experiment file. A list of mixtures may be long; a file of 64 MiB is none.
const MOST_BYTES: u64 = 64 * MEBIBYTE;

/// Reads the experiment file at `path`. Relative paths in it are taken as relative to its folder.
///
/// # Errors
/// [`ConfigError`] when the file cannot be read, or with all that is wrong in it.
pub fn load(path: &Path) -> Result<Experiment, ConfigError> {
    let bytes = bounded::read(path, MOST_BYTES).map_err(|source| match source.kind() {
        ErrorKind::NotFound => ConfigError::NotFound {
            path: path.to_owned(),
            similar: similar(path),
        },
        _ => ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        },
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut experiment = from_bytes(&bytes, &path.display().to_string(), folder)?;
    experiment.resolve(folder);
    Ok(experiment)
}

/// Reads an experiment from `text`; `name` is what errors call it, and names the experiment if
/// the text does not. Relative paths stay as they are; tables of spectra, which are read at once,
/// are looked for from the working directory.
///
/// # Errors
/// [`ConfigError::Invalid`] with all that is wrong in the text.
pub fn parse(text: &str, name: &str) -> Result<Experiment, ConfigError> {
    parse_in(text, name, Path::new(""))
}

/// As [`parse`], with tables of spectra relative to `folder`.
fn parse_in(text: &str, name: &str, folder: &Path) -> Result<Experiment, ConfigError> {
    let refused = |problems| ConfigError::invalid(name, text, problems);
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(refused(errors.iter().map(|e| broken(e, text)).collect()));
    }
    let mut problems = Problems::default();
    structure::check(&document, schema::schema(), &mut problems);
    if !problems.is_empty() {
        return Err(refused(problems.into_vec()));
    }
    // What follows the schema deserialises; should it not, the reason is still told.
    let raw = toml::Deserializer::parse(text)
        .and_then(RawExperiment::deserialize)
        .map_err(|error| refused(vec![broken(&error, text)]))?;
    let mut experiment = experiment::validate(&raw, name, folder, &mut problems);
    if let (Some(vary), Some(experiment), true) = (&raw.vary, &mut experiment, problems.is_empty())
    {
        let variant = |text: &str| parse_in(text, name, folder);
        let weights = vary::weights_of(experiment);
        experiment.vary = vary::validate(vary, (text, weights), variant, &mut problems);
    }
    match experiment {
        Some(experiment) if problems.is_empty() => Ok(experiment),
        _ => Err(refused(problems.into_vec())),
    }
}

/// As [`parse`], from the bytes of a file in `folder`.
pub(super) fn from_bytes(
    bytes: &[u8],
    name: &str,
    folder: &Path,
) -> Result<Experiment, ConfigError> {
    let text = std::str::from_utf8(bytes).map_err(|error| ConfigError::NotText {
        name: name.to_owned(),
        offset: error.valid_up_to(),
    })?;
    parse_in(text, name, folder)
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
