//! One number for a mixture: what is to be small.
//!
//! f(h) = φ(L(h)) + strength·KL(h‖reference) − tilt·h, with φ the target's mean of the losses, or
//! their maximum in a smooth form. The gradient is exact. The Hessian is that of φ, in closed form,
//! plus differences of the exact gradient of Σ φ_i L_i at a fixed φ'.

use ndarray::Array2;

use super::Losses;

/// What of the losses is to be small.
#[derive(Debug, Clone, PartialEq)]
pub enum Aim {
    /// Σ w_i L_i, with a weight for each loss column.
    Mean(Vec<f64>),
    /// The largest loss of the columns marked.
    Worst(Vec<bool>),
}

/// A mixture to stay close to: strength·KL(h‖mixture) is added to the objective.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    /// The mixture, with weights above 0.
    pub mixture: Vec<f64>,
    /// Strength in nats per nat, at least 0.
    pub strength: f64,
}

/// A target loss to minimise.
pub struct Problem<'a> {
    /// What a mixture costs.
    pub losses: &'a dyn Losses,
    /// What of it is to be small.
    pub aim: Aim,
    /// A mixture to stay close to.
    pub near: Option<Near>,
}

impl Near {
    /// strength·KL(h‖mixture), nats.
    pub fn cost(&self, weights: &[f64]) -> f64 {
        let terms = weights.iter().zip(&self.mixture).filter(|(h, _)| **h > 0.0);
        self.strength
            * terms
                .map(|(h, reference)| h * (h / reference).ln())
                .sum::<f64>()
    }
}

impl Problem<'_> {
    /// What is minimised: the target loss and the cost of being away from another mixture.
    pub fn cost(&self, weights: &[f64]) -> f64 {
        let near = self.near.as_ref().map_or(0.0, |near| near.cost(weights));
        self.target_loss(weights) + near
    }

    /// The target loss of a mixture, in nats, without the pull toward another mixture.
    pub fn target_loss(&self, weights: &[f64]) -> f64 {
        self.aim.exact(&self.losses.losses(weights))
    }
}

impl Aim {
    /// The aim of these losses.
    pub fn exact(&self, losses: &[f64]) -> f64 {
        match self {
            Self::Mean(weights) => weights
                .iter()
                .zip(losses)
                .filter(|(weight, _)| **weight > 0.0)
                .map(|(weight, loss)| weight * loss)
                .sum(),
            Self::Worst(marked) => marked
                .iter()
                .zip(losses)
                .filter(|(marked, _)| **marked)
                .map(|(_, loss)| *loss)
                .fold(f64::NEG_INFINITY, f64::max),
        }
    }

    /// Whether a column counts.
    pub fn counts(&self, column: usize) -> bool {
        match self {
            Self::Mean(weights) => weights[column] > 0.0,
            Self::Worst(marked) => marked[column],
        }
    }
}

/// An objective that can be searched: a problem, with a temperature for a maximum and a tilt.
pub(super) struct Objective<'a> {
    pub(super) problem: &'a Problem<'a>,
    /// Nats by which the smooth maximum may exceed the maximum, over ln M.
    pub(super) temperature: f64,
    /// (domain, nats per unit of weight) that is taken off.
    pub(super) tilt: Option<(usize, f64)>,
}

/// Relative step of the differences of the gradient: its cube root balances rounding and curvature.
const STEP: f64 = 6e-6;

impl<'a> Objective<'a> {
    pub(super) fn new(problem: &'a Problem<'a>, temperature: f64) -> Self {
        Self {
            problem,
            temperature,
            tilt: None,
        }
    }

    pub(super) fn domains(&self) -> usize {
        self.problem.losses.sources()
    }

    /// f at `weights`; NaN where a loss that counts is not predicted.
    pub(super) fn value(&self, weights: &[f64]) -> f64 {
        let losses = self.problem.losses.losses(weights);
        self.outer(&losses).0 + self.extra(weights)
    }

    /// f and its gradient.
    pub(super) fn gradient(&self, weights: &[f64], gradient: &mut [f64]) -> f64 {
        let (losses, slopes) = self.slopes(weights);
        let (value, by_loss) = self.outer(&losses);
        combine(&by_loss, &slopes, gradient);
        self.add_extra(weights, gradient);
        value + self.extra(weights)
    }

    /// φ'_i, the weights with which the losses count at `weights`.
    pub(super) fn multipliers(&self, weights: &[f64]) -> Vec<f64> {
        self.outer(&self.problem.losses.losses(weights)).1
    }

    /// The Hessian over the domains listed.
    pub(super) fn hessian(&self, weights: &[f64], free: &[usize]) -> Array2<f64> {
        let (losses, slopes) = self.slopes(weights);
        let (_, by_loss) = self.outer(&losses);
        let sources = self.domains();
        let mut hessian = Array2::zeros((free.len(), free.len()));
        let mut moved = weights.to_vec();
        let (mut up, mut down) = (vec![0.0; sources], vec![0.0; sources]);
        for (column, j) in free.iter().enumerate() {
            let step = STEP * weights[*j].max(STEP);
            let mut at = |shift: f64, out: &mut [f64]| {
                moved[*j] = weights[*j] + shift;
                combine(&by_loss, &self.slopes(&moved).1, out);
                moved[*j] = weights[*j];
            };
            at(step, &mut up);
            // Never below 0.
            let back = step.min(weights[*j]);
            at(-back, &mut down);
            for (row, i) in free.iter().enumerate() {
                hessian[[row, column]] = (up[*i] - down[*i]) / (step + back);
            }
        }
        let mut hessian = 0.5 * (&hessian + &hessian.t());
        if let Aim::Worst(_) = self.problem.aim {
            // φ'' = (diag p − p pᵀ)/T.
            let mut mean = vec![0.0; sources];
            combine(&by_loss, &slopes, &mut mean);
            for (p, slopes) in by_loss.iter().zip(slopes.chunks_exact(sources)) {
                if *p == 0.0 {
                    continue;
                }
                for (row, i) in free.iter().enumerate() {
                    for (column, j) in free.iter().enumerate() {
                        hessian[[row, column]] += p / self.temperature
                            * (slopes[*i] - mean[*i])
                            * (slopes[*j] - mean[*j]);
                    }
                }
            }
        }
        if let Some(near) = &self.problem.near {
            for (row, i) in free.iter().enumerate() {
                hessian[[row, row]] += near.strength / weights[*i].max(f64::MIN_POSITIVE);
            }
        }
        hessian
    }

    fn slopes(&self, weights: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let (columns, sources) = (self.problem.losses.columns(), self.domains());
        let (mut losses, mut slopes) = (vec![f64::NAN; columns], vec![0.0; columns * sources]);
        self.problem
            .losses
            .differentiate(weights, &mut losses, &mut slopes);
        (losses, slopes)
    }

    /// φ and φ'.
    fn outer(&self, losses: &[f64]) -> (f64, Vec<f64>) {
        match &self.problem.aim {
            Aim::Mean(weights) => (self.problem.aim.exact(losses), weights.clone()),
            Aim::Worst(marked) => {
                let largest = self.problem.aim.exact(losses);
                let mut shares: Vec<f64> = marked
                    .iter()
                    .zip(losses)
                    .map(|(marked, loss)| {
                        if *marked {
                            ((loss - largest) / self.temperature).exp()
                        } else {
                            0.0
                        }
                    })
                    .collect();
                let sum: f64 = shares.iter().sum();
                for share in &mut shares {
                    *share /= sum;
                }
                (largest + self.temperature * sum.ln(), shares)
            }
        }
    }

    /// strength·KL − tilt·h.
    fn extra(&self, weights: &[f64]) -> f64 {
        let near = &self.problem.near;
        let near = near.as_ref().map_or(0.0, |near| near.cost(weights));
        near - self
            .tilt
            .map_or(0.0, |(domain, tilt)| tilt * weights[domain])
    }

    fn add_extra(&self, weights: &[f64], gradient: &mut [f64]) {
        if let Some(near) = &self.problem.near {
            for ((gradient, h), reference) in gradient.iter_mut().zip(weights).zip(&near.mixture) {
                *gradient += near.strength * ((h.max(f64::MIN_POSITIVE) / reference).ln() + 1.0);
            }
        }
        if let Some((domain, tilt)) = self.tilt {
            gradient[domain] -= tilt;
        }
    }
}

/// Σ_i by_loss_i · slopes_i; columns that do not count may hold NaN.
fn combine(by_loss: &[f64], slopes: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for (weight, slopes) in by_loss.iter().zip(slopes.chunks_exact(out.len())) {
        if *weight != 0.0 {
            for (out, slope) in out.iter_mut().zip(slopes) {
                *out += weight * slope;
            }
        }
    }
}
