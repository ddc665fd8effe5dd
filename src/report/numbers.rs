//! How numbers are written for people.

/// Decimals that a column of figures shows at most.
const MOST_DECIMALS: usize = 4;

/// Stands where there is no figure.
pub(super) const ABSENT: &str = "–";

/// Decimals that give the smallest non-zero magnitude of `values` three significant digits, 1 to 4;
/// one number of decimals for a column keeps its points aligned.
pub(super) fn decimals(values: impl IntoIterator<Item = f64>) -> usize {
    let smallest = values
        .into_iter()
        .map(f64::abs)
        .filter(|v| v.is_finite() && *v > 0.0)
        .fold(f64::INFINITY, f64::min);
    if smallest.is_infinite() {
        return 1;
    }
    // 0.63 has its first digit at 10^-1 and shows three.
    let wanted = 2.0 - smallest.log10().floor();
    (wanted.max(1.0) as usize).min(MOST_DECIMALS)
}

/// `value` with so many decimals; exponents for what would not fit a column.
pub fn fixed(value: f64, decimals: usize) -> String {
    if value.is_nan() {
        ABSENT.into()
    } else if value.is_infinite() {
        if value > 0.0 { "∞" } else { "−∞" }.into()
    } else if value.abs() >= 1e6 {
        format!("{value:.2e}")
    } else {
        format!("{value:.decimals$}")
    }
}

/// `mean ± sd` with so many decimals; without the sd where it says nothing.
pub fn spread(mean: f64, sd: f64, decimals: usize, with_sd: bool) -> String {
    if with_sd && mean.is_finite() && sd.is_finite() {
        format!("{} ± {}", fixed(mean, decimals), fixed(sd, decimals))
    } else {
        fixed(mean, decimals)
    }
}

/// `value` with four significant digits, trailing zeros dropped.
pub(super) fn significant(value: f64) -> String {
    rounded(value, 4)
}

/// `value` with so many significant digits, trailing zeros dropped.
pub(super) fn rounded(value: f64, digits: i32) -> String {
    if !value.is_finite() || value == 0.0 {
        return fixed(value, 0);
    }
    let exponent = value.abs().log10().floor() as i32;
    if !(-4..6).contains(&exponent) {
        return format!("{value:.2e}");
    }
    let decimals = usize::try_from(digits - 1 - exponent).unwrap_or(0);
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').into()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_shows_three_digits_of_its_smallest_figure() {
        assert_eq!(decimals([0.12, 5.0]), 3);
        assert_eq!(decimals([2.3, 50.0]), 2);
        assert_eq!(decimals([123.0, 1300.0]), 1);
        assert_eq!(decimals([1e-9]), 4);
        assert_eq!(decimals([0.0, f64::NAN]), 1);
    }

    #[test]
    fn numbers_stay_short() {
        assert_eq!(spread(0.0123, 0.004, 3, true), "0.012 ± 0.004");
        assert_eq!(spread(0.0123, 0.0, 3, false), "0.012");
        assert_eq!(fixed(1.2e9, 2), "1.20e9");
        assert_eq!(fixed(f64::NAN, 2), "–");
        assert_eq!(fixed(f64::NEG_INFINITY, 2), "−∞");
        assert_eq!(significant(0.25), "0.25");
        assert_eq!(significant(12345.678), "12346");
        assert_eq!(significant(1e-7), "1.00e-7");
        assert_eq!(significant(0.0), "0");
    }
}
