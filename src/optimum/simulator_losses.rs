//! The truth of a simulated world as something to minimise.

use super::Losses;
use super::losses::LEAST_WEIGHT;
use crate::simulate::Simulator;

/// The simulator in expected mode at one scale, with the cut at a real rank.
pub struct SimulatorLosses<'a> {
    simulator: &'a Simulator,
    capacity: f64,
    tokens: f64,
}

impl<'a> SimulatorLosses<'a> {
    /// The simulator at a scale.
    pub fn new(simulator: &'a Simulator, capacity: f64, tokens: f64) -> Self {
        Self {
            simulator,
            capacity,
            tokens,
        }
    }
}

impl Losses for SimulatorLosses<'_> {
    fn sources(&self) -> usize {
        self.simulator.world().domains().len()
    }

    fn columns(&self) -> usize {
        self.sources()
    }

    fn differentiate(&self, weights: &[f64], losses: &mut [f64], slopes: &mut [f64]) {
        let weights: Vec<f64> = weights.iter().map(|h| h.max(LEAST_WEIGHT)).collect();
        self.simulator
            .smooth_losses(&weights, (self.capacity, self.tokens), losses, Some(slopes));
    }

    fn losses(&self, weights: &[f64]) -> Vec<f64> {
        let weights: Vec<f64> = weights.iter().map(|h| h.max(LEAST_WEIGHT)).collect();
        let mut losses = vec![0.0; weights.len()];
        self.simulator
            .smooth_losses(&weights, (self.capacity, self.tokens), &mut losses, None);
        losses
    }
}
