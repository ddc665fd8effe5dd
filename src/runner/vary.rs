//! The experiment again, for each value of the number that `[vary]` names.

use super::error::RunError;
use super::figure::errors::measure;
use super::figure::{Group, Kind};
use super::fitted::fit_table;
use super::observer::Observer;
use super::runs::simulated;
use super::truth::Truth;
use crate::claim::{Figure, Figures};
use crate::experiment::{Experiment, Source};
use crate::fit::{LawFit, Masked, Spread};
use crate::report::figure::{Measured, Variation, VariedFigure, VariedLaw};
use crate::runs::RunTable;

/// The end of the key that sets how many runs are left to train on.
const TEST_FRACTION: &str = "test-fraction";

/// What came out with one value.
struct Outcome {
    /// Where it stands on the axis of the figure.
    place: f64,
    fits: Vec<LawFit>,
}

/// Runs the variants of an experiment whose own runs are `table`, adds what they measure to `figures`,
/// and gives the picture; `None` for an experiment that does not vary.
pub(super) fn vary(
    experiment: &Experiment,
    table: &RunTable,
    figures: &mut Figures,
    observer: &dyn Observer,
) -> Result<Option<Variation>, RunError> {
    let Some(vary) = &experiment.vary else {
        return Ok(None);
    };
    // Fewer runs held out are more runs to train on, which is what people ask about.
    let training = vary.key.ends_with(TEST_FRACTION);
    let mut outcomes = Vec::new();
    for (value, variant) in &vary.variants {
        observer.note(&format!("{} = {value}:", vary.key));
        let Some(plan) = &variant.fit else { continue };
        let (own, truth) = runs_of(variant, experiment, observer)?;
        let table = own.as_ref().unwrap_or(table);
        let floors = truth.as_ref().map(|truth| truth.floors.as_slice());
        let fitted = fit_table(table, plan, floors, observer)?;
        let fits = fitted.fits();
        let exponents = truth.as_ref().map(|truth| &truth.exponents);
        let measured = measure(&fits, fitted.splits.len(), exponents);
        figures.extend(
            measured
                .into_iter()
                .map(|(name, figure): (String, Figure)| (at(*value, &name), figure)),
        );
        let place = if training {
            (fitted.scope.runs - fitted.scope.held_out) as f64
        } else {
            *value
        };
        outcomes.push(Outcome { place, fits });
    }
    let across = if training {
        "runs to train on".into()
    } else {
        vary.label.clone()
    };
    Ok(Some(Variation {
        figures: asked_about(experiment, figures),
        ..picture(across, &outcomes)
    }))
}

/// The figures beside errors that the checks ask for at some value, at every value.
fn asked_about(experiment: &Experiment, figures: &Figures) -> Vec<VariedFigure> {
    let values = || {
        let variants = experiment.vary.iter().flat_map(|vary| &vary.variants);
        variants.map(|(value, _)| *value)
    };
    let error = |name: &&str| name.starts_with("test.") || name.starts_with("train.");
    // The longest of the values that a name may begin with: 2.7 and not 2.
    let at_a_value = |figure| {
        let names = values().filter_map(|value| str::strip_prefix(figure, &at(value, "")));
        names.min_by_key(|name| name.len())
    };
    let asked: Vec<&str> = experiment
        .checks
        .iter()
        .filter_map(|check| at_a_value(check.figure.as_str()))
        .filter(|name| !error(name))
        .collect();
    let mut names: Vec<&str> = Vec::new();
    for name in asked {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
        .into_iter()
        .map(|name| VariedFigure {
            name: name.into(),
            measured: values()
                .map(|value| figures.get(&at(value, name)))
                .map(|figure| {
                    figure.map(|figure| Measured {
                        value: figure.value,
                        interval: figure.interval,
                    })
                })
                .collect(),
        })
        .collect()
}

const AT: Kind = Kind {
    name: "at.VALUE.FIGURE",
    unit: "of FIGURE",
    meaning: "a figure of the fits at one value of what varies",
};

/// What varies.
pub(super) const GROUP: Group = Group {
    title: "With `[vary]`",
    kinds: &[AT],
    note: "",
};

/// The name of the figure `name` at a value of what varies.
pub(super) fn at(value: f64, name: &str) -> String {
    AT.of(&[&value.to_string(), name])
}

/// The runs of a variant, if they are not those of the experiment itself, and the truth about them.
fn runs_of(
    variant: &Experiment,
    experiment: &Experiment,
    observer: &dyn Observer,
) -> Result<(Option<RunTable>, Option<Truth>), RunError> {
    let same = variant.source == experiment.source;
    match &variant.source {
        Source::Simulated {
            world,
            learner,
            sweep,
            ..
        } => {
            let table = (!same)
                .then(|| simulated(world, learner, sweep, observer))
                .transpose()?;
            Ok((table, Some(Truth::of(world))))
        }
        Source::Runs(mapping) => {
            let table = (!same)
                .then(|| crate::runner::runs::load(mapping, observer))
                .transpose()?;
            Ok((table.map(|(table, _)| table), None))
        }
    }
}

fn picture(across: String, outcomes: &[Outcome]) -> Variation {
    let laws = outcomes.first().map_or(&[][..], |outcome| &outcome.fits);
    let of_law = |index: usize, error: fn(&LawFit) -> Option<Masked>| -> Vec<Option<Spread>> {
        outcomes
            .iter()
            .map(|outcome| Some(error(outcome.fits.get(index)?)?.all))
            .collect()
    };
    Variation {
        across,
        values: outcomes.iter().map(|outcome| outcome.place).collect(),
        laws: laws
            .iter()
            .enumerate()
            .map(|(index, fit)| VariedLaw {
                law: fit.law.clone(),
                loss: of_law(index, |fit| Some(fit.test?.mre)),
                excess: of_law(index, |fit| fit.test?.excess_mre),
            })
            .collect(),
        figures: Vec::new(),
    }
}
