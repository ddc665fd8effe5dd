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
//! converges with the eighth power of the panel's width in between. No panel reaches across the end
//! of a spectrum, where frequencies jump.

use std::sync::Arc;

use super::Spectrum;
use super::moments::Moments;

/// Nodes of a panel.
pub(super) const PANEL_NODES: usize = 4;

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

/// How finely ranks are grouped, and how densely nodes stand for what is log-normal: costs that
/// spread, ranks of shared skills, and frequencies in a pool.
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
    /// How many times as dense as by default the nodes of a normal variable are. They are never less
    /// dense: their rule would lose its convergence.
    pub(super) fn refinement(self) -> f64 {
        let default = Self::default().classes_per_decade;
        (self.classes_per_decade as f64 / default as f64).max(1.0)
    }

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

/// Ranks grouped into classes, with their masses under each of some spectra.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grid {
    low: f64,
    high: f64,
    /// Bounds of the classes, from low to high: class j holds the ranks
    /// bounds\[j\] + 1 ..= bounds\[j + 1\].
    bounds: Vec<f64>,
    /// First node of each class, and one past the last node.
    first_node: Vec<usize>,
    /// Number of ranks that each node stands for.
    ranks: Vec<f64>,
    spectra: Vec<Spectrum>,
    /// For each spectrum, the mass of each node.
    masses: Vec<Vec<f64>>,
    /// For each spectrum, the frequency of each node, and its logarithm.
    frequencies: Vec<Vec<f64>>,
    ln_frequencies: Vec<Vec<f64>>,
    /// For each spectrum, cumulative sums over the nodes.
    moments: Vec<Moments>,
    /// For each spectrum, the logarithms of the masses of the first and of the last rank.
    edges: Vec<(f64, f64)>,
}

impl Grid {
    /// The ranks above `low` and up to `high`.
    pub(super) fn new(
        spectra: Vec<Spectrum>,
        (low, high): (f64, f64),
        resolution: Resolution,
    ) -> Self {
        let mut grid = Self {
            low,
            high,
            bounds: vec![low],
            first_node: vec![0],
            ranks: Vec::new(),
            masses: vec![Vec::new(); spectra.len()],
            frequencies: vec![Vec::new(); spectra.len()],
            ln_frequencies: Vec::new(),
            moments: Vec::new(),
            edges: Vec::new(),
            spectra,
        };
        let (mut from, mut regular) = (low, low);
        while from < high {
            if from >= regular {
                regular = resolution.next_bound(regular).min(high);
            }
            let to = smooth_until(&grid.spectra, from, regular);
            let nodes = nodes(from, to);
            grid.push_ranks(&nodes, to - from);
            for (row, spectrum) in grid.spectra.iter().enumerate() {
                push_nodes(
                    &nodes,
                    |x| spectrum.mass(x),
                    spectrum.span(from, to),
                    &mut grid.masses[row],
                    &mut grid.frequencies[row],
                );
            }
            grid.bounds.push(to);
            grid.first_node.push(grid.ranks.len());
            from = to;
        }
        let logs = |row: &Vec<f64>| row.iter().map(|p| p.ln()).collect();
        grid.ln_frequencies = grid.frequencies.iter().map(logs).collect();
        let rows = grid.masses.iter().zip(&grid.frequencies);
        grid.moments = rows.map(|(m, p)| Moments::new(m, p)).collect();
        let edge = |spectrum: &Spectrum| (spectrum.ln_mass(low + 1.0), spectrum.ln_mass(high));
        grid.edges = grid.spectra.iter().map(edge).collect();
        grid
    }

    /// Appends the numbers of ranks of `nodes`, scaled to sum to `ranks`.
    fn push_ranks(&mut self, nodes: &[Node], ranks: f64) {
        let sum: f64 = nodes.iter().map(|node| node.skills).sum();
        self.ranks
            .extend(nodes.iter().map(|node| node.skills * ranks / sum));
    }
}

/// The first rank above `low` and below `high` about which the frequencies of some spectrum jump or
/// bend, or `high`.
pub(crate) fn smooth_until<'a>(
    spectra: impl IntoIterator<Item = &'a Spectrum>,
    low: f64,
    high: f64,
) -> f64 {
    let ends = spectra.into_iter().map(|s| s.smooth_until(low, high));
    ends.fold(high, f64::min)
}

/// One class of a family: consecutive ranks, and the nodes that stand for them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Class {
    /// The ranks are low + 1 ..= high.
    pub low: f64,
    /// Highest rank.
    pub high: f64,
    /// First node.
    pub first: usize,
    /// One past the last node.
    pub end: usize,
}

/// A domain that meets the skills of a family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member {
    /// Number of the domain.
    pub domain: usize,
    /// Position of its spectrum among those of the family.
    pub row: usize,
    /// Factor on the frequencies of the spectrum, at least 0.
    pub scale: f64,
    /// Factor on the domain's cost of these skills, above 0; over all skills of a domain its mean
    /// is 1.
    pub cost: f64,
}

/// Skills of consecutive ranks that the same domains meet. Domains of one spectrum share a row of
/// the family's tables.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// The domains that meet these skills.
    pub members: Vec<Member>,
    /// Skills per rank: 1, or the probability that a rank is of this family.
    pub multiplicity: f64,
    /// The family's ranks are low + 1 ..= high.
    pub low: f64,
    /// Highest rank.
    pub high: f64,
    /// Rows of the grid that the members use.
    rows: Vec<usize>,
    grid: Arc<Grid>,
}

impl Family {
    /// The family on `grid` of `members`, whose rows are those of the grid.
    pub(super) fn new(grid: &Arc<Grid>, members: &[Member], multiplicity: f64) -> Self {
        let mut rows: Vec<usize> = Vec::new();
        let members = members
            .iter()
            .map(|member| {
                let row = rows.iter().position(|row| *row == member.row);
                let row = row.unwrap_or_else(|| {
                    rows.push(member.row);
                    rows.len() - 1
                });
                Member { row, ..*member }
            })
            .collect();
        Self {
            members,
            multiplicity,
            low: grid.low,
            high: grid.high,
            rows,
            grid: Arc::clone(grid),
        }
    }

    /// Number of skills in the family.
    pub fn skills(&self) -> f64 {
        self.multiplicity * (self.high - self.low)
    }

    /// Number of ranks that a node stands for: its skills before multiplicity.
    pub(crate) fn node_skills(&self, node: usize) -> f64 {
        self.grid.ranks[node]
    }

    /// Number of different spectra.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The spectrum of a row.
    pub fn spectrum(&self, row: usize) -> &Spectrum {
        &self.grid.spectra[self.rows[row]]
    }

    /// The first rank above `low` and below `high` about which the frequencies of some domain jump or
    /// bend, or `high`: the same for all families of the same ranks, whoever meets them.
    pub(crate) fn smooth_until(&self, low: f64, high: f64) -> f64 {
        smooth_until(&self.grid.spectra, low, high)
    }

    /// Under the spectrum of a row: mass of each node, before multiplicity and scale.
    pub fn masses(&self, row: usize) -> &[f64] {
        &self.grid.masses[self.rows[row]]
    }

    /// Under the spectrum of a row: frequency of each node, before scale.
    pub fn frequencies(&self, row: usize) -> &[f64] {
        &self.grid.frequencies[self.rows[row]]
    }

    /// Under the spectrum of a row: logarithm of the frequency of each node, before scale; −∞ where
    /// it underflows.
    pub(crate) fn ln_frequencies(&self, row: usize) -> &[f64] {
        &self.grid.ln_frequencies[self.rows[row]]
    }

    /// Under the spectrum of a row: cumulative sums over the nodes, before multiplicity and scale.
    pub fn moments(&self, row: usize) -> &Moments {
        &self.grid.moments[self.rows[row]]
    }

    /// Under the spectrum of a row: logarithms of the frequencies of the first and of the last
    /// rank, before scale.
    pub fn edges(&self, row: usize) -> (f64, f64) {
        self.grid.edges[self.rows[row]]
    }

    /// For each row, Σ over its members of scale × `factor`(domain): what turns the frequencies
    /// of the spectra into the family's own. Members with a factor of 0 have no part, even where
    /// other factors are infinite.
    pub(crate) fn combine(&self, factor: impl Fn(usize) -> f64) -> Vec<f64> {
        self.combine_members(|member| factor(member.domain))
    }

    /// As [`Family::combine`], for a factor that also looks at the cost of these skills.
    pub(crate) fn combine_members(&self, factor: impl Fn(&Member) -> f64) -> Vec<f64> {
        let mut sums = Vec::new();
        self.combine_into(factor, &mut sums);
        sums
    }

    /// As [`Family::combine_members`], into `sums` whatever it held.
    pub(crate) fn combine_into(&self, factor: impl Fn(&Member) -> f64, sums: &mut Vec<f64>) {
        sums.clear();
        sums.resize(self.rows.len(), 0.0);
        for member in &self.members {
            let factor = factor(member);
            if factor > 0.0 && member.scale > 0.0 {
                sums[member.row] += member.scale * factor;
            }
        }
    }

    /// The nodes that lie wholly at or below rank `rank`, as their number, and the bound where
    /// they end.
    pub(crate) fn nodes_up_to(&self, rank: f64) -> (usize, f64) {
        let classes = self
            .grid
            .bounds
            .partition_point(|bound| *bound <= rank)
            .saturating_sub(1);
        (self.grid.first_node[classes], self.grid.bounds[classes])
    }

    /// The classes: ranks above `low` and up to `high`, and their nodes from `first` to before
    /// `end`.
    pub fn classes(&self) -> impl Iterator<Item = Class> {
        let (bounds, nodes) = (&self.grid.bounds, &self.grid.first_node);
        (1..bounds.len()).map(|index| Class {
            low: bounds[index - 1],
            high: bounds[index],
            first: nodes[index - 1],
            end: nodes[index],
        })
    }

    /// Number of the class of a node; that of classes if there is no such node.
    pub(crate) fn class_of(&self, node: usize) -> usize {
        let bounds = self.grid.first_node.partition_point(|first| *first <= node);
        bounds.saturating_sub(1)
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.grid.ranks.len()
    }

    /// Whether the family has no nodes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Nodes of the ranks above `low` and up to `high`, both whole.
pub fn nodes(low: f64, high: f64) -> Vec<Node> {
    panel(low, high).collect()
}

/// As [`nodes`], without a place in memory.
pub fn panel(low: f64, high: f64) -> impl Iterator<Item = Node> + Clone {
    let ranks = (high - low).max(0.0);
    let alone = ranks <= PANEL_NODES as f64;
    let count = if alone { ranks as usize } else { PANEL_NODES };
    let (middle, half) = if alone {
        (0.0, 0.0)
    } else {
        let (from, to) = ((low + 0.5).ln(), (high + 0.5).ln());
        (0.5 * (from + to), 0.5 * (to - from))
    };
    (0..count).map(move |node| {
        if alone {
            return Node {
                rank: low + node as f64 + 1.0,
                skills: 1.0,
            };
        }
        let rank = (middle + half * ABSCISSAE[node]).exp();
        Node {
            rank,
            skills: half * WEIGHTS[node] * rank,
        }
    })
}

/// Nodes of the real ranks from `low` to `high`, as many for one rank as for a panel.
pub(crate) fn real_panel(low: f64, high: f64) -> impl Iterator<Item = Node> {
    let (from, to) = ((low + 0.5).ln(), (high + 0.5).ln());
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    ABSCISSAE.iter().zip(&WEIGHTS).map(move |(x, weight)| {
        let rank = (middle + half * x).exp();
        Node {
            rank,
            skills: half * weight * rank,
        }
    })
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
