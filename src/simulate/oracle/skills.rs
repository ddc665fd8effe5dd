//! Every skill of a small world by itself.

use crate::world::{HeadOrder, Overlap, Resolution, World};

/// Places within a rank, for pairs whose ranks differ.
const PLACES: usize = 4;

/// Distance between values of ξ, in standard deviations.
const SPACING: f64 = 0.25;

/// Values of ξ to both sides, in standard deviations.
const REACH: f64 = 5.5;

/// A domain that meets a skill.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meeting {
    pub(super) domain: usize,
    pub(super) frequency: f64,
    /// What not knowing the skill costs, in units of the domain's mean cost.
    pub(super) cost: f64,
}

/// One skill: who meets it, and how many of it there are.
#[derive(Debug, Clone)]
pub(super) struct Skill {
    pub(super) met: Vec<Meeting>,
    pub(super) multiplicity: f64,
}

/// All skills of `world`; `None` if there would be more than `most`.
pub(super) fn skills(world: &World, most: f64) -> Option<Vec<Skill>> {
    let domains = world.domains().len();
    let jitter = world.overlap().rank_jitter();
    let values = normal(jitter.max(spread(world)));
    let mut copies = if jitter > 0.0 {
        (PLACES * values.len() * domains) as f64
    } else {
        1.0
    };
    if spread(world) > 0.0 {
        copies *= values.len() as f64;
    }
    if copies * world.skills() > most {
        return None;
    }
    let mut skills = head(world);
    if jitter > 0.0 {
        skills.extend(jittered(world, jitter));
    } else {
        skills.extend(tail(world));
    }
    skills.retain(|skill| skill.multiplicity > 0.0);
    Some(with_costs(world, skills))
}

fn spread(world: &World) -> f64 {
    world.cost_spread().iter().copied().fold(0.0, f64::max)
}

/// Values of ξ ~ N(0, 1) and their weights, far enough for a tilt of `spread` to either side.
fn normal(spread: f64) -> Vec<(f64, f64)> {
    let steps = ((REACH + spread) / SPACING).ceil() as i32;
    let density = |value: f64| (-0.5 * value * value).exp();
    let values = || (-steps..=steps).map(|step| f64::from(step) * SPACING);
    let sum: f64 = values().map(density).sum();
    values()
        .map(|value| (value, density(value) / sum))
        .collect()
}

/// A skill met by (domain, rank) pairs.
pub(super) fn skill(world: &World, ranks: &[(usize, f64)], multiplicity: f64) -> Skill {
    let meeting = |(domain, rank): &(usize, f64)| Meeting {
        domain: *domain,
        frequency: world.domains()[*domain].spectrum.mass(*rank),
        cost: 1.0,
    };
    Skill {
        met: ranks.iter().map(meeting).collect(),
        multiplicity,
    }
}

pub(super) fn head(world: &World) -> Vec<Skill> {
    let domains = 0..world.domains().len();
    let order: Vec<Vec<f64>> = match world.head_order() {
        HeadOrder::Shared => Vec::new(),
        HeadOrder::Permuted { .. } => domains.clone().map(|i| world.head_ranks(i)).collect(),
    };
    (0..world.head() as usize)
        .map(|number| {
            let rank = |i: usize| order.get(i).map_or((number + 1) as f64, |o| o[number]);
            let ranks: Vec<_> = domains.clone().map(|i| (i, rank(i))).collect();
            skill(world, &ranks, 1.0)
        })
        .collect()
}

/// Skills beyond the head whose domains give them one rank.
fn tail(world: &World) -> Vec<Skill> {
    let count = world.domains().len();
    let strands = match world.overlap() {
        Overlap::Pool(pool) => pool.strands(Resolution::default()),
        _ => Vec::new(),
    };
    let mut skills = Vec::new();
    let mut rank = world.head() + 1.0;
    while rank <= world.skills() {
        let at = |members: &[usize], share: f64| {
            let ranks: Vec<_> = members.iter().map(|i| (*i, rank)).collect();
            skill(world, &ranks, share)
        };
        let everyone: Vec<usize> = (0..count).collect();
        let mut private = vec![1.0; count];
        match world.overlap() {
            Overlap::None => {}
            Overlap::All { fraction } => {
                skills.push(at(&everyone, *fraction));
                private = vec![1.0 - fraction; count];
            }
            Overlap::Pair { .. } | Overlap::Matrix { .. } => {
                for i in 0..count {
                    for j in i + 1..count {
                        let share = share(world.overlap(), (i, j), count);
                        skills.push(at(&[i, j], share));
                        private[i] -= share;
                        private[j] -= share;
                    }
                }
            }
            Overlap::Pool(pool) => {
                for strand in &strands {
                    let mut skill = at(&everyone, (1.0 - pool.private()) * strand.share);
                    for (meeting, scale) in skill.met.iter_mut().zip(&strand.scales) {
                        meeting.frequency *= scale;
                    }
                    skills.push(skill);
                }
                private = vec![pool.private(); count];
            }
        }
        skills.extend((0..count).map(|i| at(&[i], private[i])));
        rank += 1.0;
    }
    skills
}

/// Share of the ranks that two domains have in common.
fn share(overlap: &Overlap, (i, j): (usize, usize), count: usize) -> f64 {
    match overlap {
        Overlap::Pair { fraction, .. } => fraction / (count - 1) as f64,
        Overlap::Matrix { fractions, .. } => fractions[i][j],
        Overlap::None | Overlap::All { .. } | Overlap::Pool(_) => 0.0,
    }
}

/// Skills beyond the head when partners differ in rank: each rank of i has many places, each of
/// which has a partner at the whole rank in which e^(sξ + s²/2) times the place lies.
fn jittered(world: &World, jitter: f64) -> Vec<Skill> {
    let count = world.domains().len();
    let (head, ranks) = (world.head(), world.skills() - world.head());
    let values = normal(jitter);
    let mut private = vec![vec![1.0; ranks as usize]; count];
    let mut skills = Vec::new();
    for i in 0..count {
        for j in i + 1..count {
            let share = share(world.overlap(), (i, j), count);
            for rank in 0..ranks as usize {
                for part in 0..PLACES {
                    let place = rank as f64 + (part as f64 + 0.5) / PLACES as f64;
                    for (value, weight) in &values {
                        let partner = (place * (jitter * (value + 0.5 * jitter)).exp()).floor();
                        if partner >= ranks {
                            continue;
                        }
                        let multiplicity = share * weight / PLACES as f64;
                        private[i][rank] -= multiplicity;
                        private[j][partner as usize] -= multiplicity;
                        let ranks = [(i, head + rank as f64 + 1.0), (j, head + partner + 1.0)];
                        skills.push(skill(world, &ranks, multiplicity));
                    }
                }
            }
        }
    }
    for (i, private) in private.iter().enumerate() {
        for (rank, share) in private.iter().enumerate() {
            skills.push(skill(world, &[(i, head + rank as f64 + 1.0)], *share));
        }
    }
    skills
}

/// Divides every skill into ones of different cost.
fn with_costs(world: &World, skills: Vec<Skill>) -> Vec<Skill> {
    let spread = spread(world);
    if spread <= 0.0 {
        return skills;
    }
    let values = normal(spread);
    let mut divided = Vec::with_capacity(skills.len() * values.len());
    for skill in skills {
        for (value, weight) in &values {
            let mut part = skill.clone();
            part.multiplicity *= weight;
            for meeting in &mut part.met {
                let spread = world.cost_spread()[meeting.domain];
                meeting.cost = (spread * (value - 0.5 * spread)).exp();
            }
            divided.push(part);
        }
    }
    divided
}
