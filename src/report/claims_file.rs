//! `claims.json` read back: the verdicts of one experiment or of many.

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use crate::claim::{Check, CheckResult, ClaimResult, Verdict};

use super::Manifest;
use super::verdicts::Verdicts;

/// Why a file of claims cannot be read.
#[derive(Debug, Error)]
pub enum ClaimsFileError {
    /// It is no JSON, or not of claims.
    #[error("it is no file of claims: {0}")]
    Content(#[from] serde_json::Error),
    /// It was written before files had a version.
    #[error("it does not say its format version: write it again with `mixlaw reproduce`")]
    NoFormat,
    /// It was written by a later version.
    #[error(
        "it has format version {found}, and this mixlaw reads versions up to {}: a newer mixlaw is needed",
        Manifest::FORMAT
    )]
    Newer {
        /// The version of the file.
        found: u64,
    },
}

/// One experiment among many.
#[derive(Deserialize)]
struct Entry {
    experiment: String,
    result: Option<Claim>,
    skipped: Option<String>,
}

#[derive(Deserialize)]
struct Claim {
    claim: Option<String>,
    checks: Vec<Measured>,
}

#[derive(Deserialize)]
struct Measured {
    figure: String,
    value: Option<f64>,
    limit: Limit,
    interval: Option<(Option<f64>, Option<f64>)>,
    verdict: Verdict,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Limit {
    at_least: Option<f64>,
    at_most: Option<f64>,
}

impl From<Claim> for ClaimResult {
    fn from(read: Claim) -> Self {
        let checks = read.checks.into_iter().map(|measured| CheckResult {
            check: Check {
                figure: measured.figure,
                at_most: measured.limit.at_most,
                at_least: measured.limit.at_least,
            },
            value: measured.value,
            // What is not finite is written as null.
            interval: measured.interval.map(|(low, high)| {
                (
                    low.unwrap_or(f64::NEG_INFINITY),
                    high.unwrap_or(f64::INFINITY),
                )
            }),
            verdict: measured.verdict,
        });
        Self {
            claim: read.claim,
            checks: checks.collect(),
        }
    }
}

/// The format version of a file of claims.
///
/// # Errors
/// [`ClaimsFileError`] when the text is no JSON, gives no version, or one from after this version.
fn versioned(text: &str) -> Result<Value, ClaimsFileError> {
    let value: Value = serde_json::from_str(text)?;
    match value.get("format").and_then(Value::as_u64) {
        None => Err(ClaimsFileError::NoFormat),
        Some(found) if found > u64::from(Manifest::FORMAT) => Err(ClaimsFileError::Newer { found }),
        Some(_) => Ok(value),
    }
}

impl Verdicts {
    /// Reads what [`Verdicts::json`] or `claims_json` wrote. The latter holds
    /// one experiment and not its name: it is called `name`.
    ///
    /// # Errors
    /// [`ClaimsFileError`] when the text is not of claims, or of another format version.
    pub fn read(text: &str, name: &str) -> Result<Self, ClaimsFileError> {
        let mut value = versioned(text)?;
        let mut verdicts = Self::default();
        match value.get_mut("experiments").map(Value::take) {
            None => verdicts.add(name, serde_json::from_value::<Claim>(value)?.into()),
            Some(experiments) => {
                for entry in serde_json::from_value::<Vec<Entry>>(experiments)? {
                    match entry.result {
                        Some(claim) => verdicts.add(&entry.experiment, claim.into()),
                        None => verdicts.skip(
                            &entry.experiment,
                            None,
                            &entry.skipped.unwrap_or_default(),
                        ),
                    }
                }
            }
        }
        Ok(verdicts)
    }
}

/// Whether a file of claims is from a version later than this one.
pub(crate) fn is_newer(text: &str) -> bool {
    matches!(versioned(text), Err(ClaimsFileError::Newer { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples::claim;
    use crate::report::{changes, claims_json};

    #[test]
    fn what_was_written_is_read() {
        let mut verdicts = Verdicts::default();
        verdicts.add("one", claim());
        let read = Verdicts::read(&verdicts.json(), "").unwrap();
        assert!(changes(&verdicts, &read).is_empty());
        let single = Verdicts::read(&claims_json(&claim()), "one").unwrap();
        assert!(changes(&verdicts, &single).is_empty());
        verdicts.skip("two", None, "needs data");
        let read = Verdicts::read(&verdicts.json(), "").unwrap();
        assert!(changes(&verdicts, &read).is_empty());
    }

    #[test]
    fn other_versions_and_other_files_are_refused() {
        let why = |text: &str| Verdicts::read(text, "").unwrap_err().to_string();
        let newer = claims_json(&claim()).replace("\"format\": 1", "\"format\": 2");
        assert!(why(&newer).contains("version 2"), "{}", why(&newer));
        assert!(is_newer(&newer));
        assert!(why("{\"checks\": []}").contains("does not say"));
        assert!(why("{\"format\": 1}").contains("no file of claims"));
        assert!(why("[1,").contains("no file of claims"));
        assert!(!is_newer("[1,"));
    }
}
