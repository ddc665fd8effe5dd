//! Cumulative sums over the nodes of one spectrum: what a run takes from its world wherever the
//! kernel is a short series in the number of meetings, or in its inverse.
//!
//! Where a skill is hardly met, r(μ) = 1 + Σ_k c_k μ^k; where it is met often,
//! r(μ) = Σ_k d_k μ^(−k). With μ_j = θ p_j a sum over nodes is then a sum over orders of powers of
//! the exposure θ and of moments Σ_j m_j p_j^(±k), which do not depend on the run. Each moment is
//! taken in units of the frequency of its first (last) node, so that none of them overflows.

/// Orders k = 1..=ORDERS of the moments.
pub(crate) const ORDERS: usize = 8;

/// Coefficients of μ^k (or μ^−k) for k = 1..=ORDERS.
pub(crate) type Coefficients = [f64; ORDERS];

/// Cumulative sums over the nodes of one spectrum.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// For each node j, and one past the last, the mass Σ_{i≥j} m_i.
    mass: Vec<f64>,
    /// For each node j, and one past the last, Σ_{i≥j} m_i (p_i/p_j)^k.
    beyond: Vec<Coefficients>,
    /// For each number j of nodes, Σ_{i<j} m_i (p_{j−1}/p_i)^k.
    before: Vec<Coefficients>,
}

impl Moments {
    /// The moments of nodes of `masses` and falling `frequencies`.
    pub(super) fn new(masses: &[f64], frequencies: &[f64]) -> Self {
        let nodes = masses.len();
        let mut moments = Self {
            mass: vec![0.0; nodes + 1],
            beyond: vec![[0.0; ORDERS]; nodes + 1],
            before: vec![[0.0; ORDERS]; nodes + 1],
        };
        for j in (0..nodes).rev() {
            moments.mass[j] = masses[j] + moments.mass[j + 1];
            let ratio = ratio(frequencies.get(j + 1), frequencies[j]);
            moments.beyond[j] = accumulated(masses[j], ratio, &moments.beyond[j + 1]);
        }
        for j in 0..nodes {
            let ratio = match j.checked_sub(1) {
                Some(last) => ratio(Some(&frequencies[j]), frequencies[last]),
                None => 0.0,
            };
            moments.before[j + 1] = accumulated(masses[j], ratio, &moments.before[j]);
        }
        moments
    }

    /// Mass of the nodes from `node` on.
    pub(crate) fn mass_from(&self, node: usize) -> f64 {
        self.mass[node]
    }

    /// Σ m_i Σ_k c_k μ_i^k over the nodes from `node` on, the first of which is met `meetings`
    /// times.
    pub(crate) fn rising(&self, node: usize, meetings: f64, coefficients: &Coefficients) -> f64 {
        series(&self.beyond[node], meetings, coefficients)
    }

    /// Σ m_i Σ_k d_k μ_i^(−k) over the first `nodes` nodes, the last of which is met `meetings`
    /// times, more than never.
    pub(crate) fn falling(&self, nodes: usize, meetings: f64, coefficients: &Coefficients) -> f64 {
        series(&self.before[nodes], 1.0 / meetings, coefficients)
    }
}

/// p/q; 1 where both underflow, whose moments are never asked for but at 0 meetings.
fn ratio(numerator: Option<&f64>, denominator: f64) -> f64 {
    match numerator {
        Some(p) if denominator > 0.0 => p / denominator,
        Some(_) => 1.0,
        None => 0.0,
    }
}

/// m + ratio^k · next_k for each order k.
fn accumulated(mass: f64, ratio: f64, next: &Coefficients) -> Coefficients {
    let mut power = 1.0;
    next.map(|next| {
        power *= ratio;
        mass + power * next
    })
}

/// Σ_k c_k M_k x^k by Horner's rule.
fn series(moments: &Coefficients, x: f64, coefficients: &Coefficients) -> f64 {
    moments
        .iter()
        .zip(coefficients)
        .rev()
        .fold(0.0, |sum, (moment, c)| (sum + c * moment) * x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn moments_are_sums_over_nodes() {
        let masses = [0.4, 0.25, 0.2, 0.1];
        let frequencies = [0.4, 0.1, 0.01, 1e-5];
        let moments = Moments::new(&masses, &frequencies);
        let coefficients: Coefficients = std::array::from_fn(|k| 1.0 / (k + 2) as f64);
        let exposure = 2.0;
        let direct = |nodes: std::ops::Range<usize>, sign: i32| -> f64 {
            nodes
                .map(|j| {
                    let met: f64 = exposure * frequencies[j];
                    let terms = coefficients.iter().zip(1..);
                    masses[j] * terms.map(|(c, k)| c * met.powi(sign * k)).sum::<f64>()
                })
                .sum()
        };
        for (node, frequency) in frequencies.iter().enumerate() {
            let met = exposure * frequency;
            assert_relative_eq!(
                moments.rising(node, met, &coefficients),
                direct(node..4, 1),
                max_relative = 1e-14
            );
            assert_relative_eq!(
                moments.falling(node + 1, met, &coefficients),
                direct(0..node + 1, -1),
                max_relative = 1e-14
            );
        }
        assert_relative_eq!(moments.mass_from(2), 0.3, max_relative = 1e-15);
        assert_eq!(moments.mass_from(4).to_bits(), 0);
    }

    /// Steep spectra underflow: what is never met has no part in any series.
    #[test]
    fn frequencies_of_zero_are_never_met() {
        let moments = Moments::new(&[0.9, 0.1, 0.0], &[0.9, 0.0, 0.0]);
        let ones = [1.0; ORDERS];
        assert_eq!(moments.rising(1, 0.0, &ones).to_bits(), 0);
        assert!(moments.rising(0, 0.5, &ones).is_finite());
    }
}
