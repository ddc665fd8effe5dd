//! Which ranks of a family are selected.

/// What of a family is selected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Selected {
    /// Ranks up to this one are selected whole.
    pub rank: f64,
    /// Share of the next rank that is selected, from 0 to below 1.
    pub next: f64,
}
