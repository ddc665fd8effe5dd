//! Finite data: how many unique tokens each domain has, and what it is worth to repeat them.
//!
//! A run that asks a domain of U unique tokens for more, e = h_i D / U > 1 epochs, meets the same
//! tokens again. A skill's distinct meetings are those that the unique tokens hold, Poisson(U p).
//! A repeat teaches less than something new: in terms of tokens, Muennighoff et al. 2023
//! (arXiv:2305.16264, section 3) find that e epochs are worth D' = U + U R* (1 − e^(−(e−1)/R*))
//! new tokens, with R* ≈ 15.4. So each distinct meeting counts D'/U = 1 + R* (1 − e^(−(e−1)/R*))
//! times: nearly e for a few epochs, and never more than 1 + R*.

use thiserror::Error;

/// R* of Muennighoff et al. 2023, in epochs.
pub(crate) const DEFAULT_REPETITION_DECAY: f64 = 15.4;

/// Unique tokens of each domain.
#[derive(Debug, Clone, PartialEq)]
pub struct Supply {
    available: Vec<f64>,
    decay: f64,
}

/// What a run sees of a domain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// Distinct tokens.
    pub distinct: f64,
    /// How many times each counts, at least 1.
    pub worth: f64,
}

/// Why there is no such supply.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SupplyError {
    /// A number of unique tokens that is not above 0.
    #[error("the unique tokens of domain {domain} are {value}: they must be above 0")]
    Available {
        /// Number of the domain.
        domain: usize,
        /// The number given.
        value: f64,
    },
    /// A decay that is not above 0.
    #[error("the repetition decay is {0}: it must be a number above 0")]
    Decay(f64),
    /// A number of supplies that is not that of the domains.
    #[error("there are {found} supplies for {domains} domains")]
    Size {
        /// Number of supplies.
        found: usize,
        /// Number of domains.
        domains: usize,
    },
}

impl Supply {
    /// A supply of `available` unique tokens of each domain (length K, each above 0, infinite for
    /// no bound), whose repeats lose their worth over `decay` epochs R*, above 0.
    ///
    /// # Errors
    /// [`SupplyError`] for values out of range.
    pub fn new(available: Vec<f64>, decay: f64) -> Result<Self, SupplyError> {
        let bad = available.iter().position(|u| u.is_nan() || *u <= 0.0);
        if let Some(domain) = bad {
            let value = available[domain];
            return Err(SupplyError::Available { domain, value });
        }
        if !(decay.is_finite() && decay > 0.0) {
            return Err(SupplyError::Decay(decay));
        }
        Ok(Self { available, decay })
    }

    /// No bound for any of `domains` domains.
    pub fn unlimited(domains: usize) -> Self {
        Self {
            available: vec![f64::INFINITY; domains],
            decay: DEFAULT_REPETITION_DECAY,
        }
    }

    /// Unique tokens of each domain, infinite where there is no bound.
    pub fn available(&self) -> &[f64] {
        &self.available
    }

    /// Epochs R* over which repeats lose their worth.
    pub fn decay(&self) -> f64 {
        self.decay
    }

    /// Whether no domain has a bound.
    pub(crate) fn is_unlimited(&self) -> bool {
        self.available.iter().all(|tokens| tokens.is_infinite())
    }

    /// What a run that asks `domain` for `tokens` tokens sees, if every token counts `efficiency`
    /// times; `tokens` too are counted so.
    pub fn seen(&self, domain: usize, tokens: f64, efficiency: f64) -> Seen {
        let available = self.available[domain] * efficiency;
        if tokens <= available {
            return Seen {
                distinct: tokens,
                worth: 1.0,
            };
        }
        let repeats = tokens / available - 1.0;
        Seen {
            distinct: available,
            worth: 1.0 - self.decay * (-repeats / self.decay).exp_m1(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// At R* = 15.4, four epochs are worth 3.73 and sixteen 10.6; never more than 16.4.
    #[test]
    fn repeats_are_worth_what_the_paper_says() {
        let supply = Supply::new(vec![100.0], DEFAULT_REPETITION_DECAY).unwrap();
        let worth = |tokens| supply.seen(0, tokens, 1.0).worth;
        assert_relative_eq!(worth(50.0), 1.0);
        assert_relative_eq!(worth(100.0), 1.0);
        assert_relative_eq!(worth(101.0), 1.01, max_relative = 1e-5);
        assert_relative_eq!(worth(400.0), 3.725, max_relative = 1e-3);
        assert_relative_eq!(worth(1600.0), 10.586, max_relative = 1e-3);
        assert_relative_eq!(worth(f64::INFINITY), 16.4);
        assert_relative_eq!(supply.seen(0, 1e9, 2.0).distinct, 200.0);
    }

    #[test]
    fn supplies_out_of_range_are_refused() {
        for bad in [0.0, -1.0, f64::NAN] {
            assert!(Supply::new(vec![1.0, bad], 15.4).is_err(), "{bad}");
            assert!(Supply::new(vec![1.0], bad).is_err(), "{bad}");
        }
        assert!(Supply::new(vec![f64::INFINITY], f64::INFINITY).is_err());
    }
}
