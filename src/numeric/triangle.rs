//! Products that read one triangle of a matrix, by BLAS.
//!
//! A symmetric matrix times a vector is bound by the reading of the matrix, and half of it says
//! all; half of a triangular matrix is 0. `ndarray` has neither product.

use cblas_sys::{
    CBLAS_DIAG, CBLAS_LAYOUT, CBLAS_SIDE, CBLAS_TRANSPOSE, CBLAS_UPLO, cblas_dsymv, cblas_dsyrk,
    cblas_dtrmm,
};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView1};

use super::linear::pin_blas;

/// `matrix`·x, for a symmetric `matrix`.
///
/// # Panics
/// When the sizes do not match, as the dot product of `ndarray` does.
pub(crate) fn symmetric_dot(matrix: &Array2<f64>, x: &ArrayView1<'_, f64>) -> Array1<f64> {
    pin_blas();
    let (Some(values), Some(given), Ok(size), true) = (
        matrix.as_slice(),
        x.as_slice(),
        i32::try_from(x.len()),
        matrix.is_square() && matrix.nrows() == x.len(),
    ) else {
        return matrix.dot(x);
    };
    let mut product = Array1::zeros(x.len());
    #[allow(unsafe_code)]
    // SAFETY: `values` holds size × size numbers, one row after the other, `given` and `product`
    // hold size numbers each, and `product` overlaps with none of them.
    unsafe {
        cblas_dsymv(
            CBLAS_LAYOUT::CblasRowMajor,
            CBLAS_UPLO::CblasUpper,
            size,
            1.0,
            values.as_ptr(),
            size,
            given.as_ptr(),
            1,
            0.0,
            product.as_mut_ptr(),
            1,
        );
    }
    product
}

/// `rows`·`upper`, for an upper triangular matrix, whose lower triangle is not read.
///
/// # Panics
/// When the sizes do not match, as the dot product of `ndarray` does.
pub(crate) fn upper_dot(mut rows: Array2<f64>, upper: &Array2<f64>) -> Array2<f64> {
    pin_blas();
    let (count, size) = rows.dim();
    let (Some(values), Some(given), Ok(lines), Ok(order), true) = (
        upper.as_slice(),
        rows.as_slice_mut(),
        i32::try_from(count),
        i32::try_from(size),
        upper.is_square() && upper.nrows() == size,
    ) else {
        return rows.dot(upper);
    };
    if count == 0 {
        return rows;
    }
    #[allow(unsafe_code)]
    // SAFETY: `values` holds order × order numbers and `given` lines × order, both one row after
    // the other; `given` is borrowed mutably and does not overlap with `values`.
    unsafe {
        cblas_dtrmm(
            CBLAS_LAYOUT::CblasRowMajor,
            CBLAS_SIDE::CblasRight,
            CBLAS_UPLO::CblasUpper,
            CBLAS_TRANSPOSE::CblasNoTrans,
            CBLAS_DIAG::CblasNonUnit,
            lines,
            order,
            1.0,
            values.as_ptr(),
            order,
            given.as_mut_ptr(),
            order,
        );
    }
    rows
}

/// Adds columns·columnsᵀ to the upper triangle of `matrix` (of all of it where the memory is not in
/// rows); [`mirror`] completes the sum.
///
/// # Panics
/// When the sizes do not match, as [`general_mat_mul`] does.
pub(crate) fn add_gram(columns: &Array2<f64>, matrix: &mut Array2<f64>) {
    let (size, count) = columns.dim();
    if !add_half(
        columns,
        (size, count),
        CBLAS_TRANSPOSE::CblasNoTrans,
        matrix,
    ) {
        general_mat_mul(1.0, columns, &columns.t(), 1.0, matrix);
    }
}

/// As [`add_gram`], rowsᵀ·rows.
///
/// # Panics
/// When the sizes do not match, as [`general_mat_mul`] does.
pub(crate) fn add_gram_of_rows(rows: &Array2<f64>, matrix: &mut Array2<f64>) {
    let (count, size) = rows.dim();
    if !add_half(rows, (size, count), CBLAS_TRANSPOSE::CblasTrans, matrix) {
        general_mat_mul(1.0, &rows.t(), rows, 1.0, matrix);
    }
}

/// Adds the Gram matrix of `size` vectors of `count` entries, the rows of `given` or, transposed, its
/// columns. Whether it could: sizes match and the memory is in rows.
fn add_half(
    given: &Array2<f64>,
    (size, count): (usize, usize),
    transposed: CBLAS_TRANSPOSE,
    matrix: &mut Array2<f64>,
) -> bool {
    pin_blas();
    let square = matrix.dim() == (size, size);
    let (Some(entries), Some(sum), Ok(order), Ok(length), Ok(line), true) = (
        given.as_slice(),
        matrix.as_slice_mut(),
        i32::try_from(size),
        i32::try_from(count),
        i32::try_from(given.ncols()),
        square,
    ) else {
        return false;
    };
    if count == 0 || size == 0 {
        return true;
    }
    #[allow(unsafe_code)]
    // SAFETY: `entries` holds order × length numbers, in rows of `line` of them, and `sum` order ×
    // order, one row after the other; `sum` is borrowed mutably and does not overlap with `entries`.
    unsafe {
        cblas_dsyrk(
            CBLAS_LAYOUT::CblasRowMajor,
            CBLAS_UPLO::CblasUpper,
            transposed,
            order,
            length,
            1.0,
            entries.as_ptr(),
            line,
            1.0,
            sum.as_mut_ptr(),
            order,
        );
    }
    true
}

/// Copies the upper triangle of a square matrix to the lower one.
pub(crate) fn mirror(matrix: &mut Array2<f64>) {
    for i in 0..matrix.nrows().min(matrix.ncols()) {
        for j in 0..i {
            matrix[[i, j]] = matrix[[j, i]];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Entries of no pattern, rows × columns.
    fn some(rows: usize, columns: usize) -> Array2<f64> {
        Array2::from_shape_fn((rows, columns), |(i, j)| {
            ((3 * i + 7 * j + i * j) % 11) as f64
        })
    }

    #[test]
    fn one_triangle_says_all_of_a_symmetric_matrix() {
        for size in [1, 2, 5, 33] {
            let half = some(size, size);
            let matrix = &half + &half.t();
            let x = some(1, size);
            let expected = matrix.dot(&x.row(0));
            assert_eq!(symmetric_dot(&matrix, &x.row(0)), expected);
            // Columns first: the plain product.
            let turned = matrix.reversed_axes();
            assert_eq!(symmetric_dot(&turned, &x.row(0)), expected);
        }
    }

    #[test]
    fn half_of_a_gram_matrix_is_summed() {
        for (size, count) in [(1, 1), (4, 0), (5, 3), (33, 7)] {
            let columns = some(size, count);
            let expected = columns.dot(&columns.t()) + 2.0;
            let mut sum = Array2::from_elem((size, size), 2.0);
            add_gram(&columns, &mut sum);
            mirror(&mut sum);
            assert_eq!(sum, expected);
            let mut of_rows = Array2::from_elem((size, size), 2.0);
            add_gram_of_rows(&columns.t().as_standard_layout().into_owned(), &mut of_rows);
            mirror(&mut of_rows);
            assert_eq!(of_rows, expected);
            add_gram_of_rows(&columns.clone().reversed_axes(), &mut of_rows);
            mirror(&mut of_rows);
            assert_eq!(of_rows, 2.0 * &expected - 2.0);
            let mut turned = Array2::from_elem((size, size), 2.0).reversed_axes();
            add_gram(&columns, &mut turned);
            mirror(&mut turned);
            assert_eq!(turned, expected);
        }
    }

    #[test]
    fn half_of_a_triangular_matrix_is_not_read() {
        for (count, size) in [(0, 3), (1, 1), (4, 5), (7, 33)] {
            let mut upper = some(size, size);
            let rows = some(count, size);
            for ((i, j), value) in upper.indexed_iter_mut() {
                if i > j {
                    *value = 0.0;
                }
            }
            let expected = rows.dot(&upper);
            for ((i, j), value) in upper.indexed_iter_mut() {
                if i > j {
                    *value = f64::NAN;
                }
            }
            assert_eq!(upper_dot(rows, &upper), expected);
        }
    }
}
