//! `[optimum.path]`: other scales or targets at which the best mixture is asked for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::number::say;
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::{At, list};
use crate::optimum::{Along, Path};

/// Most values of a path.
const MOST_POINTS: usize = 200;

/// The values that one number takes, rising: tokens, the capacity, or a weight of the target.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawPath {
    /// Training tokens D, each above 0.
    tokens: Option<At<Vec<At<f64>>>>,
    /// Capacities N, each above 0.
    capacities: Option<At<Vec<At<f64>>>>,
    /// Weights of one loss in the target.
    target: Option<RawTargetPath>,
}

/// The weights that one loss takes in the target; the other losses keep their proportions.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawTargetPath {
    /// Name of the loss.
    of: At<String>,
    /// Its weights, each from 0 to 1.
    weights: At<Vec<At<f64>>>,
}

impl RawPath {
    /// The loss whose weight changes.
    pub(super) fn target_of(&self) -> Option<&At<String>> {
        self.target.as_ref().map(|target| &target.of)
    }
}

/// Checks `[optimum.path]`.
pub(super) fn validate(raw: &At<RawPath>, problems: &mut Problems) -> Option<Path> {
    const ABOVE: &str = "a number above 0";
    let above = |value: f64| value > 0.0;
    let (along, values) = match (&raw.tokens, &raw.capacities, &raw.target) {
        (Some(given), None, None) => {
            let values = rising(("tokens", given), ABOVE, problems, above);
            (Along::Tokens, values)
        }
        (None, Some(given), None) => {
            let values = rising(("capacities", given), ABOVE, problems, above);
            (Along::Capacity, values)
        }
        (None, None, Some(target)) => {
            let unit = |weight: f64| (0.0..=1.0).contains(&weight);
            let given = ("weights", &target.weights);
            let values = rising(given, "a number from 0 to 1", problems, unit);
            (Along::Target((*target.of).clone()), values)
        }
        _ => {
            return problems.add(Problem::new("a path changes one number").label(
                raw.span(),
                "exactly one of `tokens`, `capacities`, `target`",
            ));
        }
    };
    Some(Path {
        along,
        values: values?,
    })
}

/// Two values or more, each above the one before.
fn rising(
    (key, raw): (&str, &At<Vec<At<f64>>>),
    must: &str,
    problems: &mut Problems,
    test: impl Fn(f64) -> bool,
) -> Option<Vec<f64>> {
    if !(2..=MOST_POINTS).contains(&raw.len()) {
        return problems.add(
            Problem::new(format!("`{key}` has length {}", raw.len()))
                .label(raw.span(), format!("a path has 2 to {MOST_POINTS} values")),
        );
    }
    let mut values: Vec<f64> = Vec::with_capacity(raw.len());
    for given in raw.iter() {
        let value = problems.number(key, given, must, &test)?;
        if let Some(before) = values.last().filter(|before| **before >= value) {
            return problems.add(
                Problem::new(format!("`{key}` has {} after {}", say(value), say(*before)))
                    .label(given.span(), "not above the value before")
                    .help("a path goes from the lowest value to the highest"),
            );
        }
        values.push(value);
    }
    Some(values)
}

impl From<&Path> for RawPath {
    fn from(path: &Path) -> Self {
        let values = list(path.values.iter().copied());
        let mut raw = Self::default();
        match &path.along {
            Along::Tokens => raw.tokens = Some(values),
            Along::Capacity => raw.capacities = Some(values),
            Along::Target(of) => {
                raw.target = Some(RawTargetPath {
                    of: of.clone().into(),
                    weights: values,
                });
            }
        }
        raw
    }
}
