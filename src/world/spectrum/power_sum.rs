//! Sums of powers of consecutive ranks, for the zeta and density masses.

/// Ranks up to which the sums are added term by term; beyond, the Euler–Maclaurin midpoint series
/// is exact to rounding.
const DIRECT_RANKS: f64 = 32.0;

/// Σ k^−α over the `width` ranks above `low`. A bound between ranks is that of the smooth
/// continuation ζ(α, low + 1) − ζ(α, low + width + 1), with Hurwitz's zeta function.
pub(super) fn power_sum(exponent: f64, low: f64, width: f64) -> f64 {
    let mut sum = 0.0;
    let mut from = low;
    if width.fract() == 0.0 || width.is_infinite() {
        let high = low + width;
        while from < high && from < DIRECT_RANKS {
            sum += (from + 1.0).powf(-exponent);
            from += 1.0;
        }
        if from >= high {
            return sum;
        }
        return sum + series(exponent, from, high - from);
    }
    while from < DIRECT_RANKS {
        // x^−α − (x + width)^−α
        let x = from + 1.0;
        sum += x.powf(-exponent) * -(-exponent * (width / x).ln_1p()).exp_m1();
        from += 1.0;
    }
    sum + series(exponent, from, width)
}

/// The sum over the `width` ranks above `from`, by the Euler–Maclaurin series about the midpoints
/// from + ½ and from + width + ½.
fn series(a: f64, from: f64, width: f64) -> f64 {
    let left = from + 0.5;
    // left^−s − right^−s
    let difference = |s: f64| {
        let ratio = if width.is_infinite() {
            f64::INFINITY
        } else {
            (width / left).ln_1p()
        };
        left.powf(-s) * -(-s * ratio).exp_m1()
    };
    let third = a * (a + 1.0) * (a + 2.0);
    let fifth = third * (a + 3.0) * (a + 4.0);
    difference(a - 1.0) / (a - 1.0) - a / 24.0 * difference(a + 1.0)
        + 7.0 * third / 5760.0 * difference(a + 3.0)
        - 31.0 * fifth / 967_680.0 * difference(a + 5.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// Parts of ranks add up to ranks, below and above the direct terms.
    #[test]
    fn parts_add_up() {
        for low in [0.0, 3.0, 31.0, 32.0, 500.0, 1e9] {
            let whole = power_sum(1.4, low, 7.0);
            let parts = power_sum(1.4, low, 2.3) + power_sum(1.4, low + 2.3, 4.7);
            assert_relative_eq!(parts, whole, max_relative = 1e-12);
        }
    }
}
