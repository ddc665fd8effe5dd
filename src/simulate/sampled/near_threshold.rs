//! A random run in which skills compete by realised counts, where the threshold is nearly known.
//!
//! Beside all skills those whose count comes near the threshold are few. Others need no count: of
//! those that are met so often that they are kept for sure, what is left is the expected part and
//! its deviation, as for skills selected by expected score ([`super::by_expected_score`]). Of groups of
//! which some skills come near, it is drawn how many lie above the window in which the threshold is
//! sought, and how many inside; the counts of the latter alone. The threshold then is that of
//! what was drawn, to the last skill. Where it turns out to lie outside the window, the run is drawn
//! in full ([`super::by_realised_counts`]).

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::by_expected_score::at_stake;
use super::by_realised_counts::{add_learned, learned_after};
use super::sampler::{LEARNED, Sampler, SamplerScratch};
use super::tokens::{Counts, Tokens};
use super::top_n::{Met, keep};
use super::{poisson, truncated_poisson};
use crate::learner::{Kernel, Selected, at_least, certain_mean, least_count, tail_bound};
use crate::simulate::expected::by_expected_score::{add_rows, family_left, meetings};
use crate::simulate::expected::threshold_bracket::ThresholdBracket;

/// Standard deviations of the threshold within which it is looked for.
const DEVIATIONS: f64 = 8.0;

/// ∫ Φ(1 − Φ) = 1/√π: where t meetings are enough and scores fall as rank^(−s), the number of skills
/// that are kept has the variance 1/√π · N / (s √t).
const BY_CHANCE: f64 = 0.564;

/// Ratio of ranks over which the fall of the scores is looked at.
const FURTHER: f64 = 1.1;

/// Skills of a group up to which each is drawn by itself.
const FEW: u64 = 8;

/// Skills of a group that come near the threshold, on average, below which none of it does, nor of
/// the later ones, which are met ever less.
const NEVER_NEAR: f64 = 1e-8;

/// What a group of skills gives, but for those inside the window.
#[derive(Debug, Clone, Copy, Default)]
struct Above {
    /// Skills above the window,
    skills: u64,
    /// and what they have learned together.
    learned: f64,
}

/// The window of a group of skills: their mean meetings, and the counts from `low` to before `high`
/// that may or may not be kept.
#[derive(Debug, Clone, Copy)]
struct Window {
    mean: f64,
    low: f64,
    high: f64,
}

impl Sampler<'_> {
    /// Leaves in `scratch.expected.unlearned` the mass of each domain that one random run has not
    /// learned, like [`Sampler::compete`] by realised counts; false if the threshold is not where it
    /// was looked for, and the run has to be drawn in full. Data are unlimited, no skill is there by
    /// chance, and counts are Poisson. The scale is (capacity, effective tokens), both finite.
    pub(super) fn contest<R: Rng + ?Sized>(
        &self,
        weights: &[f64],
        (capacity, effective): (f64, f64),
        random: &mut R,
        scratch: &mut SamplerScratch,
    ) -> bool {
        let simulator = self.simulator;
        let kernel = &simulator.learner.kernel;
        let reach = self.reach(weights, (capacity, effective), scratch);
        if !reach.high.is_finite() {
            return false;
        }
        let SamplerScratch {
            met: inside,
            learned,
            expected,
            ..
        } = scratch;
        inside.clear();
        learned.clear();
        learned.resize(weights.len(), 0.0);
        expected.unlearned.clear();
        expected.unlearned.resize(weights.len(), 0.0);
        let counts = |score: f64, value: f64| least_count(score, value).max(kernel.least_count());
        let mut room = capacity;
        for (index, family) in simulator.families.iter().enumerate() {
            let groups = &self.groups[index];
            let marginal = &expected.marginal[index];
            let (met, valued) = (&marginal.met, &marginal.valued);
            let least_value = marginal.values().map(|(least, _)| least);
            // Ranks that are kept for sure.
            let first = least_value.map_or(0, |value| {
                let enough = certain_mean(counts(reach.high, value));
                groups
                    .partition_point(|group| meetings(met, |row| group.frequencies[row]) >= enough)
            });
            let rank = first
                .checked_sub(1)
                .map_or(family.low, |last| groups[last].high);
            room -= family.multiplicity * (rank - family.low);
            for (number, group) in groups.iter().enumerate().skip(first) {
                let mean = meetings(met, |row| group.frequencies[row]);
                let value = meetings(valued, |row| group.frequencies[row]) / mean;
                let window = Window {
                    mean,
                    low: counts(reach.low, value),
                    high: counts(reach.high, value),
                };
                let bound = if mean < window.low {
                    tail_bound(window.low, mean)
                } else {
                    1.0
                };
                if mean <= 0.0 || group.ranks * bound < NEVER_NEAR {
                    break;
                }
                let (skills, weight) = self.skills(index, number, &[]);
                let above = draw(kernel, window, skills, random, |count, skills| {
                    inside.push(Met {
                        score: count * value,
                        edges: (0.0, 0.0),
                        skills,
                        weight,
                        learned: learned_after(kernel, count, mean),
                        family: index,
                        group: number,
                    });
                });
                room -= above.skills as f64 * weight;
                let amount = above.learned * weight;
                add_learned(&family.members, &group.frequencies, amount, learned);
            }
            let chosen = Selected { rank, next: 0.0 };
            expected.selected[index] = chosen;
            expected.exposure.clone_from(&expected.marginal[index].met);
            family_left((kernel, &simulator.series), family, chosen, expected);
            add_rows(family, &expected.left, &mut expected.unlearned);
        }
        let total: f64 = inside.iter().map(Met::size).sum();
        if room < 0.0 || (total < room && reach.low > 0.0) {
            return false;
        }
        keep(inside, room, random, |found, kept| {
            let members = &simulator.families[found.family].members;
            let frequencies = &self.groups[found.family][found.group].frequencies;
            let amount = kept * found.learned * found.weight;
            add_learned(members, frequencies, amount, learned);
        });
        for (unlearned, learned) in expected.unlearned.iter_mut().zip(learned) {
            *unlearned -= *learned;
        }
        self.deviate_surely(random, scratch);
        true
    }

    /// The scores between which the threshold lies in all but the rarest runs: about the cut by
    /// expected scores, which it leaves in `scratch.expected` with the rivals' exposures.
    fn reach(
        &self,
        weights: &[f64],
        (capacity, effective): (f64, f64),
        scratch: &mut SamplerScratch,
    ) -> ThresholdBracket {
        let simulator = self.simulator;
        let expected = &mut scratch.expected;
        simulator.cut(weights, capacity, expected);
        let reach = simulator.approach(weights, effective, expected);
        let (mut fall, mut least, mut most) = (1.0, f64::INFINITY, 0.0);
        let families = simulator.families.iter().zip(&expected.selected);
        for ((family, near), marginal) in families.zip(&expected.marginal) {
            let Some((low, high)) = marginal.values() else {
                continue;
            };
            (least, most) = (f64::min(least, low), f64::max(most, high));
            let next = (FURTHER * near.rank + 1.0).min(family.high);
            if near.rank > family.low && next > near.rank {
                let ln_score = |rank| {
                    let mass = |row| family.spectrum(row).mass(rank);
                    meetings(&marginal.valued, mass).ln()
                };
                let here = (ln_score(near.rank) - ln_score(next)) / (next / near.rank).ln();
                fall = f64::max(fall, here);
            }
        }
        let enough = (reach.high / most).max(1.0);
        let by_chance = f64::min(BY_CHANCE / (fall * enough.sqrt()), 1.0);
        let beyond = DEVIATIONS * reach.high * fall * (by_chance / capacity).sqrt();
        let low = reach.low - beyond;
        let teaching = least * simulator.learner.kernel.least_count();
        ThresholdBracket {
            // Down to the least count the score does not matter.
            low: if low > teaching { low } else { 0.0 },
            high: reach.high + beyond,
            ..reach
        }
    }

    /// Adds the deviations of the skills that are kept for sure: those of `scratch.expected.selected`.
    fn deviate_surely<R: Rng + ?Sized>(&self, random: &mut R, scratch: &mut SamplerScratch) {
        let SamplerScratch {
            expected,
            spreading,
            learned: off,
            ..
        } = scratch;
        let kernel = &self.simulator.learner.kernel;
        let mut tokens = Tokens::new(Counts::Poisson, f64::INFINITY);
        spreading.clear();
        for (index, family) in self.simulator.families.iter().enumerate() {
            let at_stake = at_stake(family, &expected.seen, &expected.unlearned);
            self.deviate_family(
                (index, kernel),
                expected.selected[index],
                (&expected.marginal[index].met, at_stake),
                &mut tokens,
                random,
                (spreading, off),
            );
            add_rows(family, off, &mut expected.unlearned);
        }
        self.spread(tokens, random, spreading, off, &mut expected.unlearned);
    }
}

/// Draws a group of skills: tells `found` the counts inside the window, with the number of skills
/// that have each.
fn draw<R: Rng + ?Sized>(
    kernel: &Kernel,
    window: Window,
    skills: u64,
    random: &mut R,
    mut found: impl FnMut(f64, u64),
) -> Above {
    let Window { mean, low, high } = window;
    let mut above = Above::default();
    if skills <= FEW {
        for _ in 0..skills {
            let count = poisson::single(mean, random);
            if count >= high {
                above.skills += 1;
                above.learned += learned_after(kernel, count, mean);
            } else if count >= low {
                found(count, 1);
            }
        }
        return above;
    }
    let ln_mean = mean.ln();
    let within = at_least(low, mean, ln_mean);
    let near = poisson::binomial(skills, within, random);
    if near == 0 {
        return above;
    }
    let probability = at_least(high, mean, ln_mean);
    above.skills = poisson::binomial(near, probability / within, random);
    if above.skills > 0 {
        let left = left_above(kernel, window, (above.skills, probability), random);
        above.learned = above.skills as f64 - left;
    }
    let inside = near - above.skills;
    truncated_poisson::draw(
        inside,
        mean,
        (low, high),
        within - probability,
        random,
        found,
    );
    above
}

/// What the skills of a group above the window, each of which is there with `probability`, have left
/// together: on average, and a normal deviation. Many groups are summed.
fn left_above<R: Rng + ?Sized>(
    kernel: &Kernel,
    Window { mean, high, .. }: Window,
    (skills, probability): (u64, f64),
    random: &mut R,
) -> f64 {
    let skills = skills as f64;
    let Some(most) = kernel.after(high) else {
        return skills * kernel.unlearned(mean);
    };
    let Some(rate) = kernel.rate().filter(|_| most > LEARNED) else {
        return 0.0;
    };
    // E[z^n 1(n ≥ m)] = e^(−μ(1−z)) P(Poisson(μz) ≥ m), for z and for z².
    let z = 1.0 - rate;
    let moment = |z: f64| {
        let thinned = mean * z;
        if thinned > 0.0 {
            (thinned - mean).exp() * at_least(high, thinned, thinned.ln()) / probability
        } else {
            0.0
        }
    };
    let (first, second) = (moment(z), moment(z * z));
    let normal: f64 = StandardNormal.sample(random);
    let deviation = normal * (skills * (second - first * first).max(0.0)).sqrt();
    (skills * first + deviation).clamp(0.0, skills * most)
}

#[cfg(test)]
mod tests {
    use rayon::prelude::*;

    use super::*;
    use crate::learner::{Efficiency, Learner, Ranking, Selection};
    use crate::numeric::random::{Purpose, stream};
    use crate::simulate::{Grouping, Simulator};
    use crate::world::{Domain, Masses, Overlap, Resolution, Shape, Spectrum, World};

    const DRAWS: u64 = 800;

    fn simulator(kernel: Kernel, ranking: Ranking) -> Simulator {
        let domains = [(1.2, 2.0), (1.5, 2.5), (1.8, 1.0)].map(|(exponent, cost)| Domain {
            name: format!("domain{exponent}"),
            spectrum: Spectrum::new(exponent, Masses::Pareto, Shape::PowerLaw).unwrap(),
            cost,
            floor: 0.0,
        });
        let learner = Learner {
            kernel,
            ranking,
            selection: Selection::Observed,
            efficiency: Efficiency::default(),
            capacity_limits: true,
        };
        let world = World::new(domains.into(), 20.0, 1e14, Overlap::None).unwrap();
        Simulator::new(world, learner, Resolution::default())
    }

    /// Mean and standard deviation of each domain's loss, and of their sum.
    fn moments(runs: &[Vec<f64>]) -> Vec<(f64, f64)> {
        let count = runs.len() as f64;
        (0..runs[0].len())
            .map(|place| {
                let mean = runs.iter().map(|run| run[place]).sum::<f64>() / count;
                let squares = runs.iter().map(|run| (run[place] - mean).powi(2));
                (mean, (squares.sum::<f64>() / (count - 1.0)).sqrt())
            })
            .collect()
    }

    /// Runs that draw near the threshold alone are, in mean and spread, those that draw all
    /// skills; the window holds the threshold in each.
    #[test]
    fn a_run_near_the_threshold_is_a_run_in_full() {
        let kernels = [
            (Kernel::Exponential { tau: 5.0 }, Ranking::Value),
            (Kernel::Threshold { tau: 5.0 }, Ranking::Count),
        ];
        let scales = [(300.0, 3e4), (3e3, 5e5), (3e3, 5e6), (3e3, 5e7)];
        let cases: Vec<_> = kernels
            .iter()
            .flat_map(|kernel| scales.map(|scale| (*kernel, scale)))
            .collect();
        cases.par_iter().for_each(|((kernel, ranking), scale)| {
            let simulator = simulator(*kernel, *ranking);
            let sampler = Sampler::new(&simulator, Grouping::default());
            let weights = [0.5, 0.3, 0.2];
            let sample = |near: bool| -> Vec<Vec<f64>> {
                let mut scratch = SamplerScratch::default();
                (0..DRAWS)
                    .map(|draw| {
                        let mut random = stream(7, Purpose::Training, u64::from(near), draw);
                        scratch.expected.efficiency = 1.0;
                        simulator.see(&weights, scale.1, &mut scratch.expected);
                        if near {
                            assert!(
                                sampler.contest(&weights, *scale, &mut random, &mut scratch),
                                "{scale:?}: the threshold is outside of the window"
                            );
                        } else {
                            let tokens = Tokens::new(Counts::Poisson, scale.1);
                            sampler.compete(&weights, *scale, tokens, &mut random, &mut scratch);
                        }
                        let mut losses = scratch.expected.unlearned.clone();
                        losses.push(losses.iter().sum());
                        losses
                    })
                    .collect()
            };
            let (near, full) = (moments(&sample(true)), moments(&sample(false)));
            for (place, (near, full)) in near.iter().zip(&full).enumerate() {
                let error = near.1.hypot(full.1) / (DRAWS as f64).sqrt();
                let (z, ratio) = ((near.0 - full.0) / error, near.1 / full.1);
                println!(
                    "{kernel:?} {scale:?} {place}: z {z:.2}, sd ratio {ratio:.3}, {:.1e}",
                    full.1 / full.0
                );
                assert!(z.abs() <= 3.5, "{kernel:?} {scale:?} {place}: z = {z}");
                assert!((ratio - 1.0).abs() <= 0.1, "{place}: sd ratio {ratio}");
            }
        });
    }
}
