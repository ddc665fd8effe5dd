//! Upper tails of several Poisson counts at once.
//!
//! The terms of one tail wait for each other; those of four tails do not, and a run needs the
//! tails of neighbouring classes at one count.

use super::poisson::{DIRECT_COUNT, INVERSE, at_least, probability};

/// Tails that are summed together.
pub const TOGETHER: usize = 4;

/// Terms between two looks at whether the sums have converged.
const TERMS: usize = 4;

/// [`at_least`] the `count` for up to four means, finite and above 0, and their logarithms; 0 for
/// those that are not there.
pub(crate) fn at_least_each(count: f64, means: &[f64], ln_means: &[f64]) -> [f64; TOGETHER] {
    if (2.0..DIRECT_COUNT).contains(&count)
        && let Ok(means) = <[f64; TOGETHER]>::try_from(means)
        && let Ok(ln_means) = <[f64; TOGETHER]>::try_from(ln_means)
    {
        let highest = means.iter().copied().fold(0.0, f64::max);
        let lowest = means.iter().copied().fold(f64::INFINITY, f64::min);
        if highest < count {
            return sum_up(count as usize, means, ln_means);
        }
        // Beyond, a few of them are 1 at once.
        if lowest >= count && highest < 4.0 * count {
            return sum_down(count as usize, means, ln_means);
        }
    }
    let mut tails = [0.0; TOGETHER];
    for (tail, (mean, ln_mean)) in tails.iter_mut().zip(means.iter().zip(ln_means)) {
        *tail = at_least(count, *mean, *ln_mean);
    }
    tails
}

fn converged(terms: &[f64; TOGETHER], sums: &[f64; TOGETHER]) -> bool {
    let mut terms = terms.iter().zip(sums);
    terms.all(|(term, sum)| *term <= f64::EPSILON * sum)
}

/// P(n ≥ `first`) for means below it, from the term of `first` up.
fn sum_up(first: usize, means: [f64; TOGETHER], ln_means: [f64; TOGETHER]) -> [f64; TOGETHER] {
    let (mut terms, mut sums) = ([1.0; TOGETHER], [1.0; TOGETHER]);
    for inverses in INVERSE[first + 1..].chunks(TERMS) {
        for inverse in inverses {
            for place in 0..TOGETHER {
                terms[place] *= means[place] * inverse;
                sums[place] += terms[place];
            }
        }
        if converged(&terms, &sums) {
            break;
        }
    }
    for place in 0..TOGETHER {
        sums[place] *= probability(first, means[place], ln_means[place]);
    }
    sums
}

/// P(n ≥ `count`) for means of at least that, as 1 less the terms below it.
fn sum_down(count: usize, means: [f64; TOGETHER], ln_means: [f64; TOGETHER]) -> [f64; TOGETHER] {
    let (mut terms, mut sums) = ([1.0; TOGETHER], [1.0; TOGETHER]);
    let inverses = means.map(|mean| 1.0 / mean);
    let mut n = count - 1;
    while n > 0 {
        for place in 0..TOGETHER {
            terms[place] *= n as f64 * inverses[place];
            sums[place] += terms[place];
        }
        if n.is_multiple_of(TERMS) && converged(&terms, &sums) {
            break;
        }
        n -= 1;
    }
    for place in 0..TOGETHER {
        sums[place] = 1.0 - probability(count - 1, means[place], ln_means[place]) * sums[place];
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn tails_are_those_of_each() {
        for count in [1.0, 2.0, 3.0, 20.0, 77.0, 159.0, 160.0, 1e4] {
            for factor in [1e-6, 0.1, 0.7, 0.99, 1.0, 1.1, 1.6, 3.0, 30.0] {
                for number in 0..=4u8 {
                    let mean = |place| count * factor * (1.0 + 0.1 * f64::from(place));
                    let means: Vec<f64> = (0..number).map(mean).collect();
                    let ln_means: Vec<f64> = means.iter().map(|mean| mean.ln()).collect();
                    let tails = at_least_each(count, &means, &ln_means);
                    for place in 0..usize::from(number) {
                        let alone = at_least(count, means[place], ln_means[place]);
                        assert_relative_eq!(tails[place], alone, max_relative = 1e-14);
                    }
                }
            }
        }
    }
}
