//! Experiments made by a program.

use super::{Experiment, Source};
use crate::fit::{FitPlan, HeldOutMixtures, SplitRule};
use crate::learner::{Learner, LearnerKind};
use crate::mixture::{Design, DesignError};
use crate::optimum::OptimumPlan;
use crate::sweep::{Mode, Scales, Sweep};
use crate::world::{Resolution, World};

impl Experiment {
    /// Expected runs of `learner` in `world`, at every one of `capacities` N with every one of `tokens` D
    /// (infinite for unlimited) and the mixtures of `design`, which are drawn from `seed`.
    ///
    /// # Errors
    /// [`DesignError`] when the design does not fit the domains.
    pub fn simulated(
        world: World,
        learner: Learner,
        capacities: &[f64],
        tokens: &[f64],
        design: Design,
        seed: u64,
    ) -> Result<Self, DesignError> {
        let sweep = Sweep {
            seed,
            mode: Mode::Expected,
            replicates: 1,
            capacities: capacities.to_vec(),
            tokens: tokens.to_vec(),
            scales: Scales::Product,
            mixtures: design.mixtures(world.domains().len(), seed)?,
            resolution: Resolution::default(),
        };
        Ok(Self {
            name: "experiment".into(),
            claim: None,
            seed,
            source: Source::Simulated {
                world,
                learner: LearnerKind::Counting(learner),
                sweep,
                design,
            },
            fit: None,
            slow: false,
            vary: None,
            optimum: None,
            checks: Vec::new(),
        })
    }

    /// The same with `laws` fitted to its runs, on 20 random splits that hold out 30 % of the mixtures.
    #[must_use]
    pub fn with_laws(self, laws: &[&str]) -> Self {
        let HeldOutMixtures {
            test_fraction,
            count,
        } = HeldOutMixtures::default();
        let fit = FitPlan {
            laws: laws.iter().map(ToString::to_string).collect(),
            split: SplitRule::Mixture {
                test_fraction,
                count,
            },
            seed: self.seed,
            ..FitPlan::default()
        };
        Self {
            fit: Some(fit),
            ..self
        }
    }

    /// The same with the best mixture that `plan` asks for.
    #[must_use]
    pub fn with_best_mixture(self, plan: OptimumPlan) -> Self {
        Self {
            optimum: Some(plan),
            ..self
        }
    }
}
