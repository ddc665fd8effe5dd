//! A world in which it is drawn which ranks are shared.

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

use super::{Skill, skills};
use crate::world::{Overlap, World};

/// The skills of `world`, with the ranks drawn that domains share by chance: each domain has one
/// skill at each rank. Pairs of domains are formed at random at each rank. Shares that pairs of an
/// odd number of domains cannot have are not drawn, but weigh as their probability.
pub(super) fn realised<R: Rng + ?Sized>(world: &World, random: &mut R) -> Vec<Skill> {
    let count = world.domains().len();
    let mass = |i: usize, rank: f64| world.domains()[i].spectrum.mass(rank);
    let strands = match world.overlap() {
        Overlap::Pool(pool) => pool.strands(),
        _ => Vec::new(),
    };
    let odd = count % 2 == 1;
    let everyone: Vec<usize> = (0..count).collect();
    let mut realised = Vec::new();
    let mut rank = 1.0;
    while rank <= world.skills() {
        let mut private = vec![true; count];
        let mut share = |members: &[usize], scale: &dyn Fn(usize) -> f64| {
            for i in members {
                private[*i] = false;
            }
            realised.push(Skill {
                frequency: members
                    .iter()
                    .map(|i| (*i, mass(*i, rank) * scale(*i)))
                    .collect(),
                multiplicity: 1.0,
            });
        };
        if rank <= world.head() {
            share(&everyone, &|_| 1.0);
        } else {
            match world.overlap() {
                Overlap::None => {}
                Overlap::All { fraction } => {
                    if random.random::<f64>() < *fraction {
                        share(&everyone, &|_| 1.0);
                    }
                }
                Overlap::Pair { fraction } => {
                    // Two domains are partners with probability 1/(K−1), or 1/K if one is left.
                    let keep = if odd {
                        fraction * count as f64 / (count - 1) as f64
                    } else {
                        *fraction
                    };
                    if keep > 1.0 {
                        return skills(world);
                    }
                    let mut order = everyone.clone();
                    order.shuffle(random);
                    for pair in order.chunks_exact(2) {
                        if random.random::<f64>() < keep {
                            share(pair, &|_| 1.0);
                        }
                    }
                }
                Overlap::Pool(pool) => {
                    let mut place = random.random::<f64>();
                    if place >= pool.private() {
                        place = (place - pool.private()) / (1.0 - pool.private());
                        let strand = strands.iter().find(|strand| {
                            place -= strand.share;
                            place < 0.0
                        });
                        if let Some(strand) = strand.or(strands.last()) {
                            share(&everyone, &|i| strand.scales[i]);
                        }
                    }
                }
            }
        }
        for i in (0..count).filter(|i| private[*i]) {
            realised.push(Skill {
                frequency: vec![(i, mass(i, rank))],
                multiplicity: 1.0,
            });
        }
        rank += 1.0;
    }
    realised
}
