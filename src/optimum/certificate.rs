//! How sure it is that a mixture is the best.

/// What is known about how good a mixture is.
#[derive(Debug, Clone, PartialEq)]
pub struct Certificate {
    /// Upper bound of what is lost against the best mixture, in nats, where the objective is convex
    /// over the allowed mixtures: the Frank–Wolfe gap ∇f·h − min_v ∇f·v (Jaggi 2013, "Revisiting
    /// Frank–Wolfe", section 2), plus the duality gap of a maximum.
    pub gap: f64,
    /// Largest deviation of a free derivative from the level that all must have, nats per unit of
    /// weight: the residual of the KKT conditions.
    pub residual: f64,
    /// Smallest eigenvalue of the Hessian along the bounds that hold, nats per squared weight;
    /// `None` where the bounds leave no freedom.
    pub least_curvature: Option<f64>,
    /// Starts that ended within rounding of this mixture's value, of all starts.
    pub agreeing: (usize, usize),
}

/// Largest negative curvature, against the scale of the objective, that is rounding.
const ROUNDING: f64 = 1e-6;

impl Certificate {
    /// Whether the objective is convex where the mixture stands: then no nearby mixture is better.
    /// A gap bounds the whole loss only if it is convex everywhere; that other starts end here, too,
    /// is the evidence.
    pub fn convex_here(&self) -> bool {
        self.least_curvature
            .is_none_or(|curvature| curvature > -ROUNDING)
    }

    /// Whether the mixture meets the first-order conditions to `gap` nats.
    pub fn within(&self, gap: f64) -> bool {
        self.gap.is_finite() && self.gap <= gap
    }
}
