//! `mixlaw completions`.

use clap::CommandFactory;

use super::arguments::{Arguments, CompletionsArguments};
use super::failure::Failure;
use super::print::print;

pub(super) fn completions(arguments: &CompletionsArguments) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Arguments::command(),
        "mixlaw",
        &mut script,
    );
    print(&String::from_utf8_lossy(&script))
}
