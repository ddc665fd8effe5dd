//! The families of a world: the head first, then tails and what they share.

use std::sync::Arc;

use super::family::{Family, Grid, Member};
use super::rows::Rows;
use super::{HeadOrder, Overlap, Resolution, World, jitter};

impl World {
    /// The families of this world: the head first, then tails and what they share.
    pub fn families(&self, resolution: Resolution) -> Vec<Family> {
        let rows = Rows::new(self);
        let mut families = self.head_families(&rows, resolution);
        let tail = (self.head(), self.skills());
        let tail = Arc::new(Grid::new(rows.spectra.clone(), tail, resolution));
        self.add_shared(&rows, &tail, resolution, &mut families);
        for domain in 0..self.domains().len() {
            let member = rows.member(domain, 0);
            families.push(Family::new(
                &tail,
                &[member],
                self.overlap().private(domain),
            ));
        }
        families.retain(|family| family.multiplicity > 0.0 && family.high > family.low);
        self.with_costs(families, resolution)
    }

    /// The fundamental skills.
    fn head_families(&self, rows: &Rows, resolution: Resolution) -> Vec<Family> {
        let everyone = rows.everyone();
        if self.head_order() == HeadOrder::Shared {
            let head = Grid::new(rows.spectra.clone(), (0.0, self.head()), resolution);
            return vec![Family::new(&Arc::new(head), &everyone, 1.0)];
        }
        // Each skill by itself, in units of the frequency of some spectrum's first rank.
        let unit = Arc::new(Grid::new(
            rows.spectra[..1].to_vec(),
            (0.0, 1.0),
            resolution,
        ));
        let first = rows.spectra[0].mass(1.0);
        let ranks: Vec<Vec<f64>> = everyone.iter().map(|m| self.head_ranks(m.domain)).collect();
        (0..self.head() as usize)
            .map(|skill| {
                let members: Vec<Member> = everyone
                    .iter()
                    .map(|member| {
                        let spectrum = &self.domains()[member.domain].spectrum;
                        Member {
                            row: 0,
                            scale: spectrum.mass(ranks[member.domain][skill]) / first,
                            ..*member
                        }
                    })
                    .collect();
                Family::new(&unit, &members, 1.0)
            })
            .collect()
    }

    /// Adds the tail skills that several domains share.
    fn add_shared(
        &self,
        rows: &Rows,
        tail: &Arc<Grid>,
        resolution: Resolution,
        families: &mut Vec<Family>,
    ) {
        match self.overlap() {
            Overlap::None => {}
            Overlap::All { fraction } => {
                families.push(Family::new(tail, &rows.everyone(), *fraction));
            }
            Overlap::Pair { .. } | Overlap::Matrix { .. } if self.overlap().rank_jitter() > 0.0 => {
                families.extend(jitter::families(self, rows, resolution));
            }
            Overlap::Pair { .. } | Overlap::Matrix { .. } => {
                for (i, j, fraction) in self.pairs() {
                    let members = [rows.member(i, 0), rows.member(j, 0)];
                    families.push(Family::new(tail, &members, fraction));
                }
            }
            Overlap::Pool(pool) => {
                for strand in pool.strands(resolution) {
                    let members: Vec<Member> = strand
                        .scales
                        .iter()
                        .enumerate()
                        .map(|(domain, scale)| Member {
                            scale: *scale,
                            ..rows.member(domain, 0)
                        })
                        .collect();
                    let share = (1.0 - pool.private()) * strand.share;
                    families.push(Family::new(tail, &members, share));
                }
            }
        }
    }

    /// Pairs of domains i < j that share ranks, with the fraction that they share.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        let domains = self.domains().len();
        (0..domains)
            .flat_map(move |i| (i + 1..domains).map(move |j| (i, j)))
            .map(move |(i, j)| (i, j, self.overlap().pair_fraction(i, j, domains)))
            .filter(|(_, _, fraction)| *fraction > 0.0)
    }

    /// Divides families into skills of different cost. A skill with ξ ~ N(0, 1) costs domain i
    /// c_i e^(s_i ξ − s_i²/2), which is c_i on average; a few nodes stand for ξ.
    fn with_costs(&self, families: Vec<Family>, resolution: Resolution) -> Vec<Family> {
        let (spreads, nodes) = (self.cost_spread(), self.cost_nodes(resolution));
        if nodes.is_empty() {
            return families;
        }
        let factor = |domain: usize, value: f64| (spreads[domain] * value).exp();
        let means: Vec<f64> = (0..spreads.len())
            .map(|domain| {
                let each = nodes
                    .iter()
                    .map(|node| node.weight * factor(domain, node.value));
                each.sum()
            })
            .collect();
        let mut divided = Vec::new();
        for family in families {
            if family.members.iter().all(|m| spreads[m.domain] <= 0.0) {
                divided.push(family);
                continue;
            }
            divided.extend(nodes.iter().map(|node| {
                let mut part = family.clone();
                part.multiplicity *= node.weight;
                for member in &mut part.members {
                    member.cost *= factor(member.domain, node.value) / means[member.domain];
                }
                part
            }));
        }
        divided
    }
}
