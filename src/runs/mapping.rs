//! How the columns of a user's files map to the run table.

use std::path::PathBuf;

use super::filter::FilterValue;

/// Where the capacity or the tokens of a run come from.
#[derive(Debug, Clone, PartialEq)]
pub enum ScaleSource {
    /// A column of the file.
    Column(String),
    /// One number for every run.
    Constant(f64),
}

/// A measured loss that is left out of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExcludedCell {
    /// Label of the run; all rows of that label.
    pub run: String,
    /// Name of the loss column's domain.
    pub domain: String,
}

impl ExcludedCell {
    /// Reads `RUN:DOMAIN`; the last colon divides. `None` if a part is missing.
    pub fn parse(text: &str) -> Option<Self> {
        let (run, domain) = text.rsplit_once(':')?;
        (!run.is_empty() && !domain.is_empty()).then(|| Self {
            run: run.into(),
            domain: domain.into(),
        })
    }
}

impl std::fmt::Display for ExcludedCell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.run, self.domain)
    }
}

/// How to read runs from one or more CSV files.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// The files; more than one are joined on [`Mapping::join`].
    pub files: Vec<PathBuf>,
    /// Column on which the files are joined, one row per value and file.
    pub join: Option<String>,
    /// Pattern of the weight columns, with one `{domain}` in it.
    pub weight: String,
    /// Pattern of the loss columns, with one `{domain}` in it.
    pub loss: String,
    /// Where the capacity comes from; `None`: the column `capacity` if there is one.
    pub capacity: Option<ScaleSource>,
    /// Where the tokens come from; `None`: the column `tokens` if there is one.
    pub tokens: Option<ScaleSource>,
    /// Rows kept: every listed column holds what is listed.
    pub filter: Vec<(String, FilterValue)>,
    /// Losses left out, as if they had not been measured.
    pub exclude: Vec<ExcludedCell>,
}

impl Default for Mapping {
    fn default() -> Self {
        Self {
            files: Vec::new(),
            join: None,
            weight: "weight_{domain}".into(),
            loss: "loss_{domain}".into(),
            capacity: None,
            tokens: None,
            filter: Vec::new(),
            exclude: Vec::new(),
        }
    }
}
