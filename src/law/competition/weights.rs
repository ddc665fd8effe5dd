//! Derivatives of a competition law by the weights of the mixture.
//!
//! A weight enters in two ways: through what the domain has seen, D h_i, and through the division
//! of the capacity. Above the head d ln x_i = (d ln h_i − d ln λ)/(1 + b_i), and the price follows
//! all weights, by the implicit function theorem on Σ x_i = N + (K−1)H. So
//!
//! dL_i/dh_j = δ_ij [∂L_i/∂ln(D h_i) + s_i]/h_i − s_i (d ln λ/d ln h_j)/h_j, s_i = ∂L_i/∂ln x_i /(1 + b_i).

use super::super::Point;
use super::share::Shares;
use super::{Competition, Excess, Slopes};

impl<E: Excess> Competition<E> {
    /// Writes dL_i/dh_j into `out`, domains × weights.
    pub(super) fn by_weights(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]) {
        let sources = point.weights.len();
        let Ok(shares) = self.shares(theta, point) else {
            out.fill(f64::NAN);
            return;
        };
        out.fill(0.0);
        // Where small weights are floored, those below the floor change nothing.
        let floored = |finite_at_zero: bool, weight: f64| {
            weight <= 0.0 || (!finite_at_zero && weight < self.domains.weight_floor)
        };
        let prices = shares.as_ref().map(Shares::price_by_weights);
        let common = self.common_of(theta);
        for position in 0..self.domains.len() {
            let row = &mut out[position * sources..(position + 1) * sources];
            let weight = self.domains.weight(point, position);
            let at = self.standing(theta, point, position, shares.as_ref());
            let mut slopes = Slopes::default();
            let own = self.own(theta, position);
            self.excess.slopes(own, common, &at, &mut slopes);
            let source = self.domains.source(position);
            if !floored(self.excess.finite_unseen(), weight) && slopes.seen != 0.0 {
                row[source] += slopes.seen / weight;
            }
            let (Some(shares), Some(prices)) = (&shares, &prices) else {
                continue;
            };
            if !shares.above_head(position) {
                continue;
            }
            let ([reach, _], _) = shares.slopes(position);
            let pull = slopes.skills * reach;
            if !floored(self.head.is_some(), weight) {
                row[source] += pull / weight;
            }
            for (other, price) in prices.iter().enumerate() {
                let weight = self.domains.weight(point, other);
                if *price != 0.0 && !floored(self.head.is_some(), weight) {
                    row[self.domains.source(other)] -= pull * price / weight;
                }
            }
        }
    }
}
