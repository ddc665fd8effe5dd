//! The inner problem of Eq. (1): how a model divides its capacity between domains.
//!
//! min_x Σ h_i c_i x_i^(−b_i) subject to Σ (x_i − H) ≤ N − H and x_i ≥ H. Its optimality conditions
//! are x_i = max(H, (h_i b_i c_i/λ)^(1/(1+b_i))) with Σ x_i = N + (K−1)H (Dai and Zheng 2026,
//! section 3.2).
//!
//! With u = ln λ, F(u) = ln Σ x_i(u) − ln(N + (K−1)H) is convex and decreasing: a log-sum-exp of
//! maxima of affine functions. Newton's method from the left of the root therefore climbs to it
//! without overshooting, and needs no bracket.

use thiserror::Error;

/// The demand of one domain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand {
    /// ln(h_i b_i c_i); −∞ for a domain without weight.
    pub ln_weight: f64,
    /// Exponent b_i = α_i − 1, above 0.
    pub b: f64,
}

/// A solved inner problem.
#[derive(Debug, Clone, PartialEq)]
pub struct Allocation {
    /// ln λ, the logarithm of the price of capacity.
    pub ln_price: f64,
    /// ln x_i: logarithm of the skills that each domain knows.
    pub ln_skills: Vec<f64>,
    /// Whether x_i is above its floor H.
    pub active: Vec<bool>,
}

/// Why a division does not exist.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum AllocationError {
    /// Less capacity than the head takes.
    #[error("the capacity {capacity} is below the head size {head}")]
    BelowHead {
        /// Capacity N.
        capacity: f64,
        /// Head size H.
        head: f64,
    },
    /// No domain with a weight.
    #[error("no domain has a weight above 0")]
    NoDemand,
}

/// Most Newton steps: ten suffice in practice, convexity bounds the rest.
const NEWTON_STEPS: usize = 500;

/// Divides `capacity` N (finite, above 0) between the domains of `demands`, with a shared head of
/// `head` H skills. Σ x_i = N + (K−1)H holds to rounding.
///
/// # Errors
/// [`AllocationError`] when N < H, or when no domain has a weight.
pub fn allocate(
    demands: &[Demand],
    head: f64,
    capacity: f64,
) -> Result<Allocation, AllocationError> {
    if capacity < head {
        return Err(AllocationError::BelowHead { capacity, head });
    }
    let budget = capacity + (demands.len() as f64 - 1.0) * head;
    let (ln_budget, ln_head) = (budget.ln(), head.ln());
    // At this price one domain alone would take the whole budget: F ≥ 0.
    let mut price = demands
        .iter()
        .map(|demand| demand.ln_weight - (1.0 + demand.b) * ln_budget)
        .fold(f64::NEG_INFINITY, f64::max);
    if !price.is_finite() {
        return Err(AllocationError::NoDemand);
    }
    for _ in 0..NEWTON_STEPS {
        // Shares of the budget, so that no sum overflows.
        let (mut total, mut slope) = (0.0, 0.0);
        for demand in demands {
            let ln_skills = (demand.ln_weight - price) / (1.0 + demand.b);
            let share = (ln_skills.max(ln_head) - ln_budget).exp();
            total += share;
            if ln_skills > ln_head {
                slope += share / (1.0 + demand.b);
            }
        }
        if slope == 0.0 {
            break;
        }
        let step = total.ln() * total / slope;
        // From the left of the root every step is upward until rounding is all that is left.
        if step <= f64::EPSILON * price.abs().max(1.0) {
            break;
        }
        price += step;
    }
    let (ln_skills, active) = demands
        .iter()
        .map(|demand| {
            let free = (demand.ln_weight - price) / (1.0 + demand.b);
            (free.max(ln_head), free > ln_head)
        })
        .unzip();
    Ok(Allocation {
        ln_price: price,
        ln_skills,
        active,
    })
}

/// Derivatives of the price: d ln λ = Σ_i demand_i·(d ln w_i − ln x_i db_i) + head·dH +
/// capacity·dN, by the implicit function theorem on Σ x_i = N + (K−1)H.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PriceDerivatives {
    /// Factor of each domain's own change; 0 at the floor.
    pub demand: Vec<f64>,
    /// d ln λ / dH.
    pub head: f64,
    /// d ln λ / dN.
    pub capacity: f64,
}

impl Allocation {
    /// Derivatives of ln λ on the present active set (all 0 if every domain is at its floor).
    pub(super) fn price_derivatives(&self, demands: &[Demand]) -> PriceDerivatives {
        let mut factors: Vec<f64> = demands
            .iter()
            .zip(&self.ln_skills)
            .zip(&self.active)
            .map(|((demand, ln_skills), active)| {
                if *active {
                    ln_skills.exp() / (1.0 + demand.b)
                } else {
                    0.0
                }
            })
            .collect();
        let sum: f64 = factors.iter().sum();
        if sum == 0.0 {
            return PriceDerivatives {
                demand: factors,
                head: 0.0,
                capacity: 0.0,
            };
        }
        for factor in &mut factors {
            *factor /= sum;
        }
        let active = self.active.iter().filter(|active| **active).count() as f64;
        PriceDerivatives {
            demand: factors,
            head: -(active - 1.0) / sum,
            capacity: -1.0 / sum,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use proptest::prelude::*;

    fn demands(weights: &[(f64, f64, f64)]) -> Vec<Demand> {
        weights
            .iter()
            .map(|(h, b, c)| Demand {
                ln_weight: (h * b * c).ln(),
                b: *b,
            })
            .collect()
    }

    /// Two domains of equal b without a head: x_i ∝ (h_i c_i)^(1/(1+b)).
    #[test]
    fn equal_exponents_divide_in_closed_form() {
        let demands = demands(&[(0.8, 0.5, 1.0), (0.2, 0.5, 2.0)]);
        let allocation = allocate(&demands, 0.0, 1000.0).unwrap();
        let ratio = (0.4f64 / 0.8).powf(1.0 / 1.5);
        let first = 1000.0 / (1.0 + ratio);
        assert_relative_eq!(allocation.ln_skills[0].exp(), first, max_relative = 1e-13);
    }

    #[test]
    fn a_capacity_of_the_head_leaves_the_floor() {
        let demands = demands(&[(0.9, 0.5, 1.0), (0.1, 0.2, 2.0)]);
        let allocation = allocate(&demands, 20.0, 20.0).unwrap();
        for ln_skills in &allocation.ln_skills {
            assert_relative_eq!(ln_skills.exp(), 20.0, max_relative = 1e-12);
        }
        assert!(matches!(
            allocate(&demands, 20.0, 19.0),
            Err(AllocationError::BelowHead { .. })
        ));
    }

    #[test]
    fn no_weight_at_all_is_refused() {
        let demands = demands(&[(0.0, 0.5, 1.0), (0.0, 0.2, 2.0)]);
        assert_eq!(
            allocate(&demands, 1.0, 10.0),
            Err(AllocationError::NoDemand)
        );
    }

    proptest! {
        #[test]
        fn the_budget_is_spent_and_the_conditions_hold(
            domains in proptest::collection::vec((-12.0f64..0.0, -2.0f64..0.7, -4.0f64..4.0), 1..40),
            log_capacity in 0.0f64..12.0,
            head_share in prop_oneof![Just(0.0), 1e-9f64..1.0],
        ) {
            let capacity = 10f64.powf(log_capacity);
            let head = head_share * capacity;
            let demands: Vec<Demand> = domains
                .iter()
                .map(|(h, b, c)| {
                    let b = 10f64.powf(*b);
                    Demand { ln_weight: (h + c) * std::f64::consts::LN_10 + b.ln(), b }
                })
                .collect();
            let allocation = allocate(&demands, head, capacity).unwrap();
            let budget = capacity + (demands.len() as f64 - 1.0) * head;
            let spent: f64 = allocation.ln_skills.iter().map(|x| x.exp()).sum();
            prop_assert!((spent / budget - 1.0).abs() < 1e-12, "{spent} of {budget}");
            for (demand, ln_skills) in demands.iter().zip(&allocation.ln_skills) {
                let residual = demand.ln_weight - (1.0 + demand.b) * ln_skills - allocation.ln_price;
                let at_floor = *ln_skills <= head.ln() + 1e-12;
                prop_assert!(residual.abs() < 1e-9 || (at_floor && residual < 1e-9));
            }
        }

        #[test]
        fn price_derivatives_match_differences(
            domains in proptest::collection::vec((0.05f64..1.0, 0.1f64..2.0, 0.2f64..4.0), 2..6),
            head in 0.5f64..20.0,
        ) {
            let capacity = 500.0;
            let demands = demands(&domains);
            let at = allocate(&demands, head, capacity).unwrap();
            let derivatives = at.price_derivatives(&demands);
            let step = 1e-6;
            let price = |demands: &[Demand], head: f64, capacity: f64| {
                let moved = allocate(demands, head, capacity).unwrap();
                (moved.ln_price, moved.active)
            };
            let (up, same) = price(&demands, head, capacity * (1.0 + step));
            prop_assume!(same == at.active);
            prop_assert!(((up - at.ln_price) / (capacity * step) - derivatives.capacity).abs()
                < 1e-4 * derivatives.capacity.abs());
            let (up, same) = price(&demands, head * (1.0 + step), capacity);
            prop_assume!(same == at.active);
            prop_assert!(((up - at.ln_price) / (head * step) - derivatives.head).abs()
                < 1e-4 * derivatives.head.abs() + 1e-9);
            for i in 0..demands.len() {
                let mut moved = demands.clone();
                moved[i].ln_weight += step;
                let (up, same) = price(&moved, head, capacity);
                prop_assume!(same == at.active);
                prop_assert!(((up - at.ln_price) / step - derivatives.demand[i]).abs() < 1e-4);
            }
        }
    }
}
