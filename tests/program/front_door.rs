//! Experiments conducted from a program, and what the program leaves for others to read.

use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use mixlaw::config::parse;
use mixlaw::runner::{Keeping, Observer, RunError, conduct, run_into};

/// An experiment of a blink.
const SMALL: &str = concat!(
    r#"
name = "small"

[world]
head = 5

"#,
    two_domains!(),
    r#"
[sweep]
capacities = [1e4]
tokens = [1e7]

[sweep.mixtures]
design = "dirichlet"
count = 12
floor = 0.05

[fit]
laws = ["mean", "capacity-noise"]
split = { by = "mixture", test-fraction = 0.25, count = 2 }

[optimum]
of = ["capacity-noise", "simulator"]
capacity = 1e4
tokens = 1e7

[[checks]]
figure = "test.mre.capacity-noise"
at-most = 10
"#
);

/// Remembers what it hears, and asks for an end after so many units.
#[derive(Default)]
struct Listener {
    notes: Mutex<Vec<String>>,
    begun: AtomicUsize,
    ended: AtomicUsize,
    units: AtomicUsize,
    end_after: Option<usize>,
}

impl Observer for Listener {
    fn begin(&self, _: &str, _: usize) {
        self.begun.fetch_add(1, Ordering::SeqCst);
    }

    fn advance(&self, more: usize) {
        self.units.fetch_add(more, Ordering::SeqCst);
    }

    fn end(&self, _: bool) {
        self.ended.fetch_add(1, Ordering::SeqCst);
    }

    fn note(&self, sentence: &str) {
        self.notes.lock().unwrap().push(sentence.into());
    }

    fn interrupted(&self) -> bool {
        let units = self.units.load(Ordering::SeqCst);
        self.end_after.is_some_and(|end| units >= end)
    }
}

#[test]
fn an_experiment_is_conducted_in_memory_and_in_a_directory_alike() {
    let experiment = parse(SMALL, "small.toml").unwrap();
    let listener = Listener::default();
    let found = conduct(&experiment, &listener).unwrap();
    assert_eq!(found.runs.len(), 12);
    assert_eq!(found.optima.len(), 2);
    assert!(found.optima[0].regret.is_some());
    assert!(found.figures["test.mre.capacity-noise"].value < 10.0);
    assert_eq!(listener.units.load(Ordering::SeqCst), 12);
    let pieces = [&listener.begun, &listener.ended].map(|count| count.load(Ordering::SeqCst));
    assert_eq!(pieces[0], pieces[1]);
    assert!(!listener.notes.lock().unwrap().is_empty());

    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let ran = run_into(&out, &experiment, &Keeping::default(), &()).unwrap();
    assert_eq!(ran.findings.figures, found.figures);
    assert_eq!(ran.findings.claim, found.claim);
}

#[test]
fn an_observer_ends_an_experiment() {
    let long = SMALL.replace("count = 12", "count = 5000");
    let experiment = parse(&long, "small.toml").unwrap();
    let listener = Listener {
        end_after: Some(1),
        ..Listener::default()
    };
    let ended = conduct(&experiment, &listener);
    assert!(matches!(ended, Err(RunError::Interrupted(_))));
    assert!(listener.units.load(Ordering::SeqCst) < 5000);
}

/// `predict` and `optimize` read a directory as they read a file of fits.
#[test]
fn a_directory_of_results_is_predicted_from() {
    let experiment = parse(SMALL, "small.toml").unwrap();
    let folder = tempfile::tempdir().unwrap();
    run_into(folder.path(), &experiment, &Keeping::default(), &()).unwrap();
    let of = |arguments: &[&str]| {
        let run = Command::new(env!("CARGO_BIN_EXE_mixlaw"))
            .args(arguments)
            .output();
        let run = run.unwrap();
        assert!(run.status.success(), "{run:?}");
        String::from_utf8(run.stdout).unwrap()
    };
    let directory = folder.path().to_str().unwrap();
    let file = folder.path().join("fits.json");
    let file = file.to_str().unwrap();
    for arguments in [
        ["predict", "--mixture", "web=0.5,code=0.5"],
        ["optimize", "--law", "capacity-noise"],
    ] {
        let [command, rest @ ..] = arguments;
        let told = |from: &str| of(&[&[command, from], &rest[..]].concat());
        assert_eq!(told(directory), told(file));
        assert!(told(directory).contains("capacity-noise") || command == "optimize");
    }
}

#[test]
fn a_figure_that_cannot_be_measured_is_refused_at_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("small.toml");
    for (figure, told) in [
        ("recovery.b.mean", "recovery.b.capacity-noise"),
        ("regret.mean", "regret.capacity-noise"),
        ("tets.mre.mean", "test.mre.mean"),
    ] {
        std::fs::write(&file, SMALL.replace("test.mre.capacity-noise", figure)).unwrap();
        let run = Command::new(env!("CARGO_BIN_EXE_mixlaw"))
            .current_dir(folder.path())
            .args(["run", "small.toml", "--out", "out"])
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(2));
        let said = String::from_utf8(run.stderr).unwrap();
        assert!(said.contains("[small.toml:40:10]"), "{said}");
        assert!(said.contains(told), "{said}");
        assert!(!folder.path().join("out").exists());
    }
}
