//! The irreducible loss E_i of a loss column, which most laws have, as a parameter in nats.
//!
//! E is at most the largest training loss. That bound cannot exclude what the rows say, whatever their
//! noise: what a law adds to E is above 0, so that with E at the largest loss every residual would be
//! positive, and a smaller E would fit better. The smallest training loss would be no such bound: noise
//! puts it below the true E wherever the excess of the best run is smaller than the noise.

use super::observations::LossRange;
use crate::law::Parameter;

/// Centre of the prior of E, as a share of the smallest training loss.
pub(crate) const CENTRE: f64 = 0.6;

/// Unit of the prior of E, as a share of the smallest training loss.
const UNIT: f64 = 0.24;

/// E of `column`, whose training losses are `losses`.
pub(crate) fn parameter(column: usize, losses: LossRange) -> Parameter {
    Parameter {
        symbol: "E",
        column: Some(column),
        source: None,
        lower: losses.smallest.min(0.0),
        upper: losses.largest,
        centre: CENTRE * losses.smallest,
        unit: UNIT * losses.smallest.abs(),
    }
}
