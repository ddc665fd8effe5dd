//! Words on standard output and standard error.

use std::io::{ErrorKind, IsTerminal, Write};

use super::failure::Failure;
use crate::text::terminal::harmless;

/// Writes to standard output; a reader that closes early (`| head`) is no failure.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out
        .write_all(harmless(text).as_bytes())
        .and_then(|()| out.flush())
    {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::other(error)),
        _ => Ok(()),
    }
}

/// Writes a line to standard error. A reader that closes early (`2>&1 | head -1`) is no failure, and
/// any other could be told nowhere; `eprintln!` would panic at both.
pub(super) fn say(line: &str) {
    let _ = std::io::stderr()
        .lock()
        .write_all(format!("{line}\n").as_bytes());
}

/// Whether standard output takes colours: a terminal whose user has not said no.
pub(super) fn colour() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}
