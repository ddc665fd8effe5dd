//! What can be wrong with a file: structure, places, suggestions, wording.

pub(super) mod choice;
pub(super) mod error;
pub(super) mod key_path;
pub(super) mod keys;
pub(super) mod kind;
mod long_lines;
pub(super) mod names;
pub(super) mod nesting;
pub(super) mod number;
pub(super) mod problems;
pub(super) mod span;
pub(super) mod structure;
pub(super) mod wording;
