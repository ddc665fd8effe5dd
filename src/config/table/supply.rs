//! `available` of a domain and `repetition-decay` of the learner: finite data.

use super::learner::RawLearner;
use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::number::Limit;
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::{At, span_of};
use crate::world::{DEFAULT_REPETITION_DECAY, Supply, World};

/// Checks the unique tokens of all domains.
pub(super) fn validate<'a>(
    available: impl Iterator<Item = Option<&'a At<Limit>>>,
    problems: &mut Problems,
) -> Option<Supply> {
    let available: Vec<Option<f64>> = available
        .map(|available| match available {
            None => Some(f64::INFINITY),
            Some(given) => problems.limit("`available`", given, "a number above 0", |tokens| {
                tokens > 0.0
            }),
        })
        .collect();
    let available = available.into_iter().collect::<Option<Vec<f64>>>()?;
    Supply::new(available, DEFAULT_REPETITION_DECAY).ok()
}

/// The world with what the learner makes of repeats.
pub(crate) fn complete(
    world: World,
    learner: &At<RawLearner>,
    problems: &mut Problems,
) -> Option<World> {
    let decay = problems.number_or(
        "repetition-decay",
        learner.repetition_decay.as_ref(),
        DEFAULT_REPETITION_DECAY,
        "a number above 0",
        |decay| decay > 0.0,
    )?;
    if world.supply().is_unlimited() {
        return match span_of(learner.repetition_decay.as_ref()) {
            None => Some(world),
            Some(place) => problems.add(
                Problem::new("`repetition-decay` has no meaning without finite data")
                    .label(place, "nothing is ever repeated")
                    .help("give a domain its `available` tokens, or take `repetition-decay` out"),
            ),
        };
    }
    let supply = Supply::new(world.supply().available().to_vec(), decay).ok()?;
    world.with_supply(supply).ok()
}
