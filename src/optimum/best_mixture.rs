//! A best mixture, and all that is known about it.

use super::{Flatness, Optimum, Regret, Uncertainty};

/// Share of the target loss within which a mixture counts as good as the best.
pub const LITTLE_LOSS: f64 = 1e-3;

/// What a reference mixture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceKind {
    /// The target: each domain as much as its loss counts.
    Target,
    /// In proportion to the tokens that are available.
    Available,
}

impl ReferenceKind {
    /// Its word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Available => "available",
        }
    }
}

/// A mixture to hold best ones against.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// What it is.
    pub kind: ReferenceKind,
    /// Its weights.
    pub weights: Vec<f64>,
}

/// A best mixture, and all that is known about it.
#[derive(Debug, Clone, PartialEq)]
pub struct BestMixture {
    /// The law, or `simulator`.
    pub of: String,
    /// Names of the domains.
    pub domains: Vec<String>,
    /// Names of the loss columns.
    pub losses: Vec<String>,
    /// Names of the groups.
    pub groups: Vec<String>,
    /// Capacity N; infinite if unlimited.
    pub capacity: f64,
    /// Tokens D; infinite if unlimited.
    pub tokens: f64,
    /// How often the tokens of a domain may be trained on.
    pub epochs: f64,
    /// Mixtures to hold it against.
    pub references: Vec<Reference>,
    /// The mixture.
    pub optimum: Optimum,
    /// The best of all mixtures, where bounds were asked for.
    pub unconstrained: Option<Optimum>,
    /// The weights at little loss.
    pub flat: Vec<Flatness>,
    /// How sure it is, where the runs were resampled.
    pub uncertainty: Option<Uncertainty>,
    /// What it costs in truth, where that is known.
    pub regret: Option<Regret>,
}
