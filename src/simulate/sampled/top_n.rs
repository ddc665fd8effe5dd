//! Drawn groups of skills in the order of their scores, cut where the capacity is full.

use rand::Rng;

use super::poisson::hypergeometric;

/// Relative distance within which scores are equal.
const EQUAL: f64 = 1e-12;

/// Skills of one group that were met equally often, or that have one expected score.
#[derive(Debug, Clone, Copy)]
pub(super) struct Met {
    /// Mean score, and that of the lowest and of the highest rank.
    pub(super) score: f64,
    pub(super) edges: (f64, f64),
    pub(super) skills: u64,
    /// Capacity that one skill takes.
    pub(super) weight: f64,
    /// Part of a skill that is learned if kept; not yet drawn for expected scores.
    pub(super) learned: f64,
    pub(super) family: usize,
    pub(super) group: usize,
}

impl Met {
    /// Capacity that these skills take.
    pub(super) fn size(&self) -> f64 {
        self.skills as f64 * self.weight
    }

    /// Part of the ranks whose score is at least `score`: within a group scores fall as a power of
    /// the rank, which over so few ranks is as good as a straight line.
    fn part_above(&self, score: f64) -> f64 {
        let (first, last) = self.edges;
        if last >= score {
            1.0
        } else if first < score {
            0.0
        } else {
            (first - score) / (first - last)
        }
    }
}

/// Tells `found` how many skills of each kind are among the `capacity` of highest score; which of
/// equal scores, is left to chance.
pub(super) fn keep<R: Rng + ?Sized>(
    all: &mut [Met],
    capacity: f64,
    random: &mut R,
    mut found: impl FnMut(&Met, f64),
) {
    let total: f64 = all.iter().map(Met::size).sum();
    if total <= capacity {
        for met in all.iter() {
            found(met, met.skills as f64);
        }
        return;
    }
    let score = score_at(all, capacity);
    let (high, low) = (score * (1.0 + EQUAL), score * (1.0 - EQUAL));
    let mut left = capacity;
    for met in all.iter().filter(|met| met.score > high) {
        left -= met.size();
        found(met, met.skills as f64);
    }
    let tied = || {
        all.iter()
            .filter(|met| met.score <= high && met.score >= low)
    };
    let mut skills: u64 = tied().map(|met| met.skills).sum();
    let room: f64 = tied().map(Met::size).sum();
    if skills == 0 || room <= 0.0 {
        return;
    }
    // Whole skills go to one or the other; what is left of the capacity is shared by all.
    let wanted = (left / room).clamp(0.0, 1.0) * skills as f64;
    let mut taken = (wanted * (1.0 + EQUAL)).floor() as u64;
    let rest = (wanted - taken as f64).max(0.0) / skills as f64;
    for met in tied() {
        let kept = hypergeometric(skills, met.skills, taken.min(skills), random);
        let part = kept as f64 + rest * met.skills as f64;
        if part > 0.0 {
            found(met, part);
        }
        skills -= met.skills;
        taken -= kept;
    }
}

/// Halvings after which the bracket of a score has closed.
const HALVINGS: usize = 60;

/// Tells `found` which part of each group is among the `capacity` of highest expected score.
pub(super) fn keep_ranks(all: &mut [Met], capacity: f64, mut found: impl FnMut(&Met, f64)) {
    let total: f64 = all.iter().map(Met::size).sum();
    if total <= capacity {
        for met in all.iter() {
            found(met, 1.0);
        }
        return;
    }
    let near = score_at(all, capacity);
    // The score lies in a group next to this one.
    let widest = all.iter().fold(1.0, |widest: f64, met| {
        let (first, last) = met.edges;
        if last > 0.0 {
            widest.max(first / last)
        } else {
            widest
        }
    });
    let (mut low, mut high) = (near / (widest * widest), near * widest * widest);
    let inside = |met: &&Met| met.edges.0 >= low && met.edges.1 < high;
    let active: Vec<Met> = all.iter().filter(inside).copied().collect();
    let above = |score: f64| -> f64 {
        active
            .iter()
            .map(|met| met.size() * met.part_above(score))
            .sum()
    };
    let whole: f64 = all
        .iter()
        .filter(|met| met.edges.1 >= high)
        .map(Met::size)
        .sum();
    for _ in 0..HALVINGS {
        let middle = (low * high).sqrt();
        if whole + above(middle) <= capacity {
            high = middle;
        } else {
            low = middle;
        }
    }
    // Where a single skill lies between, it takes what is left.
    let (fewer, more) = (above(high), above(low));
    let share = if more > fewer {
        ((capacity - whole - fewer) / (more - fewer)).clamp(0.0, 1.0)
    } else {
        0.0
    };
    for met in all.iter() {
        let part = met.part_above(high);
        let part = part + share * (met.part_above(low) - part);
        if part > 0.0 {
            found(met, part);
        }
    }
}

/// The score of the skill that fills the capacity, from the highest score down. Reorders `all`.
fn score_at(all: &mut [Met], capacity: f64) -> f64 {
    let (mut active, mut left) = (all, capacity);
    while active.len() > 1 {
        let middle = active.len() / 2;
        active.select_nth_unstable_by(middle, |a, b| b.score.total_cmp(&a.score));
        let (higher, lower) = active.split_at_mut(middle);
        let above: f64 = higher.iter().map(Met::size).sum();
        if above >= left {
            active = higher;
        } else {
            left -= above;
            active = lower;
        }
    }
    active.first().map_or(0.0, |met| met.score)
}
