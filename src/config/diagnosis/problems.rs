//! Collects what is wrong, so that one reading of a file tells all of it.

use std::collections::HashMap;
use std::ops::Range;

use super::error::Problem;
use super::span::At;

/// The problems found so far. A check that records a problem returns `None` and the checks go on.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    found: Vec<Problem>,
    /// Place of the key of each value, by the first byte of the value.
    keys: HashMap<usize, Range<usize>>,
}

impl Problems {
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(crate) fn into_vec(self) -> Vec<Problem> {
        self.found
    }

    /// Remembers that the value at `value` belongs to the key at `key`.
    pub(super) fn remember_key(&mut self, value: &Range<usize>, key: Range<usize>) {
        self.keys.insert(value.start, key);
    }

    /// The place of the key whose value is at `value`; the value itself if it has no key.
    pub(crate) fn key_of(&self, value: &Range<usize>) -> Range<usize> {
        self.keys
            .get(&value.start)
            .cloned()
            .unwrap_or_else(|| value.clone())
    }

    /// Records `problem`. The return value lets a check end with it.
    pub(crate) fn add<T>(&mut self, problem: Problem) -> Option<T> {
        self.found.push(problem);
        None
    }

    /// Records that the value of `key` is not what it must be.
    pub(crate) fn refuse<T, V>(
        &mut self,
        key: &str,
        given: &At<V>,
        shown: &str,
        must: &str,
    ) -> Option<T> {
        self.add(
            Problem::new(format!("`{key}` is {shown}: it must be {must}"))
                .label(given.span(), format!("must be {must}")),
        )
    }
}
