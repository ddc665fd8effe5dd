//! Runs a target and watches it: panics, time, memory.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::target::{Outcome, Target};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Longest that an input may take.
const MOST_TIME: Duration = Duration::from_secs(1);

/// Times that a slow input is tried again: another process may have held it up.
const TRIES: usize = 3;

/// Longest input that is tried, in bytes.
const LONGEST: usize = 1 << 20;

/// Most memory that an input may take, in bytes: the largest design of mixtures takes half of it.
const MOST_MEMORY: usize = 1 << 29;

/// Findings after which a target is given up.
const MOST_FINDINGS: usize = 20;

/// What came of the inputs of a target.
#[derive(Default)]
pub struct Tally {
    pub accepted: u64,
    pub refused: u64,
    pub findings: Vec<String>,
    pub slowest: Duration,
    pub most_memory: usize,
}

impl Tally {
    pub fn inputs(&self) -> u64 {
        self.accepted + self.refused + self.findings.len() as u64
    }
}

/// Tries inputs of `target` for `share` of the time.
pub fn run(target: &dyn Target, seed: u64, share: Duration) -> Tally {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../fuzz");
    std::fs::create_dir_all(&folder).expect("the build folder is there");
    // Stays behind if an input ends the process.
    let current = folder.join(format!("{}-current", target.name()));
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut tally = Tally::default();
    let clock = Instant::now();
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    while clock.elapsed() < share && tally.findings.len() < MOST_FINDINGS {
        let mut input = target.input(&mut random);
        input.truncate(LONGEST);
        std::fs::write(&current, &input).expect("the input is kept");
        match watched(target, &input, &mut tally) {
            Ok(Outcome::Accepted) => tally.accepted += 1,
            Ok(Outcome::Refused) => tally.refused += 1,
            Err(what) => {
                let number = tally.findings.len();
                let kept = keep(
                    &folder,
                    &format!("{}-{seed}-{number}", target.name()),
                    &input,
                );
                let finding = format!("{}: {what} ({})", target.name(), kept.display());
                eprintln!("{finding}");
                tally.findings.push(finding);
            }
        }
    }
    std::panic::set_hook(quiet);
    let _ = std::fs::remove_file(current);
    tally
}

fn keep(folder: &Path, name: &str, input: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, input).expect("the finding is kept");
    path
}

/// One input under watch.
fn watched(target: &dyn Target, input: &[u8], tally: &mut Tally) -> Result<Outcome, String> {
    let mut fastest = Duration::MAX;
    let mut outcome = Ok(Outcome::Refused);
    for _ in 0..TRIES {
        MEMORY.reset_peak_usage();
        let before = MEMORY.current_usage();
        let clock = Instant::now();
        let caught = catch_unwind(AssertUnwindSafe(|| target.consume(input)));
        fastest = fastest.min(clock.elapsed());
        let memory = MEMORY.peak_usage().saturating_sub(before);
        tally.most_memory = tally.most_memory.max(memory);
        outcome = match caught {
            Ok(outcome) => outcome,
            Err(panic) => {
                let words = panic
                    .downcast_ref::<String>()
                    .map(String::as_str)
                    .or(panic.downcast_ref::<&str>().copied());
                Err(format!("panic: {}", words.unwrap_or("without words")))
            }
        };
        if memory > MOST_MEMORY {
            outcome = Err(format!("took {} MB", memory / 1_000_000));
        }
        if fastest <= MOST_TIME || outcome.is_err() {
            break;
        }
    }
    tally.slowest = tally.slowest.max(fastest);
    if fastest > MOST_TIME {
        outcome = Err(format!("took {:.1} s", fastest.as_secs_f64()));
    }
    outcome
}
