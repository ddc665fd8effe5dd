//! The form of a part file: a head, then batches of finished runs, each with its checksum.
//!
//! ```text
//! head     mark "mixlaw-part 1\n", length of the meaning u32, of the origin u32, K u32, meaning and
//!          origin (UTF-8), CRC u32
//! batch    mark, length of the runs u32, number of runs u32, runs in the file before it u64,
//!          CRC of these u32; runs; CRC of the runs u32
//! run      number in its sweep u64, key 16 bytes, points of its curve u32, K losses f64,
//!          for each point steps u64 and K losses f64
//! ```
//!
//! Numbers are little-endian, checksums are CRC-32. The mark and the checksum of its head let a
//! reader find the next batch after a damaged one, and the count of runs before it say how many were
//! lost between. Keys hold the identity of the experiment, so that batches are of use even if the
//! head of the file is not.

use super::key::Key;
use crate::sweep::Curve;

/// What a part file begins with; the number is the version of the form.
pub(super) const FILE_MARK: &[u8; 14] = b"mixlaw-part 1\n";

/// What a batch begins with: no valid UTF-8, and nothing that a loss is likely to be.
pub(super) const BATCH_MARK: [u8; 8] = [0xF5, b'm', b'i', b'x', b'r', b'u', b'n', 0xFE];

/// Length of a batch before its runs.
pub(super) const BATCH_HEAD: usize = 28;

/// Length of a checksum.
pub(super) const CHECKSUM: usize = 4;

/// Longest meaning or origin that is read, in bytes: tables of spectra have some megabytes at most.
pub(super) const LONGEST: u32 = 1 << 26;

/// A finished run as a part file holds it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record {
    /// Number in the sweep that it was written for: a hint, the key decides.
    pub number: u64,
    /// What it is.
    pub key: Key,
    /// Losses (length K).
    pub losses: Vec<f64>,
    /// Its curve.
    pub curve: Curve,
}

/// What stands before the runs of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BatchHead {
    /// Length of the runs in bytes.
    pub(super) length: u32,
    /// Number of runs.
    pub(super) runs: u32,
    /// Number of runs in the file before this batch.
    pub(super) before: u64,
}

/// The head of a part file: what its runs mean, and where they were made.
pub(super) fn file_head(meaning: &str, origin: &str, domains: usize) -> Vec<u8> {
    let mut bytes = FILE_MARK.to_vec();
    for length in [meaning.len(), origin.len(), domains] {
        bytes.extend((length as u32).to_le_bytes());
    }
    bytes.extend(meaning.as_bytes());
    bytes.extend(origin.as_bytes());
    let checksum = crc32fast::hash(&bytes);
    bytes.extend(checksum.to_le_bytes());
    bytes
}

/// Appends a run to the bytes of a batch.
pub(super) fn push_run(
    bytes: &mut Vec<u8>,
    number: u64,
    key: Key,
    losses: &[f64],
    curve: &[(u64, Vec<f64>)],
) {
    bytes.extend(number.to_le_bytes());
    bytes.extend(key.0);
    bytes.extend((curve.len() as u32).to_le_bytes());
    let floats = |bytes: &mut Vec<u8>, numbers: &[f64]| {
        for number in numbers {
            bytes.extend(number.to_le_bytes());
        }
    };
    floats(bytes, losses);
    for (step, losses) in curve {
        bytes.extend(step.to_le_bytes());
        floats(bytes, losses);
    }
}

/// A batch whose runs are in `batch` after [`BATCH_HEAD`] bytes for its head, completed.
pub(super) fn seal(batch: &mut Vec<u8>, runs: u32, before: u64) {
    let payload = &batch[BATCH_HEAD..];
    let (length, checksum) = (payload.len() as u32, crc32fast::hash(payload));
    batch.extend(checksum.to_le_bytes());
    batch[..8].copy_from_slice(&BATCH_MARK);
    batch[8..12].copy_from_slice(&length.to_le_bytes());
    batch[12..16].copy_from_slice(&runs.to_le_bytes());
    batch[16..24].copy_from_slice(&before.to_le_bytes());
    let checksum = crc32fast::hash(&batch[..24]);
    batch[24..28].copy_from_slice(&checksum.to_le_bytes());
}

/// The head of a batch, if the bytes are one.
pub(super) fn batch_head(bytes: &[u8; BATCH_HEAD]) -> Option<BatchHead> {
    let mut cursor = Cursor(bytes);
    let mark = cursor.array::<8>()?;
    let head = BatchHead {
        length: u32::from_le_bytes(cursor.array()?),
        runs: u32::from_le_bytes(cursor.array()?),
        before: u64::from_le_bytes(cursor.array()?),
    };
    let checksum = u32::from_le_bytes(cursor.array()?);
    (mark == BATCH_MARK && checksum == crc32fast::hash(&bytes[..24])).then_some(head)
}

/// The runs of a batch over `domains` domains, from its bytes after the head, checksum included;
/// `None` if they are damaged.
pub(super) fn runs(head: BatchHead, bytes: &[u8], domains: usize) -> Option<Vec<Record>> {
    let (payload, checksum) = bytes.split_last_chunk::<CHECKSUM>()?;
    if crc32fast::hash(payload) != u32::from_le_bytes(*checksum) {
        return None;
    }
    let mut cursor = Cursor(payload);
    let mut records = Vec::new();
    for _ in 0..head.runs {
        records.push(record(&mut cursor, domains)?);
    }
    cursor.0.is_empty().then_some(records)
}

fn record(cursor: &mut Cursor<'_>, domains: usize) -> Option<Record> {
    let number = u64::from_le_bytes(cursor.array()?);
    let key = Key(cursor.array()?);
    let points = u32::from_le_bytes(cursor.array()?);
    let losses = cursor.floats(domains)?;
    let mut curve = Curve::new();
    for _ in 0..points {
        let step = u64::from_le_bytes(cursor.array()?);
        curve.push((step, cursor.floats(domains)?));
    }
    Some(Record {
        number,
        key,
        losses,
        curve,
    })
}

/// Bytes that are read from the front.
pub(super) struct Cursor<'a>(pub(super) &'a [u8]);

impl Cursor<'_> {
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }

    fn floats(&mut self, count: usize) -> Option<Vec<f64>> {
        // Checked first: a damaged count must not ask for memory.
        if self.0.len() / 8 < count {
            return None;
        }
        (0..count)
            .map(|_| self.array().map(f64::from_le_bytes))
            .collect()
    }
}
