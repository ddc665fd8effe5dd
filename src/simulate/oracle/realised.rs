//! A world in which it is drawn which ranks are shared.

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

use super::skills::{Skill, head, skill, skills};
use crate::world::{Overlap, Resolution, World};

/// The skills of `world`, with the ranks drawn that domains share by chance: each domain has one
/// skill at each rank. Pairs of domains are formed at random at each rank. Shares that pairs of an
/// odd number of domains cannot have are not drawn, but weigh as their probability, and so do ranks
/// that differ, fractions of a matrix and costs that spread. `None` if there would be more than
/// `most` skills.
pub(super) fn realised<R: Rng + ?Sized>(
    world: &World,
    most: f64,
    random: &mut R,
) -> Option<Vec<Skill>> {
    let count = world.domains().len();
    let odd = count % 2 == 1;
    // Two domains are partners with probability 1/(K−1), or 1/K if one is left.
    let keep = match world.overlap() {
        Overlap::Pair { fraction, .. } if odd => fraction * count as f64 / (count - 1) as f64,
        Overlap::Pair { fraction, .. } => *fraction,
        _ => 0.0,
    };
    let weighed = world.overlap().rank_jitter() > 0.0
        || matches!(world.overlap(), Overlap::Matrix { .. })
        || world.cost_spread().iter().any(|spread| *spread > 0.0);
    if weighed || keep > 1.0 {
        return skills(world, most);
    }
    if world.skills() > most {
        return None;
    }
    let strands = match world.overlap() {
        Overlap::Pool(pool) => pool.strands(Resolution::default()),
        _ => Vec::new(),
    };
    let everyone: Vec<usize> = (0..count).collect();
    let mut realised = head(world);
    let mut rank = world.head() + 1.0;
    while rank <= world.skills() {
        let mut private = vec![true; count];
        let mut share = |members: &[usize], scales: Option<&[f64]>| {
            let ranks: Vec<_> = members.iter().map(|i| (*i, rank)).collect();
            let mut skill = skill(world, &ranks, 1.0);
            for meeting in &mut skill.met {
                private[meeting.domain] = false;
                meeting.frequency *= scales.map_or(1.0, |scales| scales[meeting.domain]);
            }
            realised.push(skill);
        };
        match world.overlap() {
            Overlap::None | Overlap::Matrix { .. } => {}
            Overlap::All { fraction } => {
                if random.random::<f64>() < *fraction {
                    share(&everyone, None);
                }
            }
            Overlap::Pair { .. } => {
                let mut order = everyone.clone();
                order.shuffle(random);
                for pair in order.chunks_exact(2) {
                    if random.random::<f64>() < keep {
                        share(pair, None);
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
                        share(&everyone, Some(&strand.scales));
                    }
                }
            }
        }
        let own = (0..count).filter(|i| private[*i]);
        realised.extend(own.map(|i| skill(world, &[(i, rank)], 1.0)));
        rank += 1.0;
    }
    Some(realised)
}
