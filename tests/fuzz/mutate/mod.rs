//! Random changes that know what they change.

pub mod part;
pub mod sheet;
pub mod text;
pub mod tree;

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

/// Numbers at the edges of ranges, types and formats.
pub const NUMBERS: &[&str] = &[
    "0",
    "-0.0",
    "1",
    "-1",
    "2",
    "3",
    "7",
    "0.5",
    "0.3",
    "0.02",
    "1.0001",
    "1.000000001",
    "1.5",
    "50",
    "100",
    "1e-300",
    "5e-324",
    "1e-320",
    "1e-17",
    "1e-9",
    "0.01",
    "0.999999999",
    "1e3",
    "1e4",
    "1e5",
    "1e9",
    "1e12",
    "1e14",
    "1e15",
    "1e16",
    "1e18",
    "1e30",
    "1e100",
    "1e300",
    "1.7976931348623157e308",
    "255",
    "256",
    "257",
    "400",
    "401",
    "1000",
    "1001",
    "10000",
    "65536",
    "100000",
    "1000000",
    "1000001",
    "2147483648",
    "4294967296",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999",
    "1e400",
    "nan",
    "inf",
    "-inf",
];

/// Texts that names, columns and pages must withstand.
pub const TEXTS: &[&str] = &[
    "",
    " ",
    "web",
    "code",
    "a",
    "unlimited",
    "none",
    "auto",
    "cv",
    "../../etc/passwd",
    "..",
    "a/b",
    "a\\b",
    "<script>alert(1)</script>",
    "\"",
    "'",
    "a\"b'c",
    "=1+1",
    "+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "-2+3",
    "\u{1b}[2J",
    "\u{9b}31m",
    "\u{202e}evil",
    "a\nb",
    "a\rb",
    "\t",
    "\0",
    "{domain}",
    "{domain}{domain}",
    "weight_",
    "loss_{domain}",
    "*",
    "world.domains.*.cost",
    "world.head",
    "a,b",
    "a=b",
    "数学",
    "\u{1F980}",
    "\u{feff}",
    "%s%n",
    "{{ 7*7 }}",
    "${HOME}",
    "NaN",
    "null",
    "1e3",
    "0",
    "/dev/null",
    "CON",
    "simulator",
    "mean",
];

/// One of `items`.
pub fn pick<'a, T: ?Sized>(items: &[&'a T], random: &mut Xoshiro256PlusPlus) -> &'a T {
    items.choose(random).expect("a list of something")
}

/// A text: one of the known ones, or a long one.
pub fn words(random: &mut Xoshiro256PlusPlus) -> String {
    match random.random_range(0..40) {
        0 => "x".repeat(random.random_range(90..120)),
        1 => "long ".repeat(random.random_range(1..4000)),
        _ => pick(TEXTS, random).to_owned(),
    }
}

/// How many changes to make: mostly one or two, sometimes many.
pub fn changes(random: &mut Xoshiro256PlusPlus) -> usize {
    match random.random_range(0..10) {
        0..=4 => 1,
        5..=7 => 2,
        8 => 3,
        _ => random.random_range(4..12),
    }
}
