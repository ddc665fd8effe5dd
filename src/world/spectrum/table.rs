//! A spectrum given as a table: the mass beyond some ranks, as measured.
//!
//! Between the rows, −ln S is a monotone cubic of ln(n + 1) (Fritsch and Butland 1984: slopes at
//! the rows are weighted harmonic means of the slopes beside them). Where the rows lie on a power
//! law it is that power law. Pieces of power laws would not do: wherever the slope steepens from
//! one piece to the next, the frequencies would jump *up* by the ratio of the slopes, and
//! a learner could no longer go by rank.

use thiserror::Error;

/// Largest slope at a row, in units of the slope of the piece beside it, with which a cubic is
/// monotone (Fritsch and Carlson 1980).
const STEEPEST: f64 = 3.0;

/// Ranks that are checked one by one for falling frequencies.
const SINGLE_PROBES: u32 = 200;

/// Places in each piece between two rows that are checked for falling frequencies.
const PROBES: u32 = 32;

/// Mass beyond ranks: S(0) = 1, then ever less.
#[derive(Debug, Clone, PartialEq)]
pub struct TailTable {
    /// Number of ranks n and mass S(n) beyond them, without S(0) = 1.
    rows: Vec<(f64, f64)>,
    /// ln(n + 1) of each row, from n = 0.
    l: Vec<f64>,
    /// −ln S of each row, from n = 0.
    t: Vec<f64>,
    /// d(−ln S)/dl at each row but the last.
    slopes: Vec<f64>,
}

/// Why rows make no table. Rows are counted from 0.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum TableError {
    /// No row beyond rank 0.
    #[error("the table needs a rank above 0")]
    Short,
    /// A rank that is no whole number in range.
    #[error("the rank {rank} is no whole number from 0 to 1e15")]
    Rank {
        /// The row.
        row: usize,
        /// Its rank.
        rank: f64,
    },
    /// A tail mass that is not above 0 and at most 1.
    #[error("the tail mass {tail} is not above 0 and at most 1")]
    Tail {
        /// The row.
        row: usize,
        /// Its tail mass.
        tail: f64,
    },
    /// A first row at rank 0 with less than all mass beyond it.
    #[error("beyond rank 0 lies the mass 1, not {0}")]
    Start(f64),
    /// A rank that does not follow the one before.
    #[error("the rank {rank} follows {before}: ranks must increase from row to row")]
    RankOrder {
        /// The row.
        row: usize,
        /// The rank of the row before.
        before: f64,
        /// The rank of the row.
        rank: f64,
    },
    /// A tail mass that is not below the one before.
    #[error("the tail mass {tail} follows {before}: tail masses must decrease from row to row")]
    TailOrder {
        /// The row.
        row: usize,
        /// The tail mass of the row before, or 1.
        before: f64,
        /// The tail mass of the row.
        tail: f64,
    },
}

impl TableError {
    /// The row to blame, counted from 0.
    pub fn row(&self) -> Option<usize> {
        match self {
            Self::Short => None,
            Self::Start(_) => Some(0),
            Self::Rank { row, .. }
            | Self::Tail { row, .. }
            | Self::RankOrder { row, .. }
            | Self::TailOrder { row, .. } => Some(*row),
        }
    }
}

impl TailTable {
    /// A table of rows (n, S(n)): the mass S(n), a share of all, lies beyond the first n ranks.
    /// Ranks increase, masses decrease; a first row at rank 0 is 1 and may be left out.
    ///
    /// # Errors
    /// [`TableError`] with the first row that is wrong.
    pub fn new(rows: Vec<(f64, f64)>) -> Result<Self, TableError> {
        for (row, (rank, tail)) in rows.iter().copied().enumerate() {
            if !((0.0..=super::super::MOST_SKILLS).contains(&rank) && rank.fract() == 0.0) {
                return Err(TableError::Rank { row, rank });
            }
            if !(tail > 0.0 && tail <= 1.0) {
                return Err(TableError::Tail { row, tail });
            }
            let before = row.checked_sub(1).map(|row| rows[row]);
            if let Some((before, _)) = before
                && rank <= before
            {
                return Err(TableError::RankOrder { row, before, rank });
            }
            if rank == 0.0 {
                if tail < 1.0 {
                    return Err(TableError::Start(tail));
                }
                continue;
            }
            let before = before.map_or(1.0, |(_, tail)| tail);
            if tail >= before {
                return Err(TableError::TailOrder { row, before, tail });
            }
        }
        let rows: Vec<(f64, f64)> = rows.into_iter().filter(|(rank, _)| *rank > 0.0).collect();
        if rows.is_empty() {
            return Err(TableError::Short);
        }
        let knots = || std::iter::once(&(0.0, 1.0)).chain(&rows);
        let l: Vec<f64> = knots().map(|(rank, _): &(f64, f64)| rank.ln_1p()).collect();
        let t: Vec<f64> = knots().map(|(_, tail)| -tail.ln()).collect();
        let slopes = slopes(&l, &t);
        Ok(Self { rows, l, t, slopes })
    }

    /// The rows (n, S(n)), without S(0) = 1.
    pub fn rows(&self) -> &[(f64, f64)] {
        &self.rows
    }

    /// The rank of the row between the ranks `low` and `high`, if there is one and no other.
    pub(super) fn lone_row(&self, low: f64, high: f64) -> Option<f64> {
        let first = self.rows.partition_point(|(rank, _)| *rank <= low);
        let mut inside = self.rows[first..].iter().map(|(rank, _)| *rank);
        let rank = inside.next().filter(|rank| *rank < high)?;
        inside
            .next()
            .is_none_or(|next| next >= high)
            .then_some(rank)
    }

    /// −ln S at l = ln(n + 1), with slope `b` beyond the last row.
    pub(super) fn exponent(&self, b: f64, l: f64) -> f64 {
        match self.piece(b, l) {
            Some((start, [_, linear, square, cube])) => {
                let y = l - self.l[start];
                self.t[start] + y * (linear + y * (square + y * cube))
            }
            None => self.t[self.last()] + b * (l - self.l[self.last()]),
        }
    }

    /// The rise of −ln S from l to l + `step`, without cancellation.
    pub(super) fn step(&self, b: f64, l: f64, step: f64) -> f64 {
        let (mut l, mut left, mut rise) = (l, step, 0.0);
        while let Some((start, [_, linear, square, cube])) = self.piece(b, l) {
            let y = l - self.l[start];
            let s = left.min(self.l[start + 1] - l);
            rise += s * (linear + square * (2.0 * y + s) + cube * (3.0 * y * (y + s) + s * s));
            left -= s;
            if left <= 0.0 {
                return rise;
            }
            l = self.l[start + 1];
        }
        rise + b * left
    }

    /// First and second derivative of −ln S by l.
    pub(super) fn slopes(&self, b: f64, l: f64) -> (f64, f64) {
        match self.piece(b, l) {
            Some((start, [_, linear, square, cube])) => {
                let y = l - self.l[start];
                (
                    linear + y * (2.0 * square + 3.0 * y * cube),
                    2.0 * square + 6.0 * y * cube,
                )
            }
            None => (b, 0.0),
        }
    }

    /// Ranks, ascending, at which falling frequencies are checked: the lowest, and some in each
    /// piece and beyond the last row.
    pub(super) fn probes(&self) -> Vec<f64> {
        let mut ranks: Vec<f64> = (1..=SINGLE_PROBES).map(f64::from).collect();
        for (start, l) in self.l.iter().enumerate() {
            let width = self.l.get(start + 1).map_or(1.0, |end| end - l);
            ranks.extend((0..PROBES).map(|probe| {
                let part = f64::from(probe) / f64::from(PROBES);
                (l + part * width).exp().floor()
            }));
        }
        ranks.sort_by(f64::total_cmp);
        ranks.dedup();
        ranks
    }

    fn last(&self) -> usize {
        self.l.len() - 1
    }

    /// The piece that holds l: its first row, and the cubic in l − l of that row by rising powers.
    /// `None` beyond the last row.
    fn piece(&self, b: f64, l: f64) -> Option<(usize, [f64; 4])> {
        let end = self.l.partition_point(|row| *row <= l);
        if end > self.last() {
            return None;
        }
        let start = end.saturating_sub(1);
        let width = self.l[start + 1] - self.l[start];
        let secant = (self.t[start + 1] - self.t[start]) / width;
        let left = self.slopes[start];
        let right = match self.slopes.get(start + 1) {
            Some(slope) => *slope,
            // The power law that follows.
            None => b.min(STEEPEST * secant),
        };
        Some((
            start,
            [
                self.t[start],
                left,
                (3.0 * secant - 2.0 * left - right) / width,
                (left + right - 2.0 * secant) / (width * width),
            ],
        ))
    }
}

/// Slopes of a monotone cubic at each row but the last.
fn slopes(l: &[f64], t: &[f64]) -> Vec<f64> {
    let pieces = l.len() - 1;
    let width = |piece: usize| l[piece + 1] - l[piece];
    let secant = |piece: usize| (t[piece + 1] - t[piece]) / width(piece);
    (0..pieces)
        .map(|row| {
            if row > 0 {
                let (before, after) = (width(row - 1), width(row));
                let (first, second) = (2.0 * after + before, after + 2.0 * before);
                return (first + second) / (first / secant(row - 1) + second / secant(row));
            }
            if pieces == 1 {
                return secant(0);
            }
            // The parabola through the first three rows.
            let (here, next) = (width(0), width(1));
            let slope = ((2.0 * here + next) * secant(0) - here * secant(1)) / (here + next);
            slope.clamp(0.0, STEEPEST * secant(0))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Masses, Shape, Spectrum};
    use approx::assert_relative_eq;
    use std::sync::Arc;

    fn spectrum(exponent: f64, rows: &[(f64, f64)]) -> Spectrum {
        let table = TailTable::new(rows.to_vec()).unwrap();
        Spectrum::new(exponent, Masses::Pareto, Shape::Table(Arc::new(table))).unwrap()
    }

    fn tails(of: &Spectrum, ranks: &[f64]) -> Vec<(f64, f64)> {
        ranks.iter().map(|rank| (*rank, of.tail(*rank))).collect()
    }

    #[test]
    fn rows_of_a_power_law_give_the_power_law() {
        let exact = Spectrum::new(1.3, Masses::Pareto, Shape::PowerLaw).unwrap();
        let table = spectrum(1.3, &tails(&exact, &[0.0, 3.0, 10.0, 5e3, 1e8]));
        for rank in [1.0, 2.0, 4.0, 10.0, 11.0, 777.0, 1e8, 3e9, 1e13] {
            assert_relative_eq!(table.mass(rank), exact.mass(rank), max_relative = 1e-12);
            assert_relative_eq!(table.tail(rank), exact.tail(rank), max_relative = 1e-12);
            assert_relative_eq!(table.slope(rank), exact.slope(rank), max_relative = 1e-12);
        }
        assert_relative_eq!(
            table.span(2.0, 1e6),
            exact.span(2.0, 1e6),
            max_relative = 1e-12
        );
    }

    /// The table goes through its rows; between them it is off by less as they come closer.
    #[test]
    fn rows_of_a_curved_spectrum_give_it_closely() {
        let shape = Shape::Curved { curvature: 0.02 };
        let exact = Spectrum::new(1.3, Masses::Pareto, shape).unwrap();
        let error = |per_decade: u32| {
            let mut ranks: Vec<f64> = (0..=10 * per_decade)
                .map(|step| 10f64.powf(f64::from(step) / f64::from(per_decade)).round())
                .collect();
            ranks.dedup();
            let rows = tails(&exact, &ranks);
            // The slope of the curve at the last row.
            let table = spectrum(1.3 + 0.04 * 1e10f64.ln(), &rows);
            for (rank, tail) in &rows {
                assert_relative_eq!(table.tail(*rank), *tail, max_relative = 1e-12);
            }
            (1..900)
                .map(|step| (f64::from(step) * 0.025).exp().round())
                .map(|rank| (table.mass(rank) / exact.mass(rank) - 1.0).abs())
                .fold(0.0, f64::max)
        };
        let (coarse, fine) = (error(1), error(4));
        assert!(coarse < 0.05 && fine < coarse / 3.0, "{coarse} {fine}");
    }

    #[test]
    fn what_is_no_table_is_refused() {
        let refused = |rows: &[(f64, f64)]| TailTable::new(rows.to_vec()).unwrap_err();
        assert_eq!(refused(&[]), TableError::Short);
        assert_eq!(refused(&[(0.0, 1.0)]), TableError::Short);
        assert_eq!(refused(&[(0.0, 0.9)]), TableError::Start(0.9));
        assert_eq!(refused(&[(1.5, 0.9)]).row(), Some(0));
        assert_eq!(refused(&[(-1.0, 0.9)]).row(), Some(0));
        assert_eq!(refused(&[(1.0, 0.9), (f64::NAN, 0.8)]).row(), Some(1));
        assert_eq!(refused(&[(1.0, 0.9), (2.0, 0.0)]).row(), Some(1));
        assert!(matches!(
            refused(&[(1.0, 0.9), (2.0, 0.9)]),
            TableError::TailOrder { row: 1, .. }
        ));
        assert!(matches!(
            refused(&[(2.0, 0.9), (2.0, 0.8)]),
            TableError::RankOrder { row: 1, .. }
        ));
        assert!(matches!(
            refused(&[(1.0, 1.0)]),
            TableError::TailOrder { row: 0, .. }
        ));
    }

    /// A tail that first falls slowly and then fast has frequencies that rise.
    #[test]
    fn rising_frequencies_are_refused() {
        let table = TailTable::new(vec![(10.0, 0.9), (100.0, 0.1)]).unwrap();
        let refused = Spectrum::new(1.2, Masses::Pareto, Shape::Table(Arc::new(table)));
        assert!(refused.is_err(), "{refused:?}");
    }
}
