//! The mixtures that are allowed: bounds on single weights and on sums of disjoint groups.
//!
//! Disjoint groups keep three things in closed form that general linear constraints would not:
//! whether there is a mixture at all, the nearest mixture in the sense of relative entropy (each
//! weight is its wish times one factor for all, or for its group, cut off at its bounds), and the
//! mixture of least linear cost (cheapest first).

/// A set of domains with a joint bound.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its name, for messages.
    pub name: String,
    /// Positions of its domains. No domain is in two groups.
    pub members: Vec<usize>,
    /// Smallest sum of their weights, from 0 to 1.
    pub lower: f64,
    /// Largest sum of their weights, from 0 to 1.
    pub upper: f64,
}

/// Why a weight cannot be larger.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cause {
    /// The bound was asked for.
    Asked,
    /// No more tokens are available.
    Available {
        /// Tokens that there are.
        tokens: f64,
    },
}

/// Mixtures h with lower ≤ h ≤ upper and bounded sums over disjoint groups. Not empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    pub(super) lower: Vec<f64>,
    pub(super) upper: Vec<f64>,
    pub(super) causes: Vec<Cause>,
    pub(super) groups: Vec<Group>,
    /// The group of each domain.
    pub(super) group_of: Vec<Option<usize>>,
}

/// Halvings that take a bracket of factors to rounding.
const HALVINGS: usize = 200;

/// Largest |ln factor| that is looked for: weights are not below e^−70 of each other.
const LN_FACTOR: f64 = 700.0;

/// A sum that misses its mark by less is rounding.
const ROUNDING: f64 = 1e-15;

impl Region {
    pub(super) fn new(
        lower: Vec<f64>,
        upper: &[f64],
        causes: Vec<Cause>,
        groups: Vec<Group>,
    ) -> Self {
        let mut group_of = vec![None; lower.len()];
        for (number, group) in groups.iter().enumerate() {
            for member in &group.members {
                group_of[*member] = Some(number);
            }
        }
        Self {
            // Bounds that cross by rounding are one bound.
            upper: upper.iter().zip(&lower).map(|(u, l)| u.max(*l)).collect(),
            lower,
            causes,
            groups,
            group_of,
        }
    }

    /// Number of domains.
    pub fn domains(&self) -> usize {
        self.lower.len()
    }

    /// Whether `weights` keep all bounds, to within `slack`.
    pub fn contains(&self, weights: &[f64], slack: f64) -> bool {
        let within =
            |value: f64, low: f64, high: f64| value >= low - slack && value <= high + slack;
        let sum: f64 = weights.iter().sum();
        within(sum, 1.0, 1.0)
            && weights
                .iter()
                .enumerate()
                .all(|(i, h)| within(*h, self.lower[i], self.upper[i]))
            && self
                .groups
                .iter()
                .all(|group| within(group_sum(group, weights), group.lower, group.upper))
    }

    /// The allowed mixture of least relative entropy to `wish`, whose entries are above 0.
    pub fn closest(&self, wish: &[f64]) -> Vec<f64> {
        let total = |ln_factor: f64| {
            let alone: f64 = (0..wish.len())
                .filter(|i| self.group_of[*i].is_none())
                .map(|i| self.cut(i, ln_factor.exp() * wish[i]))
                .sum();
            let groups = self.groups.iter().map(|group| {
                self.sum_at(group, wish, ln_factor)
                    .clamp(group.lower, group.upper.max(group.lower))
            });
            alone + groups.sum::<f64>()
        };
        let sum: f64 = wish.iter().sum();
        let ln_factor = solve(total, 1.0, -sum.ln());
        let mut weights: Vec<f64> = (0..wish.len())
            .map(|i| self.cut(i, ln_factor.exp() * wish[i]))
            .collect();
        for group in &self.groups {
            let sum = self.sum_at(group, wish, ln_factor);
            let held = sum.clamp(group.lower, group.upper.max(group.lower));
            if (sum - held).abs() > ROUNDING {
                let factor = solve(|s| self.sum_at(group, wish, s), held, ln_factor).exp();
                for member in &group.members {
                    weights[*member] = self.cut(*member, factor * wish[*member]);
                }
            }
        }
        weights
    }

    /// The allowed mixture of least Σ cost_i h_i, and that cost.
    pub(super) fn cheapest(&self, cost: &[f64]) -> (Vec<f64>, f64) {
        let mut order: Vec<usize> = (0..cost.len()).collect();
        order.sort_by(|a, b| cost[*a].total_cmp(&cost[*b]));
        let mut weights = self.lower.clone();
        for (number, group) in self.groups.iter().enumerate() {
            let mut lacking = (group.lower - group_sum(group, &weights)).max(0.0);
            for &i in order.iter().filter(|i| self.group_of[**i] == Some(number)) {
                let more = lacking.min(self.upper[i] - weights[i]);
                weights[i] += more;
                lacking -= more;
            }
        }
        let mut lacking = (1.0 - weights.iter().sum::<f64>()).max(0.0);
        for i in order {
            let mut more = lacking.min(self.upper[i] - weights[i]);
            if let Some(number) = self.group_of[i] {
                let group = &self.groups[number];
                more = more.min((group.upper - group_sum(group, &weights)).max(0.0));
            }
            weights[i] += more;
            lacking -= more;
        }
        let cost = weights.iter().zip(cost).map(|(h, c)| h * c).sum();
        (weights, cost)
    }

    fn cut(&self, domain: usize, weight: f64) -> f64 {
        weight.clamp(self.lower[domain], self.upper[domain])
    }

    fn sum_at(&self, group: &Group, wish: &[f64], ln_factor: f64) -> f64 {
        group
            .members
            .iter()
            .map(|i| self.cut(*i, ln_factor.exp() * wish[*i]))
            .sum()
    }
}

/// Sum of the weights of a group.
pub(super) fn group_sum(group: &Group, weights: &[f64]) -> f64 {
    group.members.iter().map(|member| weights[*member]).sum()
}

/// ln of the factor at which `total`, which never falls, is `wanted`; tries `guess` first.
fn solve(total: impl Fn(f64) -> f64, wanted: f64, guess: f64) -> f64 {
    if (total(guess) - wanted).abs() <= ROUNDING {
        return guess;
    }
    let (mut low, mut high) = (-LN_FACTOR, LN_FACTOR);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if total(middle) < wanted {
            low = middle;
        } else {
            high = middle;
        }
        if high - low <= ROUNDING * middle.abs().max(1e-3) {
            break;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimum::Constraints;
    use proptest::prelude::*;

    /// Five domains, two groups; bounds that some mixture keeps.
    fn region(bounds: &[(f64, f64)], groups: [(f64, f64); 2]) -> Option<Region> {
        let names: Vec<String> = (0..5).map(|i| format!("d{i}")).collect();
        let group = |number: usize, members: &[usize]| Group {
            name: format!("g{number}"),
            members: members.to_vec(),
            lower: groups[number].0.min(groups[number].1),
            upper: groups[number].0.max(groups[number].1),
        };
        let constraints = Constraints {
            lower: bounds.iter().map(|(a, b)| a.min(*b) * 0.5).collect(),
            upper: bounds.iter().map(|(a, b)| a.max(*b)).collect(),
            groups: vec![group(0, &[0, 1]), group(1, &[2, 3])],
            ..Constraints::none(5)
        };
        constraints.region(&names, 1.0).ok()
    }

    proptest! {
        #[test]
        fn the_closest_is_allowed_and_closest(
            bounds in proptest::collection::vec((0.0f64..1.0, 0.0f64..1.0), 5),
            groups in [(0.0f64..1.0, 0.0f64..1.0), (0.0f64..1.0, 0.0f64..1.0)],
            wish in proptest::collection::vec(1e-6f64..1.0, 5),
            cost in proptest::collection::vec(-1.0f64..1.0, 5),
        ) {
            let Some(region) = region(&bounds, groups) else { return Ok(()) };
            let closest = region.closest(&wish);
            prop_assert!(region.contains(&closest, 1e-9), "{closest:?}");
            let (vertex, least) = region.cheapest(&cost);
            prop_assert!(region.contains(&vertex, 1e-9), "{vertex:?}");
            let at = |h: &[f64]| h.iter().zip(&cost).map(|(h, c)| h * c).sum::<f64>();
            prop_assert!((at(&vertex) - least).abs() < 1e-12);
            prop_assert!(at(&closest) >= least - 1e-9);
            // No allowed step from the closest towards a vertex lowers the relative entropy.
            let slope: f64 = (0..5)
                .filter(|i| closest[*i] > 0.0)
                .map(|i| (closest[i] / wish[i]).ln() * (vertex[i] - closest[i]))
                .sum();
            prop_assert!(slope > -1e-6, "{slope}");
        }
    }
}
