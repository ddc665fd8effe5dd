//! The split by scale of `mixlaw fit`: fit below the limits, test above.

use super::arguments::FitArguments;
use super::failure::Failure;
use crate::fit::{HeldOutMixtures, ScaleRule, SplitRule};

/// The split by scale that the flags ask for, if they do.
pub(super) fn of(arguments: &FitArguments) -> Result<Option<SplitRule>, Failure> {
    let flags = [
        ("--test-capacity-at-least", arguments.test_capacity_at_least),
        ("--test-tokens-at-least", arguments.test_tokens_at_least),
    ];
    if arguments.capacity_below.is_none() && arguments.tokens_below.is_none() {
        return match flags.into_iter().find(|(_, given)| given.is_some()) {
            None => Ok(None),
            Some((flag, _)) => Err(Failure::words_with_help(
                format!("{flag} says which runs test, but nothing says which runs train"),
                "give --capacity-below, --tokens-below or both",
            )),
        };
    }
    let limit = |flag: &str, given: Option<f64>, none: f64| match given {
        None => Ok(none),
        Some(limit) if limit.is_finite() && limit > 0.0 => Ok(limit),
        Some(limit) => Err(Failure::words(format!(
            "{flag} is {limit}: it must be a number above 0"
        ))),
    };
    if arguments.test_fraction.is_none() && arguments.split_count.is_some() {
        return Err(Failure::words_with_help(
            "--split-count draws nothing in a split by scale alone",
            "take it out, or hold out mixtures as well, with --test-fraction 0.3",
        ));
    }
    let below = f64::INFINITY;
    Ok(Some(SplitRule::Scale(ScaleRule {
        capacity_below: limit("--capacity-below", arguments.capacity_below, below)?,
        tokens_below: limit("--tokens-below", arguments.tokens_below, below)?,
        test_capacity: limit(
            "--test-capacity-at-least",
            arguments.test_capacity_at_least,
            0.0,
        )?,
        test_tokens: limit(
            "--test-tokens-at-least",
            arguments.test_tokens_at_least,
            0.0,
        )?,
        mixtures: match arguments.test_fraction {
            Some(_) => Some(drawn(arguments)?),
            None => None,
        },
    })))
}

/// The share that is held out, and how often it is drawn.
pub(super) fn drawn(arguments: &FitArguments) -> Result<HeldOutMixtures, Failure> {
    let default = HeldOutMixtures::default();
    let test_fraction = arguments.test_fraction.unwrap_or(default.test_fraction);
    if !(test_fraction > 0.0 && test_fraction < 1.0) {
        return Err(Failure::words(format!(
            "--test-fraction is {test_fraction}: it must be above 0 and below 1"
        )));
    }
    Ok(HeldOutMixtures {
        test_fraction,
        count: arguments.split_count.unwrap_or(default.count),
    })
}
