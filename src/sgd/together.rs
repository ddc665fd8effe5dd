//! Trained runs that share a projection, side by side.
//!
//! The sum over a batch is drawn as in [`batch`](super::batch): a χ² variable and one vector for
//! each domain, whatever the size of the batch. Vectors ζ = C_i ξ of several steps are made at a
//! time, for they do not depend on the models, and the products A_i v of all runs at a time: both
//! are matrix products, not products with vectors.

use ndarray::{Array2, Axis};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::batch::{chi_squared, draw_counts};
use super::{Prepared, Sgd};
use crate::numeric::linear::pin_blas;
use crate::numeric::triangle::{symmetric_dot, upper_dot};

/// Vectors ζ of a domain that are made at a time, over runs and steps.
const VECTORS: usize = 96;

/// One run: the mixture it trains on and its random stream.
pub struct SharedRun<'a, R> {
    /// Weights h (length K).
    pub weights: &'a [f64],
    /// Where its samples come from.
    pub random: R,
}

/// Samples that a run takes of a domain at a step.
#[derive(Debug, Clone, Copy)]
struct Sampled {
    /// Row of their vector ζ.
    place: usize,
    /// Number of samples, at least 1.
    samples: u64,
    run: usize,
}

/// What is drawn for some steps.
struct Drawn {
    /// For each domain the vectors ζ, one in a row.
    vectors: Vec<Array2<f64>>,
    /// For each step, and each domain, what is sampled.
    steps: Vec<Vec<Vec<Sampled>>>,
}

/// Excess losses (runs × K) of `runs` after `steps` steps each, not finite for a run that diverges.
/// At each number of steps in `points`, `seen` is told it, the run and its excess losses.
pub fn trained_together<R: Rng>(
    prepared: &Prepared,
    sgd: &Sgd,
    runs: &mut [SharedRun<'_, R>],
    steps: u64,
    points: &[u64],
    seen: &mut dyn FnMut(u64, usize, Vec<f64>),
) -> Vec<Vec<f64>> {
    pin_blas();
    let features = &prepared.features;
    let mut models: Array2<f64> = Array2::zeros((runs.len(), features.rows()));
    let ahead = (VECTORS / runs.len().max(1)).max(1) as u64;
    let excess = |models: &Array2<f64>, run: usize| features.excess(&models.row(run).to_owned());
    let mut t = 0;
    while t < steps {
        let count = ahead.min(steps - t);
        let drawn = draw(prepared, sgd.batch, runs, count as usize);
        for offset in 0..count as usize {
            let step = sgd.step * sgd.schedule.factor(t as f64, steps as f64);
            advance(prepared, sgd, runs, &mut models, step, (&drawn, offset));
            t += 1;
            if points.contains(&t) {
                for run in 0..runs.len() {
                    seen(t, run, excess(&models, run));
                }
            }
        }
    }
    (0..runs.len()).map(|run| excess(&models, run)).collect()
}

/// Draws how many samples each run takes of each domain at the next `count` steps, and one vector ζ
/// for each.
fn draw<R: Rng>(
    prepared: &Prepared,
    batch: u64,
    runs: &mut [SharedRun<'_, R>],
    count: usize,
) -> Drawn {
    let (domains, rows) = (prepared.best.len(), prepared.features.rows());
    let mut deviates: Vec<Vec<f64>> = vec![Vec::new(); domains];
    let mut steps: Vec<Vec<Vec<Sampled>>> = vec![vec![Vec::new(); domains]; count];
    let mut counts = vec![0; domains];
    for (number, run) in runs.iter_mut().enumerate() {
        for step in &mut steps {
            draw_counts(batch, run.weights, &mut run.random, &mut counts);
            for (domain, samples) in counts.iter().enumerate() {
                if *samples == 0 {
                    continue;
                }
                step[domain].push(Sampled {
                    place: deviates[domain].len() / rows,
                    samples: *samples,
                    run: number,
                });
                let normals = (0..rows).map(|_| -> f64 { StandardNormal.sample(&mut run.random) });
                deviates[domain].extend(normals);
            }
        }
    }
    let vectors = deviates
        .into_iter()
        .zip(&prepared.factors)
        .map(|(deviates, factor)| {
            let drawn = deviates.len() / rows;
            // The length is a multiple of the rows.
            Array2::from_shape_vec((drawn, rows), deviates).map_or_else(
                |_| Array2::zeros((drawn, rows)),
                |deviates| upper_dot(deviates, factor),
            )
        })
        .collect();
    Drawn { vectors, steps }
}

/// One step of all runs.
fn advance<R: Rng>(
    prepared: &Prepared,
    sgd: &Sgd,
    runs: &mut [SharedRun<'_, R>],
    models: &mut Array2<f64>,
    step: f64,
    (drawn, offset): (&Drawn, usize),
) {
    let features = &prepared.features;
    let rate = step / sgd.batch as f64;
    let mut taken: Array2<f64> = Array2::zeros(models.raw_dim());
    for (domain, sampled) in drawn.steps[offset].iter().enumerate() {
        if sampled.is_empty() {
            continue;
        }
        let slopes = slopes(&features.covariances[domain], models, sampled);
        let (cross, best) = (&features.cross[domain], &prepared.best[domain]);
        let unexplained = prepared.left[domain] + sgd.noise;
        for (row, sample) in sampled.iter().enumerate() {
            let model = models.row(sample.run);
            let vector = drawn.vectors[domain].row(sample.place);
            // a = A v − g, δᵀA δ = ⟨v − β, a⟩ with v − β = δ.
            let a = &slopes.row(row) - cross;
            let random = &mut runs[sample.run].random;
            let epsilon: f64 = StandardNormal.sample(random);
            let size = (model.dot(&a) - best.dot(&a)).max(0.0) + unexplained;
            let residual = model.dot(&vector) - best.dot(&vector) + unexplained.sqrt() * epsilon;
            if size == 0.0 {
                continue;
            }
            let chi_squared = chi_squared(sample.samples, random);
            let spread = (size * chi_squared).sqrt();
            let mut taken = taken.row_mut(sample.run);
            taken.scaled_add(rate * (chi_squared - spread * residual / size), &a);
            taken.scaled_add(rate * spread, &vector);
        }
    }
    *models -= &taken;
}

/// A v of the runs that sampled a domain, one in a row.
fn slopes(covariance: &Array2<f64>, models: &Array2<f64>, sampled: &[Sampled]) -> Array2<f64> {
    if let [sample] = sampled {
        return symmetric_dot(covariance, &models.row(sample.run)).insert_axis(Axis(0));
    }
    if sampled.len() == models.nrows() {
        return models.dot(covariance);
    }
    let mut chosen = Array2::zeros((sampled.len(), models.ncols()));
    for (row, sample) in sampled.iter().enumerate() {
        chosen.row_mut(row).assign(&models.row(sample.run));
    }
    chosen.dot(covariance)
}
