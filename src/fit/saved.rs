//! Fits as a file holds them, to be predicted from without fitting again.
//!
//! A law is laid out from the rows that it is fitted to (bounds, reference scales, and for trees all
//! that there is), so the file holds those rows and the parameter vectors; binding the law to the
//! rows and putting the vectors in restores it. What is unlimited or not measured is `null`.

use std::collections::BTreeSet;

use ndarray::Array2;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::FittedLaw;
use crate::law::{Law, LawError, Observations, by_name};
use crate::text::words::shown;

/// Version of the format: a reader refuses any other. In the first one E was a logit in some laws; now it is
/// in nats in all.
pub(super) const FORMAT: u32 = 2;

/// Fits of one table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SavedFits {
    /// Version of the format.
    pub format: u32,
    /// Version of mixlaw that wrote it.
    pub version: String,
    /// Names of the weight columns.
    pub domains: Vec<String>,
    /// Names of the loss columns.
    pub losses: Vec<String>,
    /// Weight column of each loss column's own domain.
    pub own_weight: Vec<Option<usize>>,
    /// The laws.
    pub laws: Vec<SavedLaw>,
    /// The rows.
    pub rows: Vec<SavedRow>,
}

/// A law with its parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SavedLaw {
    /// Its name.
    pub law: String,
    /// What stood in for a weight of 0.
    pub weight_floor: f64,
    /// The parameter vector of each of its parts, in the coordinates of the fit.
    pub theta: Vec<Vec<f64>>,
    /// The same for each resample of a bootstrap.
    pub replicates: Vec<Vec<Vec<f64>>>,
}

/// A row: capacity, tokens (`None`: unlimited), weights, losses (`None`: not measured).
pub(super) type SavedRow = (Option<f64>, Option<f64>, Vec<f64>, Vec<Option<f64>>);

/// A law restored from a file.
pub struct Restored {
    /// The law.
    pub law: Box<dyn Law>,
    /// Fitted to all rows.
    pub fitted: FittedLaw,
    /// Fitted to the resamples of a bootstrap.
    pub replicates: Vec<FittedLaw>,
}

/// Why a file of fits cannot be used.
#[derive(Debug, Error)]
pub enum SavedError {
    /// The text is no JSON, or not of this shape.
    #[error("it is no file of fits: {0}")]
    Json(#[from] serde_json::Error),
    /// A file without the part that holds the fits.
    #[error(
        "it holds no fitted parameters: it is of an earlier mixlaw, or of more than a million runs"
    )]
    NoFits,
    /// A format of another version.
    #[error(
        "its format is version {found}, and this version of mixlaw reads version {FORMAT}: fit again"
    )]
    Format {
        /// The version found.
        found: u32,
    },
    /// Rows, names and parameters that do not go together.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// A law that this version does not have.
    #[error("it holds a fit of `{0}`, a law that this version of mixlaw does not have")]
    UnknownLaw(String),
    /// A law that cannot be bound to the rows.
    #[error(transparent)]
    Law(#[from] LawError),
}

/// A file of fits: only this part matters here.
#[derive(Deserialize)]
struct File {
    saved: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Head {
    format: u32,
}

impl SavedFits {
    /// Fits of the rows of a table: each law with its fit to all rows and to resamples of them.
    pub fn new<'a>(
        rows: &Observations,
        domains: &[String],
        laws: impl Iterator<Item = (&'a str, &'a FittedLaw, &'a [FittedLaw])>,
    ) -> Self {
        let finite = |value: f64| value.is_finite().then_some(value);
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").into(),
            domains: domains.to_vec(),
            losses: rows.loss_names.clone(),
            own_weight: rows.own_weight.clone(),
            laws: laws
                .map(|(law, fitted, replicates)| SavedLaw {
                    law: law.into(),
                    weight_floor: fitted.weight_floor(),
                    theta: fitted.thetas(),
                    replicates: replicates.iter().map(FittedLaw::thetas).collect(),
                })
                .collect(),
            rows: (0..rows.len())
                .map(|row| {
                    (
                        finite(rows.capacity[row]),
                        finite(rows.tokens[row]),
                        rows.weights.row(row).to_vec(),
                        rows.losses
                            .row(row)
                            .iter()
                            .map(|loss| finite(*loss))
                            .collect(),
                    )
                })
                .collect(),
        }
    }

    /// Reads the fits out of the text of a file of `mixlaw fit --json`.
    ///
    /// # Errors
    /// [`SavedError`] when the text is something else, of another version, or damaged.
    pub fn parse(text: &str) -> Result<Self, SavedError> {
        let file: File = serde_json::from_str(text)?;
        let saved = file.saved.ok_or(SavedError::NoFits)?;
        // The version comes first: another format may have other keys.
        let head = Head::deserialize(&saved)?;
        if head.format != FORMAT {
            return Err(SavedError::Format { found: head.format });
        }
        let saved = Self::deserialize(&saved)?;
        saved.check()?;
        Ok(saved)
    }

    fn check(&self) -> Result<(), SavedError> {
        let damaged = |what: String| Err(SavedError::Damaged(what));
        let (weights, losses) = (self.domains.len(), self.losses.len());
        if weights == 0 || losses == 0 || self.rows.is_empty() {
            return damaged("it has no domains, losses or rows".into());
        }
        if self.own_weight.len() != losses
            || self.own_weight.iter().flatten().any(|own| *own >= weights)
        {
            return damaged("`own-weight` does not go with the domains".into());
        }
        let mut laws = BTreeSet::new();
        for saved in &self.laws {
            if !laws.insert(&saved.law) {
                return damaged(format!("`{}` stands there twice", shown(&saved.law)));
            }
        }
        for (number, row) in self.rows.iter().enumerate() {
            if row.2.len() != weights || row.3.len() != losses {
                return damaged(format!("row {} has another number of values", number + 1));
            }
            let positive = |value: Option<f64>| value.is_none_or(|value| value > 0.0);
            if row.2.iter().any(|h| !(0.0..=1.0).contains(h))
                || !positive(row.0)
                || !positive(row.1)
            {
                return damaged(format!("row {} has a value out of range", number + 1));
            }
        }
        Ok(())
    }

    /// The rows as a law sees them.
    pub fn observations(&self, weight_floor: f64) -> Observations {
        let rows = &self.rows;
        let limit = |value: Option<f64>| value.unwrap_or(f64::INFINITY);
        Observations {
            loss_names: self.losses.clone(),
            own_weight: self.own_weight.clone(),
            weights: Array2::from_shape_fn((rows.len(), self.domains.len()), |(r, c)| rows[r].2[c]),
            capacity: rows.iter().map(|row| limit(row.0)).collect(),
            tokens: rows.iter().map(|row| limit(row.1)).collect(),
            losses: Array2::from_shape_fn((rows.len(), self.losses.len()), |(r, c)| {
                rows[r].3[c].unwrap_or(f64::NAN)
            }),
            weight_floor,
        }
    }

    /// A law of the file, bound to rows: [`SavedFits::observations`], perhaps changed.
    ///
    /// # Errors
    /// [`SavedError`] when this version does not have the law, or lays it out otherwise.
    pub fn restore(&self, saved: &SavedLaw, rows: &Observations) -> Result<Restored, SavedError> {
        let law = by_name(&saved.law).ok_or_else(|| SavedError::UnknownLaw(saved.law.clone()))?;
        let fitted = FittedLaw::with_parameters(law.as_ref(), rows, &saved.theta)?;
        let Some(fitted) = fitted else {
            return Err(SavedError::Damaged(format!(
                "`{}` has another number of parameters in this version",
                saved.law
            )));
        };
        // What a law without parameters knows are its rows, and the file does not keep resamples of them.
        let kept = match saved.theta.iter().all(Vec::is_empty) {
            true => &[][..],
            false => &saved.replicates,
        };
        // A resample may lack a scale that the mean counts: such a replicate is left out.
        let replicates = kept
            .iter()
            .filter_map(|theta| FittedLaw::with_parameters(law.as_ref(), rows, theta).transpose())
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Restored {
            law,
            fitted,
            replicates,
        })
    }
}
