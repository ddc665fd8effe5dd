//! The command line of mixlaw.

use std::process::ExitCode;

fn main() -> ExitCode {
    mixlaw::cli::main()
}
