//! Groups of alike skills, for drawing.

use crate::world::Family;

/// How finely skills are grouped for drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grouping {
    /// Highest rank that stands alone.
    pub singles: u32,
    /// Groups in a decade of ranks beyond, at least 1.
    pub per_decade: u32,
}

impl Default for Grouping {
    fn default() -> Self {
        Self {
            singles: 100,
            per_decade: 100,
        }
    }
}

/// Skills of consecutive ranks, drawn with one mean frequency.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    /// Highest rank.
    pub(super) high: f64,
    /// Number of ranks.
    pub(super) ranks: f64,
    /// For each row, the mean frequency of a rank before scale.
    pub(super) frequencies: Vec<f64>,
    /// For each row, the frequency of the lowest rank and of the highest.
    pub(super) edges: Vec<(f64, f64)>,
}

impl Group {
    /// The ranks of `family` above `low` and up to `high`.
    pub(super) fn new(family: &Family, (low, high): (f64, f64)) -> Self {
        let ranks = high - low;
        Self {
            high,
            ranks,
            frequencies: (0..family.rows())
                .map(|row| family.spectrum(row).span(low, high) / ranks)
                .collect(),
            edges: (0..family.rows())
                .map(|row| family.spectrum(row))
                .map(|spectrum| (spectrum.mass(low + 1.0), spectrum.mass(high)))
                .collect(),
        }
    }
}

/// The groups of a family, by rank.
pub(super) fn group(family: &Family, grouping: Grouping) -> Vec<Group> {
    let ratio = 10f64.powf(1.0 / f64::from(grouping.per_decade.max(1)));
    let mut groups = Vec::new();
    let mut low = family.low;
    while low < family.high {
        let next = if low < f64::from(grouping.singles) {
            low + 1.0
        } else {
            (low * ratio).round().max(low + 1.0)
        };
        let high = family.smooth_until(low, next.min(family.high));
        groups.push(Group::new(family, (low, high)));
        low = high;
    }
    groups
}
