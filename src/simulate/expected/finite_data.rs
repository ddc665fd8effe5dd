//! Expected losses where data are finite: meetings beyond the unique tokens are repeats.

use super::by_expected_score::{add_rows, exposure, family_left};
use super::selected_nodes::visit;
use crate::learner::{Selected, Series};
use crate::simulate::{Scratch, Simulator};
use crate::world::{Family, Member, Seen};

/// Unlearned part from which later, ever rarer skills have learned nothing.
const UNMET: f64 = 1.0 - 1e-15;

impl Simulator {
    /// Notes in `scratch.seen` what a run of `tokens` effective tokens sees of each domain;
    /// `scratch.efficiency` says how often a token counts.
    pub(crate) fn see(&self, weights: &[f64], tokens: f64, scratch: &mut Scratch) {
        let supply = self.world.supply();
        let seen = weights.iter().enumerate().map(|(domain, weight)| {
            supply.seen(domain, exposure(*weight, tokens), scratch.efficiency)
        });
        scratch.seen.clear();
        scratch.seen.extend(seen);
    }

    /// Adds to `scratch.unlearned` the mass of each domain (length K) that is not learned of what
    /// `scratch.selected` holds.
    ///
    /// Each domain's skills are met by its distinct tokens, and each of those meetings counts as
    /// often as its repeats are worth. For the exponential kernel that is a plain number of
    /// meetings. Skills whose domains repeat alike see a kernel of another τ. Only skills of
    /// domains that repeat differently need the compound count.
    pub(super) fn unlearned_of_supply(&self, weights: &[f64], tokens: f64, scratch: &mut Scratch) {
        let kernel = &self.learner.kernel;
        self.see(weights, tokens, scratch);
        let plain = scratch
            .seen
            .iter()
            .all(|seen| kernel.equivalent(seen.worth).is_some());
        for (index, family) in self.families.iter().enumerate() {
            let chosen = scratch.selected[index];
            let seen = &scratch.seen;
            if plain {
                let met = |member: &Member| {
                    let seen = seen[member.domain];
                    seen.distinct * kernel.equivalent(seen.worth).unwrap_or(seen.worth)
                };
                family.combine_into(met, &mut scratch.exposure);
                family_left((kernel, &self.series), family, chosen, scratch);
            } else if let Some(worth) = common_worth(family, &scratch.seen) {
                let met = |member: &Member| seen[member.domain].distinct;
                family.combine_into(met, &mut scratch.exposure);
                let kernel = kernel.counting(worth);
                family_left((&kernel, &Series::new(&kernel)), family, chosen, scratch);
            } else {
                self.compound_left(family, chosen, scratch);
            }
            add_rows(family, &scratch.left, &mut scratch.unlearned);
        }
    }

    /// Leaves in `scratch.left` the mass of each row of a family whose domains repeat differently.
    fn compound_left(&self, family: &Family, chosen: Selected, scratch: &mut Scratch) {
        let kernel = &self.learner.kernel;
        let Scratch {
            seen, met, left, ..
        } = scratch;
        let mut unlearned = |frequency: &dyn Fn(usize) -> f64| {
            meetings_of(family, seen, frequency, met);
            kernel.unlearned_of(met)
        };
        left.clear();
        let whole = |row: usize| family.spectrum(row).span(family.low, family.high);
        left.extend((0..family.rows()).map(whole));
        visit(family, chosen, |_, skills, frequency| {
            let part = unlearned(frequency);
            for (row, left) in left.iter_mut().enumerate() {
                *left -= skills * frequency(row) * (1.0 - part);
            }
            part < UNMET
        });
        if chosen.next > 0.0 {
            let frequency = |row: usize| family.spectrum(row).mass(chosen.rank + 1.0);
            let learned = chosen.next * (1.0 - unlearned(&frequency));
            for (row, left) in left.iter_mut().enumerate() {
                *left -= learned * frequency(row);
            }
        }
    }
}

/// Leaves in `met` how often each domain of a family meets, on average, a skill of the given
/// frequency under each row, and what each of these meetings is worth.
pub(crate) fn meetings_of(
    family: &Family,
    seen: &[Seen],
    frequency: impl Fn(usize) -> f64,
    met: &mut Vec<(f64, f64)>,
) {
    met.clear();
    for member in &family.members {
        let (seen, frequency) = (seen[member.domain], frequency(member.row));
        if seen.distinct > 0.0 && frequency > 0.0 && member.scale > 0.0 {
            met.push((seen.distinct * member.scale * frequency, seen.worth));
        }
    }
}

/// What a meeting is worth, if it is the same for all domains that meet a family.
pub(crate) fn common_worth(family: &Family, seen: &[Seen]) -> Option<f64> {
    let mut worths = family
        .members
        .iter()
        .map(|member| seen[member.domain])
        .filter(|seen| seen.distinct > 0.0)
        .map(|seen| seen.worth);
    let first = worths.next().unwrap_or(1.0);
    worths
        .all(|worth| worth.to_bits() == first.to_bits())
        .then_some(first)
}
