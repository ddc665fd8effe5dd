//! The simulator by brute force: every skill of a small world by itself.
//!
//! Slow and simple. It shares nothing with [`super::Simulator`] but the masses of single ranks, the
//! kernels and the worth of a repeat, so that the two can be held against each other.

mod realised;
mod skills;

use rand::{Rng, RngExt};
use rand_distr::{Distribution, Poisson};

use self::realised::realised;
use self::skills::{Meeting, Skill, skills};
use super::Counts;
use crate::learner::{Learner, Ranking, Selection};
use crate::world::{Seen, World};

/// Largest number of ranks per domain for which single skills are listed. Jitter of the ranks and
/// a spread of the costs make hundreds of skills out of each, and count as that many ranks.
pub(super) const MOST_RANKS: f64 = 1e7;

/// Domain losses in nats (length K), skill by skill, for expected selection. `None` if the world
/// has more than `MOST_RANKS` ranks per domain.
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
    let domains = world.domains();
    assert_eq!(weights.len(), domains.len(), "one weight per domain");
    let seen = seen(world, learner, weights, (capacity, tokens));
    let mut skills = skills(world, MOST_RANKS)?;
    skills.sort_by(|a, b| {
        let score = |skill| sum(skill, weights, |met| value(world, learner, met));
        score(b).total_cmp(&score(a))
    });
    let ranked = skills.iter().map(|skill| {
        let means = distinct(skill, &seen);
        let worth = |met: &Meeting| seen[met.domain].worth;
        let met: Vec<_> = means.zip(skill.met.iter().map(worth)).collect();
        let unlearned = if met.iter().all(|(_, worth)| *worth <= 1.0) {
            learner
                .kernel
                .unlearned(met.iter().map(|(mean, _)| mean).sum())
        } else {
            learner.kernel.unlearned_of(&met)
        };
        (skill, unlearned)
    });
    Some(keep_best(world, learner, capacity, ranked))
}

/// What a run sees of each domain.
fn seen(
    world: &World,
    learner: &Learner,
    weights: &[f64],
    (capacity, tokens): (f64, f64),
) -> Vec<Seen> {
    let tokens = learner.efficiency.effective_tokens(tokens, capacity);
    let once = learner.efficiency.effective_tokens(1.0, capacity);
    let asked = weights
        .iter()
        .map(|weight| if *weight > 0.0 { weight * tokens } else { 0.0 });
    let supply = world.supply();
    asked
        .enumerate()
        .map(|(domain, asked)| supply.seen(domain, asked, once))
        .collect()
}

/// Mean distinct meetings of a skill by each domain that meets it.
fn distinct<'a>(skill: &'a Skill, seen: &'a [Seen]) -> impl Iterator<Item = f64> + 'a {
    skill.met.iter().map(|met| {
        let tokens = seen[met.domain].distinct;
        if met.frequency > 0.0 {
            tokens * met.frequency
        } else {
            0.0
        }
    })
}

/// Σ h_i p_i × `factor` over the domains that meet a skill.
fn sum(skill: &Skill, weights: &[f64], factor: impl Fn(&Meeting) -> f64) -> f64 {
    let each = |met: &Meeting| weights[met.domain] * met.frequency * factor(met);
    skill.met.iter().map(each).sum()
}

/// What a meeting is worth to the ranking.
fn value(world: &World, learner: &Learner, met: &Meeting) -> f64 {
    match learner.ranking {
        Ranking::Value => world.domains()[met.domain].cost * met.cost,
        Ranking::Count => 1.0,
    }
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
        for met in &skill.met {
            unlearned[met.domain] += skill.multiplicity * met.frequency * met.cost * kept;
        }
    }
    domains
        .iter()
        .zip(unlearned)
        .map(|(domain, mass)| domain.floor + domain.cost * mass)
        .collect()
}

/// Domain losses of one random run (length K), skill by skill: which ranks are shared and the
/// distinct meetings of each skill with each domain are drawn, and the top N kept by expected or by
/// drawn score. `None` if the world has more than `MOST_RANKS` ranks per domain, if the kernel has
/// no r(n), or if the tokens are unlimited.
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
    let domains = world.domains();
    assert_eq!(weights.len(), domains.len(), "one weight per domain");
    let seen = seen(world, learner, weights, (capacity, tokens));
    let tokens = learner.efficiency.effective_tokens(tokens, capacity);
    let skills = realised(world, MOST_RANKS, random)?;
    // Of every skill in turn, by every domain that meets it.
    let means: Vec<f64> = skills.iter().flat_map(|s| distinct(s, &seen)).collect();
    let drawn = match counts {
        Counts::Poisson => {
            let mut drawn = Vec::with_capacity(means.len());
            let mut left = means.as_slice();
            for skill in &skills {
                let (here, later) = left.split_at(skill.met.len());
                left = later;
                draw(skill, &seen, here, random, &mut drawn)?;
            }
            drawn
        }
        Counts::Multinomial if tokens.is_finite() => {
            let beyond = seen.iter().enumerate();
            let beyond = beyond.map(|(i, seen)| seen.distinct * world.remainder(i));
            token_by_token(&means, beyond.sum(), random)
        }
        Counts::Multinomial => return None,
    };
    // (score, tie breaker, what is left) of each skill.
    let mut ranked: Vec<(f64, f64, f64, &Skill)> = Vec::with_capacity(skills.len());
    let mut first = 0;
    for skill in &skills {
        let here = first..first + skill.met.len();
        first = here.end;
        let mean: f64 = means[here.clone()].iter().sum();
        let counts = &drawn[here];
        let count: f64 = counts.iter().sum();
        let worth = counts.iter().zip(&skill.met);
        let worth = worth.map(|(count, met)| count * seen[met.domain].worth);
        let left = learner.kernel.after(worth.sum())?;
        let valued = sum(skill, weights, |met| value(world, learner, met));
        let score = match learner.selection {
            Selection::Expected => valued,
            // What teaches nothing takes no capacity. Scores are rounded: 3·0.1 equals 1·0.3.
            Selection::Observed if left < 1.0 => {
                (count * valued * tokens / mean * SCORE_DIGITS).round() / SCORE_DIGITS
            }
            Selection::Observed => 0.0,
        };
        ranked.push((score, random.random(), left, skill));
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
    let ranked = ranked.into_iter().map(|(_, _, left, skill)| (skill, left));
    Some(keep_best(world, learner, capacity, ranked))
}

/// Adds how often each domain meets a skill, of these means; all meetings at once, as if by one
/// domain, where they are of one worth. `None` for a mean that cannot be drawn.
fn draw<R: Rng + ?Sized>(
    skill: &Skill,
    seen: &[Seen],
    means: &[f64],
    random: &mut R,
    drawn: &mut Vec<f64>,
) -> Option<()> {
    let mut count = |mean: f64| {
        if mean > 0.0 {
            Some(Poisson::new(mean).ok()?.sample(random))
        } else {
            Some(0.0)
        }
    };
    let mut worths = skill.met.iter().map(|met| seen[met.domain].worth.to_bits());
    let first = worths.next();
    if worths.all(|worth| Some(worth) == first) {
        drawn.push(count(means.iter().sum())?);
        drawn.extend(means.iter().skip(1).map(|_| 0.0));
    } else {
        for mean in means {
            drawn.push(count(*mean)?);
        }
    }
    Some(())
}

/// How often each skill is met, by so many meetings as are expected, thrown one after the other;
/// `beyond` are those with none of the skills.
fn token_by_token<R: Rng + ?Sized>(rates: &[f64], beyond: f64, random: &mut R) -> Vec<f64> {
    let mut sum = 0.0;
    let up_to: Vec<f64> = rates
        .iter()
        .map(|rate| {
            sum += rate;
            sum
        })
        .collect();
    let mut counts = vec![0.0; rates.len()];
    for _ in 0..(sum + beyond).round() as u64 {
        let place = random.random::<f64>() * (sum + beyond);
        if let Some(count) = counts.get_mut(up_to.partition_point(|bound| *bound <= place)) {
            *count += 1.0;
        }
    }
    counts
}

/// Scores are rounded to 1 / this, so that equal ones tie.
const SCORE_DIGITS: f64 = 1e9;
