//! The cells of an experiment: every (capacity, tokens, mixture, replicate), simulated in
//! parallel.

use crate::mixture::Mixture;

/// How a run is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Expected losses in closed form: no noise.
    #[default]
    Expected,
    /// One random training run per replicate.
    Sampled,
}

/// The axes of a sweep. Cells are numbered with capacities varying slowest, then tokens, then
/// mixtures, then replicates.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// The seed from which every random stream derives.
    pub seed: u64,
    /// How a run is simulated.
    pub mode: Mode,
    /// Runs of each cell, at least 1.
    pub replicates: u64,
    /// Capacities N in skills, `INFINITY` for unlimited.
    pub capacities: Vec<f64>,
    /// Tokens D, `INFINITY` for unlimited.
    pub tokens: Vec<f64>,
    /// Mixtures h.
    pub mixtures: Vec<Mixture>,
    /// Classes into which a decade of ranks is divided: the resolution of the simulator.
    pub classes_per_decade: usize,
}
