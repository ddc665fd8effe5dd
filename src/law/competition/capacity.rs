//! Eq. (1), the extended quantization model: domains compete for capacity.
//!
//! L_i = E_i + c_i x_i*^(−b_i), with x* the division of capacity that minimises the training loss
//! ([`super::allocation`]). Source: Dai and Zheng 2026, Eq. (1).
//!
//! Parameters: E_i, c_i, b_i for each domain (3K) and, where capacities differ, the head size H.
//! At one capacity H cannot be told from the amplitudes and is taken as 0; a weight of 0 then has
//! no finite loss, so weights are floored by the fit. At one capacity b, c and E of a domain are
//! told apart only through the mixtures, and poorly. Predicts columns with a weight of their own.

use super::{Competition, NoiseExponent, PowerLaw, Sum};
use crate::law::{Law, LawError, Model, Observations};

/// Eq. (1).
#[derive(Debug, Clone, Copy)]
pub struct Capacity;

impl Law for Capacity {
    fn name(&self) -> &'static str {
        "capacity"
    }

    fn title(&self) -> &'static str {
        "capacity competition, Eq. (1)"
    }

    fn needs_own_weight(&self) -> bool {
        true
    }

    fn common_symbols(&self) -> &'static [&'static str] {
        &["H"]
    }

    fn exponents_of_theory(&self) -> &'static [&'static str] {
        &["b"]
    }

    fn bind(&self, training: &Observations) -> Result<Vec<Box<dyn Model>>, LawError> {
        let model = Competition::bind(self.name(), training, |domains| {
            PowerLaw::new(Sum, NoiseExponent::NoNoise, domains)
        })?;
        Ok(vec![Box::new(model)])
    }
}
