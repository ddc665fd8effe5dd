//! Writes finished runs to a part file, batch by batch.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::key::Keys;
use super::part::{BATCH_HEAD, file_head, push_run, seal};
use super::reader::PartSummary;
use crate::files::replace::replace;
use crate::sweep::{Finished, Share};

/// Time between two calls that make the disk hold what was written. A process that is killed loses
/// nothing; a machine that loses power may lose this much.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// Runs in a batch of a file that is written anew.
const REWRITTEN: usize = 1024;

/// The runs of one batch, on their way to the file.
#[derive(Debug)]
pub struct Batch {
    bytes: Vec<u8>,
    runs: u32,
}

impl Batch {
    /// Number of runs.
    pub fn len(&self) -> usize {
        self.runs as usize
    }

    /// Whether it holds no run.
    pub fn is_empty(&self) -> bool {
        self.runs == 0
    }
}

/// Appends to the part file of this process. It is used from many threads.
#[derive(Debug)]
pub struct Writer<'a> {
    keys: &'a Keys<'a>,
    state: Mutex<State>,
    /// The same file, to make the disk hold it while others write.
    disk: File,
    synced: Mutex<Instant>,
}

#[derive(Debug)]
struct State {
    file: File,
    /// Length up to the last whole batch.
    length: u64,
    /// Runs up to there.
    runs: u64,
    /// Why a batch could not be written, if one could not; none is written after it.
    broken: Option<io::Error>,
}

impl<'a> Writer<'a> {
    /// Opens the part file at `path` to append. A sound file that was `found` is continued where its
    /// last intact batch ends; else it is written anew with the finished runs of a share, made at
    /// `origin`.
    pub(super) fn open(
        path: &Path,
        keys: &'a Keys<'a>,
        origin: &str,
        runs: (&Share, &Finished),
        found: Option<&PartSummary>,
    ) -> io::Result<Self> {
        let kept = match found {
            Some(found) => (found.end, found.runs),
            None => write_anew(path, keys, origin, runs)?,
        };
        let mut file = OpenOptions::new().write(true).open(path)?;
        // What a kill left of a batch is cut off.
        file.set_len(kept.0)?;
        file.seek(SeekFrom::Start(kept.0))?;
        Ok(Self {
            keys,
            disk: file.try_clone()?,
            state: Mutex::new(State {
                file,
                length: kept.0,
                runs: kept.1,
                broken: None,
            }),
            synced: Mutex::new(Instant::now()),
        })
    }

    /// An empty batch.
    pub fn batch(&self) -> Batch {
        Batch {
            bytes: vec![0; BATCH_HEAD],
            runs: 0,
        }
    }

    /// Adds the run numbered `number` to a batch.
    pub fn push(
        &self,
        batch: &mut Batch,
        number: usize,
        losses: &[f64],
        curve: &[(u64, Vec<f64>)],
    ) {
        let key = self.keys.key(number);
        push_run(&mut batch.bytes, number as u64, key, losses, curve);
        batch.runs += 1;
    }

    /// Writes a batch. When this returns its runs are safe from the end of this process, and from
    /// that of the machine a second later.
    ///
    /// # Errors
    /// Those of the file; the batch is then not in it, nor any that follows.
    pub fn put(&self, mut batch: Batch) -> io::Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(error) = &state.broken {
                return Err(again(error));
            }
            seal(&mut batch.bytes, batch.runs, state.runs);
            if let Err(error) = state.file.write_all(&batch.bytes) {
                state.broken = Some(again(&error));
                let whole = state.length;
                // If this fails, too, the next reader finds the half batch and steps over it.
                let _ = state.file.set_len(whole);
                return Err(error);
            }
            state.length += batch.bytes.len() as u64;
            state.runs += u64::from(batch.runs);
        }
        // One thread at a time, and not while the others write.
        if let Ok(mut synced) = self.synced.try_lock()
            && synced.elapsed() >= SYNC_EVERY
        {
            self.disk.sync_data()?;
            *synced = Instant::now();
        }
        Ok(())
    }

    /// Makes the disk hold all that was written.
    ///
    /// # Errors
    /// Those of the file.
    pub fn finish(self) -> io::Result<()> {
        self.disk.sync_all()
    }
}

/// The same error once more.
fn again(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

/// Writes the finished runs of a share to a new file that takes the place of the one at `path`; gives
/// its length and the number of its runs.
fn write_anew(
    path: &Path,
    keys: &Keys<'_>,
    origin: &str,
    (share, finished): (&Share, &Finished),
) -> io::Result<(u64, u64)> {
    let mut bytes = file_head(keys.meaning(), origin, finished.domains);
    let (mut length, mut before) = (0, 0);
    let done: Vec<usize> = (0..finished.len())
        .filter(|run| finished.is_done(*run) && share.has(*run))
        .collect();
    replace(path, |file| {
        file.write_all(&bytes)?;
        length += bytes.len() as u64;
        for runs in done.chunks(REWRITTEN) {
            bytes.clear();
            bytes.resize(BATCH_HEAD, 0);
            for run in runs {
                let (losses, curve) = (finished.losses(*run), finished.curve(*run));
                push_run(&mut bytes, *run as u64, keys.key(*run), losses, curve);
            }
            seal(&mut bytes, runs.len() as u32, before);
            file.write_all(&bytes)?;
            length += bytes.len() as u64;
            before += runs.len() as u64;
        }
        Ok(())
    })?;
    Ok((length, before))
}
