//! What a sweep hears and says while it runs, and why it may end early.

use std::io;

use thiserror::Error;

use super::shard::Share;
use super::store::{Batch, Writer};
use crate::runs::TableError;
use crate::sgd::TrainingError;

/// What a sweep hears and says while it runs.
pub(crate) struct Hooks<'a> {
    /// The runs to do.
    pub share: &'a Share,
    /// Takes every batch before it counts as done; `None`: runs are kept in memory only.
    pub writer: Option<&'a Writer<'a>>,
    /// Asked before every batch, from any thread: whether to begin no more.
    pub stop: &'a (dyn Fn() -> bool + Sync),
    /// Hears how many more runs are done, from any thread.
    pub done: &'a (dyn Fn(usize) + Sync),
}

/// Why a sweep ended before all of its runs were done, or did not begin.
#[derive(Debug, Error)]
pub enum SweepError {
    /// The learner cannot run in some cell.
    #[error(transparent)]
    Training(#[from] TrainingError),
    /// The runs make no table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// It was asked to stop.
    #[error("stopped before all runs were done")]
    Stopped,
    /// A batch could not be written.
    #[error("finished runs cannot be written: {0}")]
    Write(io::Error),
}

static ALL: Share = Share::all();

impl<'a> Hooks<'a> {
    /// All runs, in memory, to the end.
    pub fn all(done: &'a (dyn Fn(usize) + Sync)) -> Self {
        Self {
            share: &ALL,
            writer: None,
            stop: &|| false,
            done,
        }
    }

    /// # Errors
    /// [`SweepError::Stopped`] when no more batch is to begin.
    pub(super) fn go_on(&self) -> Result<(), SweepError> {
        if (self.stop)() {
            return Err(SweepError::Stopped);
        }
        Ok(())
    }

    /// Hands a batch to the writer.
    pub(super) fn keep(&self, batch: Option<Batch>) -> Result<(), SweepError> {
        match (self.writer, batch) {
            (Some(writer), Some(batch)) => writer.put(batch).map_err(SweepError::Write),
            _ => Ok(()),
        }
    }
}
