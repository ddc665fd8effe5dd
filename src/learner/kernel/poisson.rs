//! Upper tails of the Poisson distribution, exact in both directions.

use std::f64::consts::PI;

use statrs::function::erf::erfc;

/// Counts below this are summed term by term; above, the uniform expansion is exact to 1e-10.
pub(super) const DIRECT_COUNT: f64 = 160.0;

/// Exponent beyond which a tail is 0 or 1 to more digits than any number of skills resolves.
const CERTAIN: f64 = 120.0;

/// Exponent of a tail that is nothing beside 1: e^−40 is 4e-18.
const NOTHING: f64 = 40.0;

/// Whole numbers whose inverses, and inverse factorials, are tabulated: the first terms of a sum
/// from any count below [`DIRECT_COUNT`].
const TABULATED: usize = 512;

/// 1/n.
pub(super) const INVERSE: [f64; TABULATED] = {
    let mut table = [0.0; TABULATED];
    let mut n = 1;
    while n < TABULATED {
        table[n] = 1.0 / n as f64;
        n += 1;
    }
    table
};

/// 1/n! for n up to [`DIRECT_COUNT`].
const INVERSE_FACTORIAL: [f64; DIRECT_COUNT as usize + 1] = {
    let mut table = [1.0; DIRECT_COUNT as usize + 1];
    let mut n = 1;
    while n < table.len() {
        table[n] = table[n - 1] / n as f64;
        n += 1;
    }
    table
};

/// P(n ≥ `count`) for n ~ Poisson(`mean`), a whole `count` ≥ 0 and 0 < `mean` < ∞; `ln_mean` is
/// ln `mean`. Small tails keep their relative accuracy.
pub fn at_least(count: f64, mean: f64, ln_mean: f64) -> f64 {
    let beyond = mean - count;
    if count < 1.0 {
        1.0
    } else if count < 2.0 {
        -(-mean).exp_m1()
    } else if beyond > 0.0 && beyond * beyond > 2.0 * NOTHING * mean {
        // P(n ≤ μ − x) ≤ e^(−x²/2μ), Chernoff's bound.
        1.0
    } else if count < DIRECT_COUNT {
        by_terms(count, mean, ln_mean)
    } else {
        uniform(count, mean, ln_mean)
    }
}

/// Mean from which [`at_least`] `count` is 1 to every digit.
pub(crate) fn certain_mean(count: f64) -> f64 {
    // (μ − n)² > 2μ·NOTHING
    count + NOTHING + (NOTHING * (NOTHING + 2.0 * count)).sqrt() + 1.0
}

/// A bound of [`at_least`] a `count` above the `mean`, which is above 0: Chernoff's.
pub(crate) fn tail_bound(count: f64, mean: f64) -> f64 {
    (count * (1.0 + (mean / count).ln()) - mean).exp()
}

/// Probability of exactly `count`, at most [`DIRECT_COUNT`].
pub(super) fn probability(count: usize, mean: f64, ln_mean: f64) -> f64 {
    // Below 1e308: μ^n e^−μ is at most n^n e^−n.
    (count as f64 * ln_mean - mean).exp() * INVERSE_FACTORIAL[count]
}

/// The smaller of the two tails, summed from its largest term.
fn by_terms(count: f64, mean: f64, ln_mean: f64) -> f64 {
    let first = count as usize;
    if mean < count {
        let (mut term, mut sum) = (1.0, 1.0);
        for inverse in &INVERSE[first + 1..] {
            term *= mean * inverse;
            sum += term;
            if term <= f64::EPSILON * sum {
                break;
            }
        }
        probability(first, mean, ln_mean) * sum
    } else {
        let (mut term, mut sum, inverse) = (1.0, 1.0, 1.0 / mean);
        let mut n = count - 1.0;
        while term > f64::EPSILON * sum && n > 0.0 {
            term *= n * inverse;
            sum += term;
            n -= 1.0;
        }
        1.0 - probability(first - 1, mean, ln_mean) * sum
    }
}

/// Temme's uniform expansion of the incomplete gamma function P(a, x) at a = `count`, x = `mean`
/// (DLMF 8.12.3 to 8.12.8), with the coefficients of DiDonato and Morris 1986.
fn uniform(count: f64, mean: f64, ln_mean: f64) -> f64 {
    const C0: [f64; 7] = [
        -1.0 / 3.0,
        1.0 / 12.0,
        -2.0 / 135.0,
        1.0 / 864.0,
        1.0 / 2835.0,
        -139.0 / 777_600.0,
        1.0 / 25_515.0,
    ];
    const C1: [f64; 4] = [-1.0 / 540.0, -1.0 / 288.0, 1.0 / 378.0, -77.0 / 77_760.0];
    const C2: [f64; 2] = [25.0 / 6048.0, -139.0 / 51_840.0];
    let series = |c: &[f64], x: f64| c.iter().rev().fold(0.0, |sum, c| sum * x + c);
    let distance = (mean - count) / count;
    // x/a − 1 − ln(x/a), which the difference of logarithms gives well enough far from x = a.
    let rough = distance - (ln_mean - count.ln());
    let exponent = if rough.abs() > 0.01 {
        rough
    } else {
        distance - distance.ln_1p()
    };
    let exponent = (count * exponent).max(0.0);
    if exponent > CERTAIN {
        return if distance > 0.0 { 1.0 } else { 0.0 };
    }
    let eta = (2.0 * exponent / count).sqrt().copysign(distance);
    let rest = (-exponent).exp() / (2.0 * PI * count).sqrt()
        * (series(&C0, eta) + (series(&C1, eta) + series(&C2, eta) / count) / count);
    0.5 * erfc(-exponent.sqrt().copysign(distance)) - rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// The expansion against the sum where both hold, and against the normal limit where only the
    /// expansion does.
    #[test]
    fn the_expansion_continues_the_sum() {
        for count in [160.0f64, 400.0, 3000.0] {
            for deviations in [-9.0, -4.0, -1.0, -0.1, 0.0, 0.1, 1.0, 4.0, 9.0] {
                let mean = count + deviations * count.sqrt();
                // by_terms reads ln n! from a table that ends at 170!, so sum in logarithms here.
                let ln = |n: f64| n * mean.ln() - mean - statrs::function::gamma::ln_gamma(n + 1.0);
                let mut upper = 0.0;
                let mut n = (count + 40.0 * count.sqrt()).floor();
                while n >= count {
                    upper += ln(n).exp();
                    n -= 1.0;
                }
                assert_relative_eq!(
                    uniform(count, mean, mean.ln()),
                    upper,
                    max_relative = 2e-8,
                    epsilon = 1e-30
                );
            }
        }
    }

    #[test]
    fn small_counts_are_exact() {
        // P(n ≥ 2) = 1 − e^−μ(1 + μ), P(n ≥ 3) = that − e^−μ μ²/2
        let mean: f64 = 1.7;
        let two = 1.0 - (-mean).exp() * (1.0 + mean);
        assert_relative_eq!(at_least(2.0, mean, mean.ln()), two, max_relative = 1e-14);
        let three = two - (-mean).exp() * mean * mean / 2.0;
        assert_relative_eq!(at_least(3.0, mean, mean.ln()), three, max_relative = 1e-14);
        // μ³/6 (1 − 3μ/4 …) where the complement has no digits left.
        let rare: f64 = 1e-9;
        assert_relative_eq!(
            at_least(3.0, rare, rare.ln()),
            rare.powi(3) / 6.0,
            max_relative = 1e-8
        );
    }

    #[test]
    fn huge_counts_stay_in_range() {
        for count in [1e6, 1e12, 1e20, 1e200] {
            for factor in [1e-3f64, 0.999, 1.0, 1.001, 1e3] {
                let mean = count * factor;
                let tail = at_least(count, mean, mean.ln());
                assert!((0.0..=1.0 + 1e-12).contains(&tail), "{count} {mean} {tail}");
            }
        }
    }
}
