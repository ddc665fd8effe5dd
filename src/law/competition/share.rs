//! Each domain's part of the capacity, x*, with its derivatives: a part through the domain's own
//! parameters, and a part through the price λ that all domains share.
//!
//! Where x_i > H, ln x_i = (ln h_i + ln b_i + ln c_i − ln λ)/(1 + b_i); else x_i = H.

use super::allocation::{Allocation, AllocationError, Demand, allocate};

/// The capacity of one run, divided.
pub(super) struct Shares {
    demands: Vec<Demand>,
    allocation: Allocation,
    head: f64,
}

/// Divides `capacity` between domains given as (h, ln c, ln b), with a head of `head` skills, all
/// in one unit.
pub(super) fn divide(
    domains: impl Iterator<Item = (f64, f64, f64)>,
    head: f64,
    capacity: f64,
) -> Result<Shares, AllocationError> {
    let demands: Vec<Demand> = domains
        .map(|(weight, ln_amplitude, ln_exponent)| Demand {
            ln_weight: weight.ln() + ln_exponent + ln_amplitude,
            b: ln_exponent.exp(),
        })
        .collect();
    let allocation = allocate(&demands, head, capacity)?;
    Ok(Shares {
        demands,
        allocation,
        head,
    })
}

impl Shares {
    /// ln x_i.
    pub(super) fn ln_skills(&self, position: usize) -> f64 {
        self.allocation.ln_skills[position]
    }

    /// Whether x_i is above the head.
    pub(super) fn above_head(&self, position: usize) -> bool {
        self.allocation.active[position]
    }

    /// Above the head: derivatives of ln x_i by (ln c_i, ln b_i) at a given price, and by ln λ.
    pub(super) fn slopes(&self, position: usize) -> ([f64; 2], f64) {
        let reach = 1.0 / (1.0 + self.demands[position].b);
        ([reach, reach * self.pull(position)], -reach)
    }

    /// Tells `each` the derivatives of ln λ by (ln c_i, ln b_i) of every domain; returns that by
    /// ln H.
    pub(super) fn price_slopes(&self, mut each: impl FnMut(usize, [f64; 2])) -> f64 {
        let price = self.allocation.price_derivatives(&self.demands);
        for (position, factor) in price.demand.iter().enumerate() {
            each(position, [*factor, factor * self.pull(position)]);
        }
        price.head * self.head
    }

    /// Derivatives of ln λ by ln h_i of every domain.
    pub(super) fn price_by_weights(&self) -> Vec<f64> {
        self.allocation.price_derivatives(&self.demands).demand
    }

    /// Derivative of the domain's ln(h b c) − b ln x by ln b.
    fn pull(&self, position: usize) -> f64 {
        1.0 - self.demands[position].b * self.allocation.ln_skills[position]
    }
}
