//! Fingerprints of files: SHA-256 in hexadecimal.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

/// A fingerprint of bytes that come in parts.
#[derive(Default)]
pub(crate) struct Fingerprint(Sha256);

impl Fingerprint {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn hex(self) -> String {
        self.0
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// Passes bytes on to a writer and takes their fingerprint.
pub(crate) struct Fingerprinted<W> {
    out: W,
    fingerprint: Fingerprint,
}

impl<W: Write> Fingerprinted<W> {
    pub(crate) fn new(out: W) -> Self {
        Self {
            out,
            fingerprint: Fingerprint::default(),
        }
    }

    pub(crate) fn hex(self) -> String {
        self.fingerprint.hex()
    }
}

impl<W: Write> Write for Fingerprinted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.fingerprint.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// SHA-256 of `bytes`, in hexadecimal.
pub fn fingerprint(bytes: &[u8]) -> String {
    let mut fingerprint = Fingerprint::default();
    fingerprint.update(bytes);
    fingerprint.hex()
}

/// SHA-256 of the file at `path`, in hexadecimal.
///
/// # Errors
/// Those of the file.
pub(crate) fn file_fingerprint(path: &Path) -> io::Result<String> {
    let mut file = BufReader::new(File::open(path)?);
    let mut fingerprint = Fingerprint::default();
    let mut bytes = vec![0; 1 << 16];
    loop {
        match file.read(&mut bytes) {
            Ok(0) => return Ok(fingerprint.hex()),
            Ok(count) => fingerprint.update(&bytes[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-2, appendix B.1.
    #[test]
    fn abc_has_its_published_fingerprint() {
        assert_eq!(
            fingerprint(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
