//! The common threshold over realised counts: which numbers of meetings are enough to be among
//! the N skills of highest score.

use super::skill_classes::{Above, EQUAL, SkillClasses, least_count};
use crate::learner::Kernel;

/// Skills, as a part of the capacity, that may be left to the shared tie between two scores.
const SHARED: f64 = 1e-7;

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
}

impl Threshold {
    /// Keeps every skill that learns anything.
    const ALL: Self = Self {
        above: 0.0,
        from: 0.0,
        share: 0.0,
    };

    /// The least counts at which skills of `value`, which learn anything from `least` meetings on,
    /// are kept whole, and in part.
    pub fn counts(&self, value: f64, least: f64) -> (f64, f64) {
        (
            least_count(self.above, value).max(least),
            least_count(self.from, value).max(least),
        )
    }
}

/// −d ln score / d ln skills above it, by which the search moves away from its guess at first: the
/// exponent of a usual spectrum, and a little more, so as to arrive on the other side.
const FIRST_MOVE: f64 = 2.0;

/// Least such move, as a part of the score.
const LEAST_MOVE: f64 = 1e-4;

/// Moves away from the guess, each twice as far as the one before, after which the search starts
/// from the least score.
const MOVES: usize = 12;

/// Steps in a row that may end on one side before halving sets in.
const HALVES: u32 = 6;

/// Part of a meeting down to which equal scores have to tell counts apart. Where they do not, as
/// many as 1e9 meetings, the ends of the bracket have to be looked at again.
const RESOLVED: f64 = 1e-3;

/// The scores between which the threshold lies, and how many skills score above each.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bracket {
    /// Score above which there are too many skills,
    low: f64,
    /// so many.
    more: f64,
    /// Score above which there are as many skills as can be kept, or fewer,
    high: f64,
    /// so many.
    fewer: f64,
}

impl Bracket {
    /// Whether it holds a single score, of which all skills tie.
    fn is_tie(&self) -> bool {
        self.high <= self.low * (1.0 + 4.0 * EQUAL)
    }

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

/// The scores next to the one at which `capacity` (finite) skills score above it; `None` if there
/// are no more than that. `above` tells how many skills score above a score, and the scores next to
/// it; it is called with ever nearer ones. `guess` is a score to look at first, NaN for none, and
/// `highest` one that hardly any skill scores above; skills that are sure to be kept may be left out
/// of all but the `total` that can be. Ends early when no more than `few` skills lie
/// between.
///
/// The number of skills above a score falls in steps at the scores n·v. A step is found by
/// bracketing, with secants on the logarithms.
fn bracket(
    mut above: impl FnMut(f64) -> Above,
    (capacity, total): (f64, f64),
    (guess, highest): (f64, f64),
    few: f64,
) -> Option<Bracket> {
    let mut bracket = Bracket {
        low: 0.0,
        more: f64::INFINITY,
        high: f64::INFINITY,
        fewer: f64::INFINITY,
    };
    if guess > 0.0 && guess.is_finite() {
        let (mut score, mut stretch) = (guess, 1.0);
        for _ in 0..MOVES {
            let found = above(score);
            bracket.narrow(score, &found, capacity);
            if !bracket.is_open() {
                break;
            }
            let missing = (found.skills - capacity).max((LEAST_MOVE - 1.0) * total) / total;
            let least = LEAST_MOVE.copysign(found.skills - capacity);
            score *= (stretch * (FIRST_MOVE * missing.ln_1p() + least)).exp();
            stretch *= 2.0;
        }
    }
    if bracket.more.is_infinite() {
        let all = above(0.0);
        if all.skills <= capacity {
            return None;
        }
        bracket.narrow(0.0, &all, capacity);
    }
    if bracket.fewer.is_infinite() {
        bracket.high = highest.max(bracket.low);
        for _ in 0..STEPS {
            bracket.fewer = above(bracket.high).skills;
            if bracket.fewer <= capacity {
                break;
            }
            (bracket.low, bracket.more) = (bracket.high, bracket.fewer);
            bracket.high *= 2.0;
        }
    }
    // Steps in a row that ended on one side.
    let (mut side, mut row) = (0.0, 0);
    for _ in 0..STEPS {
        let Bracket {
            low,
            more,
            high,
            fewer,
        } = bracket;
        if bracket.is_tie() || more - fewer <= few {
            break;
        }
        let slope = (high / low).ln() / (fewer.max(f64::MIN_POSITIVE) / more).ln();
        let secant = (capacity / more).ln() * slope;
        // What stays on one side goes twice as far each time, from the end that it moves.
        let stretch = f64::from(2u32.saturating_pow(row));
        let score = if side >= 0.0 {
            low * (stretch * secant).exp()
        } else {
            high * (stretch * (secant - (high / low).ln())).exp()
        };
        let middle = (low * high).sqrt();
        let score = if score > low && score < high && row < HALVES {
            score
        } else {
            middle
        };
        if !(score > low && score < high) {
            break;
        }
        let found = above(score);
        let now = f64::copysign(1.0, found.skills - capacity);
        row = if now * side > 0.0 { row + 1 } else { 0 };
        side = now;
        bracket.narrow(score, &found, capacity);
    }
    Some(bracket)
}

/// The threshold at which the expected number of skills kept is `capacity` (finite). Only skills that
/// learn anything by `kernel`, each family's, take capacity. `guess` is a score to look at first, NaN for none. Skills that
/// are sure to be kept may be left out of all but the `total` number of those that are.
pub fn threshold<'a>(
    families: &(impl Iterator<Item = (&'a SkillClasses, &'a Kernel)> + Clone),
    (capacity, total): (f64, f64),
    guess: f64,
) -> Threshold {
    let above = |score: f64| {
        let mut found = Above::none();
        for (classes, kernel) in families.clone() {
            classes.above(score, kernel, capacity, &mut found);
        }
        found
    };
    let highest = families.clone().map(|(classes, _)| classes.highest());
    let highest = highest.fold(0.0, f64::max);
    let Some(bracket) = bracket(above, (capacity, total), (guess, highest), SHARED * total) else {
        return Threshold::ALL;
    };
    // A bracket that closed from both sides holds one score: its skills are the tie.
    let high = bracket.high.max(bracket.low);
    let from = bracket.low.min(high * (1.0 - 4.0 * EQUAL));
    let finest = families
        .clone()
        .filter_map(|(classes, _)| classes.runs().next())
        .map(|(_, value)| value)
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::at_least;

    fn classes(all: impl IntoIterator<Item = (f64, f64, f64)>) -> SkillClasses {
        let mut classes = SkillClasses::default();
        classes.clear(1.0);
        for (skills, mean, value) in all {
            classes.push(skills, (mean, mean.ln()), value);
        }
        classes
    }

    const KERNEL: Kernel = Kernel::Exponential { tau: 1.0 };

    fn met(families: &[SkillClasses]) -> impl Iterator<Item = (&SkillClasses, &Kernel)> + Clone {
        families.iter().map(|classes| (classes, &KERNEL))
    }

    /// Skills kept in all.
    fn kept(families: &[SkillClasses], threshold: Threshold) -> f64 {
        let mut sum = 0.0;
        for classes in families {
            for (run, value) in classes.runs() {
                let (whole, part) = threshold.counts(value, 1.0);
                for index in run {
                    let (mean, ln_mean) = (classes.means()[index], classes.means()[index].ln());
                    let tail = |count| classes.skills()[index] * at_least(count, mean, ln_mean);
                    sum += tail(whole) + threshold.share * (tail(part) - tail(whole));
                }
            }
        }
        sum
    }

    #[test]
    fn the_expected_number_kept_is_the_capacity() {
        let family = |value: f64, scale: f64| {
            let ranks = (1..200).map(f64::from);
            classes(ranks.map(|rank| (rank, scale * rank.powf(-1.5), value)))
        };
        for scale in [0.3, 20.0, 3e3, 1e7, 1e15] {
            let families = [
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
                let found = threshold(&met(&families), (capacity, capacity), guess);
                let kept = kept(&families, found);
                if found == Threshold::ALL {
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
        let families = [
            classes([(1000.0, 3.0, 1.0)]),
            classes([(1000.0, 3.0, 1.5)]),
            classes([(1000.0, 3.0, 2.0)]),
        ];
        let tail = |count: f64| 1000.0 * at_least(count, 3.0, 3f64.ln());
        let above = tail(7.0) + tail(5.0) + tail(4.0);
        let tied = tail(6.0) + tail(4.0) + tail(3.0) - above;
        let found = threshold(&met(&families), (above + 0.3 * tied, above), 5.0);
        assert_eq!(found.counts(1.0, 1.0), (7.0, 6.0));
        assert_eq!(found.counts(1.5, 1.0), (5.0, 4.0));
        assert_eq!(found.counts(2.0, 1.0), (4.0, 3.0));
        assert!((found.share - 0.3).abs() < 1e-9);
    }
}
