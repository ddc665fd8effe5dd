//! The plain way, for small worlds: every sample is a long vector, every step a sum over samples.
//! The fast ways are held against it.

use ndarray::{Array1, Array2};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::batch::draw_counts;
use super::{Ridge, Sgd};
use crate::numeric::linear::solve_positive;

/// A regression of few dimensions, written out.
#[derive(Debug, Clone)]
pub struct Regression {
    /// Variances p_i(s), K × d.
    pub variances: Array2<f64>,
    /// Weights w*_s (length d).
    pub truth: Array1<f64>,
    /// Variance of the labels of each domain (length K) on directions that do not exist here.
    pub unseen: Vec<f64>,
    /// The projection S, N × d.
    pub sketch: Array2<f64>,
}

impl Regression {
    /// Excess losses (length K) of the model with the weights `model` (length N).
    pub fn excess(&self, model: &Array1<f64>) -> Vec<f64> {
        let error = &self.truth - &self.sketch.t().dot(model);
        let squares = &error * &error;
        let explained = self.variances.dot(&squares);
        explained
            .iter()
            .zip(&self.unseen)
            .map(|(explained, unseen)| explained + unseen)
            .collect()
    }

    /// Excess losses of one run of `steps` steps on the mixture `weights`.
    pub fn train<R: Rng + ?Sized>(
        &self,
        sgd: &Sgd,
        weights: &[f64],
        steps: u64,
        random: &mut R,
    ) -> Vec<f64> {
        let mut model: Array1<f64> = Array1::zeros(self.sketch.nrows());
        let mut counts = vec![0; weights.len()];
        for t in 0..steps {
            draw_counts(sgd.batch, weights, random, &mut counts);
            let mut gradient: Array1<f64> = Array1::zeros(model.len());
            for (domain, count) in counts.iter().enumerate() {
                for _ in 0..*count {
                    let (seen, label) = self.sample(domain, sgd.noise, random);
                    let residual = model.dot(&seen) - label;
                    gradient.scaled_add(residual, &seen);
                }
            }
            let step = sgd.step * sgd.schedule.factor(t as f64, steps as f64);
            model.scaled_add(-step / sgd.batch as f64, &gradient);
        }
        self.excess(&model)
    }

    /// Excess losses of one ridge regression on `tokens` samples of the mixture `weights`; `None` if
    /// it has no solution to working precision.
    pub fn regress<R: Rng + ?Sized>(
        &self,
        ridge: &Ridge,
        weights: &[f64],
        tokens: u64,
        random: &mut R,
    ) -> Option<Vec<f64>> {
        let size = self.sketch.nrows();
        let mut gram: Array2<f64> = Array2::eye(size) * ridge.penalty;
        let mut right: Array1<f64> = Array1::zeros(size);
        let mut counts = vec![0; weights.len()];
        draw_counts(tokens, weights, random, &mut counts);
        let share = 1.0 / tokens as f64;
        for (domain, count) in counts.iter().enumerate() {
            for _ in 0..*count {
                let (seen, label) = self.sample(domain, ridge.noise, random);
                for (mut row, entry) in gram.outer_iter_mut().zip(&seen) {
                    row.scaled_add(share * entry, &seen);
                }
                right.scaled_add(share * label, &seen);
            }
        }
        Some(self.excess(&solve_positive(&gram, &right)?))
    }

    /// A sample of a domain: what the model sees of it, and its label.
    fn sample<R: Rng + ?Sized>(
        &self,
        domain: usize,
        noise: f64,
        random: &mut R,
    ) -> (Array1<f64>, f64) {
        let features = self.variances.row(domain).mapv(|variance| {
            let deviate: f64 = StandardNormal.sample(random);
            variance.sqrt() * deviate
        });
        let deviate: f64 = StandardNormal.sample(random);
        let noise = (noise + self.unseen[domain]).sqrt() * deviate;
        (
            self.sketch.dot(&features),
            self.truth.dot(&features) + noise,
        )
    }
}
