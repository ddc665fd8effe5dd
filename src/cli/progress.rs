//! Progress for people: one bar on a terminal, plain lines elsewhere, nothing when quiet.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How much is said on stderr while work goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Talk {
    /// Nothing.
    Quiet,
    /// Lines.
    Lines,
    /// A bar that redraws itself.
    Bar,
}

/// Time between two lines of a long piece of work.
const LINE_EVERY: Duration = Duration::from_secs(30);

impl Talk {
    pub(super) fn new(quiet: bool, terminal: bool) -> Self {
        match (quiet, terminal) {
            (true, _) => Self::Quiet,
            (false, true) => Self::Bar,
            (false, false) => Self::Lines,
        }
    }

    /// Says a sentence.
    pub(super) fn say(self, sentence: &str) {
        if self != Self::Quiet {
            eprintln!("{sentence}");
        }
    }
}

/// A piece of work of known length.
pub(super) struct Work {
    talk: Talk,
    what: String,
    total: usize,
    done: AtomicUsize,
    lines: AtomicUsize,
    clock: Instant,
    bar: Option<ProgressBar>,
}

impl Work {
    /// Announces `total` units of `what`.
    pub(super) fn begin(talk: Talk, what: &str, total: usize) -> Self {
        let bar = (talk == Talk::Bar).then(|| {
            let bar = ProgressBar::new(total as u64);
            if let Ok(style) = ProgressStyle::with_template(
                "{msg} {bar:30} {human_pos}/{human_len} ({per_sec}, {eta} left)",
            ) {
                bar.set_style(style);
            }
            bar.set_message(what.to_string());
            bar
        });
        Self {
            talk,
            what: what.to_string(),
            total,
            done: AtomicUsize::new(0),
            lines: AtomicUsize::new(0),
            clock: Instant::now(),
            bar,
        }
    }

    /// Counts `more` units as done; called from any thread.
    pub(super) fn advance(&self, more: usize) {
        let done = self.done.fetch_add(more, Ordering::Relaxed) + more;
        if let Some(bar) = &self.bar {
            bar.inc(more as u64);
        } else if self.talk == Talk::Lines {
            let due = (self.clock.elapsed().as_secs() / LINE_EVERY.as_secs()) as usize;
            if self.lines.fetch_max(due, Ordering::Relaxed) < due {
                eprintln!("{}: {done} of {}", self.what, self.total);
            }
        }
    }

    /// Units that are done.
    pub(super) fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    /// Ends the work and says how long it took.
    pub(super) fn finish(self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.talk.say(&format!(
            "{}: {} done in {:.1} s",
            self.what,
            self.total,
            self.clock.elapsed().as_secs_f64()
        ));
    }
}
