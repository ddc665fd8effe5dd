//! A measured figure.

use std::collections::BTreeMap;

/// A measured figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// Its value.
    pub value: f64,
    /// Where it lies, if that is known.
    pub interval: Option<(f64, f64)>,
}

impl Figure {
    /// A figure without an interval.
    pub fn exact(value: f64) -> Self {
        Self {
            value,
            interval: None,
        }
    }
}

/// Measured figures by name.
pub(crate) type Figures = BTreeMap<String, Figure>;
