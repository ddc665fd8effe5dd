//! Pairs of domains that share skills at ranks which differ.
//!
//! Let x count the ranks of the tail before a skill in domain i (its rank is H + ⌈x⌉) and x′ in
//! domain j. Sharing must leave no rank out: whichever domain looks, every one of its tail ranks
//! is shared with the same probability `fraction`, so that masses stay as they are. The measure
//! of shared skills that does this and spreads v = ln x/x′ normally is
//!
//! > fraction · e^u N(v; 0, s²) e^(−s²/8) du dv,  x = e^(u + v/2),  x′ = e^(u − v/2).
//!
//! Either margin is fraction · dx. Seen from a rank of the one domain, the partner's place lies at
//! x e^(sξ + s²/2) with ξ ~ N(0, 1): a normal spread of s e-folds, moved up by s²/2 because there are more
//! ranks at higher places. A skill whose partner would lie beyond the last rank stays private.
//!
//! Nodes stand for v. For each, the skills are counted by r = e^u: rank r is met by domain i as the
//! e^(v/2) ranks that it stands for are met on average, and by domain j as e^(−v/2) ranks. A
//! shared skill takes one unit of capacity.

use std::sync::Arc;

use super::family::{Family, Grid};
use super::normal::{NormalNode, normal_nodes};
use super::rows::Rows;
use super::{Resolution, Spectrum, World};

/// Nodes of ξ with v = `spread` · ξ, which also stand for v as either domain sees it.
pub(super) fn nodes(spread: f64, resolution: Resolution) -> Vec<NormalNode> {
    normal_nodes(spread, (-0.5 * spread, 0.5 * spread), resolution)
}

/// The families of shared skills, and of those whose partner would lie beyond the last rank.
pub(super) fn families(world: &World, rows: &Rows, resolution: Resolution) -> Vec<Family> {
    let spread = world.overlap().rank_jitter();
    let nodes = nodes(spread, resolution);
    let stretch_at = |value: f64| (0.5 * spread * value).exp();
    // Σ weight × stretch, and by symmetry Σ weight / stretch: the ranks that are covered.
    let covered: f64 = nodes
        .iter()
        .map(|node| node.weight * stretch_at(node.value))
        .sum();
    let mut families = Vec::new();
    // Mirrored nodes stretch one domain as the other is shrunk; they share a grid.
    for node in nodes.iter().filter(|node| node.value >= 0.0) {
        let node = Node {
            weight: node.weight / covered,
            stretch: stretch_at(node.value),
            mirrored: node.value > 0.0,
        };
        node.add_shared(world, rows, resolution, &mut families);
        if node.mirrored {
            node.add_lonely(world, rows, resolution, &mut families);
        }
    }
    families
}

/// A ratio e^v of places, and its mirror image e^(−v).
struct Node {
    /// Part of the skills that have this ratio, in units of the measure of r.
    weight: f64,
    /// e^(v/2), at least 1.
    stretch: f64,
    /// Whether there is a mirror image: not for v = 0.
    mirrored: bool,
}

impl Node {
    /// Ranks r that both domains have.
    fn ranks(&self, world: &World) -> f64 {
        ((world.skills() - world.head()) / self.stretch).floor()
    }

    fn add_shared(
        &self,
        world: &World,
        rows: &Rows,
        resolution: Resolution,
        families: &mut Vec<Family>,
    ) {
        let seen = |stretch: f64| {
            let all = rows.spectra.iter();
            all.map(move |s| s.stretched(world.head(), stretch))
        };
        let spectra: Vec<Spectrum> = seen(self.stretch).chain(seen(1.0 / self.stretch)).collect();
        let grid = Arc::new(Grid::new(spectra, (0.0, self.ranks(world)), resolution));
        let (long, short) = (0, rows.spectra.len());
        for (i, j, fraction) in world.pairs() {
            let mut add = |first: usize, second: usize| {
                let members = [rows.member(i, first), rows.member(j, second)];
                families.push(Family::new(&grid, &members, fraction * self.weight));
            };
            if self.mirrored {
                add(long, short);
                add(short, long);
            } else {
                add(long, long);
            }
        }
    }

    /// Ranks of the one domain whose partner would lie beyond the other's last rank.
    fn add_lonely(
        &self,
        world: &World,
        rows: &Rows,
        resolution: Resolution,
        families: &mut Vec<Family>,
    ) {
        let mut fractions = vec![0.0; world.domains().len()];
        for (i, j, fraction) in world.pairs() {
            fractions[i] += fraction;
            fractions[j] += fraction;
        }
        for stretch in [self.stretch, 1.0 / self.stretch] {
            let from = world.head() + stretch * self.ranks(world);
            let left = world.skills() - from;
            if left <= 0.0 {
                continue;
            }
            // A number of ranks that is not whole is divided evenly.
            let ranks = left.ceil();
            let part = left / ranks;
            let spectra = rows.spectra.iter().map(|s| s.stretched(from, part));
            let grid = Arc::new(Grid::new(spectra.collect(), (0.0, ranks), resolution));
            for (domain, fraction) in fractions.iter().enumerate() {
                let share = fraction * self.weight / stretch * part;
                families.push(Family::new(&grid, &[rows.member(domain, 0)], share));
            }
        }
    }
}
