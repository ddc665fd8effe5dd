//! Where a file that is written says how the costs of each domain spread.

use crate::experiment::{Source, Vary};
use crate::world::World;

/// Where a file says how the costs of each domain spread: what `[vary]` changes must be there.
pub(crate) enum SpreadAt<'a> {
    /// In the world if the domains agree, else in each.
    Either,
    /// In each domain.
    Domains,
    /// In the world; it becomes that of these worlds. Domains that do not follow have their own.
    World(Vec<&'a World>),
}

impl<'a> SpreadAt<'a> {
    /// Where `vary` changes it.
    pub(crate) fn of(vary: Option<&'a Vary>) -> Self {
        match vary {
            Some(vary) if vary.key == "world.cost-spread" => Self::World(
                vary.variants
                    .iter()
                    .filter_map(|(_, variant)| match &variant.source {
                        Source::Simulated { world, .. } => Some(world),
                        Source::Runs(_) => None,
                    })
                    .collect(),
            ),
            Some(vary)
                if vary.key.starts_with("world.domains.") && vary.key.ends_with(".cost-spread") =>
            {
                Self::Domains
            }
            _ => Self::Either,
        }
    }

    /// The cost spread that the world gives its domains, and which domains follow it; `None` if each has its
    /// own.
    pub(super) fn common(&self, spread: &[f64]) -> Option<(f64, Vec<bool>)> {
        let first = *spread.first()?;
        let same = |one: f64, other: f64| one.total_cmp(&other).is_eq();
        match self {
            SpreadAt::Domains => None,
            SpreadAt::Either => {
                let uniform = spread.iter().all(|other| same(*other, first));
                uniform.then(|| (first, vec![true; spread.len()]))
            }
            SpreadAt::World(varied) => {
                let follows = |domain: usize| {
                    let mut others = varied.iter().map(|world| world.cost_spread()[domain]);
                    others.any(|other| !same(other, spread[domain]))
                };
                let follow = Vec::from_iter((0..spread.len()).map(follows));
                let leader = follow.iter().position(|follows| *follows).unwrap_or(0);
                Some((spread[leader], follow))
            }
        }
    }
}
