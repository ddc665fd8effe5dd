//! The common threshold by Newton's method on all families together.
//!
//! ln score is nearly linear in ln(k + ½) for every power law. So each family is a line through the
//! rank at which its score was last looked at; the threshold at which the lines hold N skills is
//! found on the lines, without a look at any spectrum; and the scores are looked at again at the
//! ranks found. Two looks are enough for power laws.

use super::score::Score;

/// Ranks from k + ½ of which the masses are a power law to second order.
const OFFSET: f64 = 0.5;

/// Looks after which families are so far from lines that another method has to be used.
const LOOKS: usize = 12;

/// Steps to the threshold on lines.
const STEPS: usize = 100;

/// Change of a rank between two looks below which the later one is good to much less.
const SETTLED: f64 = 0.05;

/// What a rank is taken to be too high by, at most; the skills that this leaves out are handed
/// out by their scores.
const MARGIN: f64 = 0.1;

/// Relative rounding of a rank.
const ROUNDING: f64 = 1e-13;

/// The rank of one family as a function of the threshold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// Number of the family.
    pub(super) family: usize,
    multiplicity: f64,
    low: f64,
    high: f64,
    /// ln scores of the first and of the last rank.
    edges: (f64, f64),
    /// The rank that was looked at.
    rank: f64,
    /// ln(rank + ½)
    ln_rank: f64,
    /// ln score there.
    score: f64,
    /// d ln(rank + ½) / d ln score there.
    slope: f64,
}

impl Line {
    pub(super) fn new(number: usize, score: &Score) -> Self {
        let family = score.family;
        Self {
            family: number,
            multiplicity: family.multiplicity,
            low: family.low,
            high: family.high,
            edges: score.edges(),
            rank: f64::NAN,
            ln_rank: f64::NAN,
            score: f64::NAN,
            slope: f64::NAN,
        }
    }

    fn look(&mut self, score: &Score, rank: f64) {
        let (value, slope) = score.with_slope(rank);
        self.rank = rank;
        self.ln_rank = (rank + OFFSET).ln();
        self.score = value;
        self.slope = rank / (slope * (rank + OFFSET));
    }

    /// Whether some, but not all, of the family's scores are above `threshold`.
    fn crosses(&self, threshold: f64) -> bool {
        self.edges.0 >= threshold && self.edges.1 < threshold
    }

    /// The rank down to which scores are above `threshold`, and d rank / d threshold.
    fn rank_at(&self, threshold: f64) -> (f64, f64) {
        if self.edges.0 < threshold {
            return (self.low, 0.0);
        }
        if self.edges.1 >= threshold {
            return (self.high, 0.0);
        }
        let from_offset = (self.ln_rank + (threshold - self.score) * self.slope).exp();
        let rank = from_offset - OFFSET;
        if rank <= self.low + 1.0 {
            (self.low + 1.0, 0.0)
        } else if rank < self.high {
            (rank, from_offset * self.slope)
        } else {
            (self.high, 0.0)
        }
    }
}

/// For each line the whole rank up to which it is among the `capacity` skills of highest score for
/// sure, handed to `found` with the number of its family. `score` gives the score of a family.
/// False if the lines do not settle, which leaves nothing found.
pub(super) fn ranks<'a>(
    lines: &mut [Line],
    score: impl Fn(usize) -> Score<'a>,
    capacity: f64,
    mut found: impl FnMut(usize, f64),
) -> bool {
    // One family's share of the capacity is a fair first guess.
    let share = capacity / lines.len().max(1) as f64;
    let mut threshold = f64::NEG_INFINITY;
    for line in &mut *lines {
        let rank = (line.low + share).clamp(line.low + 1.0, line.high);
        line.look(&score(line.family), rank);
        threshold = threshold.max(line.score);
    }
    for _ in 0..LOOKS {
        threshold = level(lines, threshold, capacity);
        let mut settled = true;
        for line in &mut *lines {
            let (rank, _) = line.rank_at(threshold);
            let close = (rank - line.rank).abs() <= SETTLED.max(ROUNDING * rank);
            if line.crosses(threshold) && !close {
                line.look(&score(line.family), rank);
                settled = false;
            }
        }
        if settled {
            for line in lines {
                let (rank, _) = line.rank_at(threshold);
                let sure = if line.crosses(threshold) {
                    (rank - MARGIN - ROUNDING * rank).floor().max(line.low)
                } else {
                    rank
                };
                found(line.family, sure);
            }
            return true;
        }
    }
    false
}

/// The threshold above which the lines hold `capacity` skills, or up to one less; `guess` is
/// where to start.
fn level(lines: &[Line], guess: f64, capacity: f64) -> f64 {
    let most = |edge: fn(&Line) -> f64| lines.iter().map(edge);
    let mut high = most(|line| line.edges.0).fold(f64::NEG_INFINITY, f64::max);
    let mut low = most(|line| line.edges.1).fold(f64::INFINITY, f64::min);
    let mut threshold = guess.clamp(low, high);
    // Half a skill below the capacity, so that Newton's steps arrive on the side that is kept.
    let aim = (capacity - 0.5).max(0.5 * capacity);
    for _ in 0..STEPS {
        let (mut total, mut slope) = (0.0, 0.0);
        for line in lines {
            let (rank, rank_slope) = line.rank_at(threshold);
            total += line.multiplicity * (rank - line.low);
            slope += line.multiplicity * rank_slope;
        }
        if total <= capacity {
            high = threshold;
            if capacity - total <= f64::max(1.0, ROUNDING * capacity) {
                break;
            }
        } else {
            low = threshold;
        }
        // ln total is nearly linear in the threshold.
        let mut next = threshold + (aim / total).ln() * total / slope;
        if !(next > low && next < high) {
            next = 0.5 * (low + high);
        }
        if next <= low || next >= high {
            break;
        }
        threshold = next;
    }
    high
}
