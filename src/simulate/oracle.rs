//! The simulator by brute force: every skill of a small world by itself.
//!
//! Slow and simple. It shares nothing with [`super::Simulator`] but the masses of single ranks and
//! the kernels, so that the two can be held against each other.

mod realised;

use rand::{Rng, RngExt};
use rand_distr::{Distribution, Poisson};

use self::realised::realised;
use super::Counts;
use crate::learner::{Learner, Ranking, Selection};
use crate::world::{Overlap, World};

/// Largest number of ranks per domain for which single skills are listed.
pub const MOST_RANKS: f64 = 1e7;

/// One skill: how often each domain meets it, and how many of it there are.
struct Skill {
    frequency: Vec<(usize, f64)>,
    multiplicity: f64,
}

/// Domain losses in nats (length K), skill by skill, for expected selection. `None` if the world
/// has more than [`MOST_RANKS`] ranks per domain.
///
/// # Panics
/// When `weights` has not one weight per domain.
pub fn losses(
    world: &World,
    learner: &Learner,
    weights: &[f64],
    capacity: f64,
    tokens: f64,
) -> Option<Vec<f64>> {
    if world.skills() > MOST_RANKS {
        return None;
    }
    let domains = world.domains();
    assert_eq!(weights.len(), domains.len(), "one weight per domain");
    let tokens = learner.efficiency.effective_tokens(tokens, capacity);
    let value = |i: usize| match learner.ranking {
        Ranking::Value => domains[i].cost,
        Ranking::Count => 1.0,
    };
    let mut skills = skills(world);
    let score = |skill: &Skill| -> f64 {
        skill
            .frequency
            .iter()
            .map(|(i, p)| weights[*i] * value(*i) * p)
            .sum()
    };
    skills.sort_by(|a, b| score(b).total_cmp(&score(a)));
    let ranked = skills.iter().map(|skill| {
        let rate: f64 = skill.frequency.iter().map(|(i, p)| weights[*i] * p).sum();
        let meetings = if rate > 0.0 { rate * tokens } else { 0.0 };
        (skill, learner.kernel.unlearned(meetings))
    });
    Some(keep_best(world, learner, capacity, ranked))
}

/// Losses of domains when skills are kept in the order of `ranked` as long as there is room for
/// them, the last in part. With each skill goes what is left unlearned of it if it is kept.
fn keep_best<'a>(
    world: &World,
    learner: &Learner,
    capacity: f64,
    ranked: impl IntoIterator<Item = (&'a Skill, f64)>,
) -> Vec<f64> {
    let domains = world.domains();
    let mut left = if learner.capacity_limits {
        capacity
    } else {
        f64::INFINITY
    };
    let mut unlearned: Vec<f64> = (0..domains.len()).map(|i| world.remainder(i)).collect();
    for (skill, unlearned_if_kept) in ranked {
        let selected = (left / skill.multiplicity).clamp(0.0, 1.0);
        left -= skill.multiplicity * selected;
        let kept = 1.0 - selected * (1.0 - unlearned_if_kept);
        for (i, p) in &skill.frequency {
            unlearned[*i] += skill.multiplicity * p * kept;
        }
    }
    domains
        .iter()
        .zip(unlearned)
        .map(|(domain, mass)| domain.floor + domain.cost * mass)
        .collect()
}

/// Domain losses of one random run (length K), skill by skill: which ranks are shared and the
/// meetings of each skill are drawn, and the top N kept by expected or by drawn score. `None` if
/// the world has more than [`MOST_RANKS`] ranks per domain, if the kernel has no r(n), or if the
/// tokens are unlimited.
///
/// # Panics
/// When `weights` has not one weight per domain.
pub fn sample<R: Rng + ?Sized>(
    world: &World,
    learner: &Learner,
    weights: &[f64],
    (capacity, tokens): (f64, f64),
    counts: Counts,
    random: &mut R,
) -> Option<Vec<f64>> {
    if world.skills() > MOST_RANKS {
        return None;
    }
    let domains = world.domains();
    assert_eq!(weights.len(), domains.len(), "one weight per domain");
    let tokens = learner.efficiency.effective_tokens(tokens, capacity);
    let skills = realised(world, random);
    let sum = |skill: &Skill, value: &dyn Fn(usize) -> f64| -> f64 {
        let each = |(i, p): &(usize, f64)| weights[*i] * value(*i) * p;
        skill.frequency.iter().map(each).sum()
    };
    let rates: Vec<f64> = skills.iter().map(|skill| sum(skill, &|_| 1.0)).collect();
    let drawn = match counts {
        Counts::Poisson => rates
            .iter()
            .map(|rate| {
                if *rate > 0.0 {
                    Some(Poisson::new(rate * tokens).ok()?.sample(random))
                } else {
                    Some(0.0)
                }
            })
            .collect::<Option<Vec<f64>>>()?,
        Counts::Multinomial if tokens.is_finite() => {
            let beyond: f64 = (0..domains.len())
                .map(|i| weights[i] * world.remainder(i))
                .sum();
            token_by_token(&rates, beyond, tokens.round(), random)
        }
        Counts::Multinomial => return None,
    };
    // (score, tie breaker, count) of each skill.
    let mut ranked: Vec<(f64, f64, f64, &Skill)> = skills
        .iter()
        .zip(&rates)
        .zip(drawn)
        .map(|((skill, rate), count)| {
            let valued = sum(skill, &|i| learner.ranking.value(&domains[i]));
            let score = match learner.selection {
                Selection::Expected => valued,
                // What teaches nothing takes no capacity. Scores are rounded: 3·0.1 equals 1·0.3.
                Selection::Observed if count >= learner.kernel.least_count() => {
                    (count * valued / rate * SCORE_DIGITS).round() / SCORE_DIGITS
                }
                Selection::Observed => 0.0,
            };
            (score, random.random(), count, skill)
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
    let ranked = ranked
        .iter()
        .map(|(_, _, count, skill)| Some((*skill, learner.kernel.after(*count)?)))
        .collect::<Option<Vec<_>>>()?;
    Some(keep_best(world, learner, capacity, ranked))
}

/// How often each skill is met by `tokens` tokens, thrown one after the other; `beyond` is the rate
/// of meeting none of them.
fn token_by_token<R: Rng + ?Sized>(
    rates: &[f64],
    beyond: f64,
    tokens: f64,
    random: &mut R,
) -> Vec<f64> {
    let mut sum = 0.0;
    let up_to: Vec<f64> = rates
        .iter()
        .map(|rate| {
            sum += rate;
            sum
        })
        .collect();
    let mut counts = vec![0.0; rates.len()];
    for _ in 0..tokens as u64 {
        let place = random.random::<f64>() * (sum + beyond);
        if let Some(count) = counts.get_mut(up_to.partition_point(|bound| *bound <= place)) {
            *count += 1.0;
        }
    }
    counts
}

/// Scores are rounded to 1 / this, so that equal ones tie.
const SCORE_DIGITS: f64 = 1e9;

fn skills(world: &World) -> Vec<Skill> {
    let count = world.domains().len();
    let mass = |i: usize, rank: f64| world.domains()[i].spectrum.mass(rank);
    let shared = |members: &[usize], rank: f64, multiplicity: f64| Skill {
        frequency: members.iter().map(|i| (*i, mass(*i, rank))).collect(),
        multiplicity,
    };
    let everyone: Vec<usize> = (0..count).collect();
    let strands = match world.overlap() {
        Overlap::Pool(pool) => pool.strands(),
        _ => Vec::new(),
    };
    let mut skills = Vec::new();
    let mut rank = 1.0;
    while rank <= world.skills() {
        if rank <= world.head() {
            skills.push(shared(&everyone, rank, 1.0));
            rank += 1.0;
            continue;
        }
        let private = match world.overlap() {
            Overlap::None => 1.0,
            Overlap::All { fraction } => {
                skills.push(shared(&everyone, rank, *fraction));
                1.0 - fraction
            }
            Overlap::Pair { fraction } => {
                for i in 0..count {
                    for j in i + 1..count {
                        let share = fraction / (count - 1) as f64;
                        skills.push(shared(&[i, j], rank, share));
                    }
                }
                1.0 - fraction
            }
            Overlap::Pool(pool) => {
                for strand in &strands {
                    let frequency = (0..count)
                        .map(|i| (i, mass(i, rank) * strand.scales[i]))
                        .collect();
                    skills.push(Skill {
                        frequency,
                        multiplicity: (1.0 - pool.private()) * strand.share,
                    });
                }
                pool.private()
            }
        };
        for i in 0..count {
            skills.push(shared(&[i], rank, private));
        }
        rank += 1.0;
    }
    skills.retain(|skill| skill.multiplicity > 0.0);
    skills
}
