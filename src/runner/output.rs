//! Where results go: checked before any work starts, and written in one step.

use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use super::error::RunError;
use crate::files::bounded::{self, MEBIBYTE};
use crate::files::replace::is_temporary;
use crate::report::{is_newer, write_atomic};
use crate::sweep::{PARTS, Store};

/// Names of the files that mark a directory of results; the committed ones have no manifest.
const MARKS: [&str; 3] = ["manifest.json", "claims.json", "plan.json"];

/// What the files begin with that are made only to see whether it can be done.
const PROBE: &str = ".mixlaw-probe-";

/// Largest of these files that is looked into.
const MOST_MARK: u64 = 64 * MEBIBYTE;

/// What a command writes into one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// Fits, of `mixlaw fit --json`.
    Fits,
    /// Best mixtures, of `mixlaw optimize --json`.
    Optima,
    /// Runs, of `mixlaw simulate`.
    Runs,
}

impl Content {
    fn words(self) -> &'static str {
        match self {
            Self::Fits => "no file of fits",
            Self::Optima => "no file of best mixtures",
            Self::Runs => "no table of simulated runs",
        }
    }

    /// Whether the file at `path` is one of these, or empty: then it may be replaced. The first words of
    /// the file tell, and the last of Parquet; real runs have no column `cell` before all others.
    fn is_at(self, path: &Path) -> std::io::Result<bool> {
        const TOLD_BY: u64 = 256;
        let mut file = std::fs::File::open(path)?;
        let mut start = Vec::new();
        Read::by_ref(&mut file)
            .take(TOLD_BY)
            .read_to_end(&mut start)?;
        if self == Self::Runs && start.starts_with(b"PAR1") {
            let length = file.metadata()?.len();
            let mut end = Vec::new();
            file.seek(SeekFrom::Start(length.saturating_sub(MEBIBYTE)))?;
            file.read_to_end(&mut end)?;
            return Ok(end.windows(MAKER.len()).any(|bytes| bytes == MAKER));
        }
        start.retain(|byte| !byte.is_ascii_whitespace());
        let begins: &[u8] = match self {
            Self::Fits => b"{\"data\":",
            Self::Optima => b"{\"optima\":",
            Self::Runs => b"cell,replicate,",
        };
        Ok(start.is_empty() || start.starts_with(begins))
    }
}

/// What a Parquet file says of its maker, if that is mixlaw.
const MAKER: &[u8] = b"mixlaw version ";

/// Makes sure that a file of `content` can be written at `path`, without leaving anything there. A file
/// that is there already is replaced if it holds the same kind of thing, and nothing else is.
pub(crate) fn check_file(path: &Path, content: Content) -> Result<(), RunError> {
    let refused = |why: String| RunError::words(format!("cannot write {}: {why}", path.display()));
    if path.is_dir() {
        return Err(refused("it is a directory".into()));
    }
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(refused(format!("there is no folder {}", folder.display())));
    }
    let known = |path: &Path| {
        content
            .is_at(path)
            .map_err(|error| refused(error.to_string()))
    };
    if path.is_file() && !known(path)? {
        return Err(RunError::words_with_help(
            format!(
                "cannot write {}: it is there already, and is {}",
                path.display(),
                content.words()
            ),
            "name another file, or remove this one",
        ));
    }
    probe(folder).map_err(|error| refused(error.to_string()))
}

/// The commands that fill a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filler {
    Run,
    PlanRuns,
    Reproduce,
}

impl Filler {
    fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::PlanRuns => "plan-runs",
            Self::Reproduce => "reproduce",
        }
    }

    /// The one that filled `folder`, if any did. The committed results of a run have no manifest.
    fn of(folder: &Path) -> Option<Self> {
        // Others write files of these names, too, but without such a key.
        let mark = |name: &str, key: &str| {
            let text = bounded::read_text(&folder.join(name), MOST_MARK).ok()?;
            let value: serde_json::Value = serde_json::from_str(&text).ok()?;
            value.get(key).is_some().then_some(value)
        };
        let [manifest, claims, plan] = MARKS;
        let (manifest, claims) = (mark(manifest, "format"), mark(claims, "format"));
        let plan = mark(plan, "designs");
        if manifest.is_some() || Store::is_in(folder) {
            Some(Self::Run)
        } else if plan.is_some() {
            Some(Self::PlanRuns)
        } else {
            claims.map(|claims| match claims.get("experiments") {
                Some(_) => Self::Reproduce,
                None => Self::Run,
            })
        }
    }
}

/// Makes sure that `filler` can write results to `folder`, without leaving anything there: that it
/// can be made, is empty, or holds results of the same command.
pub(crate) fn check_folder(folder: &Path, filler: Filler) -> Result<(), RunError> {
    let refused = |why: String| {
        RunError::words(format!(
            "cannot write results to {}: {why}",
            folder.display()
        ))
    };
    if folder.exists() && !folder.is_dir() {
        return Err(refused("it is a file".into()));
    }
    check_version(folder)?;
    if folder.is_dir() && Filler::of(folder) != Some(filler) {
        let entries = std::fs::read_dir(folder).map_err(|error| refused(error.to_string()))?;
        let others = entries
            .filter_map(Result::ok)
            .any(|entry| !entry.file_name().to_string_lossy().starts_with(PROBE));
        // Asked again: another process may have begun there in between.
        let holds = Filler::of(folder);
        if others && holds != Some(filler) {
            let folder = folder.display();
            return Err(RunError::words_with_help(
                match holds {
                    Some(other) => format!(
                        "{folder} holds results of `mixlaw {}`, which `mixlaw {}` would replace in part",
                        other.name(),
                        filler.name()
                    ),
                    None => format!("{folder} is not empty and holds no results of mixlaw"),
                },
                "name another directory with --out",
            ));
        }
    }
    // The nearest folder that is there already: the rest will be made in it.
    let made_in = folder
        .ancestors()
        .map(|ancestor| {
            if ancestor == Path::new("") {
                Path::new(".")
            } else {
                ancestor
            }
        })
        .find(|ancestor| ancestor.exists())
        .unwrap_or(Path::new("."));
    if !made_in.is_dir() {
        return Err(refused(format!("{} is a file", made_in.display())));
    }
    probe(made_in).map_err(|error| refused(error.to_string()))
}

/// Makes sure that `folder` does not hold results of a later version of mixlaw, which this one
/// would replace in part.
pub(super) fn check_version(folder: &Path) -> Result<(), RunError> {
    let newer = MARKS
        .iter()
        .map(|mark| folder.join(mark))
        .find(|file| bounded::read_text(file, MOST_MARK).is_ok_and(|text| is_newer(&text)));
    newer.map_or(Ok(()), |file| {
        Err(RunError::words_with_help(
            format!("{} was written by a newer mixlaw", file.display()),
            "use that version, or name another directory with --out",
        ))
    })
}

/// Makes a folder for results.
pub(crate) fn make_folder(folder: &Path) -> Result<(), RunError> {
    std::fs::create_dir_all(folder).map_err(|error| {
        RunError::words(format!(
            "cannot write results to {}: {error}",
            folder.display()
        ))
    })
}

/// Writes a file of results as a whole; a pipe (`/dev/stdout`) whose reader closes early is no failure.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), RunError> {
    match write_atomic(path, bytes) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(RunError::other(format!(
            "cannot write {}: {error}",
            path.display()
        ))),
        _ => Ok(()),
    }
}

/// Removes the temporary files that a killed run left in its `folder`, of which no other process may
/// be at work there.
pub(super) fn remove_leftovers(folder: &Path) {
    for folder in [folder, &folder.join("figures"), &folder.join(PARTS)] {
        let Ok(entries) = std::fs::read_dir(folder) else {
            continue;
        };
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            let name = path.file_name().map(std::ffi::OsStr::to_string_lossy);
            if name.is_some_and(|name| is_temporary(&name) || name.starts_with(PROBE)) {
                // One that cannot be removed is in no one's way.
                let _ = std::fs::remove_file(&path);
            }
        }
    }
}

/// Writes and removes a file in `folder`.
fn probe(folder: &Path) -> std::io::Result<()> {
    let path = folder.join(format!("{PROBE}{}", std::process::id()));
    std::fs::File::create(&path)?;
    match std::fs::remove_file(&path) {
        // A process that cleans up after a killed one may have been quicker.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
