//! One cell of a table: a run and a loss column.

/// One cell of a table: a run and a loss column, with what was measured and predicted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Row of the run in the table.
    pub row: usize,
    /// Loss column.
    pub column: usize,
    /// Measured loss, nats.
    pub measured: f64,
    /// Predicted loss, nats.
    pub predicted: f64,
    /// Whether the domain had a weight above 0 in the mixture.
    pub positive: bool,
    /// The domain's true floor E, where it is known, nats.
    pub floor: Option<f64>,
}

impl Cell {
    /// Absolute error, nats.
    pub(super) fn error(&self) -> f64 {
        (self.predicted - self.measured).abs()
    }
}
