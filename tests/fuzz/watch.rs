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

/// Longest that an input may take: of the processor's time where the system tells it, since other
/// programs may hold a test up for seconds.
const MOST_TIME: Duration = Duration::from_secs(1);

/// Longest that an input may take by the clock on the wall.
const MOST_WAIT: Duration = Duration::from_secs(120);

/// Longest that an input with a large design may take: drawing 1e7 weights is work, not a hang.
const MOST_TIME_LARGE: Duration = Duration::from_secs(20);

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
            Ok(Outcome::Accepted | Outcome::Large) => tally.accepted += 1,
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
    let mut most = MOST_TIME;
    for _ in 0..TRIES {
        MEMORY.reset_peak_usage();
        let before = MEMORY.current_usage();
        let (clock, worked) = (Instant::now(), processor_time());
        let caught = catch_unwind(AssertUnwindSafe(|| target.consume(input)));
        let waited = clock.elapsed();
        let worked = processor_time()
            .zip(worked)
            .map(|(now, then)| now.saturating_sub(then));
        fastest = fastest.min(worked.unwrap_or(waited));
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
        if waited > MOST_WAIT {
            outcome = Err(format!("waited for {:.0} s", waited.as_secs_f64()));
        }
        if memory > MOST_MEMORY {
            outcome = Err(format!("took {} MB", memory / 1_000_000));
        }
        let large = outcome == Ok(Outcome::Large);
        most = if large { MOST_TIME_LARGE } else { MOST_TIME };
        if fastest <= most || outcome.is_err() {
            break;
        }
    }
    tally.slowest = tally.slowest.max(fastest);
    if fastest > most {
        outcome = Err(format!("took {:.1} s", fastest.as_secs_f64()));
    }
    outcome
}

/// Time that the processor has spent on this thread; `None` where the system does not tell.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}
