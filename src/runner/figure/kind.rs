//! What a figure is called, counted in, and says.

/// A kind of figures: one for each law, domain or value that the words in capitals of its name stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Its name, such as `SET.mre.LAW`.
    pub name: &'static str,
    /// Its unit; empty for a pure number.
    pub unit: &'static str,
    /// What it says, in Markdown.
    pub meaning: &'static str,
}

/// Kinds that are told together.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// What they are about.
    pub title: &'static str,
    /// The kinds.
    pub kinds: &'static [Kind],
    /// What holds for all of them, in Markdown; may be empty.
    pub note: &'static str,
}

impl Kind {
    /// The name with `words` in the places of its words in capitals, from left to right.
    pub(crate) fn of(&self, words: &[&str]) -> String {
        let mut words = words.iter();
        let parts = self.name.split('.').map(|part| match words.as_slice() {
            [] => part,
            _ if is_capitals(part) => words.next().copied().unwrap_or(part),
            _ => part,
        });
        parts.collect::<Vec<_>>().join(".")
    }
}

/// Whether a part of a name stands for others.
pub(super) fn is_capitals(part: &str) -> bool {
    !part.is_empty() && part.chars().all(|c| c.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_take_the_places_of_capitals() {
        let kind = Kind {
            name: "SET.mre.positive.LAW",
            unit: "%",
            meaning: "",
        };
        assert_eq!(kind.of(&["test", "mean"]), "test.mre.positive.mean");
        assert_eq!(kind.of(&["train"]), "train.mre.positive.LAW");
    }
}
