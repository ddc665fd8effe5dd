//! Progress: one bar on a terminal, plain lines elsewhere, JSON for machines, nothing when quiet.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::arguments::LogFormat;
use super::interrupt;
use super::print::say;
use crate::report::utc;
use crate::runner::Observer;
use crate::runner::estimate::duration;
use crate::text::terminal::harmless;

/// How much is said on stderr while work goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Talk {
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
}

/// Tells on stderr how work goes, and hears the signals.
pub(super) struct Terminal {
    talk: Talk,
    work: Mutex<Option<Current>>,
}

/// The piece of work that is under way.
struct Current {
    what: String,
    total: usize,
    done: usize,
    failed: usize,
    /// Lines said so far.
    lines: u64,
    clock: Instant,
    bar: Option<ProgressBar>,
}

impl Terminal {
    pub(super) fn new(talk: Talk) -> Self {
        Self {
            talk,
            work: Mutex::new(None),
        }
    }

    /// Lets `change` see the work under way; a thread that panicked before is told elsewhere.
    fn with_work(&self, change: impl FnOnce(&mut Option<Current>)) {
        change(&mut self.work.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Observer for Terminal {
    fn begin(&self, what: &str, total: usize) {
        let bar = (self.talk == Talk::Bar).then(|| {
            let bar = ProgressBar::new(total as u64);
            if let Ok(style) = ProgressStyle::with_template(
                "{msg} {bar:30} {human_pos}/{human_len} ({per_sec}, {eta} left)",
            ) {
                bar.set_style(style);
            }
            bar.set_message(what.to_string());
            bar
        });
        self.with_work(|work| {
            *work = Some(Current {
                what: what.to_string(),
                total,
                done: 0,
                failed: 0,
                lines: 0,
                clock: Instant::now(),
                bar,
            });
        });
    }

    fn advance(&self, more: usize) {
        self.with_work(|work| {
            let Some(work) = work else { return };
            work.done += more;
            if let Some(bar) = &work.bar {
                bar.inc(more as u64);
            } else if self.talk != Talk::Quiet {
                let due = work.clock.elapsed().as_secs() / LINE_EVERY.as_secs();
                if work.lines < due {
                    work.lines = due;
                    say(&work.now().line(self.talk));
                }
            }
        });
    }

    fn fail(&self, more: usize) {
        self.with_work(|work| {
            let Some(work) = work else { return };
            work.failed += more;
            if let Some(bar) = work.bar.as_ref().filter(|_| work.failed > 0) {
                bar.set_message(format!("{} ({} failed)", work.what, work.failed));
            }
        });
    }

    fn end(&self, complete: bool) {
        self.with_work(|work| {
            let Some(work) = work.take() else { return };
            if let Some(bar) = &work.bar {
                bar.finish_and_clear();
            }
            if !complete {
                return;
            }
            let now = work.now();
            if self.talk == Talk::Json {
                return say(&now.line(self.talk));
            }
            let failed = now.failed_in_words();
            self.note(&format!(
                "{}: {} done{failed} in {:.1} s",
                work.what, work.total, now.seconds
            ));
        });
    }

    fn note(&self, sentence: &str) {
        match self.talk {
            Talk::Quiet => {}
            Talk::Json => {
                let time = utc(SystemTime::now());
                say(&json!({ "time": time, "message": sentence }).to_string());
            }
            Talk::Lines | Talk::Bar => say(&harmless(sentence)),
        }
    }

    fn interrupted(&self) -> bool {
        interrupt::came()
    }

    fn asks(&self, asks: bool) {
        interrupt::wait_for_answer(asks);
    }
}

impl Current {
    fn now(&self) -> State<'_> {
        State {
            what: &self.what,
            done: self.done,
            failed: self.failed,
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
