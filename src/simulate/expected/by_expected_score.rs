//! Expected losses in closed form, for the top N by expected score.
//!
//! Within a family frequencies fall with the rank. So from the first to the last selected rank
//! what is left unlearned goes from nothing to everything, and the kernel has to be evaluated in
//! the transition between the two alone: what lies before and after is a few terms of the
//! spectrum's moments, whatever the number of ranks.

use crate::learner::{Kernel, Selected, Series, top_n_into};
use crate::simulate::{Scratch, Simulator};
use crate::world::{Family, Member, panel};

impl Simulator {
    /// Leaves in `scratch.selected` what of each family is among the `capacity` skills of highest
    /// expected score.
    pub(crate) fn cut(&self, weights: &[f64], capacity: f64, scratch: &mut Scratch) {
        top_n_into(
            &self.world,
            &self.families,
            weights,
            self.learner.ranking,
            capacity,
            &mut scratch.cut,
            &mut scratch.selected,
        );
    }

    /// Leaves in `scratch.unlearned` the mass of each domain (length K) that a learner of
    /// `capacity` skills has not learned after `tokens` effective tokens, without the remainder.
    pub(crate) fn unlearned_by_expected_score(
        &self,
        weights: &[f64],
        capacity: f64,
        tokens: f64,
        scratch: &mut Scratch,
    ) {
        self.cut(weights, capacity, scratch);
        scratch.unlearned.clear();
        scratch.unlearned.resize(weights.len(), 0.0);
        if !self.world.supply().is_unlimited() {
            self.unlearned_of_supply(weights, tokens, scratch);
            return;
        }
        for (index, family) in self.families.iter().enumerate() {
            // 0·∞ is "never met".
            let exposure = |member: &Member| exposure(weights[member.domain], tokens);
            family.combine_into(exposure, &mut scratch.exposure);
            let learner = (&self.learner.kernel, &self.series);
            family_left(learner, family, scratch.selected[index], scratch);
            add_rows(family, &scratch.left, &mut scratch.unlearned);
        }
    }
}

/// A kernel, and where it is a series.
type Learning<'a> = (&'a Kernel, &'a Series);

/// Leaves in `scratch.left` the mass of each row of a family that is not learned, if the
/// frequencies of the rows are met as often as `scratch.exposure` says.
pub(crate) fn family_left(
    learning: Learning,
    family: &Family,
    chosen: Selected,
    scratch: &mut Scratch,
) {
    let kernel = learning.0;
    let exposure = &scratch.exposure;
    let (whole, whole_rank) = family.nodes_up_to(chosen.rank);
    nodes_left(learning, family, exposure, whole, &mut scratch.left);
    if whole_rank < chosen.rank {
        let ranks = (whole_rank, chosen.rank);
        add_partial(kernel, family, ranks, exposure, &mut scratch.partial);
        for (row, left) in scratch.left.iter_mut().enumerate() {
            let spectrum = family.spectrum(row);
            let (sum, kept) = scratch.partial[row];
            if sum > 0.0 {
                *left += kept / sum * spectrum.span(whole_rank, chosen.rank);
            }
            *left += spectrum.span(chosen.rank, family.high);
        }
    } else {
        for (row, left) in scratch.left.iter_mut().enumerate() {
            *left += family.moments(row).mass_from(whole);
        }
    }
    if chosen.next > 0.0 {
        let rank = chosen.rank + 1.0;
        let met = meetings(exposure, |row| family.spectrum(row).mass(rank));
        let learned = chosen.next * (1.0 - kernel.unlearned(met));
        for (row, left) in scratch.left.iter_mut().enumerate() {
            *left -= learned * family.spectrum(row).mass(rank);
        }
    }
}

/// Leaves in `left` the mass of each row that is not learned of the first `whole` nodes of a family.
pub(super) fn nodes_left(
    learning: Learning,
    family: &Family,
    exposure: &[f64],
    whole: usize,
    left: &mut Vec<f64>,
) {
    left.clear();
    if let [exposure] = exposure[..] {
        left.push(row_left(learning, family, exposure, whole));
    } else {
        left.resize(family.rows(), 0.0);
        rows_left(learning, family, exposure, whole, left);
    }
}

/// What the first `whole` nodes of a family of one spectrum leave.
fn row_left((kernel, series): Learning, family: &Family, exposure: f64, whole: usize) -> f64 {
    let moments = family.moments(0);
    let frequencies = &family.frequencies(0)[..whole];
    let frequent = frequencies.partition_point(|p| exposure * p >= series.frequent);
    let mut left = 0.0;
    if let Some(falling) = &series.falling
        && frequent > 0
    {
        left += moments.falling(frequent, exposure * frequencies[frequent - 1], falling);
    }
    // What is never met stays out of the products: exposure may be infinite.
    let rest = &frequencies[frequent..];
    let rare = frequent + rest.partition_point(|p| *p > 0.0 && exposure * p > series.rare);
    let transition = frequent..rare;
    left += kernel.left(
        exposure,
        &frequencies[transition.clone()],
        &family.masses(0)[transition],
    );
    if rare < whole {
        left += moments.mass_from(rare) - moments.mass_from(whole);
        let rising = |node: usize, p: f64| {
            if p > 0.0 {
                moments.rising(node, exposure * p, &series.rising)
            } else {
                0.0
            }
        };
        left += rising(rare, frequencies[rare]);
        if let Some(p) = family.frequencies(0).get(whole) {
            left -= rising(whole, *p);
        }
    }
    left
}

/// Adds to `left` what the first `whole` nodes of a family leave under each of its spectra.
fn rows_left(
    (kernel, series): Learning,
    family: &Family,
    exposure: &[f64],
    whole: usize,
    left: &mut [f64],
) {
    let met = |node: usize| meetings(exposure, |row| family.frequencies(row)[node]);
    // Meetings fall from node to node.
    let first_below = |bound: f64| {
        let (mut low, mut high) = (0, whole);
        while low < high {
            let middle = low.midpoint(high);
            if met(middle) >= bound {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    };
    let start = match series.falling {
        None => first_below(series.frequent),
        Some(_) => 0,
    };
    let end = first_below(series.unmet).max(start);
    for node in start..end {
        let part = kernel.unlearned(met(node));
        for (row, left) in left.iter_mut().enumerate() {
            *left += family.masses(row)[node] * part;
        }
    }
    for (row, left) in left.iter_mut().enumerate() {
        let moments = family.moments(row);
        *left += moments.mass_from(end) - moments.mass_from(whole);
    }
}

/// Tokens D·h_i of one domain; none at a weight of 0, however many the tokens.
pub(crate) fn exposure(weight: f64, tokens: f64) -> f64 {
    if weight > 0.0 { weight * tokens } else { 0.0 }
}

/// Adds the masses of a family's rows to its domains, in units of their mean cost.
pub(crate) fn add_rows(family: &Family, masses: &[f64], unlearned: &mut [f64]) {
    for member in &family.members {
        let share = family.multiplicity * member.scale * member.cost;
        unlearned[member.domain] += share * masses[member.row];
    }
}

/// For each row the mass of the ranks above `low` and up to `high` by the nodes of their panel,
/// and what of it is left.
fn add_partial(
    kernel: &Kernel,
    family: &Family,
    (low, high): (f64, f64),
    exposure: &[f64],
    partial: &mut Vec<(f64, f64)>,
) {
    partial.clear();
    partial.resize(family.rows(), (0.0, 0.0));
    for node in panel(low, high) {
        let mass = |row: usize| family.spectrum(row).mass(node.rank);
        if let [exposure] = exposure {
            let mass = mass(0);
            let part = kernel.unlearned(product(*exposure, mass));
            partial[0].0 += node.skills * mass;
            partial[0].1 += node.skills * mass * part;
            continue;
        }
        let part = kernel.unlearned(meetings(exposure, mass));
        for (row, (sum, kept)) in partial.iter_mut().enumerate() {
            let mass = node.skills * mass(row);
            *sum += mass;
            *kept += mass * part;
        }
    }
}

/// Expected meetings of a skill of the given frequency under each row. A frequency of 0 (masses
/// underflow at steep exponents) is never met, however many the tokens.
pub(crate) fn meetings(exposure: &[f64], frequency: impl Fn(usize) -> f64) -> f64 {
    exposure
        .iter()
        .enumerate()
        .filter(|(_, exposure)| **exposure > 0.0)
        .map(|(row, exposure)| product(*exposure, frequency(row)))
        .sum()
}

fn product(exposure: f64, frequency: f64) -> f64 {
    if exposure > 0.0 && frequency > 0.0 {
        exposure * frequency
    } else {
        0.0
    }
}
