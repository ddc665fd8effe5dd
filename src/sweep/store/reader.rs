//! Reads a part file, whatever became of it: damaged batches are stepped over and told.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use super::part::{
    BATCH_HEAD, BATCH_MARK, BatchHead, CHECKSUM, Cursor, FILE_MARK, LONGEST, Record, batch_head,
    runs,
};

/// Bytes that are read at a time.
const WINDOW: usize = 1 << 16;

/// Length of the mark of a batch.
const MARK: usize = BATCH_MARK.len();

/// A stretch of a part file that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damage {
    /// Where it begins, in bytes.
    pub at: u64,
    /// Number of runs lost there; `None` where the file does not tell, as at its end.
    pub lost: Option<u64>,
}

/// What the head of a part file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PartHead {
    /// What its runs mean.
    pub meaning: String,
    /// Where they were made: one line for each kind of processor.
    pub origin: String,
}

/// What was found in a part file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct PartSummary {
    /// The head of the file; `None` if it is damaged.
    pub head: Option<PartHead>,
    /// What cannot be read.
    pub damage: Vec<Damage>,
    /// Number of intact runs.
    pub runs: u64,
    /// End of the last intact batch, in bytes.
    pub end: u64,
    /// Whether the file is intact up to `end`, so that batches may follow there.
    pub sound: bool,
}

/// Why a part file cannot be read at all.
#[derive(Debug)]
pub(super) enum PartError {
    /// What the system says.
    Io(io::Error),
    /// It is of another form; its first line.
    Version(String),
}

impl From<io::Error> for PartError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What is to be done with what a part file holds.
pub(super) trait Taker {
    /// Why it may refuse the file.
    type Refusal;

    /// The refusal of a file that cannot be read.
    fn refused(&self, error: PartError) -> Self::Refusal;

    /// Hears what the runs mean, before any run; `None` if the file does not tell.
    fn meaning(&mut self, meaning: Option<&str>) -> Result<(), Self::Refusal>;

    /// Takes an intact run.
    fn run(&mut self, run: Record) -> Result<(), Self::Refusal>;
}

/// Reads the part file at `path` over `domains` domains.
pub(super) fn read_part<T: Taker>(
    path: &Path,
    domains: usize,
    taker: &mut T,
) -> Result<PartSummary, T::Refusal> {
    let mut file = Part::open(path).map_err(|error| taker.refused(error.into()))?;
    let head = file.head(domains).map_err(|e| taker.refused(e))?;
    taker.meaning(head.as_ref().map(|head| head.meaning.as_str()))?;
    let mut summary = PartSummary {
        sound: head.is_some(),
        end: file.at,
        head,
        ..PartSummary::default()
    };
    if summary.head.is_none() {
        summary.damage.push(Damage {
            at: 0,
            lost: Some(0),
        });
    }
    // Runs in the file before the place that is looked at, lost ones included.
    let mut before = 0;
    // Where a damaged stretch began whose end is being looked for.
    let mut open: Option<u64> = summary.head.is_none().then_some(0);
    while file.at < file.length {
        let at = file.at;
        let Some(head) = file.batch_head().map_err(|e| taker.refused(e.into()))? else {
            open = open.or(Some(at));
            file.next_mark(at + 1)
                .map_err(|e| taker.refused(e.into()))?;
            continue;
        };
        let lost = head.before.saturating_sub(before);
        if lost > 0 || open.is_some_and(|start| start > 0) {
            summary.damage.push(Damage {
                at: open.unwrap_or(at),
                lost: Some(lost),
            });
        }
        // A batch that stands there twice loses nothing, but what is appended counts from the file.
        summary.sound &= open.is_none() && head.before == before;
        open = None;
        before = head.before.saturating_add(u64::from(head.runs));
        let Some(bytes) = file.body(head).map_err(|e| taker.refused(e.into()))? else {
            // The file ends before the batch does.
            open = None;
            summary.damage.push(Damage {
                at,
                lost: Some(u64::from(head.runs)),
            });
            file.at = file.length;
            continue;
        };
        match runs(head, &bytes, domains) {
            Some(records) => {
                summary.runs += records.len() as u64;
                for record in records {
                    taker.run(record)?;
                }
                summary.end = file.at;
            }
            None => {
                summary.damage.push(Damage {
                    at,
                    lost: Some(u64::from(head.runs)),
                });
                // Intact batches may follow: then the file is not sound up to its `end`.
                summary.sound &= file.at >= file.length;
            }
        }
    }
    if let Some(at) = open.filter(|at| *at > 0) {
        summary.damage.push(Damage { at, lost: None });
    }
    Ok(summary)
}

/// A part file and the place that is read next.
struct Part {
    file: BufReader<File>,
    at: u64,
    length: u64,
}

impl Part {
    fn open(path: &Path) -> io::Result<Self> {
        // Opening a pipe waits for a writer that may never come.
        if !path.metadata()?.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        let file = File::open(path)?;
        Ok(Self {
            // A file that another process is writing may grow meanwhile: this much of it is read.
            length: file.metadata()?.len(),
            file: BufReader::with_capacity(WINDOW, file),
            at: 0,
        })
    }

    /// The head of the file, and the place after it; `None`, and the place 0, if it is damaged.
    fn head(&mut self, domains: usize) -> Result<Option<PartHead>, PartError> {
        let mut start = [0; FILE_MARK.len() + 12];
        if self.length < start.len() as u64 {
            return Ok(None);
        }
        self.file.read_exact(&mut start)?;
        if start[..FILE_MARK.len()] != FILE_MARK[..] {
            self.file.seek(SeekFrom::Start(0))?;
            let line = String::from_utf8_lossy(&start);
            return match line.split_once('\n') {
                Some((line, _))
                    if line.starts_with("mixlaw-part ") && !line.contains(char::is_control) =>
                {
                    Err(PartError::Version(line.into()))
                }
                _ => Ok(None),
            };
        }
        let mut numbers = Cursor(&start[FILE_MARK.len()..]);
        let mut number = || numbers.array().map_or(0, u32::from_le_bytes);
        let (meaning, origin, of_domains) = (number(), number(), number());
        let length = u64::from(meaning) + u64::from(origin) + CHECKSUM as u64;
        let end = start.len() as u64 + length;
        let mut rest = Vec::new();
        if meaning <= LONGEST && origin <= LONGEST && end <= self.length {
            rest.resize(length as usize, 0);
            self.file.read_exact(&mut rest)?;
        }
        let head = rest.split_last_chunk::<CHECKSUM>().and_then(|(text, sum)| {
            let mut hash = crc32fast::Hasher::new();
            hash.update(&start);
            hash.update(text);
            let intact = hash.finalize() == u32::from_le_bytes(*sum);
            let (meaning, origin) = text.split_at(meaning as usize);
            let head = PartHead {
                meaning: String::from_utf8(meaning.to_vec()).ok()?,
                origin: String::from_utf8(origin.to_vec()).ok()?,
            };
            (intact && of_domains as usize == domains).then_some(head)
        });
        self.at = if head.is_some() { end } else { 0 };
        self.file.seek(SeekFrom::Start(self.at))?;
        Ok(head)
    }

    /// The head of a batch at the place, and the place after it; `None` if there is none.
    fn batch_head(&mut self) -> io::Result<Option<BatchHead>> {
        if self.length - self.at < BATCH_HEAD as u64 {
            return Ok(None);
        }
        let mut bytes = [0; BATCH_HEAD];
        self.read(&mut bytes)?;
        Ok(batch_head(&bytes))
    }

    /// The runs of a batch after its head, with their checksum, and the place after them; `None` if
    /// the file ends before.
    fn body(&mut self, head: BatchHead) -> io::Result<Option<Vec<u8>>> {
        let length = u64::from(head.length) + CHECKSUM as u64;
        if self.length - self.at < length {
            return Ok(None);
        }
        let mut bytes = vec![0; length as usize];
        self.read(&mut bytes)?;
        Ok(Some(bytes))
    }

    fn read(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.file.read_exact(bytes)?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    /// Goes to the next place from `from` on that begins as a batch does, or to the end. The buffer is
    /// kept on the way: rubbish may hold a mark every few bytes.
    fn next_mark(&mut self, from: u64) -> io::Result<()> {
        self.file.seek_relative(from as i64 - self.at as i64)?;
        self.at = from;
        // The last bytes before the buffer: a mark may lie across.
        let mut tail: Vec<u8> = Vec::new();
        while self.at < self.length {
            let bytes = match self.file.fill_buf() {
                Ok([]) => break,
                Ok(bytes) => bytes,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let kept = tail.len();
            tail.extend(&bytes[..bytes.len().min(MARK - 1)]);
            let across = mark_in(&tail).map(|found| found as i64 - kept as i64);
            if let Some(found) = across.or_else(|| mark_in(bytes).map(|found| found as i64)) {
                self.file.seek_relative(found)?;
                self.at = self.at.saturating_add_signed(found);
                return Ok(());
            }
            let count = bytes.len();
            tail.truncate(kept);
            tail.extend(&bytes[count.saturating_sub(MARK - 1)..]);
            tail.drain(..tail.len().saturating_sub(MARK - 1));
            self.file.consume(count);
            self.at += count as u64;
        }
        self.at = self.length;
        Ok(())
    }
}

/// Place of the first mark of a batch.
fn mark_in(bytes: &[u8]) -> Option<usize> {
    bytes.windows(MARK).position(|bytes| *bytes == BATCH_MARK)
}
