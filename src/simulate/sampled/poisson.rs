//! Draws how many of many alike skills were met 0, 1, 2, … times.

use rand::{Rng, RngExt};
use rand_distr::{Binomial, Distribution, Hypergeometric, Poisson, StandardNormal};

use crate::learner::at_least;

/// Mean from which neighbouring counts are drawn together, in groups narrow against their spread.
pub(super) const GROUPED_MEAN: f64 = 400.0;

/// Groups in one standard deviation of the count.
const GROUPS: f64 = 10.0;

/// Standard deviations within which all counts lie: beyond, one skill in 1e22.
const RANGE: f64 = 10.0;

/// Mean from which a count is normal, and whole numbers are no longer resolved.
const NORMAL_MEAN: f64 = 1e15;

/// Groups of counts that cost as much as drawing one skill by itself.
const SINGLY: f64 = 2.0;

/// Draws n ~ Poisson(`mean`) for each of `skills` skills and tells `found` each count with the
/// number of skills that had it. The numbers sum to `skills`.
pub(super) fn draw<R: Rng + ?Sized>(
    skills: u64,
    mean: f64,
    random: &mut R,
    mut found: impl FnMut(f64, u64),
) {
    if mean <= 0.0 {
        found(0.0, skills);
        return;
    }
    let width = if mean < GROUPED_MEAN {
        1.0
    } else {
        (mean.sqrt() / GROUPS).floor()
    };
    let first = (mean - RANGE * mean.sqrt()).floor().max(0.0);
    let groups = ((mean - first) / width).mul_add(2.0, 1.0);
    if (skills as f64) < SINGLY * groups.min(RANGE * GROUPS) {
        for _ in 0..skills {
            found(single(mean, random), 1);
        }
        return;
    }
    let ln_mean = mean.ln();
    let mut left = skills;
    let mut low = first;
    let mut beyond = at_least(low, mean, ln_mean);
    while left > 0 {
        let further = at_least(low + width, mean, ln_mean);
        let next = binomial(left, further / beyond, random);
        if next < left {
            found(low + 0.5 * (width - 1.0), left - next);
        }
        left = next;
        low += width;
        beyond = further;
    }
}

/// One count n ~ Poisson(`mean`).
pub(super) fn single<R: Rng + ?Sized>(mean: f64, random: &mut R) -> f64 {
    if mean < NORMAL_MEAN
        && let Ok(poisson) = Poisson::new(mean)
    {
        return poisson.sample(random);
    }
    let normal: f64 = StandardNormal.sample(random);
    normal.mul_add(mean.sqrt(), mean).round().max(0.0)
}

/// Trials above which successes are normal: whole numbers are hardly resolved.
const MOST_TRIALS: f64 = 1e15;

/// How many of `trials`, a whole number of any size, succeed with `probability`.
pub(super) fn successes<R: Rng + ?Sized>(trials: f64, probability: f64, random: &mut R) -> f64 {
    if trials < MOST_TRIALS {
        return binomial(trials as u64, probability, random) as f64;
    }
    let probability = probability.clamp(0.0, 1.0);
    let mean = trials * probability;
    if mean < NORMAL_MEAN {
        // So rare that the number of trials is no bound.
        return single(mean, random);
    }
    let normal: f64 = StandardNormal.sample(random);
    let deviation = (mean * (1.0 - probability)).sqrt();
    normal.mul_add(deviation, mean).round().clamp(0.0, trials)
}

/// How many of `trials` succeed with `probability`.
pub(super) fn binomial<R: Rng + ?Sized>(trials: u64, probability: f64, random: &mut R) -> u64 {
    // 0/0 arises where even the count before was beyond the last digit.
    if probability.is_nan() || probability <= 0.0 || trials == 0 {
        return 0;
    }
    if trials as f64 * probability < RARE {
        return rare(trials, probability, random);
    }
    Binomial::new(trials, probability.min(1.0)).map_or(0, |binomial| binomial.sample(random))
}

/// Successes, on average, below which mostly there is none.
const RARE: f64 = 0.5;

/// [`binomial`] by its cumulative probability: mostly it is seen at once that no trial succeeds,
/// since (1−p)^n ≥ 1 − np.
fn rare<R: Rng + ?Sized>(trials: u64, probability: f64, random: &mut R) -> u64 {
    let trials_left = trials as f64;
    let mut left: f64 = random.random();
    if left < 1.0 - trials_left * probability {
        return 0;
    }
    let mut term = (trials_left * (-probability).ln_1p()).exp();
    let odds = probability / (1.0 - probability);
    let mut successes = 0;
    // Terms fall; at the end rounding may leave a last digit.
    while left >= term && successes < trials && term > 0.0 {
        left -= term;
        term *= odds * (trials_left - successes as f64) / (successes + 1) as f64;
        successes += 1;
    }
    successes
}

/// Marked ones up to which each is decided by itself.
const FEW_MARKED: u64 = 8;

/// Population from which putting back makes no difference where fewer than [`SPARSE`] are expected
/// in common of two parts, none of them more than half: the smaller is at most 1 in 250.
const LARGE: u64 = 1_000_000;
const SPARSE: f64 = 16.0;

/// How many of `marked` are among `taken` drawn from `all` without putting back.
pub(super) fn hypergeometric<R: Rng + ?Sized>(
    all: u64,
    marked: u64,
    taken: u64,
    random: &mut R,
) -> u64 {
    let taken = taken.min(all);
    if marked <= FEW_MARKED {
        // One after the other: each is taken with what is left to take.
        let (mut left, mut room) = (all, taken);
        for _ in 0..marked {
            room -= u64::from(random.random::<f64>() * (left as f64) < room as f64);
            left -= 1;
        }
        return taken - room;
    }
    let (small, short) = (
        marked.min(all.saturating_sub(marked)),
        taken.min(all - taken),
    );
    if all > LARGE && small as f64 / all as f64 * (short as f64) < SPARSE {
        // The library's time grows with the population here.
        let (fewer, more) = (small.min(short), small.max(short));
        let common = binomial(fewer, more as f64 / all as f64, random);
        return match (small == marked, short == taken) {
            (true, true) => common,
            (true, false) => marked - common,
            (false, true) => taken - common,
            (false, false) => marked - (all - taken) + common,
        };
    }
    match Hypergeometric::new(all, marked, taken) {
        Ok(hypergeometric) => hypergeometric.sample(random),
        // Refused only for populations so large that putting back makes no difference.
        Err(_) => binomial(taken, marked as f64 / all.max(1) as f64, random).min(marked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::{Purpose, stream};

    /// Mean and variance of the counts are the Poisson mean, in every way of drawing.
    #[test]
    fn counts_have_the_poisson_mean_and_variance() {
        let mut random = stream(1, Purpose::Training, 0, 0);
        for mean in [1e-3f64, 0.5, 3.0, 40.0, 399.0, 2500.0, 1e6, 1e17] {
            for skills in [10u64, 1000, 1_000_000] {
                let repeats = if skills > 1000 {
                    1
                } else {
                    20_000 / skills.min(1000)
                };
                let (mut all, mut sum, mut square) = (0.0, 0.0, 0.0);
                for _ in 0..repeats {
                    let mut told = 0;
                    draw(skills, mean, &mut random, |count, number| {
                        told += number;
                        sum += number as f64 * (count - mean);
                        square += number as f64 * (count - mean).powi(2);
                    });
                    assert_eq!(told, skills);
                    all += skills as f64;
                }
                let z = sum / (all * mean).sqrt();
                assert!(z.abs() < 4.0, "mean {mean}, {skills} skills: z = {z}");
                // Var(n − μ)² = μ + 2μ²; groups add at most 1/12 of their width squared.
                let spread = ((mean + 2.0 * mean * mean) / all).sqrt();
                let off = square / all - mean;
                assert!(
                    off.abs() < 4.0 * spread + 0.001 * mean,
                    "mean {mean}, {skills} skills: variance off by {off}"
                );
            }
        }
    }

    /// Few successes have their probabilities, seen at once or not.
    #[test]
    fn rare_successes_are_binomial() {
        let mut random = stream(3, Purpose::Training, 0, 0);
        let draws = 200_000;
        for (trials, probability) in [(1u64, 0.4f64), (3, 0.1), (200, 2e-3), (1 << 40, 1e-13)] {
            let mut seen = [0.0f64; 3];
            for _ in 0..draws {
                let successes = binomial(trials, probability, &mut random);
                assert!(successes <= trials);
                seen[successes.min(2) as usize] += 1.0;
            }
            let n = trials as f64;
            let none = (n * (-probability).ln_1p()).exp();
            let one = n * probability / (1.0 - probability) * none;
            for (seen, expected) in seen.iter().zip([none, one, 1.0 - none - one]) {
                let mean = f64::from(draws) * expected;
                let error = (mean * (1.0 - expected)).max(0.0).sqrt();
                assert!(
                    (seen - mean).abs() <= 4.0 * error + 1.0,
                    "{trials} {probability}: {seen}"
                );
            }
        }
    }

    #[test]
    fn huge_populations_are_drawn() {
        let mut random = stream(2, Purpose::Training, 0, 0);
        let mut met = 0;
        draw(1_000_000_000_000, 1e-9, &mut random, |count, number| {
            if count > 0.0 {
                met += number;
            }
        });
        assert!((800..1200).contains(&met), "{met}");
        for (marked, taken) in [(3, 1), (1, 3), (3, 997), (997, 3), (997, 999)] {
            let (all, unit) = (1_000_000_000_000u64, 1_000_000_000u64);
            let (few, most) = (12, unit * 1000 - 12);
            let part = |number: u64| if number > 500 { most } else { few };
            let found = hypergeometric(all, part(marked), unit * taken, &mut random);
            let expected = part(marked) as f64 * taken as f64 / 1000.0;
            assert!(
                (found as f64 - expected).abs() < 12.0,
                "{marked} {taken}: {found}"
            );
        }
        let taken = hypergeometric(3_000_000_000, 1_000_000_000, 600_000_000, &mut random);
        assert!((199_900_000..200_100_000).contains(&taken), "{taken}");
    }
}
