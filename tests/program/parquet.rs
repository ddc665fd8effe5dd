//! Runs as Parquet through the front door: as the CSV in Python, or refused with words.

use std::path::Path;
use std::process::{Command, Output};

/// Twelve cells with limits and without, two runs each.
const EXPERIMENT: &str = r#"
seed = 5

[world]
head = 5

[[world.domains]]
name = "web"
exponent = 1.3
floor = 1.0

[[world.domains]]
name = "code v1.2"
exponent = 1.6
floor = 0.5

[learner]
kernel = "exponential"
tau = 5

[sweep]
mode = "sampled"
replicates = 2
capacities = [1e3, "unlimited"]
tokens = [1e6, 1e7]

[sweep.mixtures]
design = "dirichlet"
count = 3
floor = 0.05
"#;

fn simulate(folder: &Path, out: &str) -> Output {
    std::fs::write(folder.join("world.toml"), EXPERIMENT).unwrap();
    Command::new(env!("CARGO_BIN_EXE_mixlaw"))
        .current_dir(folder)
        .args(["simulate", "world.toml", "--out", out])
        .output()
        .unwrap()
}

#[cfg(not(feature = "parquet"))]
#[test]
fn without_parquet_it_is_refused_with_words() {
    let folder = tempfile::tempdir().unwrap();
    let output = simulate(folder.path(), "runs.parquet");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("built without Parquet"), "{said}");
    assert!(said.contains("--features parquet"), "{said}");
    assert!(!folder.path().join("runs.parquet").exists());
}

/// Holds the two files against each other with the lines that `docs/tables.md` shows. `MIXLAW_PYTHON`
/// names the interpreter; what is not installed there is skipped, and said.
#[cfg(feature = "parquet")]
#[test]
fn python_finds_the_values_of_the_csv() {
    let folder = tempfile::tempdir().unwrap();
    for out in ["runs.csv", "runs.PARQUET"] {
        let output = simulate(folder.path(), out);
        assert!(output.status.success(), "{output:?}");
    }
    let python = std::env::var("MIXLAW_PYTHON").unwrap_or_else(|_| "python3".into());
    let compare = |library: &str, script: &str| {
        let present = Command::new(&python)
            .args(["-c", &format!("import {library}")])
            .output();
        if !present.is_ok_and(|output| output.status.success()) {
            println!("skipped: {python} has no {library}");
            return;
        }
        let output = Command::new(&python)
            .current_dir(folder.path())
            .args(["-c", script])
            .output()
            .unwrap();
        assert!(output.status.success(), "{library}: {output:?}");
        println!(
            "{library}: {}",
            String::from_utf8_lossy(&output.stdout).trim()
        );
    };
    compare(
        "pandas, pyarrow",
        r#"
import pandas
csv = pandas.read_csv("runs.csv", float_precision="round_trip")
parquet = pandas.read_parquet("runs.PARQUET")
pandas.testing.assert_frame_equal(csv, parquet, check_exact=True)
assert parquet.shape == (24, 8) and parquet["capacity"].max() == float("inf")
print(*parquet.dtypes)
"#,
    );
    compare(
        "polars",
        r#"
import polars, polars.testing
csv = polars.read_csv("runs.csv")
parquet = polars.read_parquet("runs.PARQUET")
polars.testing.assert_frame_equal(csv, parquet, check_exact=True)
assert parquet.shape == (24, 8)
print(*parquet.dtypes)
"#,
    );
}
