//! The store of a sweep: finished runs in part files of a directory, so that none is lost.
//!
//! A sweep that is under way keeps its runs in the folder `parts` of its directory: one part file
//! for each writer, to which batches of runs are appended with their checksums. What is damaged is
//! found, told, and simulated again. When the table of all runs is written the folder goes away;
//! from then on the table is the store.

mod key;
mod lock;
mod part;
mod reader;
#[cfg(test)]
mod tests;
mod writer;
mod written;

pub use key::{Key, Keys};
pub use reader::Damage;
pub(super) use reader::PartSummary;
pub use writer::{Batch, Writer};

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::finished::{Added, Curve, Finished};
use super::shard::{Shard, Share};
use lock::{Hold, Lock, LockError};
use part::Record;
use reader::{PartError, Taker, read_part};
use written::read_written;

/// Name of the folder of part files in the directory of an experiment.
pub const PARTS: &str = "parts";

/// Ending of part files.
const ENDING: &str = "part";

/// The store of one directory, locked.
#[derive(Debug)]
pub struct Store {
    parts: PathBuf,
    own: PathBuf,
    shard: Option<Shard>,
    locks: Vec<Lock>,
}

/// Why a store cannot be used.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another process writes there.
    #[error("{} is in use by {by}", folder.display())]
    InUse {
        /// The directory, or the part file.
        folder: PathBuf,
        /// Who uses it.
        by: String,
    },
    /// Runs of another experiment, or of another version of mixlaw.
    #[error("{} holds runs of another experiment", file.display())]
    Foreign {
        /// The part file.
        file: PathBuf,
        /// What they mean.
        meaning: String,
    },
    /// A file of another form.
    #[error("{} is a part file of another version of mixlaw ({form})", file.display())]
    Version {
        /// The part file.
        file: PathBuf,
        /// Its first line.
        form: String,
    },
    /// Two different results of one run.
    #[error("{} has other losses for run {run} than were read before", file.display())]
    Disagree {
        /// The part file that was read last.
        file: PathBuf,
        /// Number of the run in the sweep.
        run: usize,
    },
    /// What the system says.
    #[error("cannot {what} {}: {source}", path.display())]
    Io {
        /// What was to be done.
        what: &'static str,
        /// To what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// What the part files held.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Damaged files, with what they lost.
    pub damaged: Vec<(PathBuf, Vec<Damage>)>,
    /// Runs that the sweep does not have, though their experiment is this one: the sweep has
    /// become smaller.
    pub strangers: usize,
    /// Part files that were read.
    pub files: usize,
    /// Where the runs were made: the kinds of processor.
    pub origins: BTreeSet<String>,
    own: Option<PartSummary>,
}

impl Store {
    /// Whether a sweep is under way in `folder`.
    pub fn is_in(folder: &Path) -> bool {
        folder.join(PARTS).is_dir()
    }

    /// Opens the store of `folder`, for this process alone or for a shard beside others.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another process is at work there, and those of the files.
    pub fn open(folder: &Path, shard: Option<Shard>) -> Result<Self, StoreError> {
        let parts = folder.join(PARTS);
        let in_use = |by| StoreError::InUse {
            folder: folder.into(),
            by,
        };
        let take = |path: &Path, hold| {
            Lock::take(path, hold).map_err(|error| match error {
                LockError::Held(by) => in_use(by),
                LockError::Io(source) => StoreError::io("lock", path, source),
            })
        };
        let common = parts.join("lock");
        let Some(shard) = shard else {
            let lock = take(&common, Hold::Alone).map_err(|error| match error {
                // Shards share the lock: each has one of its own that names it.
                StoreError::InUse { by, .. } => {
                    let shards = shards_at_work(&parts);
                    in_use(if shards.is_empty() {
                        by
                    } else {
                        shards.join(", ")
                    })
                }
                other => other,
            })?;
            return Ok(Self {
                own: parts.join(format!("all.{ENDING}")),
                parts,
                shard: None,
                locks: vec![lock],
            });
        };
        let name = format!("shard-{}-of-{}", shard.index(), shard.count());
        Ok(Self {
            own: parts.join(format!("{name}.{ENDING}")),
            locks: vec![
                take(&common, Hold::Shared)?,
                take(&parts.join(format!("{name}.lock")), Hold::Alone)?,
            ],
            parts,
            shard: Some(shard),
        })
    }

    /// Whether the file system keeps other processes out.
    pub fn is_guarded(&self) -> bool {
        self.locks.iter().all(|lock| lock.guards)
    }

    /// Removes every part file: the sweep starts over. A shard removes its own.
    ///
    /// # Errors
    /// Those of the files.
    pub fn discard(&self) -> Result<(), StoreError> {
        let files = match self.shard {
            None => part_files(&self.parts)?,
            Some(_) => vec![self.own.clone()],
        };
        files
            .iter()
            .filter(|file| file.exists())
            .try_for_each(|file| {
                std::fs::remove_file(file).map_err(|source| StoreError::io("remove", file, source))
            })
    }

    /// Adds the runs of all part files of the directory, and of the folders `also`, to `finished`.
    ///
    /// # Errors
    /// [`StoreError`] when a part is foreign or two disagree, and those of the files.
    pub fn load(
        &self,
        keys: &Keys<'_>,
        also: &[PathBuf],
        finished: &mut Finished,
    ) -> Result<Loaded, StoreError> {
        let mut loaded = Loaded::default();
        let mut index = Index::new(keys);
        let mut files = part_files(&self.parts)?;
        for folder in also {
            files.extend(part_files(folder)?);
        }
        for file in files {
            let mut reading = Reading {
                file: &file,
                finished: &mut *finished,
                index: &mut index,
                strangers: 0,
                foreign: None,
            };
            let summary = read_part(&file, reading.finished.domains, &mut reading)?;
            loaded.strangers += reading.strangers;
            loaded.files += 1;
            // Another shard may be in the middle of a batch.
            let own = file == self.own;
            if !summary.damage.is_empty() && (own || self.shard.is_none()) {
                loaded.damaged.push((file, summary.damage.clone()));
            }
            let Some(head) = &summary.head else { continue };
            if summary.runs > 0 {
                loaded
                    .origins
                    .extend(head.origin.lines().map(str::to_owned));
            }
            if own && head.meaning == keys.meaning() {
                loaded.own = Some(summary);
            }
        }
        Ok(loaded)
    }

    /// The writer of this process, which makes its runs at `origin`. A part file that `loaded` found
    /// to be damaged or made elsewhere, or that is not there, is written anew with what is finished of
    /// the share.
    ///
    /// # Errors
    /// Those of the file.
    pub fn writer<'a>(
        &self,
        keys: &'a Keys<'a>,
        origin: &str,
        share: &Share,
        finished: &Finished,
        loaded: &Loaded,
    ) -> Result<Writer<'a>, StoreError> {
        let found = loaded.own.as_ref().filter(|found| {
            found.sound
                && found
                    .head
                    .as_ref()
                    .is_some_and(|head| head.origin == origin)
        });
        let mut origins = loaded.origins.clone();
        origins.insert(origin.to_owned());
        let origins = Vec::from_iter(origins).join("\n");
        Writer::open(&self.own, keys, &origins, (share, finished), found)
            .map_err(|source| StoreError::io("write", &self.own, source))
    }

    /// Whether no part file is there.
    pub fn is_bare(&self) -> bool {
        part_files(&self.parts).is_ok_and(|files| files.is_empty())
    }

    /// The part file that this process writes.
    pub fn part(&self) -> &Path {
        &self.own
    }

    /// Takes the part files away, once their runs stand elsewhere, and lets others in.
    ///
    /// # Errors
    /// Those of the files.
    pub fn close(self) -> Result<(), StoreError> {
        std::fs::remove_dir_all(&self.parts)
            .map_err(|source| StoreError::io("remove", &self.parts, source))
    }
}

impl Loaded {
    /// Has the part file of this process written anew: what is finished has come from elsewhere, or
    /// became less.
    pub fn renew(&mut self) {
        self.own = None;
    }
}

impl StoreError {
    fn io(what: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            what,
            path: path.into(),
            source,
        }
    }
}

/// Adds the runs of the table at `path`, which a finished sweep over `names` left, to `finished`;
/// says how many of its runs `keys` does not know. They have no curves.
///
/// # Errors
/// Those of the file, and of kind `InvalidData` for a table of another form.
pub fn load_table(
    path: &Path,
    names: &[String],
    keys: &Keys<'_>,
    finished: &mut Finished,
) -> io::Result<usize> {
    let mut index = Index::new(keys);
    let mut strangers = 0;
    read_written(path, names, keys, &mut |(row, key, losses)| {
        match index.number(row as u64, key) {
            // What the parts have is no worse: the table was made of them.
            Some(run) => drop(finished.add(run, &losses, Curve::new())),
            None => strangers += 1,
        }
    })?;
    Ok(strangers)
}

/// Where each key is in the sweep.
struct Index<'a> {
    keys: &'a Keys<'a>,
    /// Keys and numbers by key; made when a hint fails first.
    sorted: Option<Vec<(Key, usize)>>,
}

impl<'a> Index<'a> {
    fn new(keys: &'a Keys<'a>) -> Self {
        Self { keys, sorted: None }
    }

    /// Number of the run of `key`, which may be `hint`.
    fn number(&mut self, hint: u64, key: Key) -> Option<usize> {
        let runs = self.keys.sweep().runs();
        let hint = usize::try_from(hint).ok().filter(|hint| *hint < runs);
        if let Some(hint) = hint
            && self.keys.key(hint) == key
        {
            return Some(hint);
        }
        let sorted = self.sorted.get_or_insert_with(|| {
            let mut all: Vec<_> = (0..runs).map(|run| (self.keys.key(run), run)).collect();
            all.sort_unstable();
            all
        });
        let place = sorted.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        Some(sorted[place].1)
    }
}

/// A part file on its way into the finished runs.
struct Reading<'a, 'k> {
    file: &'a Path,
    finished: &'a mut Finished,
    index: &'a mut Index<'k>,
    strangers: usize,
    /// What its runs mean, if that is something else. A file without runs is in no one's way.
    foreign: Option<String>,
}

impl Taker for Reading<'_, '_> {
    type Refusal = StoreError;

    fn refused(&self, error: PartError) -> StoreError {
        match error {
            PartError::Io(source) => StoreError::io("read", self.file, source),
            PartError::Version(form) => StoreError::Version {
                file: self.file.into(),
                form,
            },
        }
    }

    fn meaning(&mut self, meaning: Option<&str>) -> Result<(), StoreError> {
        self.foreign = meaning
            .filter(|meaning| *meaning != self.index.keys.meaning())
            .map(str::to_owned);
        Ok(())
    }

    fn run(&mut self, run: Record) -> Result<(), StoreError> {
        if let Some(meaning) = self.foreign.take() {
            return Err(StoreError::Foreign {
                file: self.file.into(),
                meaning,
            });
        }
        let Some(number) = self.index.number(run.number, run.key) else {
            self.strangers += 1;
            return Ok(());
        };
        match self.finished.add(number, &run.losses, run.curve) {
            Added::New | Added::Same => Ok(()),
            Added::Different => Err(StoreError::Disagree {
                file: self.file.into(),
                run: number,
            }),
        }
    }
}

/// The part files of a folder, by name.
fn part_files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let read = |source| StoreError::io("read", folder, source);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        if path.extension().is_some_and(|ending| ending == ENDING) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Who works on shards in the folder `parts`, in words.
fn shards_at_work(parts: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(parts) else {
        return Vec::new();
    };
    let mut shards: Vec<String> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_name()?.to_str()?;
            let shard = name.strip_prefix("shard-")?.strip_suffix(".lock")?;
            let holder = Lock::holder(&path)?;
            Some(format!("{holder} (shard {})", shard.replace("-of-", "/")))
        })
        .collect();
    shards.sort();
    shards
}
