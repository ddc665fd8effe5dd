//! `[[checks]]`: figures and the limits that they are held against.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::claim::{Check, instead_of_figure};
use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::number::say;
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::At;
use crate::experiment::Experiment;

/// A measured figure and its limits. A check that fails is a result, not an error.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct RawCheck {
    /// Name of the figure, parts joined by dots, such as test.mre.capacity.
    figure: At<String>,
    /// The check holds if the figure is at most this; at least one limit is needed, both make a
    /// band.
    at_most: Option<At<f64>>,
    /// The check holds if the figure is at least this.
    at_least: Option<At<f64>>,
}

/// Checks `[[checks]]`.
pub(crate) fn validate(raw: &[At<RawCheck>], problems: &mut Problems) -> Option<Vec<Check>> {
    let checked: Vec<Option<Check>> = raw.iter().map(|check| one(check, problems)).collect();
    checked.into_iter().collect()
}

fn one(raw: &At<RawCheck>, problems: &mut Problems) -> Option<Check> {
    let figure = figure(&raw.figure, problems);
    if raw.at_most.is_none() && raw.at_least.is_none() {
        return problems.add(
            Problem::new("a check without a limit")
                .label(raw.span(), "needs `at-most`, `at-least` or both")
                .help(format!(
                    "write what \"{}\" should be, such as at-most = 1.0",
                    *raw.figure
                )),
        );
    }
    let mut limit = |key, given: Option<&At<f64>>| match given {
        None => Some(None),
        Some(given) => problems.number(key, given, "a number", |_| true).map(Some),
    };
    let at_most = limit("at-most", raw.at_most.as_ref());
    let at_least = limit("at-least", raw.at_least.as_ref());
    let (at_most, at_least) = (at_most?, at_least?);
    if let (Some(most), Some(least)) = (at_most, at_least)
        && least > most
    {
        let place = raw.at_least.as_ref().map_or(raw.span(), At::span);
        return problems.add(
            Problem::new(format!(
                "no figure is at least {} and at most {}",
                say(least),
                say(most)
            ))
            .label(place, "above `at-most`"),
        );
    }
    Some(Check {
        figure: figure?,
        at_most,
        at_least,
    })
}

fn figure(given: &At<String>, problems: &mut Problems) -> Option<String> {
    let usable = given
        .split('.')
        .all(|part| !part.is_empty() && part.trim() == part && !part.chars().any(char::is_control));
    if usable {
        return Some((**given).clone());
    }
    problems.add(
        Problem::new("the name of a figure is parts joined by dots")
            .label(given.span(), "names no figure")
            .help("such as test.mre.capacity: rows, measure, law"),
    )
}

/// Names of the figures that an experiment measures.
pub(crate) type KnownFigures = fn(&Experiment) -> Vec<String>;

/// Refuses checks of figures that the experiment does not measure.
pub(crate) fn check_figures(
    raw: &[At<RawCheck>],
    experiment: &Experiment,
    known: KnownFigures,
    problems: &mut Problems,
) {
    if raw.is_empty() {
        return;
    }
    let known = known(experiment);
    for figure in raw.iter().map(|check| &check.figure) {
        if !known.contains(figure) {
            problems.add::<()>(
                Problem::new(format!("this experiment does not measure `{}`", **figure))
                    .label(figure.span(), "not measured")
                    .help(instead_of_figure(figure, &known)),
            );
        }
    }
}

impl From<&Check> for RawCheck {
    fn from(check: &Check) -> Self {
        Self {
            figure: check.figure.clone().into(),
            at_most: check.at_most.map(At::from),
            at_least: check.at_least.map(At::from),
        }
    }
}
