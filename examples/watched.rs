//! An experiment from a file, with progress of one's own, in a directory where it can be resumed.
//!
//! ```sh
//! cargo run --release --example watched -- configs/quickstart.toml mixlaw-out/watched
//! ```

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use mixlaw::prelude::*;

/// Counts what is done, and prints what a user should know.
#[derive(Default)]
struct Counter(AtomicUsize);

impl Observer for Counter {
    fn advance(&self, more: usize) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    fn note(&self, sentence: &str) {
        println!("  {sentence}");
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, file, folder] = &arguments[..] else {
        return Err("give an experiment file and a directory".into());
    };
    let experiment = load_experiment(Path::new(file))?;
    let counter = Counter::default();
    let ran = run_into(
        Path::new(folder),
        &experiment,
        &Keeping::default(),
        &counter,
    )?;
    println!("{} runs were simulated", counter.0.into_inner());
    for check in ran.findings.claim.checks {
        println!("{}: {:?}", check.check.figure, check.verdict);
    }
    Ok(())
}
