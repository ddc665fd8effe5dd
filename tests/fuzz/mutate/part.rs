//! Changes to part files that know of their head, their batches and their checksums.

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

/// What a part file begins with.
const FILE_MARK: &[u8] = b"mixlaw-part 1\n";

/// What a batch begins with.
const BATCH_MARK: &[u8] = &[0xF5, b'm', b'i', b'x', b'r', b'u', b'n', 0xFE];

/// Bytes of a batch before its runs.
const BATCH_HEAD: usize = 28;

/// Bytes of a checksum.
const CHECKSUM: usize = 4;

/// Size beyond which nothing is repeated, bytes: the fuzzer's own memory is not what is tested.
const LARGEST: usize = 1 << 20;

/// Whole numbers at the edges of ranges, for lengths and counts.
const COUNTS: &[u64] = &[
    0,
    1,
    2,
    3,
    19,
    20,
    255,
    65_536,
    1 << 26,
    (1 << 31) - 1,
    (1 << 32) - 1,
    1 << 32,
    1 << 63,
    u64::MAX,
];

/// A part file: its head, then its batches.
pub type Pieces = Vec<Vec<u8>>;

/// An intact part file, taken apart.
pub fn pieces(bytes: &[u8]) -> Pieces {
    let number = |at: usize| {
        let four: [u8; 4] = bytes[at..at + 4].try_into().expect("four bytes");
        u32::from_le_bytes(four) as usize
    };
    let start = FILE_MARK.len();
    let mut ends = vec![start + 12 + number(start) + number(start + 4) + CHECKSUM];
    let mut at = ends[0];
    while at < bytes.len() {
        at += BATCH_HEAD + number(at + BATCH_MARK.len()) + CHECKSUM;
        ends.push(at);
    }
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts
        .zip(&ends)
        .map(|(start, end)| bytes[start..*end].to_vec())
        .collect()
}

/// Makes one change to the pieces of a file, with batches of another at hand. Losses and curves under
/// an intact checksum stay as they are: nothing could tell.
pub fn change(file: &mut Pieces, other: &Pieces, random: &mut Xoshiro256PlusPlus) {
    let at = random.random_range(0..=file.len());
    let Some(piece) = file.get(at).cloned() else {
        // At the end: the beginning of one more batch, as a kill leaves it.
        let mut half = other.choose(random).expect("a piece").clone();
        half.truncate(random.random_range(0..=half.len()));
        file.push(half);
        return;
    };
    match random.random_range(0..9) {
        0 => drop(file.remove(at)),
        1 => file.insert(random.random_range(0..=file.len()), piece),
        2 => {
            let to = random.random_range(0..file.len());
            file.swap(at, to);
        }
        3 => file.insert(at, other.choose(random).expect("a piece").clone()),
        4 => file[at] = other.choose(random).expect("a piece").clone(),
        5 => {
            let times = [3, 50, 3000][random.random_range(0..3)];
            let room = LARGEST / piece.len().max(1);
            file.insert(at, piece.repeat(times.min(room)));
        }
        _ => forge(&mut file[at], random),
    }
}

/// Changes a number of a piece, and makes its checksums agree.
fn forge(piece: &mut Vec<u8>, random: &mut Xoshiro256PlusPlus) {
    let count = *COUNTS.choose(random).expect("a count");
    let set = |piece: &mut Vec<u8>, at: usize, bytes: &[u8]| {
        if let Some(place) = piece.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    };
    let seal = |piece: &mut Vec<u8>, from: usize, until: usize| {
        let checksum = crc32fast::hash(&piece[from..until]).to_le_bytes();
        set(piece, until, &checksum);
    };
    let length = piece.len();
    if piece.starts_with(FILE_MARK) && length > FILE_MARK.len() + 12 + CHECKSUM {
        match random.random_range(0..3) {
            0 => {
                let at = FILE_MARK.len() + 4 * random.random_range(0..3);
                set(piece, at, &(count as u32).to_le_bytes());
            }
            1 => {
                let at = random.random_range(FILE_MARK.len() + 12..length - CHECKSUM);
                piece[at] = random.random();
            }
            _ => piece[FILE_MARK.len() - 2] = random.random(),
        }
        seal(piece, 0, length - CHECKSUM);
        return;
    }
    if !piece.starts_with(BATCH_MARK) || length < BATCH_HEAD + CHECKSUM {
        return;
    }
    match random.random_range(0..4) {
        0 => set(piece, 8, &(count as u32).to_le_bytes()),
        1 => set(piece, 12, &(count as u32).to_le_bytes()),
        2 => set(piece, 16, &count.to_le_bytes()),
        // The number of the first run, which is a hint.
        _ if length >= BATCH_HEAD + 8 + CHECKSUM => {
            set(piece, BATCH_HEAD, &count.to_le_bytes());
            let end = length - CHECKSUM;
            seal(piece, BATCH_HEAD, end);
        }
        _ => {}
    }
    seal(piece, 0, BATCH_HEAD - CHECKSUM);
}

/// Makes one change to bytes.
pub fn damage(bytes: &mut Vec<u8>, random: &mut Xoshiro256PlusPlus) {
    let length = bytes.len();
    let at = random.random_range(0..=length);
    let until = (at + (1 << random.random_range(0..9))).min(length);
    match random.random_range(0..8) {
        0 if at < length => bytes[at] ^= 1 << random.random_range(0..8),
        1 if at < length => bytes[at] = random.random(),
        2 => drop(bytes.drain(at..until)),
        3 => {
            let piece = bytes[at..until].to_vec();
            bytes.splice(at..at, piece);
        }
        4 => bytes.truncate(at),
        5 => bytes[at..until].fill([0, 0xF5, 0xFF][random.random_range(0..3)]),
        6 => drop(bytes.splice(at..at, FILE_MARK.iter().copied())),
        _ => {
            // Now and then as many marks as there is room for: each looks like a batch.
            let most = LARGEST / BATCH_MARK.len();
            let times = match random.random_range(0..500) {
                0 => most,
                1..=100 => 50,
                _ => 1,
            };
            bytes.splice(at..at, BATCH_MARK.repeat(times));
        }
    }
}
