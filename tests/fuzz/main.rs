//! Fuzzing: random changes to good files, each read and used as the commands would. No input may
//! make mixlaw panic, think for more than a second, or take unbounded memory; what is accepted must
//! give numbers.
//!
//! Coverage-guided fuzzing (`cargo fuzz`) needs a nightly compiler. This runs on stable, as a test:
//! mutations know the structure of the files (keys of the schema, columns, the tree of a JSON file),
//! so that most inputs get past the parser. `MIXLAW_FUZZ_SECONDS` sets the time for all targets
//! together, `MIXLAW_FUZZ_SEED` the stream of inputs, `MIXLAW_FUZZ_TARGET` picks one target. An
//! input that is a finding is kept in `target/fuzz`, and belongs into a test of its own.

#[path = "../common/shared_files.rs"]
mod shared_files;

mod mutate;
mod seeds;
mod target;
mod targets;
mod watch;

use std::time::Duration;

use target::Target;

/// Time for all targets when nothing is said: a glance, so that every run of the tests has one.
const GLANCE: f64 = 4.0;

/// The targets. A new kind of file gets a line here.
fn targets() -> Vec<Box<dyn Target>> {
    vec![
        Box::new(targets::experiment::Experiments::new()),
        Box::new(targets::runs::RunTables::new()),
        Box::new(targets::splits::SplitFiles::new()),
        Box::new(targets::fits::Fits::new()),
        Box::new(targets::parts::PartFiles::new()),
    ]
}

#[test]
fn no_input_breaks_it() {
    let number = |name: &str, default: f64| {
        std::env::var(name).map_or(default, |text| text.parse().expect(name))
    };
    let seconds = number("MIXLAW_FUZZ_SECONDS", GLANCE);
    let seed = number("MIXLAW_FUZZ_SEED", 1.0) as u64;
    let only = std::env::var("MIXLAW_FUZZ_TARGET").ok();
    let mut targets = targets();
    targets.retain(|target| only.as_deref().is_none_or(|only| only == target.name()));
    assert!(!targets.is_empty(), "no such target");
    let share = Duration::from_secs_f64(seconds / targets.len() as f64);
    let mut findings = Vec::new();
    for target in &targets {
        let tally = watch::run(target.as_ref(), seed, share);
        println!(
            "{}: {} inputs, {} accepted, {} refused, {} findings, slowest {:.0} ms, most memory {:.0} MB",
            target.name(),
            tally.inputs(),
            tally.accepted,
            tally.refused,
            tally.findings.len(),
            1e3 * tally.slowest.as_secs_f64(),
            tally.most_memory as f64 / 1e6,
        );
        assert!(
            tally.inputs() > 0 && tally.accepted > 0,
            "nothing was tried"
        );
        findings.extend(tally.findings);
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}
