//! The plain way, for small worlds: every sample is a long vector, every step a sum over samples.
//! The fast ways are held against it.

use ndarray::{Array1, Array2};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::Sgd;
use super::batch::draw_counts;

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
                    let features = self.variances.row(domain).mapv(|variance| {
                        let deviate: f64 = StandardNormal.sample(random);
                        variance.sqrt() * deviate
                    });
                    let deviate: f64 = StandardNormal.sample(random);
                    let noise = (sgd.noise + self.unseen[domain]).sqrt() * deviate;
                    let label = self.truth.dot(&features) + noise;
                    let seen = self.sketch.dot(&features);
                    let residual = model.dot(&seen) - label;
                    gradient.scaled_add(residual, &seen);
                }
            }
            let step = sgd.step * sgd.schedule.factor(t as f64, steps as f64);
            model.scaled_add(-step / sgd.batch as f64, &gradient);
        }
        self.excess(&model)
    }
}
