//! The examples of the README and of the guides run: every line of a `console` block that begins with `$ mixlaw`.

use std::path::Path;

use assert_cmd::Command;

/// Copies what the examples name into a folder of their own.
fn workplace() -> tempfile::TempDir {
    let folder = tempfile::TempDir::new().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::create_dir(folder.path().join("configs")).unwrap();
    for name in ["configs/quickstart.toml", "configs/plan-runs.toml"] {
        let text = std::fs::read_to_string(root.join(name)).unwrap();
        // Few worlds: what is tried here is the command.
        let text = text.replace("worlds = 12 ", "worlds = 2 ");
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// Lines of the `console` blocks of a text.
fn console_lines(text: &str) -> Vec<&str> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if inside {
            lines.push(line);
        }
    }
    lines
}

#[test]
fn examples_of_the_readme_run() {
    let commands = run_examples(include_str!("../../README.md"));
    assert!(commands >= 4, "the README has lost its examples");
}

#[test]
fn examples_of_the_guide_to_fitting_run() {
    let commands = run_examples(include_str!("../../docs/fitting.md"));
    assert!(commands >= 4, "the guide has lost its examples");
}

#[test]
fn examples_of_the_guide_to_planning_run() {
    let commands = run_examples(include_str!("../../docs/planning.md"));
    assert!(commands >= 1, "the guide has lost its examples");
}

/// Runs the examples of a text in a folder of their own; how many there are.
fn run_examples(text: &str) -> usize {
    let folder = workplace();
    let mut commands = 0;
    for line in console_lines(text) {
        let Some(command) = line.strip_prefix("$ mixlaw ") else {
            continue;
        };
        commands += 1;
        Command::cargo_bin("mixlaw")
            .unwrap()
            .current_dir(folder.path())
            .args(command.split_whitespace())
            .assert()
            .success();
    }
    commands
}

#[test]
fn files_that_the_readme_names_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in [
        "CITATION.cff",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "docs/theory.md",
        "docs/fitting.md",
        "docs/planning.md",
        "docs/quickstart-law-errors.svg",
        "configs/quickstart.toml",
    ] {
        assert!(root.join(name).is_file(), "{name}");
    }
}
