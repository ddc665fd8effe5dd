//! Tells where few nodes stand for a world.

use super::observer::Observer;
use crate::experiment::{Experiment, Source};
use crate::learner::LearnerKind;

/// Part of the excess from which it is told that losses may be off by so much.
const TOLD: f64 = 2e-3;

/// Warns if the losses of an experiment may be off by more than rounding and classes of ranks.
pub(crate) fn warn_of_coarse_nodes(experiment: &Experiment, observer: &dyn Observer) {
    let Source::Simulated {
        world,
        learner: LearnerKind::Counting(_),
        sweep,
        ..
    } = &experiment.source
    else {
        return;
    };
    let scales = sweep
        .capacities
        .iter()
        .flat_map(|capacity| sweep.tokens.iter().map(move |tokens| (*capacity, *tokens)));
    let worst = scales
        .map(|scale| (world.coarseness(scale, sweep.resolution), scale))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    if let Some((bound, (capacity, _))) = worst
        && bound >= TOLD
    {
        observer.note(&format!(
            "warning: at N = {capacity} losses may be off by up to {:.1} % of the excess, because few nodes \
             stand for what is log-normal in this world; more `classes-per-decade` have more nodes",
            100.0 * bound
        ));
    }
}
