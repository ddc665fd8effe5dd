//! Changes to text that know of bytes, lines and numbers only.

use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::{NUMBERS, pick, words};

/// Size beyond which lines are not repeated, bytes: the fuzzer's own memory is not what is tested.
const LARGEST: usize = 1 << 20;

/// Makes one change to `text`. `tokens` are worth inserting.
pub fn change(text: &mut Vec<u8>, tokens: &[&str], random: &mut Xoshiro256PlusPlus) {
    let length = text.len();
    let at = random.random_range(0..=length);
    let until = (at + span(random)).min(length);
    match random.random_range(0..11) {
        0 if at < length => text[at] ^= 1 << random.random_range(0..8),
        1 if at < length => text[at] = random.random(),
        2 => drop(text.drain(at..until)),
        3 => {
            let piece = text[at..until].to_vec();
            text.splice(at..at, piece);
        }
        4 => text.truncate(at),
        5 => drop(text.splice(at..at, pick(tokens, random).bytes())),
        6 => drop(text.splice(at..at, words(random).into_bytes())),
        7 => repeat_a_line(text, at, random),
        8 => swap_lines(text, at, random),
        _ => replace_a_number(text, at, random),
    }
}

fn span(random: &mut Xoshiro256PlusPlus) -> usize {
    1 << random.random_range(0..7)
}

/// The line around a place, with its end.
fn line(text: &[u8], at: usize) -> std::ops::Range<usize> {
    let start = text[..at].iter().rposition(|byte| *byte == b'\n');
    let end = text[at..].iter().position(|byte| *byte == b'\n');
    start.map_or(0, |start| start + 1)..end.map_or(text.len(), |end| at + end + 1)
}

fn repeat_a_line(text: &mut Vec<u8>, at: usize, random: &mut Xoshiro256PlusPlus) {
    let times = match random.random_range(0..20) {
        0 => 3000,
        1..=3 => 50,
        _ => 1,
    };
    let line = line(text, at);
    // A file of fits is one long line, which changes repeat again and again.
    let room = LARGEST.saturating_sub(text.len()) / line.len().max(1);
    let piece = text[line.clone()].repeat(times.min(room));
    text.splice(line.end..line.end, piece);
}

fn swap_lines(text: &mut Vec<u8>, at: usize, random: &mut Xoshiro256PlusPlus) {
    let piece: Vec<u8> = text.drain(line(text, at)).collect();
    let to = line(text, random.random_range(0..=text.len())).start;
    text.splice(to..to, piece);
}

/// Puts another number in place of the next one.
fn replace_a_number(text: &mut Vec<u8>, at: usize, random: &mut Xoshiro256PlusPlus) {
    let Some(start) = text[at..].iter().position(u8::is_ascii_digit) else {
        return;
    };
    let start = at + start;
    let part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'-');
    let end = text[start..].iter().position(|byte| !part(byte));
    let end = end.map_or(text.len(), |end| start + end);
    text.splice(start..end, pick(NUMBERS, random).bytes());
}
