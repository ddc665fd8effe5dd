//! How the step size falls over the pass.

/// The step size γ_t at step t = 0 … n − 1 of n.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Schedule {
    /// γ_0 at every step.
    Constant,
    /// γ_0 ratio^(−t/n): the decay is stretched to the length of the pass.
    Geometric {
        /// How many times smaller the step size is at the end, at least 1.
        ratio: f64,
    },
    /// γ_0/(1 + t/offset): 1/t, whatever the length of the pass. Σ γ_t grows like ln n, so that
    /// losses fall with powers of ln D.
    Inverse {
        /// Steps after which the step size has halved, above 0.
        offset: f64,
    },
}

impl Schedule {
    /// γ_t/γ_0 at step `t` of `steps`; `t` may lie between steps.
    pub fn factor(&self, t: f64, steps: f64) -> f64 {
        match *self {
            Self::Constant => 1.0,
            Self::Geometric { ratio } => (-ratio.ln() * t / steps).exp(),
            Self::Inverse { offset } => offset / (offset + t),
        }
    }

    /// d ln γ/dt at step `t` of `steps`.
    pub(super) fn log_slope(&self, t: f64, steps: f64) -> f64 {
        match *self {
            Self::Constant => 0.0,
            Self::Geometric { ratio } => -ratio.ln() / steps,
            Self::Inverse { offset } => -1.0 / (offset + t),
        }
    }

    /// Steps over which the step size falls by a factor e; infinite if it does so ever more slowly.
    pub(super) fn decay_length(&self, steps: f64) -> f64 {
        match *self {
            Self::Geometric { ratio } if ratio > 1.0 => steps / ratio.ln(),
            Self::Constant | Self::Geometric { .. } | Self::Inverse { .. } => f64::INFINITY,
        }
    }
}
