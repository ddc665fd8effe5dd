//! The common threshold over realised counts: which numbers of meetings are enough to be among
//! the N skills of highest score.

use super::poisson::at_least;

/// Skills of one mean number of meetings and one value per meeting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crowd {
    /// Number of skills, whole or not.
    pub skills: f64,
    /// Mean number of meetings μ, finite and above 0.
    pub mean: f64,
    /// ln μ.
    pub ln_mean: f64,
    /// Value v of one meeting: the score of n meetings is n·v.
    pub value: f64,
}

/// Relative distance within which scores count as equal.
const EQUAL: f64 = 1e-12;

/// Skills, as a part of the capacity, that may be left to the shared tie between two scores.
const SHARED: f64 = 1e-10;

/// Steps after which halving alone has found the threshold.
const STEPS: usize = 300;

/// What is kept: all skills of a score above `above`, and a `share` of those between.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// Scores above this one are kept.
    pub above: f64,
    /// Scores above this one and up to `above` share what is left.
    pub from: f64,
    /// The share of them that is kept, from 0 to 1.
    pub share: f64,
    /// The least count that teaches anything; with fewer meetings a skill takes no capacity.
    pub least: f64,
}

impl Threshold {
    /// Keeps every skill met at least `least` times.
    pub fn all(least: f64) -> Self {
        Self {
            above: 0.0,
            from: 0.0,
            share: 0.0,
            least,
        }
    }

    /// The least counts at which skills of `value` are kept whole, and in part.
    pub fn counts(&self, value: f64) -> (f64, f64) {
        (
            least_count(self.above, value).max(self.least),
            least_count(self.from, value).max(self.least),
        )
    }
}

/// Smallest whole n ≥ 1 with n·`value` above `score`.
fn least_count(score: f64, value: f64) -> f64 {
    (score / value * (1.0 + EQUAL)).floor() + 1.0
}

/// How many skills score above a threshold, and the scores next to it.
struct Above {
    skills: f64,
    /// The highest score that is not above the threshold.
    below: f64,
    /// The lowest score that is.
    next: f64,
}

#[expect(clippy::float_cmp, reason = "equal values are equal to the last digit")]
fn above(families: &[Vec<Crowd>], score: f64, capacity: f64, least: f64) -> Above {
    let mut found = Above {
        skills: 0.0,
        below: 0.0,
        next: f64::INFINITY,
    };
    for family in families {
        let (mut value, mut count) = (f64::NAN, 0.0);
        for crowd in family {
            // Most crowds have the value of the one before.
            if crowd.value != value {
                value = crowd.value;
                count = least_count(score, value).max(least);
                if count > least {
                    found.below = found.below.max((count - 1.0) * value);
                }
                found.next = found.next.min(count * value);
            }
            let skills = crowd.skills * at_least(count, crowd.mean, crowd.ln_mean);
            found.skills += skills;
            // Later ranks are met ever less.
            if crowd.mean < count && skills < NEGLIGIBLE * capacity {
                break;
            }
        }
    }
    found
}

/// Part of the capacity below which a crowd, and with it all later ones, has no say.
const NEGLIGIBLE: f64 = 1e-14;

/// Standard deviations of a count by which the search moves away from its guess at first.
const FIRST_MOVE: f64 = 2.0;

/// Moves away from the guess, each twice as far as the one before, after which the search starts
/// from the least score.
const MOVES: usize = 8;

/// Part of a meeting down to which equal scores have to tell counts apart. Where they do not, as
/// many as 1e9 meetings, the ends of the bracket have to be looked at again.
const RESOLVED: f64 = 1e-3;

/// The scores between which the threshold lies, and how many skills score above each.
struct Bracket {
    low: f64,
    more: f64,
    high: f64,
    fewer: f64,
}

impl Bracket {
    /// Takes in what was found above `score`.
    fn narrow(&mut self, score: f64, found: &Above, capacity: f64) {
        if found.skills <= capacity {
            // Nothing lies between the score below and this one.
            (self.high, self.fewer) = (found.below.max(self.low), found.skills);
        } else {
            // Just below the next score the number is still the same.
            self.low = (found.next * (1.0 - 2.0 * EQUAL)).max(score);
            self.more = found.skills;
        }
    }

    fn is_open(&self) -> bool {
        self.more.is_infinite() || self.fewer.is_infinite()
    }
}

/// The threshold at which the expected number of skills kept is `capacity` (finite). Each family
/// lists its crowds by falling mean. Only skills met at least `least` times take capacity.
/// `guess` is a score to look at first, and `count` about how many meetings it stands for.
///
/// The number of skills above a score falls in steps at the scores n·v. A step is found by
/// bracketing; secants on the logarithms while the steps are small against the bracket.
pub fn threshold(
    families: &[Vec<Crowd>],
    capacity: f64,
    least: f64,
    (guess, count): (f64, f64),
) -> Threshold {
    let above = |score: f64| above(families, score, capacity, least);
    let mut bracket = Bracket {
        low: 0.0,
        more: f64::INFINITY,
        high: f64::INFINITY,
        fewer: f64::INFINITY,
    };
    if guess > 0.0 && guess.is_finite() {
        let mut factor = 1.0 + FIRST_MOVE / count.max(1.0).sqrt();
        let mut score = guess;
        for _ in 0..MOVES {
            let found = above(score);
            bracket.narrow(score, &found, capacity);
            if !bracket.is_open() {
                break;
            }
            score = if found.skills <= capacity {
                score / factor
            } else {
                score * factor
            };
            factor *= factor;
        }
    }
    if bracket.more.is_infinite() {
        let all = above(0.0);
        if all.skills <= capacity {
            return Threshold::all(least);
        }
        bracket.narrow(0.0, &all, capacity);
    }
    if bracket.fewer.is_infinite() {
        bracket.high = families
            .iter()
            .flatten()
            .map(|crowd| crowd.value * (crowd.mean + 1.0))
            .fold(bracket.low, f64::max);
        for _ in 0..STEPS {
            bracket.fewer = above(bracket.high).skills;
            if bracket.fewer <= capacity {
                break;
            }
            (bracket.low, bracket.more) = (bracket.high, bracket.fewer);
            bracket.high *= 2.0;
        }
    }
    for step in 0..STEPS {
        let Bracket {
            low,
            more,
            high,
            fewer,
        } = bracket;
        if high <= low * (1.0 + 4.0 * EQUAL) || more - fewer <= SHARED * capacity {
            break;
        }
        let slope = (high / low).ln() / (fewer.max(f64::MIN_POSITIVE) / more).ln();
        let secant = low * ((capacity / more).ln() * slope).exp();
        let middle = (low * high).sqrt();
        // Every third step halves, which ends what a secant would draw out.
        let score = if step % 3 != 2 && secant > low && secant < high {
            secant
        } else {
            middle
        };
        if !(score > low && score < high) {
            break;
        }
        bracket.narrow(score, &above(score), capacity);
    }
    // A bracket that closed from both sides holds one score: its skills are the tie.
    let high = bracket.high.max(bracket.low);
    let from = bracket.low.min(high * (1.0 - 4.0 * EQUAL));
    let finest = families
        .iter()
        .filter_map(|family| family.first())
        .map(|crowd| crowd.value)
        .fold(f64::INFINITY, f64::min);
    let (fewer, more) = if high * EQUAL > RESOLVED * finest {
        (above(high).skills, above(from).skills)
    } else {
        (bracket.fewer, bracket.more)
    };
    let share = if more > fewer {
        ((capacity - fewer) / (more - fewer)).clamp(0.0, 1.0)
    } else {
        0.0
    };
    Threshold {
        above: high,
        from,
        share,
        least,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crowd(skills: f64, mean: f64, value: f64) -> Crowd {
        Crowd {
            skills,
            mean,
            ln_mean: mean.ln(),
            value,
        }
    }

    /// Skills kept in all.
    fn kept(families: &[Vec<Crowd>], threshold: Threshold) -> f64 {
        families
            .iter()
            .flatten()
            .map(|crowd| {
                let (whole, part) = threshold.counts(crowd.value);
                let tail = |count| crowd.skills * at_least(count, crowd.mean, crowd.ln_mean);
                tail(whole) + threshold.share * (tail(part) - tail(whole))
            })
            .sum()
    }

    #[test]
    fn the_expected_number_kept_is_the_capacity() {
        let family = |value: f64, scale: f64| -> Vec<Crowd> {
            (1..200)
                .map(|rank| {
                    let rank = f64::from(rank);
                    crowd(rank, scale * rank.powf(-1.5), value)
                })
                .collect()
        };
        for scale in [0.3, 20.0, 3e3, 1e7, 1e15] {
            let families = vec![
                family(1.0, scale),
                family(1.5, scale * 0.5),
                family(2.0, scale),
                family(2.5, 0.01 * scale),
            ];
            let capacities = [1.0, 10.0, 100.0, 333.3, 4000.0, 30_000.0];
            // Any guess will do, near or far, or none.
            let guesses = [f64::NAN, 0.01, 30.0, 1e12];
            for (capacity, guess) in capacities
                .iter()
                .flat_map(|capacity| guesses.map(|guess| (*capacity, guess)))
            {
                let found = threshold(&families, capacity, 1.0, (guess, 3.0));
                let kept = kept(&families, found);
                if found == Threshold::all(1.0) {
                    assert!(kept <= capacity * (1.0 + 1e-9), "{scale} {capacity} {kept}");
                } else {
                    assert!(
                        (kept / capacity - 1.0).abs() < 1e-9,
                        "{scale} {capacity} {found:?} {kept}"
                    );
                }
            }
        }
    }

    /// Four crowds, whose scores tie at 6 = 6·1 = 4·1.5 = 3·2.
    #[test]
    fn equal_scores_share() {
        let families = vec![
            vec![crowd(1000.0, 3.0, 1.0)],
            vec![crowd(1000.0, 3.0, 1.5)],
            vec![crowd(1000.0, 3.0, 2.0)],
        ];
        let tail = |count: f64| 1000.0 * at_least(count, 3.0, 3f64.ln());
        let above = tail(7.0) + tail(5.0) + tail(4.0);
        let tied = tail(6.0) + tail(4.0) + tail(3.0) - above;
        let found = threshold(&families, above + 0.3 * tied, 1.0, (5.0, 4.0));
        assert_eq!(found.counts(1.0), (7.0, 6.0));
        assert_eq!(found.counts(1.5), (5.0, 4.0));
        assert_eq!(found.counts(2.0), (4.0, 3.0));
        assert!((found.share - 0.3).abs() < 1e-9);
    }
}
