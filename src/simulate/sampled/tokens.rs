//! The tokens of one run: how often each skill is met.

use rand::{Rng, RngExt};

use super::poisson;
use crate::learner::Kernel;

/// How the meetings of a random run are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Counts {
    /// Each skill is met n ~ Poisson(D Σ h_i p_i) times, whatever the others are: the number of
    /// tokens is D on average.
    #[default]
    Poisson,
    /// Exactly D tokens, each of which meets one skill. Where masses sum to M instead of 1, a token
    /// meets M skills on average, and D·M meetings are divided: skills are met D Σ h_i p_i times on
    /// average, as ever.
    Multinomial,
}

/// Tokens that are placed one by one rather than by counting skills of a kind.
const FEW_TOKENS: u64 = 64;

/// Skills whose tokens are divided one by one.
const FEW_SKILLS: u64 = 16;

/// Mean from which counts are no longer whole (see [`poisson::draw`]).
const WHOLE_MEAN: f64 = poisson::GROUPED_MEAN;

/// The tokens of a run. Skills ask for theirs, each once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tokens {
    /// With a fixed number of meetings, those that are left, and their expected number.
    fixed: Option<(f64, f64)>,
}

impl Tokens {
    /// Tokens that are expected to meet skills `met` times, those included that are never learned:
    /// as often as there are tokens, but for masses that do not sum to 1.
    pub(super) fn new(counts: Counts, met: f64) -> Self {
        Self {
            fixed: match counts {
                Counts::Poisson => None,
                Counts::Multinomial => Some((met.round(), met)),
            },
        }
    }

    /// The tokens left, and how many were expected to be, if their number is fixed.
    pub(super) fn left(&self) -> Option<(f64, f64)> {
        self.fixed
    }

    /// Meetings of a skill, or of several together, that are `mean` on average.
    pub(super) fn single<R: Rng + ?Sized>(&mut self, mean: f64, random: &mut R) -> f64 {
        let Some((left, expected)) = &mut self.fixed else {
            return poisson::single(mean, random);
        };
        if mean <= 0.0 {
            return 0.0;
        }
        let count = poisson::successes(*left, mean / *expected, random);
        *left -= count;
        *expected = (*expected - mean).max(0.0);
        count
    }

    /// As [`poisson::draw`], from these tokens.
    pub(super) fn group<R: Rng + ?Sized>(
        &mut self,
        skills: u64,
        mean: f64,
        random: &mut R,
        mut found: impl FnMut(f64, u64),
    ) {
        if self.fixed.is_none() {
            poisson::draw(skills, mean, random, found);
        } else if skills > 0 {
            let total = self.single(mean * skills as f64, random);
            divide(skills, total, random, &mut found);
        }
    }

    /// What `kernel` leaves, drawn, of `skills` skills together that are met `mean` times on
    /// average. One draw where the kernel only asks whether counts reach a threshold.
    pub(super) fn left_of<R: Rng + ?Sized>(
        &mut self,
        kernel: &Kernel,
        skills: u64,
        mean: f64,
        random: &mut R,
    ) -> f64 {
        let expected = kernel.unlearned(mean);
        if let Kernel::Threshold { .. } = kernel
            && self.fixed.is_none()
        {
            return poisson::binomial(skills, expected, random) as f64;
        }
        let mut left = 0.0;
        self.group(skills, mean, random, |count, number| {
            left += number as f64 * kernel.after(count).unwrap_or(expected);
        });
        left
    }

    /// Draws, for `skills` alike skills, how often each domain meets them, given the mean and the
    /// worth of a meeting by each; tells `found` how many skills had so many meetings in all, worth
    /// so much.
    pub(super) fn compound<R: Rng + ?Sized>(
        &mut self,
        skills: u64,
        met: &[(f64, f64)],
        random: &mut R,
        mut found: impl FnMut(f64, f64, u64),
    ) {
        let mut drawn = vec![(0.0, 0.0, skills)];
        for (mean, worth) in met {
            let mut next = Vec::with_capacity(drawn.len());
            for (count, sum, skills) in drawn {
                self.group(skills, *mean, random, |more, skills| {
                    next.push((count + more, sum + worth * more, skills));
                });
            }
            drawn = next;
        }
        for (count, sum, skills) in drawn {
            found(count, sum, skills);
        }
    }

    /// As [`Tokens::left_of`], of skills that several domains meet, whose meetings differ in worth.
    pub(super) fn left_of_compound<R: Rng + ?Sized>(
        &mut self,
        kernel: &Kernel,
        skills: u64,
        met: &[(f64, f64)],
        random: &mut R,
    ) -> f64 {
        let mut left = 0.0;
        let mut expected = None;
        self.compound(skills, met, random, |_, worth, number| {
            let after = kernel.after(worth);
            let after =
                after.unwrap_or_else(|| *expected.get_or_insert_with(|| kernel.unlearned_of(met)));
            left += number as f64 * after;
        });
        left
    }
}

/// Divides `total` meetings at random between `skills` alike skills.
fn divide<R: Rng + ?Sized>(
    skills: u64,
    total: f64,
    random: &mut R,
    found: &mut impl FnMut(f64, u64),
) {
    if total <= FEW_TOKENS as f64 {
        let mut places: Vec<u64> = (0..total as u64)
            .map(|_| random.random_range(0..skills))
            .collect();
        places.sort_unstable();
        let runs = places.chunk_by(|a, b| a == b);
        let mut met = 0;
        for run in runs {
            met += 1;
            found(run.len() as f64, 1);
        }
        if met < skills {
            found(0.0, skills - met);
        }
        return;
    }
    if skills <= FEW_SKILLS {
        let mut left = total;
        for others in (0..skills).rev() {
            let count = poisson::successes(left, 1.0 / (others + 1) as f64, random);
            left -= count;
            found(count, 1);
        }
        return;
    }
    // Poisson counts, then as many tokens are taken away at random, or added, as it takes: given
    // their sum, Poisson counts are multinomial.
    let mean = total / skills as f64;
    let mut drawn: Vec<(f64, u64)> = Vec::new();
    poisson::draw(skills, mean, random, |count, number| {
        drawn.push((count, number));
    });
    let sum: f64 = drawn.iter().map(|(n, number)| n * *number as f64).sum();
    if mean >= WHOLE_MEAN {
        // One token more or less on some of the skills is far below the width of a group.
        let shift = (sum - total) / skills as f64;
        for (count, number) in drawn {
            found((count - shift).max(0.0), number);
        }
        return;
    }
    let most = drawn
        .iter()
        .fold(0.0f64, |most, (count, _)| most.max(*count));
    let mut numbers = vec![0u64; most as usize + 2];
    for (count, number) in drawn {
        numbers[count as usize] += number;
    }
    let mut sum = sum as u64;
    let total = total as u64;
    while sum > total {
        let count = pick(&numbers, random.random_range(0..sum), |count| count as u64);
        numbers[count] -= 1;
        numbers[count - 1] += 1;
        sum -= 1;
    }
    while sum < total {
        let count = pick(&numbers, random.random_range(0..skills), |_| 1);
        numbers[count] -= 1;
        if count + 1 == numbers.len() {
            numbers.push(0);
        }
        numbers[count + 1] += 1;
        sum += 1;
    }
    for (count, number) in numbers.into_iter().enumerate() {
        if number > 0 {
            found(count as f64, number);
        }
    }
}

/// The count at `place`, where each skill of count n takes `size`(n) places.
fn pick(numbers: &[u64], mut place: u64, size: impl Fn(usize) -> u64) -> usize {
    for (count, number) in numbers.iter().enumerate() {
        let here = number * size(count);
        if place < here {
            return count;
        }
        place -= here;
    }
    numbers.len() - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::{Purpose, stream};

    /// The tokens add up, and each count varies as it should: variance μ(1 − 1/m).
    #[test]
    fn a_fixed_number_of_tokens_is_divided_exactly() {
        let mut random = stream(3, Purpose::Training, 0, 0);
        for (skills, total) in [
            (5u64, 40.0),
            (5, 4000.0),
            (1000, 50.0),
            (200, 900.0),
            (200, 30_000.0),
            (200, 100_000.0),
        ] {
            let (mut square, mut all) = (0.0, 0.0);
            let mean = total / skills as f64;
            for _ in 0..(20_000 / skills) {
                let (mut sum, mut number) = (0.0, 0);
                divide(skills, total, &mut random, &mut |count, skills| {
                    sum += count * skills as f64;
                    number += skills;
                    square += skills as f64 * (count - mean) * (count - mean);
                });
                assert_eq!(number, skills);
                assert!((sum - total).abs() < 1e-6 * total, "{sum} of {total}");
                all += skills as f64;
            }
            let variance = mean * (1.0 - 1.0 / skills as f64);
            let error = variance * (3.0 / all + 1.0 / (all * mean)).sqrt();
            let off = square / all - variance;
            // Groups of counts add up to 1/12 of their width squared.
            assert!(
                off.abs() < 4.0 * error + 0.002 * mean,
                "{skills} {total}: {off}"
            );
        }
    }
}
