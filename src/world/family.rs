//! Families of skills: ranks that have the same domains in common.
//!
//! The head is one family (all domains, ranks 1..=H), each private tail another, and an overlap
//! adds families of the domains that share. Within a family every domain's frequency falls with
//! the rank, so whatever ranks skills by frequency or value picks a prefix of ranks.
//!
//! Low ranks stay alone. Higher ones are grouped into panels of ranks, log-spaced, each
//! represented by the four nodes of a Gauss–Legendre rule in ln k over (low + ½, high + ½): the
//! midpoint form of the Euler–Maclaurin sum. The masses of a panel's nodes are scaled to the exact
//! mass of its ranks, so a sum over nodes is exact for what is learned wholly or not at all, and
//! converges with the eighth power of the panel's width in between.

use super::{Overlap, World};

/// Nodes of a panel.
pub const PANEL_NODES: usize = 4;

/// Abscissae of the four-point Gauss–Legendre rule on (−1, 1) (DLMF table 3.5.1).
const ABSCISSAE: [f64; PANEL_NODES] = [
    -0.861_136_311_594_052_6,
    -0.339_981_043_584_856_3,
    0.339_981_043_584_856_3,
    0.861_136_311_594_052_6,
];

/// Weights of the four-point Gauss–Legendre rule on (−1, 1) (DLMF table 3.5.1).
const WEIGHTS: [f64; PANEL_NODES] = [
    0.347_854_845_137_453_9,
    0.652_145_154_862_546_1,
    0.652_145_154_862_546_1,
    0.347_854_845_137_453_9,
];

/// Ranks that stay alone, per class and decade of the resolution. At rank k the midpoint sum is
/// off by about α/(24k²) of the mass beyond: 1e-6 of the excess at the default resolution.
const SINGLES_PER_CLASS: usize = 4;

/// How finely ranks are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolution {
    /// Nodes per decade of ranks, at least 4.
    pub classes_per_decade: usize,
}

impl Default for Resolution {
    fn default() -> Self {
        Self {
            classes_per_decade: 32,
        }
    }
}

impl Resolution {
    /// Highest rank that stays alone.
    fn singles(self) -> f64 {
        (SINGLES_PER_CLASS * self.classes_per_decade) as f64
    }

    /// Whole rank that follows `rank` as the end of a panel.
    fn next_bound(self, rank: f64) -> f64 {
        if rank < self.singles() {
            return rank + 1.0;
        }
        let ratio = 10f64.powf(PANEL_NODES as f64 / self.classes_per_decade as f64);
        let panels = ((rank / self.singles()).ln() / ratio.ln()).round();
        let next = (self.singles() * ratio.powf(panels + 1.0)).round();
        next.max(rank + 1.0)
    }
}

/// A skill class: the skills near one rank of a family, met at nearly one frequency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node {
    /// Rank, real between the ranks of a panel.
    pub rank: f64,
    /// Number of skills that the node stands for, before the family's multiplicity.
    pub skills: f64,
}

/// Skills of consecutive ranks that the same domains meet.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// The domains that meet these skills.
    pub members: Vec<usize>,
    /// Skills per rank: 1, or the probability that a rank is of this family.
    pub multiplicity: f64,
    /// The family's ranks are low + 1 ..= high.
    pub low: f64,
    /// Highest rank.
    pub high: f64,
    /// Bounds of the classes, from low to high: class j holds the ranks
    /// bounds\[j\] + 1 ..= bounds\[j + 1\].
    bounds: Vec<f64>,
    /// First node of each class, and one past the last node.
    first_node: Vec<usize>,
    /// For each member, the mass of each node, without multiplicity.
    masses: Vec<Vec<f64>>,
    /// For each member, the frequency of each node.
    frequencies: Vec<Vec<f64>>,
}

impl Family {
    fn new(
        world: &World,
        members: Vec<usize>,
        multiplicity: f64,
        (low, high): (f64, f64),
        resolution: Resolution,
    ) -> Self {
        let mut family = Self {
            masses: vec![Vec::new(); members.len()],
            frequencies: vec![Vec::new(); members.len()],
            members,
            multiplicity,
            low,
            high,
            bounds: vec![low],
            first_node: vec![0],
        };
        let mut from = low;
        while from < high {
            let to = resolution.next_bound(from).min(high);
            let nodes = nodes(from, to);
            for (position, member) in family.members.iter().enumerate() {
                let spectrum = &world.domains()[*member].spectrum;
                push_nodes(
                    &nodes,
                    |x| spectrum.mass(x),
                    spectrum.span(from, to),
                    &mut family.masses[position],
                    &mut family.frequencies[position],
                );
            }
            family.bounds.push(to);
            family
                .first_node
                .push(family.masses.first().map_or(0, Vec::len));
            from = to;
        }
        family
    }

    /// Number of skills in the family.
    pub fn skills(&self) -> f64 {
        self.multiplicity * (self.high - self.low)
    }

    /// For the member at `position`: mass of each node, before multiplicity.
    pub fn masses(&self, position: usize) -> &[f64] {
        &self.masses[position]
    }

    /// For the member at `position`: frequency of each node.
    pub fn frequencies(&self, position: usize) -> &[f64] {
        &self.frequencies[position]
    }

    /// The nodes that lie wholly at or below rank `rank`, as their number, and the bound where
    /// they end.
    pub fn nodes_up_to(&self, rank: f64) -> (usize, f64) {
        let classes = self
            .bounds
            .partition_point(|bound| *bound <= rank)
            .saturating_sub(1);
        (self.first_node[classes], self.bounds[classes])
    }
}

/// Nodes of the ranks above `low` and up to `high`.
pub fn nodes(low: f64, high: f64) -> Vec<Node> {
    if high - low <= PANEL_NODES as f64 {
        let mut ranks = Vec::with_capacity(PANEL_NODES);
        let mut rank = low + 1.0;
        while rank <= high {
            ranks.push(Node { rank, skills: 1.0 });
            rank += 1.0;
        }
        return ranks;
    }
    let (from, to) = ((low + 0.5).ln(), (high + 0.5).ln());
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    ABSCISSAE
        .iter()
        .zip(WEIGHTS)
        .map(|(abscissa, weight)| {
            let rank = (middle + half * abscissa).exp();
            Node {
                rank,
                skills: half * weight * rank,
            }
        })
        .collect()
}

/// Appends mass and frequency of `nodes`, masses scaled to sum to `span`.
fn push_nodes(
    nodes: &[Node],
    mass: impl Fn(f64) -> f64,
    span: f64,
    masses: &mut Vec<f64>,
    frequencies: &mut Vec<f64>,
) {
    let start = masses.len();
    for node in nodes {
        let frequency = mass(node.rank);
        frequencies.push(frequency);
        masses.push(node.skills * frequency);
    }
    let sum: f64 = masses[start..].iter().sum();
    // Where all masses underflow there is nothing to scale.
    if sum > 0.0 {
        for mass in &mut masses[start..] {
            *mass *= span / sum;
        }
    }
}

impl World {
    /// The families of this world: the head first, then tails and what they share.
    pub fn families(&self, resolution: Resolution) -> Vec<Family> {
        let domains = self.domains().len();
        let everyone: Vec<usize> = (0..domains).collect();
        let tail = (self.head(), self.skills());
        let mut sets: Vec<(Vec<usize>, f64, (f64, f64))> =
            vec![(everyone.clone(), 1.0, (0.0, self.head()))];
        let private = |share: f64| (0..domains).map(move |i| (vec![i], share, tail));
        match *self.overlap() {
            Overlap::None => sets.extend(private(1.0)),
            Overlap::All { fraction } => {
                sets.push((everyone, fraction, tail));
                sets.extend(private(1.0 - fraction));
            }
            Overlap::Pair { fraction } => {
                for i in 0..domains {
                    for j in i + 1..domains {
                        sets.push((vec![i, j], fraction / (domains - 1) as f64, tail));
                    }
                }
                sets.extend(private(1.0 - fraction));
            }
        }
        sets.into_iter()
            .filter(|(_, share, (low, high))| *share > 0.0 && high > low)
            .map(|(members, share, ranks)| Family::new(self, members, share, ranks, resolution))
            .collect()
    }
}
