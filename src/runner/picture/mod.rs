//! Results as the data of pictures.

pub(crate) mod all;
pub(super) mod maps;
mod mixture_path;
