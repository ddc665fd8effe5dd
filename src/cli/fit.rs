//! `mixlaw fit`.

use super::arguments::{FitArguments, ResidualName, RobustName, SplitBy};
use super::failure::Failure;
use super::print::{colour, print};
use super::progress::Terminal;
use super::{filter, scale_split};
use crate::fit::{
    DEFAULT_DELTA, FitPlan, HeldOutMixtures, Residual, Ridge, Robust, SplitRule, Unit,
};
use crate::report::{comparison_table, diagnosis, fits_json, law_table, parameter_table};
use crate::runner::output::{self, Content};
use crate::runner::{Observer, fit_table, load};
use crate::runs::{ExcludedCell, Mapping, ScaleSource};

pub(super) fn fit(arguments: &FitArguments, talk: &Terminal) -> Result<(), Failure> {
    let plan = plan_of(arguments)?;
    crate::runner::check_laws(&plan.laws)?;
    let mapping = mapping_of(arguments)?;
    if let Some(json) = &arguments.json {
        output::check_file(json, Content::Fits)?;
    }
    let (table, source) = load(&mapping, talk)?;
    let fitted = fit_table(&table, &plan, None, talk)?;
    let fits = fitted.fits();
    let comparisons = fitted.comparisons();
    print(&law_table(&fits, &fitted.scope).text(colour()))?;
    if fitted.splits.len() > 1 && !comparisons.is_empty() {
        let table = comparison_table(&comparisons).text(colour());
        print(&format!("\n{table}"))?;
    }
    if arguments.bootstrap.is_some() {
        for fit in fits.iter().filter(|fit| !fit.parameters.is_empty()) {
            let table = parameter_table(fit).text(colour());
            print(&format!("\n{table}"))?;
        }
    }
    if arguments.diagnose {
        for fit in &fits {
            print(&format!("\n{}", diagnosis(fit)))?;
        }
    }
    if let Some(json) = &arguments.json {
        let saved = fitted.saved(&table);
        let splits = fitted.splits.len();
        let text = fits_json(&source, splits, &fits, &comparisons, saved.as_ref());
        output::write(json, text.as_bytes())?;
        talk.note(&format!("fits written to {}", json.display()));
    }
    Ok(())
}

fn plan_of(arguments: &FitArguments) -> Result<FitPlan, Failure> {
    let residual = match arguments.residual {
        ResidualName::Relative => Residual::Relative,
        ResidualName::Absolute => Residual::Absolute,
        ResidualName::Log => Residual::Log,
    };
    let default = match Robust::default_for(residual) {
        Robust::Square => RobustName::Square,
        Robust::PseudoHuber { .. } => RobustName::Huber,
    };
    let robust = match (arguments.robust.unwrap_or(default), arguments.delta) {
        (RobustName::Square, None) => Robust::Square,
        (RobustName::Square, Some(_)) => {
            return Err(Failure::words("--delta has no meaning for a square cost"));
        }
        (RobustName::Huber, delta) => {
            let delta = delta.unwrap_or(DEFAULT_DELTA);
            if !(delta.is_finite() && delta > 0.0) {
                return Err(Failure::words(format!(
                    "--delta is {delta}: it must be a number above 0"
                )));
            }
            Robust::PseudoHuber { delta }
        }
    };
    Ok(FitPlan {
        laws: arguments.law.clone(),
        split: split_of(arguments)?,
        split_seed: arguments.split_seed,
        starts: arguments.starts,
        residual,
        robust,
        ridge: ridge_of(&arguments.ridge)?,
        bootstrap: arguments.bootstrap.unwrap_or(0),
        diagnose: arguments.diagnose,
        seed: arguments.seed,
    })
}

fn ridge_of(text: &str) -> Result<Ridge, Failure> {
    match text {
        "auto" => return Ok(Ridge::Auto),
        "cv" => return Ok(Ridge::Cv),
        _ => {}
    }
    match text.parse::<f64>() {
        Ok(strength) if strength.is_finite() && strength >= 0.0 => Ok(Ridge::Fixed(strength)),
        _ => Err(Failure::words(format!(
            "--ridge is `{}`: it must be a number of at least 0, auto or cv",
            text.escape_debug()
        ))),
    }
}

fn split_of(arguments: &FitArguments) -> Result<SplitRule, Failure> {
    if let Some(path) = &arguments.splits {
        return Ok(SplitRule::File {
            path: path.clone(),
            splits: names_with_ranges(&arguments.only_splits)?,
        });
    }
    if let Some(split) = scale_split::of(arguments)? {
        return Ok(split);
    }
    if let Some(folds) = arguments.folds {
        let by = match arguments.split_by.unwrap_or(SplitBy::Mixture) {
            SplitBy::Mixture => Unit::Mixture,
            SplitBy::Run => Unit::Run,
            SplitBy::None => {
                return Err(Failure::words(
                    "--folds holds runs out, --split-by none holds out nothing: one of them has to go",
                ));
            }
        };
        return Ok(SplitRule::Folds {
            by,
            folds,
            repeats: arguments.repeats.unwrap_or(1),
        });
    }
    let HeldOutMixtures {
        test_fraction,
        count,
    } = scale_split::drawn(arguments)?;
    Ok(match arguments.split_by.unwrap_or(SplitBy::Mixture) {
        SplitBy::Mixture => SplitRule::Mixture {
            test_fraction,
            count,
        },
        SplitBy::Run => SplitRule::Run {
            test_fraction,
            count,
        },
        SplitBy::None => SplitRule::None,
    })
}

/// Most names that one range may stand for.
const LONGEST_RANGE: u64 = 100_000;

/// Spells out ranges of numbers: `42,100-102` is 42, 100, 101, 102.
fn names_with_ranges(given: &[String]) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for item in given {
        let range = item
            .split_once('-')
            .and_then(|(from, to)| Some((from.parse::<u64>().ok()?, to.parse::<u64>().ok()?)));
        match range {
            Some((from, to)) if from <= to && to - from < LONGEST_RANGE => {
                names.extend((from..=to).map(|number| number.to_string()));
            }
            Some(_) => {
                return Err(Failure::words(format!(
                    "--only-splits has the range `{item}`: it must rise, over fewer than {LONGEST_RANGE} numbers"
                )));
            }
            None => names.push(item.clone()),
        }
    }
    Ok(names)
}

fn mapping_of(arguments: &FitArguments) -> Result<Mapping, Failure> {
    let filter = arguments
        .filter
        .iter()
        .map(|text| filter::parse(text))
        .collect::<Result<Vec<_>, Failure>>()?;
    let scale = |flag: &str, text: &Option<String>| match text {
        None => Ok(None),
        Some(text) => scale_of(flag, text).map(Some),
    };
    Ok(Mapping {
        files: arguments.runs.clone(),
        join: arguments.join.clone(),
        weight: arguments.weight.clone(),
        loss: arguments.loss.clone(),
        capacity: scale("--capacity", &arguments.capacity)?,
        tokens: scale("--tokens", &arguments.tokens)?,
        filter,
        exclude: arguments
            .exclude_cell
            .iter()
            .map(|text| {
                ExcludedCell::parse(text).ok_or_else(|| {
                    Failure::words(format!(
                        "--exclude-cell `{}`: RUN:DOMAIN is needed",
                        text.escape_debug()
                    ))
                })
            })
            .collect::<Result<_, _>>()?,
    })
}

/// A number is a constant for every run; anything else names a column.
fn scale_of(flag: &str, text: &str) -> Result<ScaleSource, Failure> {
    match text.parse::<f64>() {
        // 1e999 is read as infinite, which no one means by it; tables write `inf` for unlimited.
        Ok(value) if value > 0.0 && (value.is_finite() || text == "inf") => {
            Ok(ScaleSource::Constant(value))
        }
        Ok(_) => Err(Failure::words(format!(
            "{flag} is {}: it must be a number above 0, or inf for unlimited",
            text.escape_debug()
        ))),
        Err(_) => Ok(ScaleSource::Column(text.to_string())),
    }
}
