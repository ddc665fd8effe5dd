//! The keys of `[learner]` for the kernel `sgd`.

use super::learner::{KERNEL_KEYS, RawLearner, noise};
use crate::config::diagnosis::choice::Choice;
use crate::config::diagnosis::keys::Kinds;
use crate::config::diagnosis::number::{NumberOr, say};
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::{At, span_of, whole};
use crate::sgd::{Estimator, Penalty, ProjectedRegression, Projection, Schedule, Sgd};

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
    "penalty",
    "sketches",
];

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

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum EstimatorKind {
    OnePass,
    Ridge,
}

impl Choice for EstimatorKind {
    const WORDS: &'static [(&'static str, Self)] =
        &[("one-pass", Self::OnePass), ("ridge", Self::Ridge)];
}

/// A penalty that the learner finds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Best;

impl Choice for Best {
    const WORDS: &'static [(&'static str, Self)] = &[("best", Self)];
}

const ESTIMATOR_KEYS: Kinds = Kinds {
    selector: "estimator",
    keys: &[
        (
            "one-pass",
            &["batch", "step", "schedule", "ratio", "offset"],
        ),
        ("ridge", &["penalty"]),
    ],
};

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
pub(super) fn validate(
    raw: &At<RawLearner>,
    problems: &mut Problems,
) -> Option<ProjectedRegression> {
    let noise = noise(raw, problems);
    let estimator = validate_estimator(raw, noise, problems);
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
    Some(ProjectedRegression {
        projection,
        sketches: sketches?,
        estimator: estimator?,
    })
}

/// The estimator, with the label `noise` if that is valid.
fn validate_estimator(
    raw: &At<RawLearner>,
    noise: Option<f64>,
    problems: &mut Problems,
) -> Option<Estimator> {
    let (kind, place) = raw
        .estimator
        .as_ref()
        .map_or((EstimatorKind::OnePass, raw.kernel.span()), |given| {
            (given.0, given.span())
        });
    let word = kind.word();
    ESTIMATOR_KEYS.check(
        word,
        &[
            ("batch", span_of(raw.batch.as_ref())),
            ("step", span_of(raw.step.as_ref())),
            ("schedule", span_of(raw.schedule.as_ref())),
            ("ratio", span_of(raw.ratio.as_ref())),
            ("offset", span_of(raw.offset.as_ref())),
            ("penalty", span_of(raw.penalty.as_ref())),
        ],
        problems,
    );
    if kind == EstimatorKind::Ridge {
        let penalty = match &raw.penalty {
            None => ESTIMATOR_KEYS.missing(word, "penalty", place, problems),
            Some(given) => match **given {
                NumberOr::Word(Best) => Some(Penalty::Best),
                NumberOr::Number(value) if (1e-12..=1e12).contains(&value) => {
                    Some(Penalty::Fixed(value))
                }
                NumberOr::Number(value) => problems.refuse(
                    "penalty",
                    given,
                    &say(value),
                    "a number from 1e-12 to 1e12, or \"best\"",
                ),
            },
        };
        return Some(Estimator::Ridge {
            penalty: penalty?,
            noise: noise?,
        });
    }
    let step = match &raw.step {
        Some(step) => problems.number("step", step, "a number above 0", |step| step > 0.0),
        None => KERNEL_KEYS.missing("sgd", "step", raw.kernel.span(), problems),
    };
    let batch = problems.whole_or("batch", raw.batch.as_ref(), 1, 1..=1_000_000_000);
    let schedule = validate_schedule(raw, problems);
    Some(Estimator::OnePass(Sgd {
        batch: batch?,
        step: step?,
        schedule: schedule?,
        noise: noise?,
    }))
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

/// Gives `raw` the keys of the kernel `sgd`.
pub(super) fn put(regression: &ProjectedRegression, raw: &mut RawLearner) {
    raw.projection = Some(regression.projection.into());
    if regression.projection == Projection::Gaussian {
        raw.sketches = Some(whole(regression.sketches));
    }
    match &regression.estimator {
        Estimator::OnePass(sgd) => {
            raw.estimator = Some(EstimatorKind::OnePass.into());
            raw.noise = Some(sgd.noise.into());
            raw.batch = Some(whole(sgd.batch));
            raw.step = Some(sgd.step.into());
            let schedule = match sgd.schedule {
                Schedule::Constant => ScheduleKind::Constant,
                Schedule::Geometric { ratio } => {
                    raw.ratio = Some(ratio.into());
                    ScheduleKind::Geometric
                }
                Schedule::Inverse { offset } => {
                    raw.offset = Some(offset.into());
                    ScheduleKind::Inverse
                }
            };
            raw.schedule = Some(schedule.into());
        }
        Estimator::Ridge { penalty, noise } => {
            let penalty = match penalty {
                Penalty::Fixed(value) => NumberOr::Number(*value),
                Penalty::Best => NumberOr::Word(Best),
            };
            raw.estimator = Some(EstimatorKind::Ridge.into());
            raw.noise = Some((*noise).into());
            raw.penalty = Some(penalty.into());
        }
    }
}
