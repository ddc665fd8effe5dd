//! A power law of one quantity: A·q^(−a), in logarithms.

/// A term e^(ln A − a ln q) of the loss. The derivative of its logarithm by ln A is 1.
#[derive(Debug, Clone, Copy)]
pub(in crate::law) struct Power {
    /// The term, in nats.
    pub(in crate::law) term: f64,
    /// Its logarithm.
    pub(in crate::law) ln_term: f64,
    /// Derivative of its logarithm by a.
    pub(in crate::law) by_exponent: f64,
    /// Derivative of its logarithm by ln q.
    pub(in crate::law) by_quantity: f64,
}

impl Power {
    /// A term that is not there: of a law without it, or where its quantity is unlimited.
    pub(super) const ABSENT: Self = Self {
        term: 0.0,
        ln_term: f64::NEG_INFINITY,
        by_exponent: 0.0,
        by_quantity: 0.0,
    };

    /// The term with the exponent a at `ln_quantity` = ln q; 0 where q is unlimited.
    pub(super) fn new(ln_amplitude: f64, exponent: f64, ln_quantity: f64) -> Self {
        if ln_quantity == f64::INFINITY {
            return Self::ABSENT;
        }
        let ln_term = ln_amplitude - exponent * ln_quantity;
        Self {
            term: ln_term.exp(),
            ln_term,
            by_exponent: -ln_quantity,
            by_quantity: -exponent,
        }
    }
}

/// The amplitude in natural units where one `unit` of q was taken out of it.
pub(in crate::law) fn natural_amplitude(ln_amplitude: f64, exponent: f64, unit: f64) -> f64 {
    (ln_amplitude + exponent * unit.ln()).exp()
}
