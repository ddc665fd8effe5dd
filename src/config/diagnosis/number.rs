//! Numbers of the file: finite ones, whole ones, and "a number or \"unlimited\"".

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::RangeInclusive;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::choice::Choice;
use super::error::Problem;
use super::problems::Problems;
use super::span::At;

/// The word for a capacity or a number of tokens without bound.
pub(super) const UNLIMITED: &str = "unlimited";

/// From here on, a number is written with an exponent.
const LONG: f64 = 1e5;

/// Below this, a number is written with an exponent.
const SHORT: f64 = 1e-3;

/// A number as TOML, short and exact.
pub(crate) fn show(value: f64) -> String {
    let size = value.abs();
    if value.is_nan() {
        "nan".into()
    } else if value.is_finite() && size > 0.0 && !(SHORT..LONG).contains(&size) {
        format!("{value:e}")
    } else {
        format!("{value:?}")
    }
}

/// A number as messages write it: as [`show`], without the point of a whole number.
pub(crate) fn say(value: f64) -> String {
    let text = show(value);
    text.strip_suffix(".0")
        .map_or(text.clone(), ToOwned::to_owned)
}

impl Problems {
    /// A finite number that passes `test`; `must` says in words what that is.
    pub(crate) fn number(
        &mut self,
        key: &str,
        given: &At<f64>,
        must: &str,
        test: impl Fn(f64) -> bool,
    ) -> Option<f64> {
        let value = **given;
        if value.is_finite() && test(value) {
            return Some(value);
        }
        if value.is_finite() {
            self.refuse(key, given, &say(value), must)
        } else {
            self.refuse(key, given, &say(value), &format!("finite, and {must}"))
        }
    }

    /// As [`Problems::number`], with a value for a key that is absent.
    pub(crate) fn number_or(
        &mut self,
        key: &str,
        given: Option<&At<f64>>,
        default: f64,
        must: &str,
        test: impl Fn(f64) -> bool,
    ) -> Option<f64> {
        match given {
            Some(given) => self.number(key, given, must, test),
            None => Some(default),
        }
    }

    /// A whole number in `range`.
    pub(crate) fn whole(
        &mut self,
        key: &str,
        given: &At<i64>,
        range: RangeInclusive<i64>,
    ) -> Option<u64> {
        if range.contains(given)
            && let Ok(value) = u64::try_from(**given)
        {
            return Some(value);
        }
        let must = if *range.end() == i64::MAX {
            format!("a whole number of at least {}", range.start())
        } else {
            format!("a whole number from {} to {}", range.start(), range.end())
        };
        self.refuse(key, given, &given.to_string(), &must)
    }

    /// As [`Problems::whole`], with a value for a key that is absent.
    pub(crate) fn whole_or(
        &mut self,
        key: &str,
        given: Option<&At<i64>>,
        default: u64,
        range: RangeInclusive<i64>,
    ) -> Option<u64> {
        match given {
            Some(given) => self.whole(key, given, range),
            None => Some(default),
        }
    }

    /// As [`Problems::whole`], for sizes in memory.
    pub(crate) fn size(
        &mut self,
        key: &str,
        given: &At<i64>,
        range: RangeInclusive<i64>,
    ) -> Option<usize> {
        let value = self.whole(key, given, range)?;
        match usize::try_from(value) {
            Ok(value) => Some(value),
            Err(_) => self.refuse(key, given, &value.to_string(), "smaller on this machine"),
        }
    }

    /// As [`Problems::size`], with a value for a key that is absent.
    pub(crate) fn size_or(
        &mut self,
        key: &str,
        given: Option<&At<i64>>,
        default: usize,
        range: RangeInclusive<i64>,
    ) -> Option<usize> {
        match given {
            Some(given) => self.size(key, given, range),
            None => Some(default),
        }
    }

    /// A capacity or a number of tokens: a number that passes `test`, or infinity for
    /// "unlimited". `item` is how the message calls it.
    pub(crate) fn limit(
        &mut self,
        item: &str,
        given: &At<Limit>,
        must: &str,
        test: impl Fn(f64) -> bool,
    ) -> Option<f64> {
        match **given {
            Limit::Word(_) => Some(f64::INFINITY),
            Limit::Number(value) if value.is_finite() && test(value) => Some(value),
            Limit::Number(value) => {
                let must = format!("{must}, or \"{UNLIMITED}\"");
                let mut problem =
                    Problem::new(format!("{item} is {}: it must be {must}", say(value)))
                        .label(given.span(), format!("must be {must}"));
                if value == f64::INFINITY {
                    problem = problem.help(format!("write \"{UNLIMITED}\" with its quotes"));
                }
                self.add(problem)
            }
        }
    }
}

/// A number or one of a few words in its place, as it is read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum NumberOr<W> {
    Number(f64),
    Word(W),
}

/// Marks a number that may be "unlimited".
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Unlimited;

impl Choice for Unlimited {
    const WORDS: &'static [(&'static str, Self)] = &[(UNLIMITED, Self)];
}

/// A number or "unlimited".
pub(crate) type Limit = NumberOr<Unlimited>;

impl From<f64> for Limit {
    fn from(value: f64) -> Self {
        match value {
            f64::INFINITY => Self::Word(Unlimited),
            value => Self::Number(value),
        }
    }
}

impl<W: Choice> Serialize for NumberOr<W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(value) => serializer.serialize_f64(*value),
            Self::Word(word) => serializer.serialize_str(word.word()),
        }
    }
}

impl<'de, W: Choice> Deserialize<'de> for NumberOr<W> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrVisitor<W>(PhantomData<W>);

        impl<W: Choice> Visitor<'_> for NumberOrVisitor<W> {
            type Value = NumberOr<W>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let words: Vec<&str> = W::WORDS.iter().map(|(word, _)| *word).collect();
                write!(f, "a number or \"{}\"", words.join("\" or \""))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<NumberOr<W>, E> {
                Ok(NumberOr::Number(value))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<NumberOr<W>, E> {
                Ok(NumberOr::Number(value as f64))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<NumberOr<W>, E> {
                Ok(NumberOr::Number(value as f64))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<NumberOr<W>, E> {
                W::WORDS
                    .iter()
                    .find(|(word, _)| *word == text)
                    .map(|(_, value)| NumberOr::Word(*value))
                    .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_any(NumberOrVisitor(PhantomData))
    }
}

impl<W: Choice> JsonSchema for NumberOr<W> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        let words: Vec<&str> = W::WORDS.iter().map(|(word, _)| *word).collect();
        format!("NumberOr-{}", words.join("-")).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        match W::WORDS {
            [(only, _)] => json_schema!({ "anyOf": [{ "type": "number" }, { "const": only }] }),
            words => {
                let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                json_schema!({ "anyOf": [{ "type": "number" }, { "enum": words }] })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_written_short() {
        for (value, text) in [
            (1e14, "1e14"),
            (1000.0, "1000.0"),
            (0.02, "0.02"),
            (0.0, "0.0"),
            (1e-7, "1e-7"),
            (122e6, "1.22e8"),
            (-2.5, "-2.5"),
            (f64::INFINITY, "inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(show(value), text);
        }
    }

    proptest! {
        #[test]
        fn a_written_number_reads_as_itself(value: f64) {
            prop_assume!(value.is_finite());
            let table: toml::Table = format!("x = {}", show(value)).parse().unwrap();
            prop_assert_eq!(table["x"].as_float().map(f64::to_bits), Some(value.to_bits()));
        }
    }
}
