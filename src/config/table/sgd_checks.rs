//! What the kernel `sgd` asks of the world and of the axes of the sweep.

use super::world::RawWorld;
use crate::config::diagnosis::choice::Choice;
use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::number::{Limit, say};
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::{At, span_of};
use crate::sgd::{Estimator, ProjectedRegression, Projection};
use crate::sweep::Mode;
use crate::world::{HeadOrder, Overlap, World};

/// Most directions of the projection `top`: they are held one by one.
const MOST_DIRECTIONS: f64 = 1e6;

/// Most rows of a random projection: covariances of 4096² numbers for each domain.
const MOST_ROWS: f64 = 4096.0;

/// Most weights of a ridge regression on drawn samples: it solves for all of them at once.
const MOST_SOLVED: f64 = 4096.0;

/// Most samples of a ridge regression that are drawn: their number is told to the last of them.
const MOST_SAMPLES: f64 = 1e15;

/// Most rows of a random projection whose second moments are carried: a step costs 10 ms there.
const MOST_MOMENTS: f64 = 256.0;

/// Refuses what is not modelled: tails that are not private, heads in an order of each domain's
/// own, costs that differ within a domain, finite data.
pub(crate) fn check_world(raw: &At<RawWorld>, world: &World, problems: &mut Problems) {
    if *world.overlap() != Overlap::None {
        let place = span_of(raw.overlap.as_ref()).unwrap_or(raw.span());
        problems.add::<()>(
            Problem::new("the kernel \"sgd\" needs private tails")
                .label(place, "shares skills beyond the head")
                .help("take `overlap` out, or a kernel that counts"),
        );
    }
    if world.head_order() != HeadOrder::Shared {
        let place = span_of(raw.head_order.as_ref()).unwrap_or(raw.span());
        problems.add::<()>(
            Problem::new("the kernel \"sgd\" needs a head of one order")
                .label(place, "ranks the head anew in each domain")
                .help("set head-order = \"shared\", or take a kernel that counts"),
        );
    }
    if world.cost_spread().iter().any(|spread| *spread > 0.0) {
        let spreads = raw.domains.iter().map(|domain| domain.cost_spread.as_ref());
        let positive = spreads
            .chain([raw.cost_spread.as_ref()])
            .flatten()
            .find(|spread| ***spread > 0.0);
        problems.add::<()>(
            Problem::new("the kernel \"sgd\" needs one cost for all skills of a domain")
                .label(
                    span_of(positive).unwrap_or(raw.span()),
                    "spreads costs from skill to skill",
                )
                .help("take `cost-spread` out, or a kernel that counts"),
        );
    }
    if !world.supply().is_unlimited() {
        let place = raw
            .domains
            .iter()
            .find_map(|d| span_of(d.available.as_ref()));
        problems.add::<()>(
            Problem::new("the kernel \"sgd\" makes one pass over fresh samples")
                .label(place.unwrap_or(raw.span()), "makes tokens repeat")
                .help("take `available` out, or a kernel that counts"),
        );
    }
}

/// Refuses capacities that are no number of directions, and tokens that are less than a batch.
pub(super) fn check_axes(
    (capacities, tokens): (&[At<Limit>], &[At<Limit>]),
    regression: &ProjectedRegression,
    world: &World,
    mode: Mode,
    problems: &mut Problems,
) {
    let projection = regression.projection;
    let ridge = matches!(regression.estimator, Estimator::Ridge { .. });
    let least = match &regression.estimator {
        Estimator::OnePass(sgd) => sgd.batch,
        Estimator::Ridge { .. } => 1,
    };
    let tails = world.domains().len() as f64 * (world.skills() - world.head());
    let skills = world.head() + tails;
    // The equivalent of an average over projections needs no projection.
    let averaged = projection == Projection::Gaussian
        && mode == Mode::Expected
        && (ridge || tokens.iter().all(|d| matches!(**d, Limit::Word(_))));
    let most = match projection {
        _ if averaged => f64::INFINITY,
        _ if ridge && mode != Mode::Expected => MOST_SOLVED,
        Projection::Top => MOST_DIRECTIONS,
        Projection::Gaussian => MOST_ROWS,
    };
    let matrices = projection == Projection::Gaussian
        && mode == Mode::Expected
        && world.domains().len() > 1
        && !averaged;
    for capacity in capacities {
        let value = match **capacity {
            Limit::Number(value) if value >= 1.0 && value.is_finite() => value,
            // Refused elsewhere.
            Limit::Number(_) => continue,
            Limit::Word(_) => {
                problems.add::<()>(
                    Problem::new("the kernel \"sgd\" needs a number of directions")
                        .label(capacity.span(), "must be a number"),
                );
                continue;
            }
        };
        let fault = if value > skills {
            format!("the world has {} skills in all", say(skills))
        } else if projection == Projection::Gaussian && value > world.skills() {
            // The features of a domain would depend on each other.
            format!("a domain has {} skills", say(world.skills()))
        } else if value.fract() != 0.0 {
            "the number of directions is whole".into()
        } else if matrices && value > MOST_MOMENTS {
            format!(
                "the expected losses of several domains carry N x N moments: at most {}",
                say(MOST_MOMENTS)
            )
        } else if value > most && ridge && mode != Mode::Expected {
            format!(
                "ridge regressions on drawn samples have at most {} weights",
                say(most)
            )
        } else if value > most {
            format!(
                "the projection \"{}\" has at most {} directions",
                projection.word(),
                say(most)
            )
        } else {
            continue;
        };
        problems.add::<()>(
            Problem::new(format!(
                "a value of `capacities` is {}: {fault}",
                say(value)
            ))
            .label(capacity.span(), fault),
        );
    }
    for tokens in tokens {
        if let Limit::Number(value) = **tokens
            && value > 0.0
            && value < least as f64
        {
            problems.add::<()>(if ridge {
                Problem::new(format!("a value of `tokens` is {}", say(value)))
                    .label(tokens.span(), "less than one sample")
                    .help("each token is a sample: give at least 1")
            } else {
                Problem::new(format!(
                    "a value of `tokens` is {}: one batch has {least} samples",
                    say(value)
                ))
                .label(tokens.span(), "less than one step")
                .help("each token is a sample: give at least as many as `batch`")
            });
        }
        if let Limit::Number(value) = **tokens
            && ridge
            && mode != Mode::Expected
            && value.is_finite()
            && value > MOST_SAMPLES
        {
            problems.add::<()>(
                Problem::new(format!(
                    "a value of `tokens` is {}: at most {} samples are drawn",
                    say(value),
                    say(MOST_SAMPLES)
                ))
                .label(tokens.span(), "too many to draw")
                .help("give fewer, or \"unlimited\", or set mode = \"expected\""),
            );
        }
    }
}
