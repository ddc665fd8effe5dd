//! `[learner]`: what the learner selects, and what a number of meetings leaves unlearned.

use schemars::JsonSchema;
use serde::Deserialize;

use super::choice::{Choice, Word};
use super::error::Problem;
use super::keys::Kinds;
use super::number::show;
use super::place::{At, span_of};
use super::problems::Problems;
use super::resolved::Writer;
use crate::learner::{Efficiency, Kernel, Learner, Ranking, Selection};

/// Largest τ: the closed forms of the kernels are checked up to here.
const LARGEST_TAU: f64 = 1e6;

/// The idealised learner.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawLearner {
    /// What n meetings of a skill leave unlearned. threshold: 0 if n >= tau, else 1;
    /// exponential: e^(-n/tau); reciprocal: 1/(1 + n/tau); sgd-decay: one-pass SGD in closed form.
    kernel: At<Word<KernelKind>>,
    /// Meetings that it takes to learn a skill, above 0, at most 1e6.
    tau: At<f64>,
    /// Label noise σ² in units of the cost, at least 0; for sgd-decay, which needs it.
    noise: Option<At<f64>>,
    /// Which skills go first when capacity is short. value: cost × frequency; count: frequency
    /// alone. Default value.
    ranking: Option<At<Word<Ranking>>>,
    /// What the ranking looks at. expected: expected numbers of meetings; observed: realised ones.
    /// Default expected.
    pub(super) selection: Option<At<Word<Selection>>>,
    /// Sample efficiency that grows with capacity; default off.
    efficiency: Option<At<RawEfficiency>>,
    /// Epochs over which repeats of finite data lose their worth, above 0; default 15.4.
    pub(super) repetition_decay: Option<At<f64>>,
    /// Whether only the best N skills can be held; default true. If false, capacity acts through
    /// `efficiency` alone.
    capacity_limits: Option<At<bool>>,
}

/// Sample efficiency: every meeting counts (capacity/reference)^exponent times.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawEfficiency {
    /// Exponent v, dimensionless, from -10 to 10; default 0, which switches it off.
    exponent: Option<At<f64>>,
    /// Capacity at which a meeting counts once, in skills, above 0; default 1e4.
    reference: Option<At<f64>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum KernelKind {
    Threshold,
    Exponential,
    Reciprocal,
    SgdDecay,
}

impl Choice for KernelKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("threshold", Self::Threshold),
        ("exponential", Self::Exponential),
        ("reciprocal", Self::Reciprocal),
        ("sgd-decay", Self::SgdDecay),
    ];
}

const KERNEL_KEYS: Kinds = Kinds {
    selector: "kernel",
    keys: &[
        ("threshold", &[]),
        ("exponential", &[]),
        ("reciprocal", &[]),
        ("sgd-decay", &["noise"]),
    ],
};

impl Choice for Ranking {
    const WORDS: &'static [(&'static str, Self)] =
        &[("value", Self::Value), ("count", Self::Count)];
}

impl Choice for Selection {
    const WORDS: &'static [(&'static str, Self)] =
        &[("expected", Self::Expected), ("observed", Self::Observed)];
}

/// Checks `[learner]`.
pub(super) fn validate(raw: &At<RawLearner>, problems: &mut Problems) -> Option<Learner> {
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
    KERNEL_KEYS.check(
        kind.word(),
        &[("noise", span_of(raw.noise.as_ref()))],
        problems,
    );
    let tau = problems.number("tau", &raw.tau, "a number above 0, at most 1e6", |tau| {
        tau > 0.0 && tau <= LARGEST_TAU
    });
    Some(match kind {
        KernelKind::Threshold => Kernel::Threshold { tau: tau? },
        KernelKind::Exponential => Kernel::Exponential { tau: tau? },
        KernelKind::Reciprocal => Kernel::Reciprocal { tau: tau? },
        KernelKind::SgdDecay => {
            let noise = match &raw.noise {
                Some(noise) => {
                    problems.number("noise", noise, "a number of at least 0", |n| n >= 0.0)
                }
                None => KERNEL_KEYS.missing(kind.word(), "noise", raw.kernel.span(), problems),
            };
            Kernel::SgdDecay {
                tau: tau?,
                noise: noise?,
            }
        }
    })
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

/// Writes `[learner]` with every default.
pub(super) fn write(learner: &Learner, out: &mut Writer) {
    out.header("[learner]");
    let (kind, tau, noise) = match learner.kernel {
        Kernel::Threshold { tau } => (KernelKind::Threshold, tau, None),
        Kernel::Exponential { tau } => (KernelKind::Exponential, tau, None),
        Kernel::Reciprocal { tau } => (KernelKind::Reciprocal, tau, None),
        Kernel::SgdDecay { tau, noise } => (KernelKind::SgdDecay, tau, Some(noise)),
    };
    out.word("kernel", kind);
    out.number("tau", tau);
    if let Some(noise) = noise {
        out.number("noise", noise);
    }
    out.word("ranking", learner.ranking);
    out.word("selection", learner.selection);
    out.key(
        "efficiency",
        format!(
            "{{ exponent = {}, reference = {} }}",
            show(learner.efficiency.exponent),
            show(learner.efficiency.reference)
        ),
    );
    out.key("capacity-limits", learner.capacity_limits);
}
