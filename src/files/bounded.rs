//! Reading files of bounded size: a device without an end, or a mistaken file, must not take all
//! memory.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A mebibyte.
pub(crate) const MEBIBYTE: u64 = 1 << 20;

/// The bytes of the file at `path`, at most `most` of them.
///
/// # Errors
/// Those of opening and reading, and [`io::ErrorKind::FileTooLarge`] with words that say the limit.
pub(crate) fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it is larger than {} MiB", most / MEBIBYTE),
        ));
    }
    Ok(bytes)
}

/// The text of the file at `path`, at most `most` bytes.
///
/// # Errors
/// As [`read`], and [`io::ErrorKind::InvalidData`] for what is not UTF-8.
pub(crate) fn read_text(path: &Path, most: u64) -> io::Result<String> {
    String::from_utf8(read(path, most)?)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, vec![b'x'; MEBIBYTE as usize]).unwrap();
        assert_eq!(read(&path, MEBIBYTE).unwrap().len() as u64, MEBIBYTE);
        let error = read(&path, MEBIBYTE - 1).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        std::fs::write(&path, [0xff]).unwrap();
        let error = read_text(&path, 10).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_without_an_end_is_refused() {
        let error = read(Path::new("/dev/zero"), 1000).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }
}
