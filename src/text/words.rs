//! Texts of a file as they are shown in messages: short, and harmless to a terminal.

use super::terminal::acts;

/// Characters of a text that are shown before it is cut.
const SHOWN_CHARS: usize = 60;

/// Names longer than this are not compared when the nearest name is looked for.
const COMPARED_CHARS: usize = 100;

/// Similarity from which a name is worth suggesting.
const SIMILAR: f64 = 0.6;

/// `text`, cut after 60 characters, control and text-direction characters escaped: a cell of a
/// file must not be able to move the cursor of whoever reads the message.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::new();
    let mut chars = text.chars();
    for c in chars.by_ref().take(SHOWN_CHARS) {
        if acts(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    if chars.next().is_some() {
        shown.push('…');
    }
    shown
}

/// At most `most` of the items, as "`a`, `b` and 3 more".
pub(crate) fn listed<'a>(items: impl IntoIterator<Item = &'a str>, most: usize) -> String {
    let mut items = items.into_iter();
    let first: Vec<String> = items
        .by_ref()
        .take(most)
        .map(|item| format!("`{}`", shown(item)))
        .collect();
    let more = items.count();
    if more == 0 {
        first.join(", ")
    } else {
        format!("{} and {more} more", first.join(", "))
    }
}

/// The name most like `wanted`, if any is like it; case does not count.
pub(crate) fn nearest<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let comparable = |name: &str| name.chars().nth(COMPARED_CHARS).is_none();
    if !comparable(wanted) {
        return None;
    }
    let wanted = wanted.to_lowercase();
    names
        .into_iter()
        .filter(|name| comparable(name))
        .map(|name| {
            let likeness = strsim::normalized_damerau_levenshtein(&wanted, &name.to_lowercase());
            (likeness, name)
        })
        .filter(|(likeness, _)| *likeness >= SIMILAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// What to say to a person who asked for a column that is not there.
pub(crate) fn instead_of<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str> + Clone,
) -> String {
    match nearest(wanted, names.clone()) {
        Some(name) => format!("did you mean `{}`?", shown(name)),
        None => format!("there are {}", listed(names, 12)),
    }
}

/// A number to six significant digits.
pub(crate) fn rounded(value: f64) -> String {
    let nearest = format!("{value:.5e}").parse().unwrap_or(value);
    format!("{nearest:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_cut_and_escaped() {
        assert_eq!(shown("web\u{1b}[2J"), "web\\u{1b}[2J");
        assert_eq!(shown("a\u{202e}b"), "a\\u{202e}b");
        assert_eq!(shown("naïve"), "naïve");
        let long = shown(&"x".repeat(10_000));
        assert_eq!(long.chars().count(), SHOWN_CHARS + 1);
    }

    #[test]
    fn lists_end() {
        assert_eq!(listed(["a", "b"], 2), "`a`, `b`");
        assert_eq!(listed(["a", "b", "c"], 1), "`a` and 2 more");
    }

    #[test]
    fn the_nearest_name_is_near() {
        let names = ["model_size", "n_tokens"];
        assert_eq!(nearest("Model-Size", names), Some("model_size"));
        assert_eq!(nearest("colour", names), None);
        assert_eq!(instead_of("n_token", names), "did you mean `n_tokens`?");
        let long = "x".repeat(1_000_000);
        assert_eq!(nearest(&long, [long.as_str()]), None);
    }

    #[test]
    fn rounding_keeps_six_digits() {
        assert_eq!(rounded(0.002_000_000_000_000_001_8), "0.002");
        assert_eq!(rounded(1.05), "1.05");
        assert_eq!(rounded(f64::INFINITY), "inf");
    }
}
