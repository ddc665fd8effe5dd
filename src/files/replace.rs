//! Replacing a file so that a reader finds the old one or the new one, never half of it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Names tried for the temporary file before giving up; the first is free unless an interrupted
/// program left it behind.
const TEMPORARY_NAMES: u32 = 100;

/// Writes the file at `path` through a temporary file of the same folder, which is then renamed: an
/// interruption leaves what was there before. What is not a regular file (a pipe, `/dev/stdout`)
/// is written in place.
///
/// # Errors
/// Those of `write`, and of creating or renaming the file; what was at `path` is then untouched and
/// the temporary file is gone.
pub(crate) fn replace(
    path: &Path,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(there) if !there.is_file() => {
            return write(&mut OpenOptions::new().write(true).open(path)?);
        }
        _ => {}
    }
    // A link stays a link: the file that it names is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.into());
    let (mut file, temporary) = temporary_beside(&path)?;
    let written = write(&mut file)
        // Without this a power cut after the rename could leave an empty file.
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&temporary, &path));
    if written.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Bytes after which what was written goes to the disk.
const FLOW: usize = 1 << 24;

/// A file whose bytes go to the disk as they come, so that little is left to wait for in the end.
pub(crate) struct Flowing<'a> {
    file: &'a mut File,
    /// Bytes that are not on the disk yet.
    waiting: usize,
}

impl<'a> Flowing<'a> {
    /// Writes to `file`.
    pub(crate) fn new(file: &'a mut File) -> Self {
        Self { file, waiting: 0 }
    }
}

impl Write for Flowing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.waiting += written;
        if self.waiting >= FLOW {
            self.waiting = 0;
            match self.file.sync_data() {
                // A pipe has no disk.
                Err(error) if error.kind() != io::ErrorKind::InvalidInput => return Err(error),
                _ => {}
            }
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Whether a file of this name was left behind by an interrupted [`replace`].
pub(crate) fn is_temporary(name: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    name.strip_suffix(".tmp")
        .and_then(|name| name.rsplit_once('.'))
        .and_then(|(_, numbers)| numbers.split_once('-'))
        .is_some_and(|(process, attempt)| number(process) && number(attempt))
}

/// A new file in the folder of `path`: only within a folder is renaming sure to be atomic.
fn temporary_beside(path: &Path) -> io::Result<(File, PathBuf)> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    for attempt in 0..TEMPORARY_NAMES {
        let mut temporary = name.to_owned();
        temporary.push(format!(".{}-{attempt}.tmp", std::process::id()));
        let temporary = path.with_file_name(temporary);
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&temporary)
        {
            Ok(file) => return Ok((file, temporary)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporary_files_are_told_by_their_name() {
        let (file, path) = temporary_beside(&std::env::temp_dir().join("runs.csv")).unwrap();
        drop(file);
        fs::remove_file(&path).unwrap();
        assert!(is_temporary(path.file_name().unwrap().to_str().unwrap()));
        for other in [
            "runs.csv",
            "runs.csv.tmp",
            "runs.1-.tmp",
            "runs.csv.1-a.tmp",
        ] {
            assert!(!is_temporary(other), "{other}");
        }
    }
}
