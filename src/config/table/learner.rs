//! `[learner]`: what the learner selects, and what a number of meetings leaves unlearned.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::learner_sgd;
use crate::config::diagnosis::choice::{Choice, Word};
use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::keys::Kinds;
use crate::config::diagnosis::number::NumberOr;
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::{At, span_of};
use crate::learner::{Efficiency, Kernel, Learner, LearnerKind, Ranking, Selection};
use crate::sgd::Projection;

/// Largest τ: the closed forms of the kernels are checked up to here.
const LARGEST_TAU: f64 = 1e6;

/// The idealised learner.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct RawLearner {
    /// What n meetings of a skill leave unlearned. threshold: 0 if n >= tau, else 1;
    /// exponential: e^(-n/tau); reciprocal: 1/(1 + n/tau); sgd-decay: one-pass SGD in closed form;
    /// sgd: one-pass SGD itself.
    pub(crate) kernel: At<Word<KernelKind>>,
    /// Meetings that it takes to learn a skill, above 0, at most 1e6; for every kernel but sgd.
    tau: Option<At<f64>>,
    /// Label noise σ², at least 0; for sgd, and for sgd-decay in units of the cost. Both need it.
    pub(super) noise: Option<At<f64>>,
    /// Which skills go first when capacity is short. value: cost × frequency; count: frequency
    /// alone. Default value.
    ranking: Option<At<Word<Ranking>>>,
    /// What the ranking looks at. expected: expected numbers of meetings; observed: realised ones.
    /// Default expected.
    pub(crate) selection: Option<At<Word<Selection>>>,
    /// Sample efficiency that grows with capacity; default off.
    efficiency: Option<At<RawEfficiency>>,
    /// Epochs over which repeats of finite data lose their worth, above 0; default 15.4.
    pub(crate) repetition_decay: Option<At<f64>>,
    /// Whether only the best N skills can be held; default true. If false, capacity acts through
    /// `efficiency` alone.
    capacity_limits: Option<At<bool>>,
    /// What the model sees; for sgd. top: the N directions of largest value; gaussian: N random
    /// combinations of all directions. Default top.
    pub(super) projection: Option<At<Word<Projection>>>,
    /// Samples in a step, from 1 to 1e9; for sgd. Default 1.
    pub(super) batch: Option<At<i64>>,
    /// First step size, above 0, for the gradient of half the squared error; for sgd, which needs
    /// it. A step under which the losses diverge is refused when the runs begin.
    pub(super) step: Option<At<f64>>,
    /// How the step size falls; for sgd. geometric: by `ratio` over the run; constant: not at all;
    /// inverse: as 1/(1 + t/offset) after t steps. Default geometric.
    pub(super) schedule: Option<At<Word<learner_sgd::ScheduleKind>>>,
    /// How many times smaller the step size is at the end, from 1 to 1e12; for the schedule
    /// geometric. Default 1000.
    pub(super) ratio: Option<At<f64>>,
    /// Steps after which the step size has halved, above 0; for the schedule inverse. Default 100.
    pub(super) offset: Option<At<f64>>,
    /// How the weights follow from the samples; for sgd. one-pass: by one pass of SGD; ridge: by
    /// ridge regression on all of them at once. Default one-pass.
    pub(super) estimator: Option<At<Word<learner_sgd::EstimatorKind>>>,
    /// Penalty λ of |v|² beside the mean of the squared residuals, from 1e-12 to 1e12, or "best": the
    /// one with the least expected loss of the training mixture; for the estimator ridge, which needs
    /// it.
    pub(super) penalty: Option<At<NumberOr<learner_sgd::Best>>>,
    /// Random projections over which losses are averaged, from 1 to 1000; for sgd with the
    /// projection gaussian. Default 1.
    pub(super) sketches: Option<At<i64>>,
}

/// Sample efficiency: every meeting counts (capacity/reference)^exponent times.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawEfficiency {
    /// Exponent v, dimensionless, from -10 to 10; default 0, which switches it off.
    exponent: Option<At<f64>>,
    /// Capacity at which a meeting counts once, in skills, above 0; default 1e4.
    reference: Option<At<f64>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum KernelKind {
    Threshold,
    Exponential,
    Reciprocal,
    SgdDecay,
    Sgd,
}

impl Choice for KernelKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("threshold", Self::Threshold),
        ("exponential", Self::Exponential),
        ("reciprocal", Self::Reciprocal),
        ("sgd-decay", Self::SgdDecay),
        ("sgd", Self::Sgd),
    ];
}

pub(super) const KERNEL_KEYS: Kinds = Kinds {
    selector: "kernel",
    keys: &[
        ("threshold", COUNTING_KEYS),
        ("exponential", COUNTING_KEYS),
        ("reciprocal", COUNTING_KEYS),
        (
            "sgd-decay",
            &[
                "tau",
                "noise",
                "ranking",
                "selection",
                "efficiency",
                "repetition-decay",
                "capacity-limits",
            ],
        ),
        ("sgd", learner_sgd::KEYS),
    ],
};

const COUNTING_KEYS: &[&str] = &[
    "tau",
    "ranking",
    "selection",
    "efficiency",
    "repetition-decay",
    "capacity-limits",
];

impl Choice for Ranking {
    const WORDS: &'static [(&'static str, Self)] =
        &[("value", Self::Value), ("count", Self::Count)];
}

impl Choice for Selection {
    const WORDS: &'static [(&'static str, Self)] =
        &[("expected", Self::Expected), ("observed", Self::Observed)];
}

/// Checks `[learner]`.
pub(crate) fn validate(raw: &At<RawLearner>, problems: &mut Problems) -> Option<LearnerKind> {
    KERNEL_KEYS.check(
        raw.kernel.0.word(),
        &[
            ("tau", span_of(raw.tau.as_ref())),
            ("noise", span_of(raw.noise.as_ref())),
            ("ranking", span_of(raw.ranking.as_ref())),
            ("selection", span_of(raw.selection.as_ref())),
            ("efficiency", span_of(raw.efficiency.as_ref())),
            ("repetition-decay", span_of(raw.repetition_decay.as_ref())),
            ("capacity-limits", span_of(raw.capacity_limits.as_ref())),
            ("projection", span_of(raw.projection.as_ref())),
            ("batch", span_of(raw.batch.as_ref())),
            ("step", span_of(raw.step.as_ref())),
            ("schedule", span_of(raw.schedule.as_ref())),
            ("ratio", span_of(raw.ratio.as_ref())),
            ("offset", span_of(raw.offset.as_ref())),
            ("estimator", span_of(raw.estimator.as_ref())),
            ("penalty", span_of(raw.penalty.as_ref())),
            ("sketches", span_of(raw.sketches.as_ref())),
        ],
        problems,
    );
    if raw.kernel.0 == KernelKind::Sgd {
        learner_sgd::validate(raw, problems).map(LearnerKind::Sgd)
    } else {
        validate_counting(raw, problems).map(LearnerKind::Counting)
    }
}

fn validate_counting(raw: &At<RawLearner>, problems: &mut Problems) -> Option<Learner> {
    let kernel = validate_kernel(raw, problems);
    let efficiency = match &raw.efficiency {
        None => Some(Efficiency::default()),
        Some(efficiency) => validate_efficiency(efficiency, problems),
    };
    let selection = validate_selection(raw, problems);
    Some(Learner {
        kernel: kernel?,
        ranking: raw
            .ranking
            .as_ref()
            .map_or(Ranking::default(), |word| word.0),
        selection: selection?,
        efficiency: efficiency?,
        capacity_limits: raw.capacity_limits.as_ref().is_none_or(|limits| **limits),
    })
}

fn validate_selection(raw: &At<RawLearner>, problems: &mut Problems) -> Option<Selection> {
    let Some(selection) = &raw.selection else {
        return Some(Selection::default());
    };
    if selection.0 == Selection::Observed && raw.kernel.0 == KernelKind::SgdDecay {
        return problems.add(
            Problem::new("the kernel \"sgd-decay\" cannot be selected by realised counts")
                .label(selection.span(), "needs a kernel of counts")
                .label(raw.kernel.span(), "a closed form over all counts")
                .help(
                    "take the kernel \"threshold\", \"exponential\" or \"reciprocal\", or \
                     selection = \"expected\"",
                ),
        );
    }
    Some(selection.0)
}

fn validate_kernel(raw: &At<RawLearner>, problems: &mut Problems) -> Option<Kernel> {
    let kind = raw.kernel.0;
    let tau = match &raw.tau {
        Some(tau) => problems.number("tau", tau, "a number above 0, at most 1e6", |tau| {
            tau > 0.0 && tau <= LARGEST_TAU
        }),
        None => KERNEL_KEYS.missing(kind.word(), "tau", raw.kernel.span(), problems),
    };
    match kind {
        KernelKind::Threshold => Some(Kernel::Threshold { tau: tau? }),
        KernelKind::Exponential => Some(Kernel::Exponential { tau: tau? }),
        KernelKind::Reciprocal => Some(Kernel::Reciprocal { tau: tau? }),
        KernelKind::SgdDecay => {
            let noise = noise(raw, problems);
            Some(Kernel::SgdDecay {
                tau: tau?,
                noise: noise?,
            })
        }
        KernelKind::Sgd => None,
    }
}

/// The label noise, which the kernel needs.
pub(super) fn noise(raw: &RawLearner, problems: &mut Problems) -> Option<f64> {
    match &raw.noise {
        Some(noise) => problems.number("noise", noise, "a number of at least 0", |n| n >= 0.0),
        None => KERNEL_KEYS.missing(raw.kernel.0.word(), "noise", raw.kernel.span(), problems),
    }
}

fn validate_efficiency(raw: &RawEfficiency, problems: &mut Problems) -> Option<Efficiency> {
    let default = Efficiency::default();
    let exponent = problems.number_or(
        "exponent",
        raw.exponent.as_ref(),
        default.exponent,
        "a number from -10 to 10",
        |exponent| exponent.abs() <= 10.0,
    );
    let reference = problems.number_or(
        "reference",
        raw.reference.as_ref(),
        default.reference,
        "a number above 0",
        |reference| reference > 0.0,
    );
    Some(Efficiency {
        exponent: exponent?,
        reference: reference?,
    })
}

impl From<&LearnerKind> for RawLearner {
    fn from(learner: &LearnerKind) -> Self {
        match learner {
            LearnerKind::Counting(learner) => learner.into(),
            LearnerKind::Sgd(regression) => {
                let mut raw = Self {
                    kernel: KernelKind::Sgd.into(),
                    ..Self::default()
                };
                learner_sgd::put(regression, &mut raw);
                raw
            }
        }
    }
}

impl From<&Learner> for RawLearner {
    fn from(learner: &Learner) -> Self {
        let (kind, tau, noise) = match learner.kernel {
            Kernel::Threshold { tau } => (KernelKind::Threshold, tau, None),
            Kernel::Exponential { tau } => (KernelKind::Exponential, tau, None),
            Kernel::Reciprocal { tau } => (KernelKind::Reciprocal, tau, None),
            Kernel::SgdDecay { tau, noise } => (KernelKind::SgdDecay, tau, Some(noise)),
        };
        let efficiency = RawEfficiency {
            exponent: Some(learner.efficiency.exponent.into()),
            reference: Some(learner.efficiency.reference.into()),
        };
        Self {
            kernel: kind.into(),
            tau: Some(tau.into()),
            noise: noise.map(At::from),
            ranking: Some(learner.ranking.into()),
            selection: Some(learner.selection.into()),
            efficiency: Some(efficiency.into()),
            capacity_limits: Some(learner.capacity_limits.into()),
            ..Self::default()
        }
    }
}
