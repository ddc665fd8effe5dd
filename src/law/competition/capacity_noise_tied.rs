//! Eq. (3) with the noise exponent that its theory asks for.
//!
//! L_i = E_i + c_i x_i*^(−b_i) + A_i (D h_i)^(−a_i) with a_i = b_i/(1+b_i) = (α_i−1)/α_i. Source: Dai
//! and Zheng 2026, Eq. (3) and its derivation.
//!
//! Parameters: E_i, c_i, b_i, A_i for each domain (4K) and, where capacities differ, the head size H.
//! Both terms inform b, so it stays identified where either limit binds; c is not where no run is
//! limited by capacity, A not where none is by data (their term is then dropped). The tie does not
//! mend the sum: where both limits bind, losses combine almost as a maximum and b comes out biased,
//! though less than with a free. Predicts columns with a weight of their own.

use super::{Competition, NoiseExponent, PowerLaw, Sum};
use crate::law::{Law, LawError, Model, Observations};

/// Eq. (3) with a = b/(1+b).
#[derive(Debug, Clone, Copy)]
pub(crate) struct CapacityNoiseTied;

impl Law for CapacityNoiseTied {
    fn name(&self) -> &'static str {
        "capacity-noise-tied"
    }

    fn title(&self) -> &'static str {
        "capacity and noise, Eq. (3), a = b/(1+b)"
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
            PowerLaw::new(Sum, NoiseExponent::Tied, domains)
        })?;
        Ok(vec![Box::new(model)])
    }
}
