//! Numbers that are typed, and their ranges.

/// Most splits, deals of folds, or starts.
const MOST_SPLITS: usize = 100_000;

/// Largest number of threads: more than any machine has cores.
const MOST_THREADS: usize = 4096;

/// A number of folds.
pub(super) fn folds(text: &str) -> Result<usize, String> {
    from_to(text, 2, MOST_SPLITS)
}

/// A number of threads.
pub(super) fn threads(text: &str) -> Result<usize, String> {
    from_to(text, 1, MOST_THREADS)
}

/// A number of splits or starts; as in the experiment file.
pub(super) fn hundred_thousand(text: &str) -> Result<usize, String> {
    from_to(text, 1, MOST_SPLITS)
}

/// A number of resamples; as in the experiment file.
pub(super) fn million(text: &str) -> Result<usize, String> {
    from_to(text, 1, 1_000_000)
}

fn from_to(text: &str, least: usize, most: usize) -> Result<usize, String> {
    match text.parse() {
        Ok(count) if (least..=most).contains(&count) => Ok(count),
        _ => Err(format!("a whole number from {least} to {most} is needed")),
    }
}

/// A number that is not 0.
pub(super) fn positive(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(value) if value > 0 => Ok(value),
        _ => Err("a whole number of at least 1 is needed".into()),
    }
}
