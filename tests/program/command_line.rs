//! The program through its front door: what a person types, and what comes back.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use rstest::rstest;
use tempfile::TempDir;

fn mixlaw(folder: &TempDir) -> Command {
    let mut command = Command::cargo_bin("mixlaw").unwrap();
    command.current_dir(folder.path());
    command
}

fn stderr(output: &std::process::Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A small world that is simulated and fitted in a blink.
const SMALL: &str = concat!(
    r#"
[world]
head = 5

"#,
    two_domains!(),
    small_sweep!(),
    r#"
[fit]
starts = 2
split = { by = "mixture", test-fraction = 0.25, count = 2 }

[[checks]]
figure = "test.mre.capacity-noise"
at-most = 5
"#
);

fn write(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn files(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap();
                names.push(name.to_string_lossy().into_owned());
            }
        }
    }
    names.sort();
    names
}

#[test]
fn a_run_fills_its_directory_with_the_same_bytes_on_any_number_of_threads() {
    let folder = TempDir::new().unwrap();
    write(&folder, "small.toml", SMALL);
    for (out, threads) in [("one", "1"), ("two", "2")] {
        let output = mixlaw(&folder)
            .args(["run", "small.toml", "--out", out, "--threads", threads])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        for part in ["capacity-noise", "MRE of the excess", "b, true", "holds"] {
            assert!(text.contains(part), "no {part} in {text}");
        }
    }
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let names = files(&one);
    assert_eq!(names, files(&two));
    for needed in [
        "claims.json",
        "experiment.toml",
        "figures/exponents.svg",
        "figures/law-errors.svg",
        "figures/predicted-vs-measured.csv",
        "figures/predicted-vs-measured.svg",
        "fits.json",
        "manifest.json",
        "report.html",
        "runs.csv",
    ] {
        assert!(names.iter().any(|name| name == needed), "no {needed}");
    }
    for name in names.iter().filter(|name| *name != "manifest.json") {
        assert_eq!(
            std::fs::read(one.join(name)).unwrap(),
            std::fs::read(two.join(name)).unwrap(),
            "{name}"
        );
    }
}

#[test]
fn a_resolved_experiment_repeats_the_run() {
    let folder = TempDir::new().unwrap();
    write(&folder, "small.toml", SMALL);
    for (file, out) in [("small.toml", "one"), ("one/experiment.toml", "two")] {
        mixlaw(&folder)
            .args(["run", file, "--out", out, "--quiet"])
            .assert()
            .success();
    }
    for name in ["runs.csv", "fits.json", "claims.json", "experiment.toml"] {
        assert_eq!(
            std::fs::read(folder.path().join("one").join(name)).unwrap(),
            std::fs::read(folder.path().join("two").join(name)).unwrap(),
            "{name}"
        );
    }
}

#[test]
fn simulated_runs_can_be_fitted_from_their_csv() {
    let folder = TempDir::new().unwrap();
    write(&folder, "small.toml", SMALL);
    mixlaw(&folder)
        .args(["simulate", "small.toml", "--out", "runs.csv"])
        .assert()
        .success();
    let header = std::fs::read_to_string(folder.path().join("runs.csv")).unwrap();
    assert!(
        header.starts_with(
            "cell,replicate,capacity,tokens,weight_web,weight_code,loss_web,loss_code\n"
        )
    );
    mixlaw(&folder)
        .args(["fit", "runs.csv", "--law", "mean,capacity"])
        .args(["--split-count", "2", "--starts", "2", "--json", "fits.json"])
        .assert()
        .success();
    let text = std::fs::read_to_string(folder.path().join("fits.json")).unwrap();
    let fits: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(fits["splits"], 2);
    assert_eq!(fits["data"]["rows"], 48);
    assert_eq!(fits["fits"][1]["law"], "capacity");
    assert!(fits["fits"][1]["test"]["mre"]["all"]["mean"].is_f64());
    assert!(fits["fits"][1]["parameters"]["domains"]["web"]["b"].is_f64());
}

#[test]
fn a_failed_claim_is_a_result_unless_strict() {
    let folder = TempDir::new().unwrap();
    write(
        &folder,
        "hard.toml",
        &SMALL.replace("at-most = 5", "at-most = 1e-9"),
    );
    let run = |strict: &[&str]| {
        mixlaw(&folder)
            .args(["run", "hard.toml", "--out", "out"])
            .args(strict)
            .output()
            .unwrap()
    };
    let output = run(&[]);
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains("fails"));
    assert_eq!(run(&["--strict"]).status.code(), Some(3));
}

#[test]
fn the_schema_the_plan_and_the_completions_are_printed() {
    let folder = TempDir::new().unwrap();
    let schema = mixlaw(&folder).arg("schema").output().unwrap();
    let schema: serde_json::Value = serde_json::from_slice(&schema.stdout).unwrap();
    assert!(schema["properties"]["world"].is_object());
    let plan = mixlaw(&folder).arg("plan").output().unwrap();
    let plan = String::from_utf8(plan.stdout).unwrap();
    assert!(plan.contains("runs        576"), "{plan}");
    mixlaw(&folder)
        .args(["completions", "bash"])
        .assert()
        .success();
}

/// Bad input to `run`: the text that replaces a part of the small world, and what the message
/// must name.
#[rstest]
#[case("[sweep]", "[sweep", "not TOML")]
#[case("capacities", "capacites", "did you mean `capacities`?")]
#[case("exponent = 1.3", "exponent = 1.0", "above 1")]
#[case("exponent = 1.3", "exponent = \"steep\"", "small.toml:7")]
#[case("exponent = 1.3", "exponent = 1.3\ncost = -1", "`cost` is -1")]
#[case("capacities = [1e3, 1e4]", "capacities = [3]", "the head, 5")]
#[case("capacities = [1e3, 1e4]", "capacities = [nan]", "nan")]
#[case("tokens = [1e5, 1e6]", "tokens = [inf]", "unlimited")]
#[case("name = \"code\"", "name = \"web\"", "web")]
#[case("head = 5", "head = 5\nskills = 4", "4 in all")]
#[case(
    "head = 5",
    "overlap = { kind = \"matrix\", fractions = [[0, 0.2], [0.3, 0]] }",
    "symmetric"
)]
#[case(
    "head = 5",
    "overlap = { kind = \"matrix\", fractions = [[0, 0.2]] }",
    "2 rows of 2 numbers"
)]
#[case(
    "floor = 1.0",
    "spectrum = { kind = \"table\", path = \"none.csv\" }",
    "none.csv"
)]
#[case(
    "floor = 1.0",
    "spectrum = { kind = \"table\", rows = [[1, 0.5], [9, 0.6]] }",
    "must decrease"
)]
#[case(
    "kernel = \"exponential\"",
    "kernel = \"exponental\"",
    "\"exponential\""
)]
#[case(
    "test.mre.capacity-noise",
    "test.mre.capacity-nois",
    "did you mean `test.mre.capacity-noise`?"
)]
#[case(
    "design = \"dirichlet\"\ncount = 12\nfloor = 0.05",
    "design = \"list\"\npoints = [[0.5, 0.6]]",
    "1.1"
)]
#[case(
    "design = \"dirichlet\"\ncount = 12\nfloor = 0.05",
    "design = \"list\"\npoints = [[0.5, 0.2, 0.3]]",
    "2"
)]
fn a_bad_experiment_is_refused_in_words(#[case] part: &str, #[case] by: &str, #[case] named: &str) {
    let folder = TempDir::new().unwrap();
    assert!(SMALL.contains(part));
    write(&folder, "small.toml", &SMALL.replacen(part, by, 1));
    let output = mixlaw(&folder)
        .args(["run", "small.toml", "--out", "out"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = stderr(&output);
    assert!(message.contains(named), "no {named} in {message}");
    assert_eq!(
        files(folder.path()),
        ["small.toml"],
        "something was written"
    );
}

/// Bad input to `fit`: the CSV, and what the message must name.
#[rstest]
#[case("", "empty")]
#[case("weight_a,weight_b,loss_a\n", "")]
#[case("weight_a,weight_b,loss_a\n0.5,0.5\n", "line 2")]
#[case("weight_a,weight_b,loss_a\n0.5,0.5,low\n", "`low`")]
#[case("weight_a,weight_b,loss_a\n0.5,0.9,1\n", "1.4")]
#[case("weight_a,weight_b,loss_a\n0.5,0.5,1\n", "to test")]
#[case(
    "weight_a,weight_b,loss_a\n0.5,0.5,-1\n0.4,0.6,1\n0.3,0.7,1\n",
    "has the loss -1"
)]
#[case("share_a,loss_a\n1,1\n", "weight")]
fn a_bad_table_is_refused_in_words(#[case] text: &str, #[case] named: &str) {
    let folder = TempDir::new().unwrap();
    write(&folder, "runs.csv", text);
    let output = mixlaw(&folder)
        .args(["fit", "runs.csv", "--json", "fits.json"])
        .output()
        .unwrap();
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains(named), "no {named} in {message}");
    assert_eq!(files(folder.path()), ["runs.csv"], "something was written");
}

#[test]
fn an_output_that_cannot_be_written_is_found_before_the_work() {
    let folder = TempDir::new().unwrap();
    write(&folder, "small.toml", SMALL);
    write(&folder, "file", "");
    std::fs::create_dir(folder.path().join("mine")).unwrap();
    write(&folder, "mine/notes.txt", "not of mixlaw");
    for out in ["file", "file/inside", "mine"] {
        let output = mixlaw(&folder)
            .args(["run", "small.toml", "--out", out])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(!stderr(&output).contains("done in"), "work was done");
    }
    mixlaw(&folder)
        .args(["simulate", "small.toml", "--out", "absent/runs.csv"])
        .assert()
        .code(2);
    assert_eq!(
        files(folder.path()),
        ["file", "mine/notes.txt", "small.toml"]
    );
}

/// A zero too many is told before the start, with what it would take.
#[test]
fn more_than_ten_million_runs_ask_for_a_word() {
    let folder = TempDir::new().unwrap();
    let list: Vec<String> = (1..=4000).map(|n| format!("{n}e3")).collect();
    let many = SMALL
        .replace("[1e3, 1e4]", &format!("[{}]", list.join(", ")))
        .replace("count = 12", "count = 1500");
    write(&folder, "many.toml", &many);
    for command in [
        &["run", "many.toml", "--out", "out"][..],
        &["simulate", "many.toml", "--out", "runs.csv"],
    ] {
        let output = mixlaw(&folder).args(command).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{command:?}");
        let message = stderr(&output);
        for words in ["12000000 runs", "on disk", "--yes"] {
            assert!(message.contains(words), "{words}: {message}");
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let plan = mixlaw(&folder)
        .args(["plan", "many.toml"])
        .output()
        .unwrap();
    let plan = String::from_utf8(plan.stdout).unwrap();
    for line in [
        "cells       12000000",
        "time        about",
        "memory      about",
        "disk        about",
    ] {
        assert!(plan.contains(line), "{plan}");
    }
}

#[test]
fn progress_for_machines_is_json_on_each_line() {
    let folder = TempDir::new().unwrap();
    write(&folder, "small.toml", SMALL);
    let output = mixlaw(&folder)
        .args(["run", "small.toml", "--log-format", "json"])
        .output()
        .unwrap();
    assert!(output.status.success());
    let mut told = 0;
    for line in stderr(&output).lines() {
        let value: serde_json::Value = serde_json::from_str(line).expect(line);
        assert!(value["time"].is_string());
        if value["what"] == "simulated runs" {
            assert_eq!(value["done"], 48);
            assert_eq!(value["total"], 48);
            assert_eq!(value["failed"], 0);
            assert!(value["rate"].as_f64() > Some(0.0));
            told += 1;
        }
    }
    assert_eq!(told, 1);
}

/// What a command writes is read by no one: both ends of the talk are closed.
#[rstest]
#[case(&["run", "small.toml", "--out", "out"], 0)]
#[case(&["run", "small.toml", "--out", "out", "--log-format", "json"], 0)]
#[case(&["simulate", "small.toml", "--out", "-"], 0)]
#[case(&["simulate", "small.toml", "--out", "runs.csv"], 0)]
#[case(&["plan", "small.toml"], 0)]
#[case(&["schema"], 0)]
#[case(&["--help"], 0)]
#[case(&["run", "absent.toml"], 2)]
#[case(&["rnu"], 2)]
fn a_closed_pipe_is_no_failure(#[case] arguments: &[&str], #[case] code: i32) {
    let folder = TempDir::new().unwrap();
    write(&folder, "small.toml", SMALL);
    let closed = || std::io::pipe().unwrap().1;
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("mixlaw"));
    command.current_dir(folder.path()).args(arguments);
    let status = command.stdout(closed()).stderr(closed()).status().unwrap();
    assert_eq!(status.code(), Some(code));
    // The work is done, whoever listens.
    if arguments.contains(&"out") {
        assert!(folder.path().join("out/report.html").is_file());
    }
}

#[rstest]
#[case("small.toml", &["simulate", "small.toml", "--out", "small.toml"])]
#[case("real.csv", &["simulate", "small.toml", "--out", "real.csv"])]
#[case("real.csv", &["fit", "real.csv", "--law", "mean", "--json", "real.csv"])]
#[case("fits.json", &["optimize", "fits.json", "--json", "fits.json"])]
fn a_file_of_another_kind_is_not_replaced(#[case] there: &str, #[case] arguments: &[&str]) {
    let folder = TempDir::new().unwrap();
    write(&folder, "small.toml", SMALL);
    let simulate = ["simulate", "small.toml", "--out", "runs.csv"];
    // A second time over what it wrote itself: that is replaced.
    for _ in 0..2 {
        mixlaw(&folder).args(simulate).assert().success();
        mixlaw(&folder)
            .args(["fit", "runs.csv", "--law", "capacity", "--starts", "2"])
            .args(["--split-by", "none", "--json", "fits.json"])
            .assert()
            .success();
    }
    let runs = std::fs::read_to_string(folder.path().join("runs.csv")).unwrap();
    write(&folder, "real.csv", &runs.replacen("cell,", "run,", 1));
    let before = std::fs::read(folder.path().join(there)).unwrap();
    let scale = match arguments[0] {
        "optimize" => &["--capacity", "1e3", "--tokens", "1e5"][..],
        _ => &[],
    };
    let output = mixlaw(&folder)
        .args(arguments)
        .args(scale)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("is there already"),
        "{}",
        stderr(&output)
    );
    assert_eq!(std::fs::read(folder.path().join(there)).unwrap(), before);
}

#[test]
fn a_run_of_real_runs_replaces_no_simulated_ones() {
    let folder = TempDir::new().unwrap();
    write(&folder, "small.toml", SMALL);
    let run = ["run", "small.toml", "--out", "out"];
    mixlaw(&folder).args(run).assert().success();
    let runs = folder.path().join("out/runs.csv");
    let before = std::fs::read(&runs).unwrap();
    std::fs::write(folder.path().join("real.csv"), &before).unwrap();
    write(
        &folder,
        "real.toml",
        "[data]\nruns = \"real.csv\"\n\n[fit]\nlaws = [\"mean\"]\n",
    );
    let output = mixlaw(&folder)
        .args(["run", "real.toml", "--out", "out"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(std::fs::read(&runs).unwrap(), before);
    let fresh = ["run", "real.toml", "--out", "out", "--fresh"];
    mixlaw(&folder).args(fresh).assert().success();
}
