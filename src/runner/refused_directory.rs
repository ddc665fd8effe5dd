//! Why runs that a directory holds are refused, in words.

use super::error::RunError;
use crate::config::differences;
use crate::sweep::StoreError;
use crate::text::words::shown;

/// Most differences between two experiments that are listed.
const MOST_LISTED: usize = 12;

/// What to do about runs that are not of this experiment.
pub(super) const ELSEWHERE: &str =
    "name another directory with --out, or start over with --fresh, which discards the runs there";

/// What two texts say differently, as the rest of a sentence.
pub(super) fn listed(there: &str, here: &str) -> String {
    let differing = differences(there, here);
    let value = |value: &Option<String>| match value {
        Some(value) => shown(value),
        None => "nothing".into(),
    };
    let mut lines: Vec<String> = differing
        .iter()
        .take(MOST_LISTED)
        .map(|(key, there, here)| {
            format!(
                "\n  {}: {} there, {} here",
                shown(key),
                value(there),
                value(here)
            )
        })
        .collect();
    if differing.len() > MOST_LISTED {
        lines.push(format!("\n  and {} more", differing.len() - MOST_LISTED));
    }
    if lines.is_empty() || there.is_empty() {
        return String::new();
    }
    format!(":{}", lines.concat())
}

/// What a store refuses, in words.
pub(super) fn refused(error: StoreError) -> RunError {
    match &error {
        StoreError::InUse { .. } => RunError::Other(format!(
            "{error}; wait for it, name another directory with --out, or share the sweep with --shard"
        )),
        StoreError::Io { .. } => RunError::other(error),
        StoreError::Foreign { .. } | StoreError::Version { .. } => {
            RunError::words_with_help(error, ELSEWHERE)
        }
        StoreError::Disagree { .. } => RunError::words_with_help(
            error,
            "the same run has one result: a part file is of another build of mixlaw, or of another \
             kind of processor. Remove the one that is wrong",
        ),
    }
}
