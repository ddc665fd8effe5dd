//! Text that others wrote, made harmless to a terminal.
//!
//! A control character can move the cursor, change the title of the window or hide what stands
//! before it; a direction mark can rearrange the words around it. Names are refused if they hold
//! one; whatever else is echoed goes through here.

use std::borrow::Cow;

/// Whether `c` acts on a terminal instead of being shown: a control character (C0, C1, delete) or a
/// mark that turns the direction of the text.
pub(crate) fn acts(c: char) -> bool {
    c.is_control() || turns_direction(c)
}

/// Whether `c` turns the direction of the text around it.
pub(crate) fn turns_direction(c: char) -> bool {
    matches!(
        c,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// `text` with every character that acts replaced by a mark of as many bytes, so that places in the
/// text stay what they are. Line ends (with or without a return before them) and tabs stay.
pub(crate) fn same_length(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| acts(c) && !matches!(c, '\n' | '\t')) {
        return Cow::Borrowed(text);
    }
    let mark = |(at, c): (usize, char)| match c {
        '\n' | '\t' => c,
        '\r' if text[at..].starts_with("\r\n") => c,
        c if !acts(c) => c,
        c if c.len_utf8() == 1 => '?',
        c if c.len_utf8() == 2 => '\u{bf}',
        _ => char::REPLACEMENT_CHARACTER,
    };
    Cow::Owned(text.char_indices().map(mark).collect())
}

/// `text` as it may go to a terminal: characters that act are escaped (`\u{1b}`), but for line ends,
/// tabs, and the sequences that set a colour or weight, which messages use themselves.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| acts(c) && !matches!(c, '\n' | '\t')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let style = style_sequence(rest);
        if style > 0 {
            out.push_str(&rest[..style]);
            rest = &rest[style..];
            continue;
        }
        if acts(c) && !matches!(c, '\n' | '\t') {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
    Cow::Owned(out)
}

/// Bytes of the sequence `ESC [ numbers m` that `text` begins with, 0 if it begins with none. Codes
/// that hide text (8) or make it blink (5, 6) are none of ours.
fn style_sequence(text: &str) -> usize {
    let Some(body) = text.strip_prefix("\u{1b}[") else {
        return 0;
    };
    let Some(end) = body.find('m') else {
        return 0;
    };
    let ours = |code: &str| {
        code.len() <= 3
            && code.bytes().all(|byte| byte.is_ascii_digit())
            && !matches!(code, "5" | "05" | "6" | "06" | "8" | "08")
    };
    if body[..end].split(';').all(ours) {
        "\u{1b}[".len() + end + 1
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_stay_what_they_are() {
        for text in [
            "a\u{1b}[31mb",
            "x\u{9b}y\u{202e}z",
            "\u{7f}\r\n\t",
            "a\rb\r",
            "naïve",
        ] {
            let shown = same_length(text);
            assert_eq!(shown.len(), text.len(), "{text:?}");
            let rest = shown.replace("\r\n", "");
            assert!(!rest.contains(|c| acts(c) && !"\n\t".contains(c)));
            for (at, c) in text.char_indices().filter(|(_, c)| !acts(*c)) {
                assert!(shown[at..].starts_with(c));
            }
        }
    }

    #[test]
    fn only_styles_pass() {
        assert_eq!(
            harmless("\u{1b}[1;31mx\u{1b}[0m\n"),
            "\u{1b}[1;31mx\u{1b}[0m\n"
        );
        assert_eq!(harmless("\u{1b}[m"), "\u{1b}[m");
        for hostile in [
            "\u{1b}[2J",
            "\u{1b}]0;title\u{7}",
            "\u{1b}[8mhidden",
            "\u{9b}31m",
            "\r",
            "\u{8}",
            "\u{202e}",
            "\u{1b}",
            "\u{1b}[1;",
        ] {
            let shown = harmless(hostile);
            assert!(!shown.contains(acts), "{hostile:?} gives {shown:?}");
        }
        assert_eq!(harmless("\u{1b}[2J"), "\\u{1b}[2J");
    }
}
