//! The selected ranks of a family, node by node.

use crate::learner::Selected;
use crate::world::{Family, panel};

/// Tells `each` the nodes of the selected ranks of a family, but for the last rank that is taken
/// in part: their rank, number of skills, and frequency under each row. Ends when it returns
/// false. Ranks are right for nodes that are single ranks; none comes after others.
pub(crate) fn visit(
    family: &Family,
    chosen: Selected,
    mut each: impl FnMut(f64, f64, &dyn Fn(usize) -> f64) -> bool,
) {
    let (whole, whole_rank) = family.nodes_up_to(chosen.rank);
    for node in 0..whole {
        let rank = family.low + 1.0 + node as f64;
        let frequency = |row: usize| family.frequencies(row)[node];
        if !each(rank, family.node_skills(node), &frequency) {
            return;
        }
    }
    if whole_rank < chosen.rank {
        let sum: f64 = panel(whole_rank, chosen.rank).map(|node| node.skills).sum();
        let ranks = chosen.rank - whole_rank;
        for node in panel(whole_rank, chosen.rank) {
            let frequency = |row: usize| family.spectrum(row).mass(node.rank);
            if !each(node.rank, node.skills * ranks / sum, &frequency) {
                return;
            }
        }
    }
}
