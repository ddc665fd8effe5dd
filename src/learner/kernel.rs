//! Kernels: what a number of meetings leaves unlearned.

/// What n meetings of a skill leave unlearned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kernel {
    /// 0 if n ≥ τ, else 1.
    Threshold {
        /// Meetings needed, τ.
        tau: f64,
    },
    /// e^(−n/τ).
    Exponential {
        /// Meetings that leave 1/e, τ.
        tau: f64,
    },
    /// 1/(1 + n/τ).
    Reciprocal {
        /// Meetings that leave one half, τ.
        tau: f64,
    },
    /// One-pass SGD with geometric step decay, in closed form: with φ = Dλ/τ,
    /// r = e^(−φ) + σ²(1 − (1+φ)e^(−φ))/φ.
    SgdDecay {
        /// Tokens × frequency that make φ = 1, τ.
        tau: f64,
        /// Label noise σ² in units of the skill's cost.
        noise: f64,
    },
}
