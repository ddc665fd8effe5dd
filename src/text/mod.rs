//! Words for people: on a terminal, in lists, in cells of tables.

pub(super) mod count;
pub(super) mod formula;
pub(super) mod terminal;
pub(super) mod words;
