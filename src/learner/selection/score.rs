//! The score of a family's skills, by rank.

use crate::world::Family;

/// Score of the skills of one family under a mixture: ln Σ_i h_i v_i p_i(k), with v_i the cost or
/// 1. It falls with the rank.
#[derive(Debug, Clone, Copy)]
pub(super) struct Score<'a> {
    pub(super) family: &'a Family,
    /// (row, ln Σ h_i v_i) of the spectra that are met, at least one.
    pub(super) terms: &'a [(usize, f64)],
}

impl Score<'_> {
    /// ln score at a rank.
    pub(super) fn at(&self, rank: f64) -> f64 {
        self.sum(|row| self.family.spectrum(row).ln_mass(rank))
    }

    /// ln score at a rank, and its derivative by ln rank.
    pub(super) fn with_slope(&self, rank: f64) -> (f64, f64) {
        let spectrum = |row: usize| self.family.spectrum(row);
        let score = self.at(rank);
        if let [(row, _)] = self.terms {
            return (score, spectrum(*row).slope(rank));
        }
        let slope = self.terms.iter().map(|(row, ln_weight)| {
            let part = (ln_weight + spectrum(*row).ln_mass(rank) - score).exp();
            part * spectrum(*row).slope(rank)
        });
        (score, slope.sum())
    }

    /// ln scores of the first and of the last rank.
    pub(super) fn edges(&self) -> (f64, f64) {
        (
            self.sum(|row| self.family.edges(row).0),
            self.sum(|row| self.family.edges(row).1),
        )
    }

    /// ln Σ e^(ln weight + ln mass) over the spectra that are met.
    fn sum(&self, ln_mass: impl Fn(usize) -> f64) -> f64 {
        let log = |(row, ln_weight): &(usize, f64)| ln_weight + ln_mass(*row);
        if let [term] = self.terms {
            return log(term);
        }
        let largest = self.terms.iter().map(log).fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = self.terms.iter().map(|t| (log(t) - largest).exp()).sum();
        largest + sum.ln()
    }
}
