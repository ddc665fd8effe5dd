//! Tells the program where it comes from: commit and compiler, for `manifest.json`.
//!
//! Outside of a checkout of mixlaw, or without git, the commit is absent and nothing fails.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What the program is made of.
const SOURCES: [&str; 5] = ["src", "configs", "Cargo.toml", "Cargo.lock", "build.rs"];

fn main() {
    // A change of these makes the program anew in any case.
    for source in SOURCES {
        println!("cargo:rerun-if-changed={source}");
    }
    let compiler = std::env::var_os("RUSTC").and_then(|rustc| said(Command::new(rustc).arg("-V")));
    tell("MIXLAW_COMPILER", compiler);
    let commit = is_own_checkout().then(commit).flatten();
    tell("MIXLAW_COMMIT", commit);
}

fn tell(name: &str, value: Option<String>) {
    println!("cargo:rustc-env={name}={}", value.unwrap_or_default());
}

/// The commit that is checked out, and `+changed` after it if the sources are not those of the commit.
fn commit() -> Option<String> {
    // A release names the commit that it is of, also if that changed nothing here. Debug builds are
    // not made anew for it: they name the commit that the last change came after.
    if std::env::var("PROFILE").as_deref() == Ok("release") {
        let log = git(&["rev-parse", "--git-path", "logs/HEAD"]).map(PathBuf::from);
        if let Some(log) = log.filter(|log| log.exists()) {
            println!("cargo:rerun-if-changed={}", log.display());
        }
    }
    let commit = git(&["rev-parse", "HEAD"])?;
    let mut status = vec!["--no-optional-locks", "status", "--porcelain", "--"];
    status.extend(SOURCES);
    let changed = git(&status)?;
    Some(if changed.is_empty() {
        commit
    } else {
        format!("{commit}+changed")
    })
}

/// Whether this folder is the top of a checkout: a copy inside of another project is not.
fn is_own_checkout() -> bool {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let same =
        |top: String| Some(Path::new(&top).canonicalize().ok()? == here?.canonicalize().ok()?);
    git(&["rev-parse", "--show-toplevel"]).and_then(same) == Some(true)
}

fn git(arguments: &[&str]) -> Option<String> {
    said(Command::new("git").args(arguments))
}

/// What a command that succeeds says, without its last line break.
fn said(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|o| o.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim_end().to_owned())
}
