//! Draws counts that are known to lie between two bounds.

use std::f64::consts::TAU;

use rand::{Rng, RngExt};
use statrs::function::gamma::ln_gamma;

use super::poisson::binomial;

/// Counts between the bounds up to which a skill's may be found by walking from the lower one.
const WALKED: f64 = 64.0;

/// Skills for each count between the bounds up to which they are walked to one by one.
const SINGLY: f64 = 5.0;

/// Counts from which two terms of Stirling's series give n! to 1e-8.
const STIRLING: f64 = 64.0;

/// |x| up to which (1+x) ln(1+x) − x is summed as a series.
const SERIES: f64 = 1e-3;

/// Draws that are refused before the likeliest count is taken: none in 1e30 where one in three
/// is accepted.
const REFUSALS: usize = 200;

/// Tells `found` the counts of `skills` skills, n ~ Poisson(`mean`) given `low` ≤ n < `high`, with
/// the number of skills that had each; `probability` is that of a count between the bounds, whole
/// numbers.
pub(super) fn draw<R: Rng + ?Sized>(
    skills: u64,
    mean: f64,
    (low, high): (f64, f64),
    probability: f64,
    random: &mut R,
    mut found: impl FnMut(f64, u64),
) {
    if skills == 0 || high <= low {
        return;
    }
    let width = high - low;
    if skills as f64 <= width && width > WALKED && low >= STIRLING {
        for _ in 0..skills {
            found(refuse(mean, (low, high), random), 1);
        }
        return;
    }
    let first = if low < STIRLING {
        (low * mean.ln() - mean - ln_gamma(low + 1.0)).exp()
    } else {
        ln_probability(low, mean).exp() / TAU.sqrt()
    };
    if width <= WALKED && skills as f64 <= SINGLY * width {
        let mut tally = [0u64; WALKED as usize];
        for _ in 0..skills {
            let count = walk(first, mean, (low, high), probability, random);
            tally[(count - low) as usize] += 1;
        }
        for (place, number) in tally.iter().take(width as usize).enumerate() {
            if *number > 0 {
                found(low + place as f64, *number);
            }
        }
        return;
    }
    let (mut left, mut beyond, mut term) = (skills, probability, first);
    let mut count = low;
    while left > 0 {
        let here = if count + 1.0 < high {
            binomial(left, term / beyond, random)
        } else {
            left
        };
        if here > 0 {
            found(count, here);
        }
        left -= here;
        beyond -= term;
        count += 1.0;
        term *= mean / count;
    }
}

/// One count by its cumulative probability, from the probability `term` of the lowest one.
fn walk<R: Rng + ?Sized>(
    mut term: f64,
    mean: f64,
    (low, high): (f64, f64),
    probability: f64,
    random: &mut R,
) -> f64 {
    let mut left = random.random::<f64>() * probability;
    let mut count = low;
    while left >= term && count + 1.0 < high {
        left -= term;
        count += 1.0;
        term *= mean / count;
    }
    count
}

/// One count, drawn evenly and accepted as often as it is likely.
fn refuse<R: Rng + ?Sized>(mean: f64, (low, high): (f64, f64), random: &mut R) -> f64 {
    let likeliest = mean.floor().clamp(low, high - 1.0);
    let highest = ln_probability(likeliest, mean);
    for _ in 0..REFUSALS {
        let count = (low + (random.random::<f64>() * (high - low)).floor()).min(high - 1.0);
        let accepted: f64 = random.random();
        if accepted.ln() <= ln_probability(count, mean) - highest {
            return count;
        }
    }
    likeliest
}

/// ln of the probability of a `count` of at least [`STIRLING`], times √2π.
fn ln_probability(count: f64, mean: f64) -> f64 {
    let x = (count - mean) / mean;
    let bend = if x.abs() < SERIES {
        x * x * (0.5 - x * (1.0 / 6.0 - x * (1.0 / 12.0 - x / 20.0)))
    } else {
        (1.0 + x) * x.ln_1p() - x
    };
    -mean * bend - 0.5 * count.ln() - 1.0 / (12.0 * count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::at_least;
    use crate::numeric::random::{Purpose, stream};

    /// Each count is as frequent as its probability says, in every way of drawing.
    #[test]
    fn counts_between_bounds_have_their_probabilities() {
        let mut random = stream(1, Purpose::Training, 0, 0);
        for (mean, low, high, skills) in [
            (0.7f64, 1.0, 9.0, 1000),
            (3.0, 2.0, 6.0, 3),
            (40.0, 45.0, 52.0, 5),
            (40.0, 20.0, 24.0, 100),
            (900.0, 880.0, 960.0, 50),
            (900.0, 880.0, 960.0, 5000),
            (90.0, 65.0, 70.0, 2000),
            (2e6, 1.999e6, 2.003e6, 20),
        ] {
            let tail = |count: f64| at_least(count, mean, mean.ln());
            let probability = tail(low) - tail(high);
            let middle = ((low + high) / 2.0f64).floor();
            let expected = (tail(low) - tail(middle)) / probability;
            let (mut all, mut lower) = (0, 0);
            for _ in 0..20_000u64.div_ceil(skills) {
                let mut told = 0;
                draw(
                    skills,
                    mean,
                    (low, high),
                    probability,
                    &mut random,
                    |n, number| {
                        assert!((low..high).contains(&n), "{n}");
                        told += number;
                        lower += if n < middle { number } else { 0 };
                    },
                );
                assert_eq!(told, skills);
                all += skills;
            }
            let all = all as f64;
            let z = (lower as f64 - all * expected) / (all * expected * (1.0 - expected)).sqrt();
            assert!(z.abs() < 4.0, "mean {mean} from {low}: z = {z}");
        }
    }
}
