//! Gaussian vectors: a low-discrepancy set of them, and the factors of covariance matrices.

use statrs::function::erf::erfc_inv;

/// Pivots below which a correlation matrix counts as singular.
pub(crate) const SINGULAR: f64 = 1e-10;

/// `count` (made even) vectors that stand for N(0, 1): low-discrepancy points, mirrored, and
/// sheared so that their mean is 0 and their covariance is the identity.
pub(crate) fn normal_vectors(dimension: usize, count: usize) -> Vec<Vec<f64>> {
    // Roberts' sequence: powers of the root of x^(d+1) = x + 1, which spreads evenly in d
    // dimensions as the golden ratio does in one.
    let mut root: f64 = 2.0;
    for _ in 0..64 {
        root = (1.0 + root).powf(1.0 / (dimension as f64 + 1.0));
    }
    let mut vectors: Vec<Vec<f64>> = (0..count.div_ceil(2))
        .map(|point| {
            (0..dimension)
                .map(|axis| {
                    let step = root.powi(-(axis as i32 + 1));
                    let uniform = (0.5 + step * (point as f64 + 1.0)).fract();
                    // Φ⁻¹(u) = −√2 erfc⁻¹(2u)
                    -std::f64::consts::SQRT_2 * erfc_inv(2.0 * uniform.clamp(1e-12, 1.0 - 1e-12))
                })
                .collect()
        })
        .collect();
    let covariance: Vec<Vec<f64>> = (0..dimension)
        .map(|i| {
            (0..dimension)
                .map(|j| vectors.iter().map(|v| v[i] * v[j]).sum::<f64>() / vectors.len() as f64)
                .collect()
        })
        .collect();
    if let Some(factor) = cholesky(&covariance) {
        for vector in &mut vectors {
            // Forward substitution: factor · sheared = vector.
            for i in 0..dimension {
                let known: f64 = (0..i).map(|j| factor[i][j] * vector[j]).sum();
                vector[i] = (vector[i] - known) / factor[i][i].max(SINGULAR);
            }
        }
    }
    let mirrored: Vec<Vec<f64>> = vectors
        .iter()
        .map(|vector| vector.iter().map(|z| -z).collect())
        .collect();
    vectors.extend(mirrored);
    vectors
}

/// The lower triangle L with L Lᵀ = `matrix`; `None` if the matrix has a negative eigenvalue.
pub(crate) fn cholesky(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let size = matrix.len();
    let mut factor = vec![vec![0.0; size]; size];
    for i in 0..size {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| factor[i][k] * factor[j][k]).sum();
            let rest = matrix[i][j] - known;
            if i == j {
                if rest < -SINGULAR {
                    return None;
                }
                factor[i][i] = rest.max(0.0).sqrt();
            } else if factor[j][j] > SINGULAR.sqrt() {
                factor[i][j] = rest / factor[j][j];
            } else if rest.abs() > SINGULAR.sqrt() {
                return None;
            }
        }
    }
    Some(factor)
}

/// Solves L Lᵀ x = `right` for the lower triangle L.
pub(crate) fn solve(factor: &[Vec<f64>], mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for i in 0..size {
        let known: f64 = (0..i).map(|j| factor[i][j] * right[j]).sum();
        right[i] = (right[i] - known) / factor[i][i].max(SINGULAR);
    }
    for i in (0..size).rev() {
        let known: f64 = (i + 1..size).map(|j| factor[j][i] * right[j]).sum();
        right[i] = (right[i] - known) / factor[i][i].max(SINGULAR);
    }
    right
}
