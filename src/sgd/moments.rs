//! The exact mean of one-pass SGD over runs, for features of several domains under one projection.
//!
//! Their covariances do not commute, so that all second moments are carried: with
//! M = E (v; 1)(v; 1)ᵀ, Ã_i = \[\[A_i, −g_i\], \[−g_iᵀ, E y²\]\] and J = diag(1, …, 1, 0), a step of
//! size γ and B samples gives
//!
//! M ← M − γ (J Ã M + M Ã J) + γ² J \[(1 − 1/B) Ã M Ã + (1/B) Σ_i h_i (2 Ã_i M Ã_i + tr(Ã_i M) Ã_i)\] J,
//!
//! with Ã = Σ_i h_i Ã_i. The loss of domain i is tr(Ã_i M). A step costs O(K N³). M is made
//! symmetric at every step: the rounding of its antisymmetric part grows otherwise.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, Zip, s};

use super::{Features, Sgd, Watch};
use crate::numeric::linear::pin_blas;

/// Expected excess losses (length K) after `steps` steps on the mixture `weights`, not finite if
/// they diverge.
pub fn expected_feature_excess(
    features: &Features,
    sgd: &Sgd,
    weights: &[f64],
    steps: u64,
    watch: &mut Watch<'_>,
) -> Vec<f64> {
    pin_blas();
    let rows = features.rows();
    let augmented: Vec<Array2<f64>> = (0..weights.len())
        .map(|i| augmented(features, i, sgd.noise))
        .collect();
    let mut mixture = Array2::zeros((rows + 1, rows + 1));
    for (matrix, weight) in augmented.iter().zip(weights) {
        mixture.scaled_add(*weight, matrix);
    }
    let mut moments = Array2::zeros((rows + 1, rows + 1));
    moments[[rows, rows]] = 1.0;
    let excess = |moments: &Array2<f64>| -> Vec<f64> {
        augmented
            .iter()
            .map(|matrix| trace(matrix, moments) - sgd.noise)
            .collect()
    };
    let batch = sgd.batch as f64;
    let mut half = Array2::zeros((rows + 1, rows + 1));
    let mut change = Array2::zeros((rows + 1, rows + 1));
    for t in 0..steps {
        let step = sgd.step * sgd.schedule.factor(t as f64, steps as f64);
        change.fill(0.0);
        for (matrix, weight) in augmented.iter().zip(weights) {
            if *weight == 0.0 {
                continue;
            }
            let rate = step * step / batch * weight;
            general_mat_mul(1.0, matrix, &moments, 0.0, &mut half);
            general_mat_mul(2.0 * rate, &half, matrix, 1.0, &mut change);
            change.scaled_add(rate * trace(matrix, &moments), matrix);
        }
        general_mat_mul(1.0, &mixture, &moments, 0.0, &mut half);
        let all = step * step * (1.0 - 1.0 / batch);
        if all > 0.0 {
            general_mat_mul(all, &half, &mixture, 1.0, &mut change);
        }
        // J … J: the last row and column hold the constant 1.
        change.slice_mut(s![rows, ..]).fill(0.0);
        change.slice_mut(s![.., rows]).fill(0.0);
        half.slice_mut(s![rows, ..]).fill(0.0);
        Zip::from(&mut moments)
            .and(&change)
            .and(&half)
            .and(half.t())
            .for_each(|moment, change, left, right| *moment += change - step * (left + right));
        let transposed = moments.t().to_owned();
        Zip::from(&mut moments)
            .and(&transposed)
            .for_each(|moment, mirror| *moment = 0.5 * (*moment + mirror));
        watch.after(t + 1, || excess(&moments));
    }
    excess(&moments)
}

/// Ã_i.
fn augmented(features: &Features, i: usize, noise: f64) -> Array2<f64> {
    let rows = features.rows();
    let mut matrix = Array2::zeros((rows + 1, rows + 1));
    matrix
        .slice_mut(s![..rows, ..rows])
        .assign(&features.covariances[i]);
    let cross = features.cross[i].mapv(|g| -g);
    matrix.slice_mut(s![rows, ..rows]).assign(&cross);
    matrix.slice_mut(s![..rows, rows]).assign(&cross);
    matrix[[rows, rows]] = features.labels[i] + noise;
    matrix
}

/// tr(A M) of symmetric matrices.
fn trace(a: &Array2<f64>, m: &Array2<f64>) -> f64 {
    a.iter().zip(m).map(|(a, m)| a * m).sum()
}
