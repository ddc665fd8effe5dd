//! A design of proxy runs: which mixtures, at which scales.

use crate::mixture::{self, Mixture};

/// How the mixtures of a design are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Drawn at random.
    Dirichlet,
    /// Drawn evenly over each domain's weight.
    LatinHypercube,
    /// The finest grid of at most so many mixtures.
    Grid,
    /// The mixtures that tell most about the parameters of a law: see
    /// `informative`.
    Informative,
}

impl Layout {
    /// Its word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dirichlet => "dirichlet",
            Self::LatinHypercube => "latin-hypercube",
            Self::Grid => "grid",
            Self::Informative => "d-optimal",
        }
    }
}

/// Sizes and numbers of tokens of proxy runs: every mixture runs at each capacity with each number of
/// tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Scales {
    /// What they are called.
    pub name: String,
    /// Capacities N, finite.
    pub capacities: Vec<f64>,
    /// Tokens D, finite.
    pub tokens: Vec<f64>,
}

impl Scales {
    /// Runs of one mixture.
    pub fn runs(&self) -> usize {
        self.capacities.len() * self.tokens.len()
    }

    /// Σ N·D over the runs of one mixture: their compute but for a constant factor.
    pub fn cost(&self) -> f64 {
        self.capacities.iter().sum::<f64>() * self.tokens.iter().sum::<f64>()
    }

    /// The pairs (N, D).
    pub(super) fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        self.capacities
            .iter()
            .flat_map(|capacity| self.tokens.iter().map(|tokens| (*capacity, *tokens)))
    }
}

/// A design of proxy runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// How its mixtures are found.
    pub layout: Layout,
    /// Number of mixtures.
    pub mixtures: usize,
    /// Position of its scales.
    pub scales: usize,
}

/// `count` mixtures of a layout that needs no law, each weight at least `floor`; fewer for a grid,
/// none where even the coarsest grid is too fine.
pub(super) fn lay_out(
    layout: Layout,
    count: usize,
    (domains, floor): (usize, f64),
    seed: u64,
) -> Vec<Mixture> {
    let design = match layout {
        Layout::LatinHypercube => mixture::Design::LatinHypercube { count },
        Layout::Grid => match grid_parts(count, domains) {
            Some(parts) => mixture::Design::Grid { parts },
            None => return Vec::new(),
        },
        Layout::Dirichlet | Layout::Informative => mixture::Design::Dirichlet {
            count,
            concentration: 1.0,
            floor: 0.0,
        },
    };
    let mixtures = design.mixtures(domains, seed).unwrap_or_default();
    mixtures
        .iter()
        .filter_map(|mixture| lifted(mixture.weights(), floor))
        .collect()
}

/// h = floor + (1 − K·floor)·weights.
pub(super) fn lifted(weights: &[f64], floor: f64) -> Option<Mixture> {
    let free = 1.0 - floor * weights.len() as f64;
    Mixture::new(weights.iter().map(|h| floor + free * h).collect()).ok()
}

/// The most parts of a grid of at most `count` mixtures; `None` if not even the corners are as few.
pub(super) fn grid_parts(count: usize, domains: usize) -> Option<usize> {
    let points = |parts: usize| {
        (1..domains).fold(1.0, |points: f64, k| points * (parts + k) as f64 / k as f64)
    };
    // With one domain every grid is one point.
    let most = if domains < 2 { 1 } else { count };
    (1..=most)
        .take_while(|parts| points(*parts) <= count as f64 + 0.5)
        .last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_hold_at_most_the_count() {
        assert_eq!(grid_parts(3, 4), None);
        assert_eq!(grid_parts(4, 4), Some(1));
        assert_eq!(grid_parts(19, 4), Some(2));
        assert_eq!(grid_parts(20, 4), Some(3));
        for count in [4, 10, 25] {
            let mixtures = lay_out(Layout::Grid, count, (4, 0.02), 0);
            assert!(!mixtures.is_empty() && mixtures.len() <= count);
            let weights = mixtures.iter().flat_map(Mixture::weights);
            assert!(weights.copied().fold(1.0, f64::min) >= 0.02 - 1e-12);
        }
    }

    #[test]
    fn cost_is_capacity_times_tokens() {
        let scales = Scales {
            name: "two sizes".into(),
            capacities: vec![1e3, 1e4],
            tokens: vec![1e6, 3e6],
        };
        let sum: f64 = scales.points().map(|(n, d)| n * d).sum();
        assert!((scales.cost() / sum - 1.0).abs() < 1e-12);
        assert_eq!(scales.points().count(), scales.runs());
    }
}
