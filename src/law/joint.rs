//! The joint law of Shukor et al. 2025 (arXiv:2507.09404): additive in mixture, size and tokens.
//!
//! L_i = E_i + 1 / Σ_j C_ij h_j^(γ_ij) + A_i/N^(α_i) + B_i/D^(β_i), one model per loss column with
//! 2K+5 parameters; 2K+3 or 2K+1 where N or D do not differ between the runs. N and D count in units
//! of their geometric means over the training runs: A and B are the terms there, in nats. At two
//! sizes the exponents are not identified but through the prior.

use super::additive::{Additive, alternatives, bind};
use super::scale::Scale;
use super::{Law, LawError, Model, Observations};

/// The additive law with terms in capacity and tokens.
#[derive(Debug, Clone, Copy, Default)]
pub struct Joint {
    mixture: Additive,
}

impl Law for Joint {
    fn name(&self) -> &'static str {
        "joint"
    }

    fn title(&self) -> &'static str {
        "additive law with terms in N and D"
    }

    fn needs_own_weight(&self) -> bool {
        false
    }

    fn has_transfer(&self) -> bool {
        true
    }

    fn bind(&self, training: &Observations) -> Result<Vec<Box<dyn Model>>, LawError> {
        let scale = Some(Scale::of(training));
        bind(self.name(), self.mixture.transfer, training, scale)
    }

    fn alternatives(&self) -> Vec<(String, Box<dyn Law>)> {
        alternatives(|transfer| {
            Box::new(Self {
                mixture: Additive { transfer },
            })
        })
    }

    fn prior_matters(&self) -> bool {
        true
    }
}
