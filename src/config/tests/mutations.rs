//! No text makes the reader panic, and every refusal can be shown.

use std::path::Path;

use proptest::prelude::*;

use super::{REAL, SMALL, report};
use crate::config::QUICKSTART;
use crate::config::load::from_bytes;

fn read(bytes: &[u8]) {
    let Err(error) = from_bytes(bytes, "mutated.toml", Path::new(""), None) else {
        return;
    };
    assert!(!report(&error).is_empty());
    // What is TOML and follows the schema deserialises: serde never has the last word.
    let text = String::from_utf8_lossy(bytes);
    if toml::de::DeTable::parse(&text).is_ok() {
        for problem in error.problems() {
            assert!(!problem.message().contains("not TOML"), "{text}\n{problem}");
        }
    }
}

#[test]
fn odd_texts_are_refused_or_read() {
    for text in [
        "",
        "\u{feff}",
        "\0",
        "[",
        "[[",
        "a",
        "=",
        "'''",
        "[world]\ndomains = 1",
        "[world]\n[world]",
        "x.y.z = 1\nx.y = 2",
        "é = 1\r\n\tü = \"\u{1F980}",
        "[[world.domains.spectrum.kind]]",
        "name.name = 1",
    ] {
        read(text.as_bytes());
    }
    read("[".repeat(100_000).as_bytes());
    read("a.".repeat(10_000).as_bytes());
    read(format!("seed = {}", "[".repeat(50_000)).as_bytes());
    read(format!("seed = {}", "9".repeat(50_000)).as_bytes());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn mutated_files_are_refused_or_read(
        which in 0usize..3,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let text = [QUICKSTART, SMALL, REAL][which];
        // Comments would take most of the flips.
        let mut lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("# ")).collect();
        for cut in cuts {
            lines.remove(cut.index(lines.len()));
        }
        let mut bytes = lines.join("\n").into_bytes();
        for (place, byte) in flips {
            if bytes.is_empty() {
                break;
            }
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        read(&bytes);
    }

    /// Values of any kind in place of any other.
    #[test]
    fn exchanged_values_are_refused_or_read(
        which in 0usize..3,
        place in any::<prop::sample::Index>(),
        value in prop::sample::select(vec![
            "0", "-1", "1e400", "nan", "inf", "-inf", "99999999999999999999", "0x7f", "\"\"",
            "\"unlimited\"", "[]", "[[]]", "{}", "true", "1979-05-27", "[1, \"a\", [true]]",
            "{ kind = \"pair\" }", "9007199254740993", "1e-320", "\"\\u0000\"",
        ]),
    ) {
        let text = [QUICKSTART, SMALL, REAL][which];
        let mut lines: Vec<String> = text
            .lines()
            .filter(|line| line.contains(" = ") && !line.starts_with("# ") || line.starts_with('['))
            .map(ToOwned::to_owned)
            .collect();
        let place = place.index(lines.len());
        if let Some((key, _)) = lines[place].clone().split_once(" = ") {
            lines[place] = format!("{} = {value}", key.trim_start_matches('#'));
        }
        read(lines.join("\n").as_bytes());
    }
}
