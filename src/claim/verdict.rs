//! What a check says once its figure is measured.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Check;

/// The outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The figure, with its whole interval if it has one, is within the limits.
    Holds,
    /// The figure, with its whole interval if it has one, is beyond a limit.
    Fails,
    /// The figure is unknown, its interval straddles a limit, or there is no limit.
    Undecided,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::Undecided => "undecided",
        })
    }
}

/// A check and what was measured for it.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckResult {
    /// The check.
    pub check: Check,
    /// The figure in its own unit; `None` if it could not be measured.
    pub value: Option<f64>,
    /// Lower and upper end of its interval, in the unit of the figure.
    pub interval: Option<(f64, f64)>,
    /// The outcome.
    pub verdict: Verdict,
}

/// The claim of an experiment and its checks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClaimResult {
    /// The claim, a sentence; `None` if the experiment makes none.
    pub claim: Option<String>,
    /// Its checks, in the order of the experiment file.
    pub checks: Vec<CheckResult>,
}

impl Check {
    /// Holds a measured figure against the limits.
    ///
    /// A `value` that is not a number counts as not measured, an `interval` with such an end as no
    /// interval. With an interval the verdict is about all of it: wholly within the limits holds,
    /// wholly beyond one of them fails, anything else is undecided. A limit itself is within.
    pub(crate) fn judge(&self, value: Option<f64>, interval: Option<(f64, f64)>) -> CheckResult {
        let value = value.filter(|v| !v.is_nan());
        let interval = interval
            .filter(|(low, high)| !low.is_nan() && !high.is_nan())
            .map(|(low, high)| (low.min(high), low.max(high)));
        let verdict = match value {
            None => Verdict::Undecided,
            Some(value) => self.verdict(interval.unwrap_or((value, value))),
        };
        CheckResult {
            check: self.clone(),
            value,
            interval,
            verdict,
        }
    }

    fn verdict(&self, (low, high): (f64, f64)) -> Verdict {
        if self.at_most.is_none() && self.at_least.is_none() {
            return Verdict::Undecided;
        }
        let beyond = self.at_most.is_some_and(|limit| low > limit)
            || self.at_least.is_some_and(|limit| high < limit);
        let within = self.at_most.is_none_or(|limit| high <= limit)
            && self.at_least.is_none_or(|limit| low >= limit);
        if beyond {
            Verdict::Fails
        } else if within {
            Verdict::Holds
        } else {
            Verdict::Undecided
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::Verdict::{Fails, Holds, Undecided};
    use super::*;

    fn check(at_least: Option<f64>, at_most: Option<f64>) -> Check {
        Check {
            figure: "test.mre.capacity".into(),
            at_most,
            at_least,
        }
    }

    #[rstest]
    #[case(None, Some(1.0), Some(0.5), None, Holds)]
    #[case(None, Some(1.0), Some(1.0), None, Holds)]
    #[case(None, Some(1.0), Some(1.1), None, Fails)]
    #[case(Some(1.0), None, Some(0.5), None, Fails)]
    #[case(Some(0.0), Some(1.0), Some(0.5), None, Holds)]
    #[case(Some(0.0), Some(1.0), Some(-0.1), None, Fails)]
    #[case(None, Some(1.0), Some(0.5), Some((0.4, 0.9)), Holds)]
    #[case(None, Some(1.0), Some(0.9), Some((0.4, 1.2)), Undecided)]
    #[case(None, Some(1.0), Some(1.5), Some((1.2, 1.9)), Fails)]
    #[case(None, Some(1.0), Some(0.9), Some((1.2, 0.4)), Undecided)]
    #[case(None, Some(1.0), Some(0.9), Some((f64::NAN, 0.4)), Holds)]
    #[case(None, Some(1.0), Some(f64::INFINITY), None, Fails)]
    #[case(None, Some(1.0), Some(f64::NAN), None, Undecided)]
    #[case(None, Some(1.0), None, Some((0.1, 0.2)), Undecided)]
    #[case(None, None, Some(0.5), None, Undecided)]
    fn judges(
        #[case] at_least: Option<f64>,
        #[case] at_most: Option<f64>,
        #[case] value: Option<f64>,
        #[case] interval: Option<(f64, f64)>,
        #[case] expected: Verdict,
    ) {
        assert_eq!(
            check(at_least, at_most).judge(value, interval).verdict,
            expected
        );
    }

    #[test]
    fn keeps_what_was_measured() {
        let result = check(None, Some(1.0)).judge(Some(0.5), Some((0.6, 0.4)));
        assert_eq!(result.value, Some(0.5));
        assert_eq!(result.interval, Some((0.4, 0.6)));
        assert_eq!(result.check.figure, "test.mre.capacity");
    }
}
