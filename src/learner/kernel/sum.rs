//! The inner loop of a run: what the skills of one spectrum leave unlearned.

use crate::learner::Kernel;

impl Kernel {
    /// Σ m_j E\[r(θ p_j)\] over nodes of `masses` m and `frequencies` p (of one length), at the
    /// `exposure` θ. The kernel is chosen once, outside of the loop.
    pub fn left(&self, exposure: f64, frequencies: &[f64], masses: &[f64]) -> f64 {
        match *self {
            Self::Exponential { tau } => {
                let fall = (-1.0 / tau).exp_m1() * exposure;
                sum(frequencies, masses, |p| (fall * p).exp())
            }
            _ => sum(frequencies, masses, |p| self.unlearned(exposure * p)),
        }
    }
}

fn sum(frequencies: &[f64], masses: &[f64], left: impl Fn(f64) -> f64) -> f64 {
    frequencies
        .iter()
        .zip(masses)
        .map(|(frequency, mass)| mass * left(*frequency))
        .sum()
}
