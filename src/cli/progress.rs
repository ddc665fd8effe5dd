//! Progress: one bar on a terminal, plain lines elsewhere, JSON for machines, nothing when quiet.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::arguments::LogFormat;
use crate::report::utc;
use crate::runner::estimate::duration;
use crate::runner::output;
use crate::text::terminal::harmless;

/// How much is said on stderr while work goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Talk {
    /// Nothing.
    Quiet,
    /// Lines.
    Lines,
    /// A bar that redraws itself.
    Bar,
    /// A JSON object on each line.
    Json,
}

/// Time between two lines of a long piece of work.
const LINE_EVERY: Duration = Duration::from_secs(30);

impl Talk {
    pub(super) fn new(quiet: bool, format: LogFormat, terminal: bool) -> Self {
        match (quiet, format, terminal) {
            (true, ..) => Self::Quiet,
            (false, LogFormat::Json, _) => Self::Json,
            (false, LogFormat::Text, true) => Self::Bar,
            (false, LogFormat::Text, false) => Self::Lines,
        }
    }

    /// Says a sentence.
    pub(crate) fn say(self, sentence: &str) {
        match self {
            Self::Quiet => {}
            Self::Json => {
                let time = utc(SystemTime::now());
                output::say(&json!({ "time": time, "message": sentence }).to_string());
            }
            Self::Lines | Self::Bar => output::say(&harmless(sentence)),
        }
    }
}

/// A piece of work of known length.
pub(crate) struct Work {
    talk: Talk,
    what: String,
    total: usize,
    done: AtomicUsize,
    failed: AtomicUsize,
    lines: AtomicUsize,
    clock: Instant,
    bar: Option<ProgressBar>,
}

impl Work {
    /// Announces `total` units of `what`.
    pub(crate) fn begin(talk: Talk, what: &str, total: usize) -> Self {
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
            failed: AtomicUsize::new(0),
            lines: AtomicUsize::new(0),
            clock: Instant::now(),
            bar,
        }
    }

    /// Counts `more` units as done; called from any thread.
    pub(crate) fn advance(&self, more: usize) {
        self.done.fetch_add(more, Ordering::Relaxed);
        if let Some(bar) = &self.bar {
            bar.inc(more as u64);
        } else if self.talk != Talk::Quiet {
            let due = (self.clock.elapsed().as_secs() / LINE_EVERY.as_secs()) as usize;
            if self.lines.fetch_max(due, Ordering::Relaxed) < due {
                output::say(&self.now().line(self.talk));
            }
        }
    }

    /// Units that are done.
    pub(crate) fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    /// Counts `more` of the units that are done as failed; called from any thread.
    pub(super) fn fail(&self, more: usize) {
        let failed = self.failed.fetch_add(more, Ordering::Relaxed) + more;
        if let Some(bar) = self.bar.as_ref().filter(|_| failed > 0) {
            bar.set_message(format!("{} ({failed} failed)", self.what));
        }
    }

    /// Ends the work and says how long it took.
    pub(crate) fn finish(self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let now = self.now();
        if self.talk == Talk::Json {
            output::say(&now.line(self.talk));
            return;
        }
        let failed = now.failed_in_words();
        self.talk.say(&format!(
            "{}: {} done{failed} in {:.1} s",
            self.what, self.total, now.seconds
        ));
    }

    fn now(&self) -> State<'_> {
        State {
            what: &self.what,
            done: self.done.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            total: self.total,
            seconds: self.clock.elapsed().as_secs_f64(),
        }
    }
}

/// How far a piece of work is.
#[derive(Debug, Clone, Copy)]
struct State<'a> {
    what: &'a str,
    done: usize,
    failed: usize,
    total: usize,
    seconds: f64,
}

impl State<'_> {
    /// Units in a second.
    fn rate(&self) -> f64 {
        self.done as f64 / self.seconds.max(1e-9)
    }

    /// Seconds that are left at this rate; `None` before anything is done.
    fn left(&self) -> Option<f64> {
        let left = self.total.saturating_sub(self.done) as f64;
        (self.done > 0).then(|| left / self.rate())
    }

    fn failed_in_words(&self) -> String {
        if self.failed > 0 {
            format!(", {} failed", self.failed)
        } else {
            String::new()
        }
    }

    fn line(&self, talk: Talk) -> String {
        if talk == Talk::Json {
            let line = json!({
                "time": utc(SystemTime::now()),
                "what": self.what,
                "done": self.done,
                "total": self.total,
                "failed": self.failed,
                "rate": self.rate(),
                "left": self.left(),
            });
            return line.to_string();
        }
        let left = self
            .left()
            .map_or(String::new(), |left| format!(", {} left", duration(left)));
        format!(
            "{}: {} of {}{} ({:.0} per s{left})",
            self.what,
            self.done,
            self.total,
            self.failed_in_words(),
            self.rate()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATE: State<'static> = State {
        what: "simulated runs",
        done: 250,
        failed: 2,
        total: 1000,
        seconds: 50.0,
    };

    #[test]
    fn a_line_says_how_far_it_is() {
        assert_eq!(
            STATE.line(Talk::Lines),
            "simulated runs: 250 of 1000, 2 failed (5 per s, 2 min left)"
        );
        let nothing = State {
            done: 0,
            failed: 0,
            ..STATE
        };
        assert_eq!(
            nothing.line(Talk::Lines),
            "simulated runs: 0 of 1000 (0 per s)"
        );
    }

    #[test]
    fn a_line_for_machines_is_one_object() {
        let line = STATE.line(Talk::Json);
        assert!(!line.contains('\n'));
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        for (key, number) in [
            ("done", 250.0),
            ("total", 1000.0),
            ("failed", 2.0),
            ("rate", 5.0),
            ("left", 150.0),
        ] {
            assert_eq!(value[key].as_f64(), Some(number), "{key}");
        }
        assert!(
            value["time"]
                .as_str()
                .is_some_and(|time| time.ends_with('Z'))
        );
    }

    #[test]
    fn who_asks_for_json_gets_no_bar() {
        assert_eq!(Talk::new(false, LogFormat::Json, true), Talk::Json);
        assert_eq!(Talk::new(true, LogFormat::Json, true), Talk::Quiet);
        assert_eq!(Talk::new(false, LogFormat::Text, false), Talk::Lines);
    }
}
