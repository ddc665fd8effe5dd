//! Reads a file of fits, and numbers by name from the command line.

use std::path::Path;

use super::failure::Failure;
use crate::files::bounded::{self, MEBIBYTE};
use crate::fit::{SavedFits, SavedLaw};
use crate::optimum::Named;
use crate::text::words::{instead_of, shown};

/// Largest file of fits: resampled fits of the largest laws take a few dozen megabytes.
const MOST_BYTES: u64 = 1024 * MEBIBYTE;

/// Reads the fits of a file, or of a directory that `mixlaw run` filled.
pub(super) fn read(path: &Path) -> Result<SavedFits, Failure> {
    let inside = path.join("fits.json");
    let path = if path.is_dir() { &inside } else { path };
    let named = |why: String| Failure::words(format!("cannot use {}: {why}", path.display()));
    let bytes = bounded::read(path, MOST_BYTES).map_err(|error| named(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| named("it is not UTF-8 text".into()))?;
    SavedFits::parse(&text).map_err(|error| {
        Failure::words_with_help(
            format!("cannot use {}: {error}", path.display()),
            "files of fits are written by `mixlaw fit RUNS.csv --law … --json FIT.json` and by `mixlaw run`",
        )
    })
}

/// The laws of the file that are asked for: those named, or all.
pub(super) fn laws<'a>(
    saved: &'a SavedFits,
    wanted: &[String],
) -> Result<Vec<&'a SavedLaw>, Failure> {
    if wanted.is_empty() {
        return Ok(saved.laws.iter().collect());
    }
    let names = || saved.laws.iter().map(|law| law.law.as_str());
    wanted
        .iter()
        .map(|name| {
            saved
                .laws
                .iter()
                .find(|law| law.law == *name)
                .ok_or_else(|| {
                    Failure::words_with_help(
                        format!("the file holds no fit of a law `{}`", shown(name)),
                        instead_of(name, names()),
                    )
                })
        })
        .collect()
}

/// Reads `NAME=NUMBER` of a flag.
pub(super) fn named(flag: &str, items: &[String]) -> Result<Named, Failure> {
    items
        .iter()
        .map(|item| {
            let fault = || {
                Failure::words(format!(
                    "{flag} `{}`: NAME=NUMBER is needed, such as web=0.3",
                    item.escape_debug()
                ))
            };
            let (name, value) = item.rsplit_once('=').ok_or_else(fault)?;
            let value: f64 = value.trim().parse().map_err(|_| fault())?;
            Ok((name.trim().to_string(), value))
        })
        .collect()
}

/// A capacity or a number of tokens: a number above 0, or `unlimited`; what all runs had if none is
/// given.
pub(super) fn scale(flag: &str, given: Option<&str>, fitted: &[f64]) -> Result<f64, Failure> {
    let Some(text) = given else {
        let first = fitted.first().copied().unwrap_or(f64::INFINITY);
        if fitted
            .iter()
            .all(|value| value.to_bits() == first.to_bits())
        {
            return Ok(first);
        }
        return Err(Failure::words(format!(
            "{flag} is missing: the runs that were fitted have several"
        )));
    };
    // As tables have it, too.
    if matches!(text, "unlimited" | "inf") {
        return Ok(f64::INFINITY);
    }
    match text.parse::<f64>() {
        // 1e999 is read as infinite, which no one means by it.
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        _ => Err(Failure::words(format!(
            "{flag} is `{}`: it must be a number above 0, or unlimited",
            text.escape_debug()
        ))),
    }
}
