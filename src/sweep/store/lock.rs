//! One writer at a time: a lock on a file, which the system lets go when the process ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// How often a lock file that vanishes meanwhile is made again.
const ATTEMPTS: u32 = 20;

/// How a lock is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// By this process alone.
    Alone,
    /// Together with others that share.
    Shared,
}

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
    /// Whether the file system has locks at all; without them nothing is guarded.
    pub(super) guards: bool,
}

/// Why a lock is not had.
#[derive(Debug)]
pub(super) enum LockError {
    /// Another process holds it: what that wrote into the file, such as "process 17 on host".
    Held(String),
    /// What the system says.
    Io(io::Error),
}

impl From<io::Error> for LockError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Lock {
    /// Takes the lock of the file at `path`, which is made if it is not there, with its folder.
    pub(super) fn take(path: &Path, hold: Hold) -> Result<Self, LockError> {
        for _ in 0..ATTEMPTS {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let opened = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(path);
            let mut file = match opened {
                Ok(file) => file,
                // The last holder took the folder away in between.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(error.into()),
            };
            let taken = match hold {
                Hold::Alone => file.try_lock(),
                Hold::Shared => file.try_lock_shared(),
            };
            let guards = match taken {
                Ok(()) => true,
                Err(TryLockError::WouldBlock) => return Err(LockError::Held(holder(&mut file))),
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => false,
                Err(TryLockError::Error(error)) => return Err(error.into()),
            };
            // The lock of a file that was taken away guards nothing.
            if !is_at(&file, path) {
                continue;
            }
            if hold == Hold::Alone {
                file.set_len(0)?;
                file.write_all(this_process().as_bytes())?;
            }
            return Ok(Self {
                _file: file,
                guards,
            });
        }
        Err(io::Error::other("its lock file vanishes again and again").into())
    }

    /// Who holds the lock of the file at `path` alone; `None` if no one does.
    pub(super) fn holder(path: &Path) -> Option<String> {
        let mut file = File::open(path).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(holder(&mut file)),
            _ => None,
        }
    }
}

fn this_process() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match host.trim() {
        "" => format!("process {}", std::process::id()),
        host => format!("process {} on {host}", std::process::id()),
    }
}

/// What the holder wrote into its lock file.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file
        .seek(SeekFrom::Start(0))
        .and_then(|_| file.take(200).read_to_string(&mut text));
    let plain = text.trim();
    match read {
        Ok(_) if !plain.is_empty() && !plain.contains(char::is_control) => plain.into(),
        _ => "another process".into(),
    }
}

/// Whether `file` is what stands at `path`.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

/// Whether something stands at `path`: an open file cannot be taken away here.
#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_alone_or_several_that_share() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("parts/lock");
        let alone = Lock::take(&path, Hold::Alone).unwrap();
        assert!(alone.guards);
        for hold in [Hold::Alone, Hold::Shared] {
            let Err(LockError::Held(by)) = Lock::take(&path, hold) else {
                panic!("{hold:?} must not be had");
            };
            let own = format!("process {}", std::process::id());
            assert!(by.starts_with(&own), "{by}");
        }
        assert_eq!(Lock::holder(&path), Some(this_process()));
        drop(alone);
        assert_eq!(Lock::holder(&path), None);
        let shared = Lock::take(&path, Hold::Shared).unwrap();
        let other = Lock::take(&path, Hold::Shared).unwrap();
        assert!(matches!(
            Lock::take(&path, Hold::Alone),
            Err(LockError::Held(_))
        ));
        drop((shared, other));
        Lock::take(&path, Hold::Alone).unwrap();
    }

    /// A process that opened the file before its holder took it away must not think it alone.
    #[cfg(unix)]
    #[test]
    fn a_file_that_was_taken_away_guards_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let file = File::create(&path).unwrap();
        assert!(is_at(&file, &path));
        std::fs::remove_file(&path).unwrap();
        assert!(!is_at(&file, &path));
        File::create(&path).unwrap();
        assert!(!is_at(&file, &path));
    }
}
