//! Domains, and the rows of their spectra in the grids.

use super::family::Member;
use super::{Spectrum, World};

/// Domains, and the rows of their spectra in the grids.
pub(super) struct Rows {
    /// Spectra, each once.
    pub(super) spectra: Vec<Spectrum>,
    /// For each domain the number of its spectrum.
    row_of: Vec<usize>,
}

impl Rows {
    /// Domains of equal spectra share a row.
    pub(super) fn new(world: &World) -> Self {
        let mut spectra: Vec<Spectrum> = Vec::new();
        let mut row_of = Vec::with_capacity(world.domains().len());
        for domain in world.domains() {
            let known = spectra.iter().position(|s| *s == domain.spectrum);
            row_of.push(known.unwrap_or(spectra.len()));
            if known.is_none() {
                spectra.push(domain.spectrum.clone());
            }
        }
        Self { spectra, row_of }
    }

    /// Domain number `domain` as a member, with its spectrum `shift` rows down the grid.
    pub(super) fn member(&self, domain: usize, shift: usize) -> Member {
        Member {
            domain,
            row: self.row_of[domain] + shift,
            scale: 1.0,
            cost: 1.0,
        }
    }

    /// All domains as members.
    pub(super) fn everyone(&self) -> Vec<Member> {
        (0..self.row_of.len())
            .map(|domain| self.member(domain, 0))
            .collect()
    }
}
