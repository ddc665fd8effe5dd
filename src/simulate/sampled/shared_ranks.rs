//! Which ranks are shared, in one run.
//!
//! Where the same rank is a shared skill with some probability and else private ones, each run
//! draws which: sharing is a property of the world, and a run draws its world with it, so that
//! the mean over runs is the expected loss. At each rank every domain has one skill. So the
//! families that share are divided into patterns of families that can stand at one rank together,
//! one of which is drawn for each rank, and what no pattern covers is private.

use rand::{Rng, RngExt};

use super::poisson::binomial;
use crate::world::Family;

/// Difference of probabilities that is rounding.
const ROUNDING: f64 = 1e-9;

/// Ranks up to which the pattern of each is drawn by itself.
const RANK_BY_RANK: u64 = 8;

/// Families that stand at a rank together.
#[derive(Debug, Clone, PartialEq)]
struct Pattern {
    /// Probability that this pattern is tried, and that it or one before it is.
    probability: f64,
    up_to: f64,
    /// For each pair of domains its families, of which one at most stands at a rank (skills of
    /// different cost), and the probability of each that it is there if the pattern is tried.
    families: Vec<Vec<(usize, f64)>>,
}

/// How the ranks of some families are drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    /// The families, all of the same ranks.
    pub(super) families: Vec<usize>,
    patterns: Vec<Pattern>,
    /// For each domain its private families, with their part of its private ranks.
    private: Vec<Vec<(usize, f64)>>,
    /// For each family, the domains that meet it.
    domains: Vec<Vec<usize>>,
}

impl Block {
    /// The families drawn together, by blocks. Families whose ranks cannot be drawn (the shares of
    /// three domains may exceed what pairs allow) are in none: they count as their probability.
    pub(super) fn all(families: &[Family], domains: usize) -> Vec<Self> {
        let mut blocks: Vec<Vec<usize>> = Vec::new();
        for (index, family) in families.iter().enumerate() {
            let same = |other: &&mut Vec<usize>| {
                let first = &families[other[0]];
                first.low.total_cmp(&family.low).is_eq()
                    && first.high.total_cmp(&family.high).is_eq()
            };
            match blocks.iter_mut().find(same) {
                Some(block) => block.push(index),
                None => blocks.push(vec![index]),
            }
        }
        blocks
            .into_iter()
            .filter(|block| block.iter().any(|f| families[*f].multiplicity < 1.0))
            .filter_map(|block| Self::new(families, domains, block))
            .collect()
    }

    fn new(families: &[Family], domains: usize, block: Vec<usize>) -> Option<Self> {
        let members = |family: usize| -> Vec<usize> {
            families[family].members.iter().map(|m| m.domain).collect()
        };
        let share = |family: usize| families[family].multiplicity;
        let mut sums = vec![0.0; domains];
        for family in &block {
            for domain in members(*family) {
                sums[domain] += share(*family);
            }
        }
        if sums.iter().any(|sum| (sum - 1.0).abs() > ROUNDING) {
            return None;
        }
        let shared: Vec<usize> = block
            .iter()
            .copied()
            .filter(|family| members(*family).len() > 1)
            .collect();
        let sum: f64 = shared.iter().map(|family| share(*family)).sum();
        let mut patterns: Vec<Pattern> = if sum <= 1.0 + ROUNDING {
            let one = |family: &usize| (share(*family), vec![vec![(*family, 1.0)]]);
            shared.iter().map(one).map(pattern).collect()
        } else {
            rounds(domains)
                .iter()
                .map(|round| {
                    let here: Vec<usize> = shared
                        .iter()
                        .copied()
                        .filter(|f| matches!(members(*f)[..], [i, j] if round[i] == j))
                        .collect();
                    let pairs = here.chunk_by(|f, g| members(*f) == members(*g));
                    let sum = |pair: &[usize]| pair.iter().map(|f| share(*f)).sum();
                    let most = pairs.clone().map(sum).fold(0.0, f64::max);
                    let keep =
                        pairs.map(|pair| pair.iter().map(|f| (*f, share(*f) / most)).collect());
                    pattern((most, keep.collect()))
                })
                .filter(|pattern| pattern.probability > 0.0)
                .collect()
        };
        let mut up_to = 0.0;
        for pattern in &mut patterns {
            up_to += pattern.probability;
            pattern.up_to = up_to;
        }
        let drawn: usize = patterns
            .iter()
            .map(|p| p.families.iter().map(Vec::len).sum::<usize>())
            .sum();
        if up_to > 1.0 + ROUNDING || drawn < shared.len() {
            return None;
        }
        let private = (0..domains)
            .map(|domain| {
                let own = |family: &usize| members(*family)[..] == [domain];
                let sum: f64 = block.iter().filter(|f| own(f)).map(|f| share(*f)).sum();
                block
                    .iter()
                    .filter(|f| own(f))
                    .map(|f| (*f, share(*f) / sum))
                    .collect()
            })
            .collect();
        Some(Self {
            patterns,
            private,
            domains: (0..families.len()).map(members).collect(),
            families: block,
        })
    }

    /// Writes into `numbers` how many of `ranks` ranks each family of the block has.
    pub(super) fn draw<R: Rng + ?Sized>(&self, ranks: u64, random: &mut R, numbers: &mut [u64]) {
        for family in &self.families {
            numbers[*family] = 0;
        }
        let mut left = vec![ranks; self.private.len()];
        let mut tried = |pattern: &Pattern, times: u64, random: &mut R| {
            for pair in &pattern.families {
                let (mut open, mut probability) = (times, 1.0);
                for (family, keep) in pair {
                    let kept = binomial(open, keep / probability, random);
                    open -= kept;
                    probability -= keep;
                    numbers[*family] += kept;
                    for domain in &self.domains[*family] {
                        left[*domain] -= kept;
                    }
                }
            }
        };
        if ranks <= RANK_BY_RANK {
            for _ in 0..ranks {
                let place: f64 = random.random();
                let index = self.patterns.partition_point(|p| p.up_to <= place);
                if let Some(pattern) = self.patterns.get(index) {
                    tried(pattern, 1, random);
                }
            }
        } else {
            let (mut untried, mut probability) = (ranks, 1.0);
            for pattern in &self.patterns {
                let times = binomial(untried, pattern.probability / probability, random);
                untried -= times;
                probability -= pattern.probability;
                tried(pattern, times, random);
            }
        }
        for (private, left) in self.private.iter().zip(left) {
            let (mut left, mut share) = (left, 1.0);
            for (family, part) in private {
                let number = binomial(left, part / share, random);
                numbers[*family] = number;
                left -= number;
                share -= part;
            }
        }
    }
}

fn pattern((probability, families): (f64, Vec<Vec<(usize, f64)>>)) -> Pattern {
    Pattern {
        probability,
        up_to: 0.0,
        families,
    }
}

/// Rounds in which every two of `domains` domains meet once, each domain with one partner at most:
/// for each round the partner of each domain, or itself (the circle method of tournaments).
fn rounds(domains: usize) -> Vec<Vec<usize>> {
    let seats = domains + domains % 2;
    let turning = seats.saturating_sub(1);
    (0..turning)
        .map(|round| {
            let mut partners: Vec<usize> = (0..domains).collect();
            for place in 0..seats / 2 {
                // The last seat stays, all others turn.
                let (a, b) = if place == 0 {
                    (turning, round)
                } else {
                    (
                        (round + place) % turning,
                        (round + turning - place) % turning,
                    )
                };
                if a < domains && b < domains {
                    partners[a] = b;
                    partners[b] = a;
                }
            }
            partners
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::{Purpose, stream};
    use crate::world::{Domain, Masses, Overlap, Resolution, Shape, Spectrum, World};

    #[test]
    fn every_two_meet_in_one_round() {
        for domains in 2..9 {
            let mut met = vec![vec![0; domains]; domains];
            for round in rounds(domains) {
                for (i, j) in round.iter().enumerate() {
                    assert_eq!(round[*j], i);
                    met[i][*j] += 1;
                }
            }
            for (i, row) in met.iter().enumerate() {
                assert!((0..domains).all(|j| i == j || row[j] == 1), "{met:?}");
            }
        }
    }

    /// On average each family has its share, and no domain ever has a rank twice or not at all.
    #[test]
    fn families_have_their_share_of_the_ranks() {
        for (domains, fraction) in [(2, 0.4), (3, 0.6), (4, 1.0), (5, 0.3)] {
            for overlap in [
                Overlap::All { fraction },
                Overlap::Pair {
                    fraction,
                    rank_jitter: 0.0,
                },
            ] {
                let domain = |i: usize| Domain {
                    name: format!("domain{i}"),
                    spectrum: Spectrum::new(1.5, Masses::Pareto, Shape::PowerLaw).unwrap(),
                    cost: 1.0,
                    floor: 0.0,
                };
                let all = (0..domains).map(domain).collect();
                let world = World::new(all, 2.0, 50.0, overlap).unwrap();
                let families = world.families(Resolution::default());
                let blocks = Block::all(&families, domains);
                if blocks.is_empty() {
                    // All domains share every rank: nothing is left to chance.
                    assert_eq!(families.iter().filter(|f| f.multiplicity < 1.0).count(), 0);
                    continue;
                }
                let mut random = stream(4, Purpose::Training, 0, 0);
                let mut sums = vec![0.0; families.len()];
                for _ in 0..500 {
                    for ranks in [1, 99] {
                        let mut numbers = vec![0; families.len()];
                        blocks[0].draw(ranks, &mut random, &mut numbers);
                        let mut each = vec![0; domains];
                        for (family, number) in families.iter().zip(&numbers) {
                            for member in &family.members {
                                each[member.domain] += number;
                            }
                        }
                        assert_eq!(each, vec![ranks; domains]);
                        for (sum, number) in sums.iter_mut().zip(numbers) {
                            *sum += number as f64;
                        }
                    }
                }
                for family in &blocks[0].families {
                    let share = families[*family].multiplicity;
                    let off = sums[*family] / 5e4 - share;
                    let error = (share * (1.0 - share) / 5e4).sqrt();
                    assert!(
                        off.abs() < 4.0 * error + 1e-12,
                        "{domains} {fraction}: {off}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_pairs_cannot_share_is_not_drawn() {
        let domain = |i: usize| Domain {
            name: format!("domain{i}"),
            spectrum: Spectrum::new(1.5, Masses::Pareto, Shape::PowerLaw).unwrap(),
            cost: 1.0,
            floor: 0.0,
        };
        let all = (0..3).map(domain).collect();
        let world = World::new(
            all,
            0.0,
            50.0,
            Overlap::Pair {
                fraction: 0.9,
                rank_jitter: 0.0,
            },
        )
        .unwrap();
        assert!(Block::all(&world.families(Resolution::default()), 3).is_empty());
    }
}
