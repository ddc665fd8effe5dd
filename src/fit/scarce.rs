//! More parameters than losses to fit them to.

use std::fmt;

use serde::Serialize;

use crate::law::{Model, Observations};

/// A part of a law with more parameters than losses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scarce {
    /// The loss column, if the part is of one column.
    pub domain: Option<String>,
    /// Parameters.
    pub parameters: usize,
    /// Measured losses among the training rows.
    pub losses: usize,
}

impl Scarce {
    /// `None` where `model` has at least as many losses among `rows` as parameters.
    pub(super) fn of(model: &dyn Model, rows: &Observations) -> Option<Self> {
        let measured = |column: &usize| {
            let losses = rows.losses.column(*column);
            losses.iter().filter(|loss| !loss.is_nan()).count()
        };
        let (parameters, losses) = (
            model.parameters().len(),
            model.columns().iter().map(measured).sum(),
        );
        let domain = match model.columns() {
            [column] => Some(rows.loss_names[*column].clone()),
            _ => None,
        };
        (parameters > losses).then_some(Self {
            domain,
            parameters,
            losses,
        })
    }
}

impl fmt::Display for Scarce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} parameters", self.parameters)?;
        if let Some(domain) = &self.domain {
            write!(f, " for `{domain}`")?;
        }
        write!(f, " and {} losses to fit them to", self.losses)
    }
}
