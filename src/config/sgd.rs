//! The keys of `[learner]` for the kernel `sgd`, and what it asks of the world and the axes.

use super::choice::Choice;
use super::error::Problem;
use super::keys::Kinds;
use super::learner::{KERNEL_KEYS, RawLearner, noise};
use super::number::{Limit, say};
use super::place::{At, span_of};
use super::problems::Problems;
use super::resolved::Writer;
use super::sweep::RawSweep;
use super::world::RawWorld;
use crate::learner::sgd::{Estimator, Projection, Schedule, Sgd};
use crate::sweep::Mode;
use crate::world::{HeadOrder, Overlap, World};

/// Keys of `[learner]` that the kernel has.
pub(super) const KEYS: &[&str] = &[
    "noise",
    "projection",
    "batch",
    "step",
    "schedule",
    "ratio",
    "offset",
    "estimator",
    "sketches",
];

/// Most directions of the projection `top`: they are held one by one.
const MOST_DIRECTIONS: f64 = 1e6;

/// Most rows of a random projection: covariances of 4096² numbers for each domain.
const MOST_ROWS: f64 = 4096.0;

/// Most rows of a random projection whose second moments are carried: a step costs 10 ms there.
const MOST_MOMENTS: f64 = 256.0;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum ScheduleKind {
    Geometric,
    Constant,
    Inverse,
}

impl Choice for ScheduleKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("geometric", Self::Geometric),
        ("constant", Self::Constant),
        ("inverse", Self::Inverse),
    ];
}

impl Choice for Projection {
    const WORDS: &'static [(&'static str, Self)] =
        &[("top", Self::Top), ("gaussian", Self::Gaussian)];
}

impl Choice for Estimator {
    const WORDS: &'static [(&'static str, Self)] = &[("one-pass", Self::OnePass)];
}

const SCHEDULE_KEYS: Kinds = Kinds {
    selector: "schedule",
    keys: &[
        ("geometric", &["ratio"]),
        ("constant", &[]),
        ("inverse", &["offset"]),
    ],
};

const PROJECTION_KEYS: Kinds = Kinds {
    selector: "projection",
    keys: &[("top", &[]), ("gaussian", &["sketches"])],
};

/// Checks the keys of the kernel `sgd`.
pub(super) fn validate(raw: &At<RawLearner>, problems: &mut Problems) -> Option<Sgd> {
    let noise = noise(raw, problems);
    let step = match &raw.step {
        Some(step) => problems.number("step", step, "a number above 0", |step| step > 0.0),
        None => KERNEL_KEYS.missing("sgd", "step", raw.kernel.span(), problems),
    };
    let batch = problems.whole_or("batch", raw.batch.as_ref(), 1, 1..=1_000_000_000);
    let schedule = validate_schedule(raw, problems);
    let projection = raw
        .projection
        .as_ref()
        .map_or(Projection::default(), |word| word.0);
    PROJECTION_KEYS.check(
        projection.word(),
        &[("sketches", span_of(raw.sketches.as_ref()))],
        problems,
    );
    let sketches = problems.whole_or("sketches", raw.sketches.as_ref(), 1, 1..=1000);
    Some(Sgd {
        projection,
        batch: batch?,
        step: step?,
        schedule: schedule?,
        noise: noise?,
        estimator: raw
            .estimator
            .as_ref()
            .map_or(Estimator::default(), |word| word.0),
        sketches: sketches?,
    })
}

fn validate_schedule(raw: &RawLearner, problems: &mut Problems) -> Option<Schedule> {
    let kind = raw
        .schedule
        .as_ref()
        .map_or(ScheduleKind::Geometric, |word| word.0);
    SCHEDULE_KEYS.check(
        kind.word(),
        &[
            ("ratio", span_of(raw.ratio.as_ref())),
            ("offset", span_of(raw.offset.as_ref())),
        ],
        problems,
    );
    Some(match kind {
        ScheduleKind::Constant => Schedule::Constant,
        ScheduleKind::Geometric => Schedule::Geometric {
            ratio: problems.number_or(
                "ratio",
                raw.ratio.as_ref(),
                1000.0,
                "a number from 1 to 1e12",
                |ratio| (1.0..=1e12).contains(&ratio),
            )?,
        },
        ScheduleKind::Inverse => Schedule::Inverse {
            offset: problems.number_or(
                "offset",
                raw.offset.as_ref(),
                100.0,
                "a number above 0",
                |offset| offset > 0.0,
            )?,
        },
    })
}

/// Refuses what is not modelled: tails that are not private, heads in an order of each domain's
/// own, costs that differ within a domain, finite data.
pub(super) fn check_world(raw: &At<RawWorld>, world: &World, problems: &mut Problems) {
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
    raw: &RawSweep,
    sgd: &Sgd,
    world: &World,
    mode: Mode,
    problems: &mut Problems,
) {
    let tails = world.domains().len() as f64 * (world.skills() - world.head());
    let skills = world.head() + tails;
    // The equivalent of an average over projections needs no projection.
    let averaged = sgd.projection == Projection::Gaussian
        && mode == Mode::Expected
        && raw.tokens.iter().all(|d| matches!(**d, Limit::Word(_)));
    let most = match sgd.projection {
        _ if averaged => f64::INFINITY,
        Projection::Top => MOST_DIRECTIONS,
        Projection::Gaussian => MOST_ROWS,
    };
    let matrices = sgd.projection == Projection::Gaussian
        && mode == Mode::Expected
        && world.domains().len() > 1
        && !averaged;
    for capacity in raw.capacities.iter() {
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
        } else if sgd.projection == Projection::Gaussian && value > world.skills() {
            // The features of a domain would depend on each other.
            format!("a domain has {} skills", say(world.skills()))
        } else if value.fract() != 0.0 {
            "the number of directions is whole".into()
        } else if matrices && value > MOST_MOMENTS {
            format!(
                "the expected losses of several domains carry N x N moments: at most {}",
                say(MOST_MOMENTS)
            )
        } else if value > most {
            format!(
                "the projection \"{}\" has at most {} directions",
                sgd.projection.word(),
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
    for tokens in raw.tokens.iter() {
        if let Limit::Number(value) = **tokens
            && value > 0.0
            && value < sgd.batch as f64
        {
            problems.add::<()>(
                Problem::new(format!(
                    "a value of `tokens` is {}: one batch has {} samples",
                    say(value),
                    sgd.batch
                ))
                .label(tokens.span(), "less than one step")
                .help("each token is a sample: give at least as many as `batch`"),
            );
        }
    }
}

/// Writes the keys with every default.
pub(super) fn write(sgd: &Sgd, out: &mut Writer) {
    out.word("projection", sgd.projection);
    if sgd.projection == Projection::Gaussian {
        out.key("sketches", sgd.sketches);
    }
    out.key("batch", sgd.batch);
    out.number("step", sgd.step);
    match sgd.schedule {
        Schedule::Constant => out.word("schedule", ScheduleKind::Constant),
        Schedule::Geometric { ratio } => {
            out.word("schedule", ScheduleKind::Geometric);
            out.number("ratio", ratio);
        }
        Schedule::Inverse { offset } => {
            out.word("schedule", ScheduleKind::Inverse);
            out.number("offset", offset);
        }
    }
    out.number("noise", sgd.noise);
    out.word("estimator", sgd.estimator);
}
