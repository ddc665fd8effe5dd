//! Linear algebra by LAPACK through `ndarray-linalg`.

use std::sync::Once;

use ndarray::{Array1, Array2};
use ndarray_linalg::{DeterminantC, Factorize, FactorizeCInto, SVD, Solve, SolveC, UPLO};

/// Pins OpenBLAS to one thread: its own threads inside rayon's are slower and change the last
/// bits of a result.
pub(crate) fn pin_blas() {
    static PINNED: Once = Once::new();
    PINNED.call_once(|| {
        #[allow(unsafe_code)]
        // SAFETY: the function takes a number of threads and sets a global of OpenBLAS; `Once`
        // keeps two threads from calling it at a time.
        unsafe {
            openblas_set_num_threads(1);
        }
    });
}

#[allow(unsafe_code)]
unsafe extern "C" {
    fn openblas_set_num_threads(threads: std::ffi::c_int);
}

/// Solves the symmetric positive definite system `matrix`·x = `right`; `None` if the matrix is not
/// positive definite to working precision.
pub(crate) fn solve_positive(matrix: &Array2<f64>, right: &Array1<f64>) -> Option<Array1<f64>> {
    solve_positive_into(matrix.clone(), right.clone())
}

/// As [`solve_positive`], in the memory of its arguments; quickest for a matrix in column-major
/// order, which LAPACK takes as it is.
pub(crate) fn solve_positive_into(matrix: Array2<f64>, right: Array1<f64>) -> Option<Array1<f64>> {
    pin_blas();
    let factors = matrix.factorizec_into(UPLO::Lower).ok()?;
    let solution = factors.solvec_into(right).ok()?;
    solution.iter().all(|x| x.is_finite()).then_some(solution)
}

/// Solves `matrix`·X = `right` for every column of `right`; `None` if the square matrix is singular
/// to working precision.
pub(crate) fn solve_square(matrix: &Array2<f64>, right: &Array2<f64>) -> Option<Array2<f64>> {
    pin_blas();
    let factors = matrix.factorize().ok()?;
    let mut solution = Array2::zeros(right.raw_dim());
    for (mut column, right) in solution.columns_mut().into_iter().zip(right.columns()) {
        column.assign(&factors.solve(&right).ok()?);
    }
    solution.iter().all(|x| x.is_finite()).then_some(solution)
}

/// ln det of a symmetric positive definite matrix; `None` if it is not positive definite to working
/// precision.
pub(crate) fn ln_det_positive(matrix: &Array2<f64>) -> Option<f64> {
    pin_blas();
    let ln_det = matrix.ln_detc().ok()?;
    ln_det.is_finite().then_some(ln_det)
}

/// Singular values of `matrix` (rows × P), from large to small, min(rows, P) of them, and its
/// right singular vectors as the rows of a P × P matrix, those of the null space last. `None` if
/// LAPACK finds none, as for entries that are not finite.
pub(crate) fn right_singular(matrix: &Array2<f64>) -> Option<(Array1<f64>, Array2<f64>)> {
    pin_blas();
    let (_, values, vectors) = matrix.svd(false, true).ok()?;
    let finite = values.iter().all(|value| value.is_finite());
    vectors.filter(|_| finite).map(|vectors| (values, vectors))
}
