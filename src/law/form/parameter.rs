//! Parameters of a law: their place in the vector, their bounds, their values for people.

/// One entry of a parameter vector, in the coordinates of the fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Symbol as in the law's equation.
    pub symbol: &'static str,
    /// Loss column that it belongs to; `None` for a parameter of the whole law.
    pub column: Option<usize>,
    /// Weight column that it belongs to beside, where a symbol has two domains: C_ij has i as its
    /// column and j as its source. `None` for a parameter of no single source.
    pub source: Option<usize>,
    /// Smallest value, in the coordinate of the fit.
    pub lower: f64,
    /// Largest value, in the coordinate of the fit.
    pub upper: f64,
    /// Centre of the prior that a ridge pulls toward.
    pub centre: f64,
    /// Distance from the centre that a ridge of 1 charges as much as a residual of 1.
    pub unit: f64,
}

/// A fitted parameter in natural units.
#[derive(Debug, Clone, PartialEq)]
pub struct NaturalValue {
    /// Symbol as in the law's equation, such as `b`, `c`, `E`, `H`.
    pub symbol: &'static str,
    /// Loss column that it belongs to; `None` for a parameter of the whole law.
    pub column: Option<usize>,
    /// Value; `None` where the rows say nothing about it.
    pub value: Option<f64>,
}
