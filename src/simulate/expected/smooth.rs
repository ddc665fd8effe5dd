//! Expected losses as a smooth function of the mixture, with their derivatives.
//!
//! The discrete cut makes losses stairs of the weights: skills change hands one by one. Here the cut
//! falls at real ranks ([`crate::learner::smooth_top_n`]); otherwise the losses are those of
//! [`Simulator::losses`], from which they differ by less than the mass of one skill of each family.
//! A weight enters through the meetings of the skills that are held and through the cut:
//! dL_i/dh_j = c_i [Σ_s p_i(s) r'(μ_s) dμ_s/dh_j − Σ_f p_i(n_f) (1 − r(n_f)) dn_f/dh_j].

use super::by_expected_score::{exposure, meetings};
use crate::learner::{Held, Kernel, smooth_top_n};
use crate::simulate::Simulator;
use crate::world::{Family, real_panel};

/// What a family leaves, and how that changes.
struct Left {
    /// Mass of each row that is not learned.
    masses: Vec<f64>,
    /// Derivative of each row's mass by the exposure to each row, rows × rows.
    by_exposure: Vec<f64>,
    /// Derivative of each row's mass by the rank of the cut.
    by_rank: Vec<f64>,
}

impl Left {
    /// Adds what skills of given frequencies and masses, by row, leave.
    fn add(
        &mut self,
        kernel: &Kernel,
        exposure: &[f64],
        frequency: impl Fn(usize) -> f64,
        mass: impl Fn(usize) -> f64,
    ) {
        let met = meetings(exposure, &frequency);
        let part = kernel.unlearned(met);
        for (row, left) in self.masses.iter_mut().enumerate() {
            *left += mass(row) * part;
        }
        if self.by_exposure.is_empty() {
            return;
        }
        let slope = kernel.unlearned_slope(met);
        let rows = self.masses.len();
        for (place, by_exposure) in self.by_exposure.iter_mut().enumerate() {
            *by_exposure += mass(place / rows) * slope * frequency(place % rows);
        }
    }
}

impl Simulator {
    /// Writes the expected losses of [`Simulator::losses`] with the cut at real ranks into
    /// `losses` (K) and, if asked, their derivatives by the weights into `slopes` (K × K). Weights
    /// are above 0; they need not sum to 1. Skills are ranked by their expected scores, whatever
    /// the learner's selection.
    ///
    /// # Panics
    /// When `weights`, `losses` or `slopes` has not the length that it needs.
    pub fn smooth_losses(
        &self,
        weights: &[f64],
        (capacity, tokens): (f64, f64),
        losses: &mut [f64],
        mut slopes: Option<&mut [f64]>,
    ) {
        let domains = weights.len();
        assert_eq!(domains, self.world.domains().len(), "one weight per domain");
        let tokens = self.learner.efficiency.effective_tokens(tokens, capacity);
        let held = smooth_top_n(
            &self.world,
            &self.families,
            weights,
            self.learner.ranking,
            self.limit(capacity),
            slopes.is_some(),
        );
        let mut unlearned = vec![0.0; domains];
        if let Some(slopes) = slopes.as_deref_mut() {
            assert_eq!(
                slopes.len(),
                domains * domains,
                "one slope per loss and weight"
            );
            slopes.fill(0.0);
        }
        for (family, held) in self.families.iter().zip(&held) {
            let exposure = family.combine(|domain| exposure(weights[domain], tokens));
            let left = self.left(family, held.rank, &exposure, slopes.is_some());
            for member in &family.members {
                let share = family.multiplicity * member.scale * member.cost;
                unlearned[member.domain] += share * left.masses[member.row];
                if let Some(slopes) = slopes.as_deref_mut() {
                    let row = &mut slopes[member.domain * domains..(member.domain + 1) * domains];
                    add_slopes(family, held, &left, (member.row, share), tokens, row);
                }
            }
        }
        for (domain, loss) in losses.iter_mut().enumerate() {
            *loss = self.loss_of(domain, unlearned[domain]);
        }
        if let Some(slopes) = slopes {
            for (domain, row) in self
                .world
                .domains()
                .iter()
                .zip(slopes.chunks_exact_mut(domains))
            {
                row.iter_mut().for_each(|slope| *slope *= domain.cost);
            }
        }
    }

    fn left(&self, family: &Family, rank: f64, exposure: &[f64], differentiate: bool) -> Left {
        let kernel = &self.learner.kernel;
        let rows = family.rows();
        let mut left = Left {
            masses: vec![0.0; rows],
            by_exposure: vec![0.0; if differentiate { rows * rows } else { 0 }],
            by_rank: vec![0.0; if differentiate { rows } else { 0 }],
        };
        let (whole, whole_rank) = family.nodes_up_to(rank);
        // Meetings fall from node to node, so that at first nothing is left; 1 where never met.
        for node in self.first_left(family, whole, exposure)..whole {
            let frequency = |row: usize| family.frequencies(row)[node];
            left.add(kernel, exposure, frequency, |row| family.masses(row)[node]);
        }
        if rank > whole_rank {
            self.add_partial(family, (whole_rank, rank), exposure, &mut left);
        }
        for row in 0..rows {
            left.masses[row] += family.spectrum(row).span(rank, family.high);
        }
        if differentiate {
            let density = |row: usize| family.spectrum(row).ln_density(rank).0.exp();
            let learned = 1.0 - kernel.unlearned(meetings(exposure, density));
            for row in 0..rows {
                left.by_rank[row] = -density(row) * learned;
            }
        }
        left
    }

    /// The first node of which something is left.
    fn first_left(&self, family: &Family, whole: usize, exposure: &[f64]) -> usize {
        if self.series.falling.is_some() {
            return 0;
        }
        let (mut low, mut high) = (0, whole);
        while low < high {
            let middle = low.midpoint(high);
            let met = meetings(exposure, |row| family.frequencies(row)[middle]);
            if met >= CERTAIN * self.series.frequent {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Adds what is left of the ranks between the last whole class and the cut.
    fn add_partial(
        &self,
        family: &Family,
        (low, high): (f64, f64),
        exposure: &[f64],
        left: &mut Left,
    ) {
        let kernel = &self.learner.kernel;
        let rows = family.rows();
        let nodes: Vec<(f64, f64)> = real_panel(low, high)
            .map(|node| (node.rank, node.skills))
            .collect();
        let scale: Vec<f64> = (0..rows)
            .map(|row| {
                let spectrum = family.spectrum(row);
                let sum: f64 = nodes.iter().map(|(rank, n)| n * spectrum.mass(*rank)).sum();
                let span = spectrum.span(low, family.high) - spectrum.span(high, family.high);
                if sum > 0.0 { span / sum } else { 0.0 }
            })
            .collect();
        for (rank, skills) in nodes {
            let frequency = |row: usize| family.spectrum(row).mass(rank);
            let mass = |row: usize| scale[row] * skills * frequency(row);
            left.add(kernel, exposure, frequency, mass);
        }
    }
}

/// Multiple of the meetings that leave 1e-10 from which nothing is left: stairs of 1e-10 would show
/// in a gradient.
const CERTAIN: f64 = 2.0;

/// Adds the derivatives of one member's mass by the weights to its row.
fn add_slopes(
    family: &Family,
    held: &Held,
    left: &Left,
    (row, share): (usize, f64),
    tokens: f64,
    out: &mut [f64],
) {
    let rows = family.rows();
    if tokens.is_finite() {
        for other in &family.members {
            let slope = left.by_exposure[row * rows + other.row];
            out[other.domain] += share * slope * other.scale * tokens;
        }
    }
    for (out, by_weight) in out.iter_mut().zip(&held.by_weights) {
        *out += share * left.by_rank[row] * by_weight;
    }
}
