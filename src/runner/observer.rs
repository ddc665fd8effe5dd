//! Who watches an experiment: progress, notes, and whether it shall end.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Hears how an experiment goes, and may end it. Every method has a default that does nothing; the
/// methods are called from any thread.
///
/// One piece of work is under way at a time: [`begin`](Self::begin), any number of
/// [`advance`](Self::advance) and [`fail`](Self::fail), [`end`](Self::end).
pub trait Observer: Sync {
    /// A piece of work of `total` units begins, such as "simulated runs".
    fn begin(&self, _what: &str, _total: usize) {}

    /// `more` units are done.
    fn advance(&self, _more: usize) {}

    /// `more` of the units that are done failed.
    fn fail(&self, _more: usize) {}

    /// The work is over: `complete`, or given up.
    fn end(&self, _complete: bool) {}

    /// Something that a user should know, as a sentence.
    fn note(&self, _sentence: &str) {}

    /// Whether what is under way shall end. Sweeps ask after each batch, and keep what is done.
    fn interrupted(&self) -> bool {
        false
    }

    /// From now on what is under way asks [`interrupted`](Self::interrupted) (`true`), or no longer does
    /// (`false`): in between an interruption can wait for its answer.
    fn asks(&self, _asks: bool) {}
}

/// Watches nothing.
impl Observer for () {}

/// A piece of work that an observer watches; it ends when this is dropped.
pub(crate) struct Work<'a> {
    observer: &'a dyn Observer,
    done: AtomicUsize,
    complete: bool,
}

impl<'a> Work<'a> {
    /// Begins `total` units of `what`.
    pub(crate) fn begin(observer: &'a dyn Observer, what: &str, total: usize) -> Self {
        observer.begin(what, total);
        Self {
            observer,
            done: AtomicUsize::new(0),
            complete: false,
        }
    }

    /// Counts `more` units as done; called from any thread.
    pub(crate) fn advance(&self, more: usize) {
        self.done.fetch_add(more, Ordering::Relaxed);
        self.observer.advance(more);
    }

    /// Units that are done.
    pub(super) fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    /// Counts `more` of the units that are done as failed.
    pub(super) fn fail(&self, more: usize) {
        self.observer.fail(more);
    }

    /// All units are done.
    pub(crate) fn finish(mut self) {
        self.complete = true;
    }
}

impl Drop for Work<'_> {
    fn drop(&mut self) {
        self.observer.end(self.complete);
    }
}

/// While this is held, what is under way asks whether it shall end.
pub(crate) struct Asking<'a>(&'a dyn Observer);

impl<'a> Asking<'a> {
    pub(crate) fn begin(observer: &'a dyn Observer) -> Self {
        observer.asks(true);
        Self(observer)
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.asks(false);
    }
}
