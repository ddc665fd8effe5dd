//! `mixlaw completions`.

use clap::CommandFactory;

use super::arguments::{Arguments, CompletionsArguments};
use super::failure::Failure;

pub(super) fn completions(arguments: &CompletionsArguments) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Arguments::command(),
        "mixlaw",
        &mut script,
    );
    crate::runner::output::print(&String::from_utf8_lossy(&script))
}
