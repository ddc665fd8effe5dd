//! A value and its place in the text, so that a later check can point at it.

use std::borrow::Cow;
use std::ops::{Deref, Range};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_spanned::Spanned;

/// A value of the file with the bytes it was read from.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct At<T>(Spanned<T>);

impl<T> At<T> {
    /// The bytes of the value; of a table under a header, the bytes of the header.
    pub(crate) fn span(&self) -> Range<usize> {
        self.0.span()
    }
}

/// A value that is about to be written has no place yet.
impl<T> From<T> for At<T> {
    fn from(value: T) -> Self {
        Self(Spanned::new(0..0, value))
    }
}

impl<T: Default> Default for At<T> {
    fn default() -> Self {
        T::default().into()
    }
}

impl<T> Deref for At<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.get_ref()
    }
}

/// To the schema, a place is not there.
impl<T: JsonSchema> JsonSchema for At<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// The place of an optional value.
pub(crate) fn span_of<T>(value: Option<&At<T>>) -> Option<Range<usize>> {
    value.map(At::span)
}

/// A list that is about to be written.
pub(crate) fn list<T>(values: impl IntoIterator<Item = impl Into<At<T>>>) -> At<Vec<At<T>>> {
    At::from(Vec::from_iter(values.into_iter().map(Into::into)))
}

/// A whole number that is about to be written.
pub(crate) fn whole(number: impl TryInto<i64>) -> At<i64> {
    number.try_into().unwrap_or(i64::MAX).into()
}
