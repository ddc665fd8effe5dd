//! Training runs of the learner that takes gradient steps.

use rand::Rng;
use thiserror::Error;

use crate::learner::sgd::{
    Blocks, Directions, Limits, Projection, Sgd, Watch, expected_excess, limits, trained_excess,
};
use crate::world::World;

/// Points of a curve in a decade of steps.
const POINTS_PER_DECADE: f64 = 8.0;

/// One training run: its final losses, and its losses on the way.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trained {
    /// Domain losses L_i (length K); NaN if the run diverged.
    pub losses: Vec<f64>,
    /// (step, domain losses after it), by step; empty if there are no steps.
    pub curve: Vec<(u64, Vec<f64>)>,
}

/// Why runs cannot be trained.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum TrainingError {
    /// A step size under which second moments diverge.
    #[error(
        "the step {step} is too large at N = {capacity} for the mixture {mixture}: \
         it must be below {limit:.4} ({why})"
    )]
    Step {
        /// The step size γ_0.
        step: f64,
        /// Capacity N.
        capacity: f64,
        /// Weights of the mixture, in words.
        mixture: String,
        /// What it must be below.
        limit: f64,
        /// What happens beyond the limit.
        why: &'static str,
    },
}

/// A world and a learner that trains in it.
#[derive(Debug, Clone)]
pub struct Trainer {
    world: World,
    sgd: Sgd,
}

impl Trainer {
    /// Prepares runs of `sgd` in `world`, whose tails are private to their domains.
    pub fn new(world: World, sgd: Sgd) -> Self {
        Self { world, sgd }
    }

    /// The world.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The learner.
    pub fn sgd(&self) -> &Sgd {
        &self.sgd
    }

    /// The limits of the step size at `capacity` under the mixture `weights`.
    ///
    /// # Errors
    /// [`TrainingError::Step`] when the step is beyond that at which second moments diverge.
    pub fn check(&self, weights: &[f64], capacity: f64) -> Result<Limits, TrainingError> {
        let limits = limits(&self.directions(weights, capacity), weights, self.sgd.batch);
        match limits.mean_square {
            Some(limit) if self.sgd.step >= limit => Err(TrainingError::Step {
                step: self.sgd.step,
                capacity,
                mixture: words(weights),
                limit,
                why: "second moments diverge from there on",
            }),
            _ => Ok(limits),
        }
    }

    /// Expected losses of a model of `capacity` directions after one pass over `tokens` samples of
    /// the mixture `weights`; `tokens` may be infinite.
    pub fn expected(&self, weights: &[f64], capacity: f64, tokens: f64) -> Trained {
        match self.sgd.projection {
            Projection::Top | Projection::Gaussian => {
                let directions = self.directions(weights, capacity);
                if tokens.is_infinite() {
                    return self.minimiser(&directions);
                }
                self.follow(tokens, |steps, watch| {
                    let blocks = Blocks::default();
                    let sgd = &self.sgd;
                    expected_excess(&directions, sgd, weights, steps, blocks, watch)
                })
            }
        }
    }

    /// Losses of one run, as [`Trainer::expected`].
    pub fn train<R: Rng + ?Sized>(
        &self,
        weights: &[f64],
        capacity: f64,
        tokens: f64,
        random: &mut R,
    ) -> Trained {
        let directions = self.directions(weights, capacity);
        if tokens.is_infinite() {
            return self.minimiser(&directions);
        }
        self.follow(tokens, |steps, watch| {
            trained_excess(&directions, &self.sgd, weights, steps, random, watch)
        })
    }

    fn directions(&self, weights: &[f64], capacity: f64) -> Directions {
        Directions::top(&self.world, weights, capacity as usize)
    }

    /// The best model of these directions: it knows what it sees.
    fn minimiser(&self, directions: &Directions) -> Trained {
        Trained {
            losses: self.losses(&directions.unseen),
            curve: Vec::new(),
        }
    }

    /// Runs `run` for its number of steps and watches its curve.
    fn follow(&self, tokens: f64, run: impl FnOnce(u64, &mut Watch<'_>) -> Vec<f64>) -> Trained {
        let steps = self.sgd.steps(tokens);
        let mut curve = Vec::new();
        let mut seen = |step: u64, excess: &[f64]| curve.push((step, self.losses(excess)));
        let excess = run(steps, &mut Watch::new(&points(steps), &mut seen));
        Trained {
            losses: self.losses(&excess),
            curve,
        }
    }

    /// L_i = E_i + excess_i; all NaN if one is not finite.
    fn losses(&self, excess: &[f64]) -> Vec<f64> {
        let finite = excess.iter().all(|excess| excess.is_finite());
        let add = |(excess, domain): (&f64, &crate::world::Domain)| {
            if finite {
                domain.floor + excess
            } else {
                f64::NAN
            }
        };
        excess.iter().zip(self.world.domains()).map(add).collect()
    }
}

/// Steps at which a curve has points: log-spaced, the last one included.
fn points(steps: u64) -> Vec<u64> {
    let decades = (steps.max(1) as f64).log10();
    let count = (decades * POINTS_PER_DECADE).floor() as i32;
    let mut points: Vec<u64> = (0..=count)
        .map(|point| 10f64.powf(f64::from(point) / POINTS_PER_DECADE).round() as u64)
        .chain([steps])
        .filter(|point| *point <= steps)
        .collect();
    points.dedup();
    points
}

/// A mixture for a message: a few digits of each weight.
fn words(weights: &[f64]) -> String {
    let weights: Vec<String> = weights.iter().map(|h| format!("{h:.3}")).collect();
    format!("({})", weights.join(", "))
}
