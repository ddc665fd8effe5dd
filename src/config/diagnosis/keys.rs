//! Keys and words: what was perhaps meant, and which keys go with which kind.

use std::ops::Range;

use super::error::Problem;
use super::problems::Problems;

/// The word of `allowed` nearest to `given`, if it is near enough to be a slip of the fingers.
pub(crate) fn nearest<'a>(
    given: &str,
    allowed: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace('_', "-");
    let given = plain(given);
    // One slip in a short word, one more for every three letters.
    let most = 1 + given.chars().count() / 3;
    allowed
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(&given, &plain(word)), word))
        .filter(|(distance, word)| *distance <= most && *distance < word.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// "did you mean `x`? " in front of `rest`.
pub(crate) fn suggest(meant: Option<&str>, quote: char, rest: &str) -> String {
    match meant {
        Some(meant) => format!("did you mean {quote}{meant}{quote}? {rest}"),
        None => rest.to_owned(),
    }
}

/// Lists words for a message: "a", "b", "c".
pub(crate) fn list<'a>(words: impl IntoIterator<Item = &'a str>, quote: char) -> String {
    let words: Vec<String> = words
        .into_iter()
        .map(|word| format!("{quote}{word}{quote}"))
        .collect();
    words.join(", ")
}

/// A table whose keys depend on the word of one of them, such as `kind = "pair"`.
pub(crate) struct Kinds {
    /// The key that chooses.
    pub(crate) selector: &'static str,
    /// Each word with the keys that have a meaning for it.
    pub(crate) keys: &'static [(&'static str, &'static [&'static str])],
}

impl Kinds {
    /// Refuses every key of `given` that has no meaning for the kind `chosen`.
    pub(crate) fn check(
        &self,
        chosen: &str,
        given: &[(&str, Option<Range<usize>>)],
        problems: &mut Problems,
    ) {
        let selector = self.selector;
        for (key, span) in given {
            let Some(span) = span else { continue };
            let has = |keys: &[&str]| keys.contains(key);
            if self
                .keys
                .iter()
                .any(|(kind, keys)| *kind == chosen && has(keys))
            {
                continue;
            }
            let takers = list(
                self.keys
                    .iter()
                    .filter(|(_, keys)| has(keys))
                    .map(|(kind, _)| *kind),
                '"',
            );
            let place = problems.key_of(span);
            problems.add::<()>(
                Problem::new(format!(
                    "`{key}` has no meaning for {selector} = \"{chosen}\""
                ))
                .label(place, "no meaning here")
                .help(format!(
                    "take it out; `{key}` goes with {selector} {takers}"
                )),
            );
        }
    }

    /// Records that the kind `chosen` needs `key`; `table` is the place of the table.
    pub(crate) fn missing<T>(
        &self,
        chosen: &str,
        key: &str,
        table: Range<usize>,
        problems: &mut Problems,
    ) -> Option<T> {
        let selector = self.selector;
        problems.add(
            Problem::new(format!("{selector} = \"{chosen}\" needs `{key}`"))
                .label(table, format!("`{key}` is missing here")),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let allowed = ["kernel", "tau", "ranking", "capacity-limits"];
        assert_eq!(nearest("kernal", allowed), Some("kernel"));
        assert_eq!(nearest("Tua", allowed), Some("tau"));
        assert_eq!(nearest("capacity_limit", allowed), Some("capacity-limits"));
        assert_eq!(nearest("batch", allowed), None);
        assert_eq!(nearest("", allowed), None);
    }
}
