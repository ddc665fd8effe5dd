//! `mixlaw schema`.

use super::failure::Failure;
use crate::config;

pub(super) fn schema() -> Result<(), Failure> {
    super::output::print(&format!("{:#}\n", config::schema()))
}
