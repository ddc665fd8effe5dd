//! A best mixture, and all that is known about it.

use super::{Flatness, Optimum, Regret, Trained, Uncertainty};

/// Share of the target loss within which a mixture counts as good as the best.
pub(crate) const LITTLE_LOSS: f64 = 1e-3;

/// A weight this close to a bound stands at it.
const AT_BOUND: f64 = 1e-9;

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
    /// What the runs of the law cover; `None` for the simulator, which has none.
    pub trained: Option<Trained>,
    /// Whether the weights may leave it.
    pub beyond_trained: bool,
    /// Mixtures to hold it against.
    pub references: Vec<Reference>,
    /// The mixture.
    pub optimum: Optimum,
    /// The best mixture without the bounds that were asked for; within the trained range like the other.
    pub unconstrained: Option<Optimum>,
    /// The weights at little loss.
    pub flat: Vec<Flatness>,
    /// How sure it is, where the runs were resampled.
    pub uncertainty: Option<Uncertainty>,
    /// What it costs in truth, where that is known.
    pub regret: Option<Regret>,
}

impl BestMixture {
    /// Whether the weight stands at an end of the range that the runs have and may not leave it.
    pub(crate) fn held_by_runs(&self, domain: usize) -> bool {
        let weight = self.optimum.weights[domain];
        let at = |bound: f64| (weight - bound).abs() < AT_BOUND;
        let ranges = self.trained.as_ref().filter(|_| !self.beyond_trained);
        ranges.is_some_and(|trained| {
            let (least, most) = trained.weights[domain];
            at(least) || at(most)
        })
    }

    /// Intervals of the weights, where the runs say something of each: a weight that never varied has
    /// none.
    pub(crate) fn weight_interval(&self, domain: usize) -> Option<(f64, f64)> {
        let known = self.trained.as_ref();
        let silent = known.is_some_and(|trained| trained.never_varied(domain));
        let uncertainty = self.uncertainty.as_ref().filter(|_| !silent)?;
        Some(uncertainty.weights[domain])
    }

    /// The interval of the target loss; none where only a prior speaks of the mixture.
    pub(crate) fn target_loss_interval(&self) -> Option<(f64, f64)> {
        let known = self.trained.as_ref();
        let silent = known.is_some_and(|trained| trained.only_prior(&self.optimum.weights));
        let uncertainty = self.uncertainty.as_ref().filter(|_| !silent)?;
        Some(uncertainty.target_loss)
    }
}
