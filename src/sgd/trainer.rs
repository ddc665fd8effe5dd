//! Training runs of the learner that takes gradient steps.

use rand::Rng;
use thiserror::Error;

use super::view::{Seen, View};
use super::{
    Blocks, Directions, Estimator, Limits, ProjectedRegression, Projection, Sgd, SharedRun, Watch,
    equivalent_excess, expected_excess, expected_feature_excess, trained_excess, trained_together,
};
use crate::world::{Domain, World};

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
    /// A step size under which second moments diverge, or may.
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
    /// A projection whose features depend on each other to working precision.
    #[error("a random projection to N = {0} dimensions is singular: the world has too few skills")]
    Singular(f64),
}

/// A world and a learner that trains in it.
#[derive(Debug, Clone)]
pub struct Trainer {
    world: World,
    regression: ProjectedRegression,
}

impl Trainer {
    /// Prepares runs of `regression` in `world`, whose tails are private to their domains.
    pub fn new(world: World, regression: ProjectedRegression) -> Self {
        Self { world, regression }
    }

    /// The world.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The learner.
    pub fn regression(&self) -> &ProjectedRegression {
        &self.regression
    }

    /// Whether models see a random projection.
    pub(crate) fn is_random(&self) -> bool {
        self.regression.projection == Projection::Gaussian
    }

    /// Whether runs take steps, one batch after the other.
    pub(crate) fn takes_steps(&self) -> bool {
        self.regression.one_pass().is_some()
    }

    /// Whether expected losses are averages over random projections, so that none is drawn:
    /// everywhere but for steps under a random projection.
    pub(crate) fn averages(&self, unlimited: bool) -> bool {
        !self.is_random() || unlimited || !self.takes_steps()
    }

    /// What models of `capacity` directions see, under a projection drawn from `random` if it is a
    /// random one.
    ///
    /// # Errors
    /// [`TrainingError::Singular`] when the features of some domain depend on each other.
    pub fn view<R: Rng>(&self, capacity: f64, random: &mut R) -> Result<View, TrainingError> {
        match self.regression.projection {
            Projection::Top => Ok(View::top(capacity)),
            Projection::Gaussian => {
                View::sketch(&self.world, capacity, random).ok_or(TrainingError::Singular(capacity))
            }
        }
    }

    /// What models of `capacity` directions see on average over projections: enough for expected
    /// losses where `averages` says so.
    pub fn average_view(&self, capacity: f64) -> View {
        match self.regression.projection {
            Projection::Top => View::top(capacity),
            Projection::Gaussian => View::average(capacity),
        }
    }

    /// What a run at (N, D) costs beside others, in no unit: steps times the directions that a
    /// random projection mixes.
    pub fn cost(&self, capacity: f64, tokens: f64) -> f64 {
        let steps = match self.regression.one_pass() {
            Some(sgd) if tokens.is_finite() => sgd.steps(tokens) as f64,
            Some(_) | None => 1.0,
        };
        let directions = if self.is_random() { capacity } else { 1.0 };
        (1.0 + steps) * directions
    }

    /// The limits of the step size at `capacity` under the mixture `weights`; `None` where there
    /// are no steps.
    ///
    /// # Errors
    /// [`TrainingError::Step`] when the step is beyond the limit at which second moments diverge,
    /// or beyond the safe one where that is all that is known.
    pub fn check(
        &self,
        view: &View,
        weights: &[f64],
        capacity: f64,
    ) -> Result<Option<Limits>, TrainingError> {
        let Estimator::OnePass(sgd) = &self.regression.estimator else {
            return Ok(None);
        };
        let Some(limits) = view.limits(&self.world, weights, sgd.batch) else {
            return Ok(None);
        };
        let (limit, why) = match limits.mean_square {
            Some(limit) => (limit, "second moments diverge from there on"),
            None => (
                limits.sufficient,
                "below, second moments are sure to stay bounded",
            ),
        };
        if sgd.step < limit {
            return Ok(Some(limits));
        }
        Err(TrainingError::Step {
            step: sgd.step,
            capacity,
            mixture: words(weights),
            limit,
            why,
        })
    }

    /// Expected losses of a model after `tokens` samples of the mixture `weights`. With unlimited
    /// tokens and a random projection, and for ridge regression always, they are averages over
    /// projections, to leading order in 1/N; for steps they are those under the projection of the
    /// view.
    pub fn expected(&self, view: &View, weights: &[f64], tokens: f64) -> Trained {
        match &self.regression.estimator {
            Estimator::Ridge { penalty, noise } => {
                let excess = self.expected_regression(*penalty, *noise, view, weights, tokens);
                self.at_once(&excess)
            }
            Estimator::OnePass(_) if tokens.is_infinite() => {
                self.at_once(&self.minimal_excess(view, weights))
            }
            Estimator::OnePass(sgd) => self.expected_steps(sgd, view, weights, tokens),
        }
    }

    fn expected_steps(&self, sgd: &Sgd, view: &View, weights: &[f64], tokens: f64) -> Trained {
        if let Seen::Average { capacity } = view.0 {
            return self.at_once(&equivalent_excess(&self.world, weights, capacity));
        }
        let steps = sgd.steps(tokens);
        let mut curve = Vec::new();
        let mut seen = |step: u64, excess: &[f64]| curve.push((step, self.losses(excess)));
        let watch = &mut Watch::new(&points(steps), &mut seen);
        let by_directions = |directions: &Directions, watch: &mut Watch<'_>| {
            expected_excess(directions, sgd, weights, steps, Blocks::default(), watch)
        };
        let excess = match &view.0 {
            Seen::Top { capacity } => {
                by_directions(&Directions::top(&self.world, weights, *capacity), watch)
            }
            Seen::Eigenbasis(directions) => by_directions(directions, watch),
            Seen::Sketch { prepared, .. } => {
                expected_feature_excess(prepared.features(), sgd, weights, steps, watch)
            }
            Seen::Average { .. } => Vec::new(),
        };
        Trained {
            losses: self.losses(&excess),
            curve,
        }
    }

    /// Losses of runs over `tokens` samples each, side by side where they share a projection.
    pub fn train<R: Rng>(
        &self,
        view: &View,
        tokens: f64,
        runs: &mut [SharedRun<'_, R>],
    ) -> Vec<Trained> {
        let sgd = match &self.regression.estimator {
            Estimator::OnePass(sgd) => sgd,
            Estimator::Ridge { penalty, noise } => {
                let regress = |run| self.regress(*penalty, *noise, view, tokens, run);
                let excess = runs.iter_mut().map(regress);
                return excess.map(|excess| self.at_once(&excess)).collect();
            }
        };
        let steps = sgd.steps(tokens);
        if let Seen::Sketch { prepared, .. } = &view.0
            && tokens.is_finite()
        {
            let mut curves = vec![Vec::new(); runs.len()];
            let mut seen = |step: u64, run: usize, excess: Vec<f64>| {
                curves[run].push((step, self.losses(&excess)));
            };
            let points = points(steps);
            let excess = trained_together(prepared, sgd, runs, steps, &points, &mut seen);
            return excess
                .iter()
                .zip(curves)
                .map(|(excess, curve)| Trained {
                    losses: self.losses(excess),
                    curve,
                })
                .collect();
        }
        runs.iter_mut()
            .map(|run| self.train_alone(sgd, view, tokens, run))
            .collect()
    }

    /// One run along directions that do not mix, or after unlimited tokens.
    fn train_alone<R: Rng>(
        &self,
        sgd: &Sgd,
        view: &View,
        tokens: f64,
        run: &mut SharedRun<'_, R>,
    ) -> Trained {
        let top;
        let directions = match &view.0 {
            _ if tokens.is_infinite() => {
                return self.at_once(&self.minimal_excess(view, run.weights));
            }
            Seen::Eigenbasis(directions) => directions,
            Seen::Top { capacity } => {
                top = Directions::top(&self.world, run.weights, *capacity);
                &top
            }
            Seen::Sketch { .. } | Seen::Average { .. } => {
                return self.at_once(&self.minimal_excess(view, run.weights));
            }
        };
        let steps = sgd.steps(tokens);
        let mut curve = Vec::new();
        let mut seen = |step: u64, excess: &[f64]| curve.push((step, self.losses(excess)));
        let watch = &mut Watch::new(&points(steps), &mut seen);
        let random = &mut run.random;
        let excess = trained_excess(directions, sgd, run.weights, steps, random, watch);
        Trained {
            losses: self.losses(&excess),
            curve,
        }
    }

    /// Excess losses of the best model of the mixture under a view.
    pub(super) fn minimal_excess(&self, view: &View, weights: &[f64]) -> Vec<f64> {
        match &view.0 {
            Seen::Top { capacity } => Directions::top(&self.world, weights, *capacity).unseen,
            Seen::Eigenbasis(directions) => directions.unseen.clone(),
            Seen::Sketch { prepared, .. } => prepared
                .features()
                .minimal_excess(weights)
                .unwrap_or_else(|| vec![f64::NAN; weights.len()]),
            Seen::Average { capacity } => equivalent_excess(&self.world, weights, *capacity),
        }
    }

    /// A run without steps.
    fn at_once(&self, excess: &[f64]) -> Trained {
        Trained {
            losses: self.losses(excess),
            curve: Vec::new(),
        }
    }

    /// L_i = E_i + excess_i; all NaN if one is not finite.
    fn losses(&self, excess: &[f64]) -> Vec<f64> {
        let finite = excess.iter().all(|excess| excess.is_finite());
        let add = |(excess, domain): (&f64, &Domain)| {
            if finite {
                domain.floor + excess
            } else {
                f64::NAN
            }
        };
        excess.iter().zip(self.world.domains()).map(add).collect()
    }
}

impl Trained {
    /// The mean of the same run under several projections.
    pub fn mean(runs: &[Self]) -> Self {
        let count = runs.len().max(1) as f64;
        let Some((first, others)) = runs.split_first() else {
            return Self::default();
        };
        let add = |sum: &mut Vec<f64>, more: &[f64]| {
            sum.iter_mut()
                .zip(more)
                .for_each(|(sum, more)| *sum += more);
        };
        let mut mean = first.clone();
        for run in others {
            add(&mut mean.losses, &run.losses);
            for (point, more) in mean.curve.iter_mut().zip(&run.curve) {
                add(&mut point.1, &more.1);
            }
        }
        let points = mean.curve.iter_mut().map(|point| &mut point.1);
        for losses in points.chain([&mut mean.losses]) {
            losses.iter_mut().for_each(|loss| *loss /= count);
        }
        mean
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
