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
    /// Runs below both limits train, runs at or above either limit test.
    Scale {
        /// Training runs have a capacity below this.
        capacity_below: f64,
        /// Training runs have fewer tokens than this.
        tokens_below: f64,
    },
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
    /// Starting points of each fit, at least 1.
    pub starts: usize,
    /// How a residual is scaled.
    pub residual: Residual,
    /// How a residual enters the objective.
    pub robust: Robust,
    /// How strongly parameters are pulled toward their prior.
    pub ridge: Ridge,
    /// Fits to resampled mixtures, for intervals; 0: none.
    pub bootstrap: usize,
    /// Seed of the splits, the starts and the resampled mixtures.
    pub seed: u64,
}

/// Starting points of a fit when nothing else is said.
pub const DEFAULT_STARTS: usize = 16;

impl Default for FitPlan {
    /// No laws, nothing held out, and what is done when nothing else is said.
    fn default() -> Self {
        Self {
            laws: Vec::new(),
            split: SplitRule::None,
            starts: DEFAULT_STARTS,
            residual: Residual::default(),
            robust: Robust::default_for(Residual::default()),
            ridge: Ridge::default(),
            bootstrap: 0,
            seed: 0,
        }
    }
}
