//! What to fit, on which rows, and how.

/// How a residual is scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Residual {
    /// (predicted − measured) / measured.
    #[default]
    Relative,
    /// predicted − measured, in nats.
    Absolute,
    /// ln predicted − ln measured.
    Log,
}

/// How a residual enters the objective.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Robust {
    /// Its square.
    Square,
    /// Pseudo-Huber, 2δ²(√(1+(r/δ)²) − 1).
    PseudoHuber {
        /// Size δ from which a residual counts linearly, in the unit of the residual.
        delta: f64,
    },
}

/// Size δ of the pseudo-Huber cost when nothing else is said: a relative error of 2 %.
pub const DEFAULT_DELTA: f64 = 0.02;

impl Robust {
    /// The cost when nothing else is said: pseudo-Huber for residuals without a unit. An absolute
    /// residual has no size that could be called large without knowing the data.
    pub fn default_for(residual: Residual) -> Self {
        match residual {
            Residual::Absolute => Self::Square,
            Residual::Relative | Residual::Log => Self::PseudoHuber {
                delta: DEFAULT_DELTA,
            },
        }
    }
}

/// How strongly parameters are pulled toward the centre of their prior.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Ridge {
    /// Residual variance of the training rows over a wide prior variance: a maximum a posteriori
    /// fit. It vanishes with the noise, so simulated worlds are fitted as if there were none. Laws
    /// whose prior matters (`effective-data` and its like) are cross-validated instead, as under
    /// [`Ridge::Cv`]: their rows leave too much open for a wide prior.
    #[default]
    Auto,
    /// Strength, and the law's own hyper-parameters, chosen by four-fold cross-validation over the
    /// mixtures of the training rows; then all training rows are fitted with the choice.
    Cv,
    /// strength·Σ ((θ − centre)/unit)² is added to the sum of the residuals' costs.
    Fixed(f64),
}

/// What is held out together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// All runs of a mixture.
    Mixture,
    /// A single run.
    Run,
}

/// Runs below both limits train. Runs at or above either limit test, unless they are smaller than
/// test runs have to be: those are in no split.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleRule {
    /// Training runs have a capacity below this; infinite: no limit.
    pub capacity_below: f64,
    /// Training runs have fewer tokens than this; infinite: no limit.
    pub tokens_below: f64,
    /// Test runs have at least this capacity; 0: no limit.
    pub test_capacity: f64,
    /// Test runs have at least this many tokens; 0: no limit.
    pub test_tokens: f64,
    /// Random splits of the mixtures on top, so that test runs are new in scale and in mixture;
    /// `None`: one split, in which mixtures may be on both sides.
    pub mixtures: Option<HeldOutMixtures>,
}

/// Random splits of the mixtures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeldOutMixtures {
    /// Share of the mixtures held out, above 0 and below 1.
    pub test_fraction: f64,
    /// Number of random splits.
    pub count: usize,
}

impl Default for HeldOutMixtures {
    /// What is held out when nothing else is said.
    fn default() -> Self {
        Self {
            test_fraction: 0.3,
            count: 20,
        }
    }
}

/// Which rows are held out together.
#[derive(Debug, Clone, PartialEq)]
pub enum SplitRule {
    /// All runs of a mixture are held out together.
    Mixture {
        /// Share of the mixtures held out, above 0 and below 1.
        test_fraction: f64,
        /// Number of random splits.
        count: usize,
    },
    /// Runs are held out one by one.
    Run {
        /// Share of the runs held out, above 0 and below 1.
        test_fraction: f64,
        /// Number of random splits.
        count: usize,
    },
    /// Every mixture or run is held out once in each repeat, in folds of equal size.
    Folds {
        /// What is held out together.
        by: Unit,
        /// Folds, at least 2.
        folds: usize,
        /// Deals of the folds, at least 1.
        repeats: usize,
    },
    /// Small runs train, larger ones test.
    Scale(ScaleRule),
    /// Test runs read from a file of columns `split,run`.
    File {
        /// The file.
        path: std::path::PathBuf,
        /// Names of the splits to use; empty: all.
        splits: Vec<String>,
    },
    /// No row is held out: training error only.
    None,
}

/// A plan for fitting laws to a table.
#[derive(Debug, Clone, PartialEq)]
pub struct FitPlan {
    /// Names of the laws, in the order of the report.
    pub laws: Vec<String>,
    /// Which rows are held out.
    pub split: SplitRule,
    /// Seed of the splits; `None`: the seed of the plan.
    pub split_seed: Option<u64>,
    /// Most starting points of each fit, at least 1: it ends when enough of them agree.
    pub starts: usize,
    /// How a residual is scaled.
    pub residual: Residual,
    /// How a residual enters the objective.
    pub robust: Robust,
    /// How strongly parameters are pulled toward their prior.
    pub ridge: Ridge,
    /// Fits to resampled noise, for intervals; 0: none.
    pub bootstrap: usize,
    /// Whether each mixture is left out in turn, for outliers and influence.
    pub diagnose: bool,
    /// Seed of the splits (unless they have their own), the starts and the resampled noise.
    pub seed: u64,
}

/// Starting points of a fit when nothing else is said.
pub(crate) const DEFAULT_STARTS: usize = 16;

impl Default for FitPlan {
    /// No laws, nothing held out, and what is done when nothing else is said.
    fn default() -> Self {
        Self {
            laws: Vec::new(),
            split: SplitRule::None,
            split_seed: None,
            starts: DEFAULT_STARTS,
            residual: Residual::default(),
            robust: Robust::default_for(Residual::default()),
            ridge: Ridge::default(),
            bootstrap: 0,
            diagnose: false,
            seed: 0,
        }
    }
}
