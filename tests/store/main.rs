//! Sweeps that are killed, interrupted, shared and resumed, through the front door.

#[macro_use]
#[path = "../common/two_domains.rs"]
mod two_domains;

mod identity;
mod interrupted;
mod shared;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A sweep of random runs that takes a second or so, and a quick fit.
const SLOW: &str = concat!(
    r#"
seed = 5

[world]
head = 5

"#,
    two_domains!(),
    r#"selection = "observed"

[sweep]
mode = "sampled"
replicates = 4
capacities = [1e3, 1e4]
tokens = [1e6, 1e7]

[sweep.mixtures]
design = "dirichlet"
count = 40
floor = 0.05

[fit]
laws = ["mean"]
starts = 1
split = { by = "mixture", test-fraction = 0.25, count = 2 }
"#
);

/// The same experiment with closed-form runs: a blink.
fn quick() -> String {
    SLOW.replace("mode = \"sampled\"\nreplicates = 4", "mode = \"expected\"")
        .replace("selection = \"observed\"", "selection = \"expected\"")
}

fn mixlaw(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mixlaw"));
    command.current_dir(folder);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    mixlaw(folder).args(arguments).output().unwrap()
}

fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    said
}

fn refuses(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = run(folder, arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    said
}

fn write(folder: &TempDir, name: &str, text: &str) {
    std::fs::write(folder.path().join(name), text).unwrap();
}

/// Every file of a folder by its name, but for the manifest.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut files, mut folders) = (BTreeMap::new(), vec![folder.to_path_buf()]);
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().unwrap() != "manifest.json" {
                let name = path.strip_prefix(folder).unwrap().to_path_buf();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn assert_same(one: &Path, other: &Path) {
    let (one, other) = (files(one), files(other));
    assert_eq!(
        one.keys().collect::<Vec<_>>(),
        other.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in &one {
        assert!(bytes == &other[name], "{} differs", name.display());
    }
}

fn manifest(folder: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(folder.join("manifest.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Bytes in the part files of a folder.
fn kept_bytes(folder: &Path) -> u64 {
    std::fs::read_dir(folder.join("parts")).map_or(0, |parts| {
        parts
            .filter_map(|part| Some(part.ok()?.metadata().ok()?.len()))
            .sum()
    })
}

/// Waits until a child has written `bytes` to the parts of `folder`, or has ended.
fn wait_for(child: &mut Child, folder: &Path, bytes: u64) {
    let clock = Instant::now();
    while kept_bytes(folder) < bytes && child.try_wait().unwrap().is_none() {
        assert!(
            clock.elapsed() < Duration::from_secs(120),
            "nothing is written"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn spawn(folder: &Path, arguments: &[&str]) -> Child {
    mixlaw(folder)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}
