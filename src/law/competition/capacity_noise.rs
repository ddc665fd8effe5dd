//! Eq. (3), the extended linear regression model: capacity competition plus noise.
//!
//! L_i = E_i + c_i x_i*^(−b_i) + A_i (D h_i)^(−a_i). Source: Dai and Zheng 2026, Eq. (3). Theory ties
//! a_i = b_i/(1+b_i); here a_i is free, as in the paper's fits.
//!
//! Parameters: E_i, c_i, b_i, A_i, a_i for each domain (5K) and, where capacities differ, the head
//! size H. Where no run is limited by data the noise term is dropped, where none is limited by
//! capacity the capacity term: their parameters are then not identified. Where both limits bind,
//! losses combine almost as a maximum, not as this sum: b and a come out biased. Predicts columns
//! with a weight of their own.

use super::{Competition, NoiseExponent, PowerLaw, Sum};
use crate::law::{Law, LawError, Model, Observations};

/// Eq. (3).
#[derive(Debug, Clone, Copy)]
pub(crate) struct CapacityNoise;

impl Law for CapacityNoise {
    fn name(&self) -> &'static str {
        "capacity-noise"
    }

    fn title(&self) -> &'static str {
        "capacity and noise, Eq. (3)"
    }

    fn needs_own_weight(&self) -> bool {
        true
    }

    fn common_symbols(&self) -> &'static [&'static str] {
        &["H"]
    }

    fn exponents_of_theory(&self) -> &'static [&'static str] {
        &["b", "a"]
    }

    fn bind(&self, training: &Observations) -> Result<Vec<Box<dyn Model>>, LawError> {
        let model = Competition::bind(self.name(), training, |domains| {
            PowerLaw::new(Sum, NoiseExponent::Free, domains)
        })?;
        Ok(vec![Box::new(model)])
    }
}
