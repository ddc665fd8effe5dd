//! `manifest.json`: what made a results folder, when, on what machine, and for how long.
//!
//! Everything that may differ between two runs of the same file lives here and nowhere else.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// The manifest of a results folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Manifest {
    /// Version of the layout of the folder, [`Manifest::FORMAT`] for what this version writes.
    pub format: u32,
    /// Version of mixlaw that wrote it.
    pub mixlaw: String,
    /// The program.
    #[serde(default)]
    pub build: Build,
    /// The experiment.
    pub experiment: ExperimentSource,
    /// Files that the experiment read.
    pub inputs: Vec<InputFile>,
    /// Threads used.
    pub threads: usize,
    /// Model name of the processor, where the system tells.
    pub cpu: Option<String>,
    /// When the run began, UTC, RFC 3339; see [`utc`].
    pub started: String,
    /// When it ended; `None` while it runs or if it was interrupted.
    pub finished: Option<String>,
    /// Wall time of each law's fits.
    pub laws: Vec<LawTime>,
    /// Simulated cells.
    pub cells: CellCounts,
    /// The simulated runs, once their table is written.
    #[serde(default)]
    pub simulation: Option<Simulation>,
}

/// What the program was made of, where that is known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Build {
    /// Commit of mixlaw.
    pub commit: Option<String>,
    /// Whether its sources were those of the commit, unchanged.
    pub clean: Option<bool>,
    /// Version of the compiler.
    pub compiler: Option<String>,
}

/// What the tables of simulated runs are: enough to take runs from them later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Simulation {
    /// SHA-256 of all that decides a run but its capacity, tokens and mixture.
    pub identity: String,
    /// SHA-256 of `runs.csv`.
    pub runs_sha256: String,
    /// SHA-256 of `curves.csv`, if there is one.
    pub curves_sha256: Option<String>,
    /// Kinds of processor that the runs were made on: on one of another kind the last digits may
    /// differ.
    pub processors: Vec<String>,
}

/// The experiment that a folder holds the results of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ExperimentSource {
    /// Its name.
    pub name: String,
    /// SHA-256 of the resolved `experiment.toml`, in hexadecimal.
    pub sha256: String,
    /// The text of that file.
    #[serde(default)]
    pub resolved: String,
}

impl ExperimentSource {
    /// The experiment `name`, of which `resolved` is the text with every default.
    pub fn new(name: &str, resolved: &str) -> Self {
        Self {
            name: name.into(),
            sha256: crate::runs::fingerprint(resolved.as_bytes()),
            resolved: resolved.into(),
        }
    }
}

/// A file that an experiment read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct InputFile {
    /// Its path, as the experiment names it.
    pub path: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// How long the fits of a law took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct LawTime {
    /// Name of the law.
    pub law: String,
    /// Wall time of all its fits, seconds.
    pub seconds: f64,
}

/// How many cells of a sweep are simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct CellCounts {
    /// Cells with a result.
    pub done: usize,
    /// Cells that gave an error.
    pub failed: usize,
}

impl Manifest {
    /// Version of the folder's layout that this version of mixlaw writes.
    pub(super) const FORMAT: u32 = 1;

    /// A manifest of a run that begins now on this machine.
    pub fn begin(experiment: ExperimentSource, inputs: Vec<InputFile>, threads: usize) -> Self {
        Self {
            format: Self::FORMAT,
            mixlaw: env!("CARGO_PKG_VERSION").into(),
            build: Build::this(),
            experiment,
            inputs,
            threads,
            cpu: cpu_model(),
            started: utc(SystemTime::now()),
            finished: None,
            laws: Vec::new(),
            cells: CellCounts::default(),
            simulation: None,
        }
    }

    /// The manifest at `path`; `None` if there is none that this version reads.
    pub fn read(path: &Path) -> Option<Self> {
        serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
    }

    /// The manifest as JSON, one line break at the end.
    pub fn json(&self) -> String {
        format!("{:#}\n", serde_json::json!(self))
    }
}

impl Build {
    /// What this program was made of; see `build.rs`.
    pub fn this() -> Self {
        let told = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let commit = told(env!("MIXLAW_COMMIT"));
        Self {
            clean: commit.as_ref().map(|commit| !commit.ends_with(CHANGED)),
            commit: commit.map(|commit| commit.trim_end_matches(CHANGED).to_owned()),
            compiler: told(env!("MIXLAW_COMPILER")),
        }
    }

    /// Its commit, shortened, and whether that was changed.
    pub fn name(&self) -> String {
        let Some(commit) = &self.commit else {
            return "no commit known".into();
        };
        let digits = commit.chars().filter(char::is_ascii_hexdigit);
        let short: String = digits.take(SHORT_COMMIT).collect();
        match self.clean {
            Some(false) => format!("commit {short} with changes"),
            _ => format!("commit {short}"),
        }
    }
}

/// Digits by which a commit is called.
const SHORT_COMMIT: usize = 10;

/// What follows a commit whose sources were changed.
const CHANGED: &str = "+changed";

/// The first model name in the system's description of its processors.
pub(crate) fn cpu_model() -> Option<String> {
    let description = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = description.lines().find(|l| l.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// `time` in UTC to the second as RFC 3339 has it, such as `2026-02-28T23:59:59Z`.
pub(crate) fn utc(time: SystemTime) -> String {
    const DAY: i64 = 86_400;
    let seconds = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(before) => {
            let before = before.duration();
            let whole = i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
            -whole - i64::from(before.subsec_nanos() > 0)
        }
    };
    let (year, month, day) = civil(seconds.div_euclid(DAY));
    let of_day = seconds.rem_euclid(DAY);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        of_day / 3600,
        of_day / 60 % 60,
        of_day % 60
    )
}

/// Year, month and day of the proleptic Gregorian calendar, so many days after 1970-01-01
/// (the algorithm `civil_from_days` of Howard Hinnant, which counts years from March so that the leap
/// day comes last).
fn civil(days: i64) -> (i64, i64, i64) {
    const DAYS_OF_ERA: i64 = 146_097; // 400 years
    let since_march_of_year_0 = days + 719_468;
    let era = since_march_of_year_0.div_euclid(DAYS_OF_ERA);
    let day_of_era = since_march_of_year_0.rem_euclid(DAYS_OF_ERA);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            mixlaw: "0.1.0".into(),
            build: Build {
                commit: Some("bc02522".into()),
                clean: Some(true),
                compiler: Some("rustc 1.95.0".into()),
            },
            cpu: Some("Example CPU".into()),
            started: "2026-02-28T23:59:59Z".into(),
            finished: Some("2026-03-01T00:00:09Z".into()),
            laws: vec![LawTime {
                law: "capacity".into(),
                seconds: 1.25,
            }],
            cells: CellCounts {
                done: 128,
                failed: 0,
            },
            simulation: Some(Simulation {
                identity: "5994471a".into(),
                runs_sha256: "60303ae2".into(),
                curves_sha256: None,
                processors: vec!["Example CPU".into()],
            }),
            ..Manifest::begin(
                ExperimentSource {
                    name: "capacity-competition".into(),
                    sha256: "9f86d081".into(),
                    resolved: "name = \"capacity-competition\"\n".into(),
                },
                vec![InputFile {
                    path: "runs.csv".into(),
                    sha256: "60303ae2".into(),
                }],
                8,
            )
        }
    }

    #[test]
    fn the_shape_of_a_manifest() {
        insta::assert_snapshot!(manifest().json());
    }

    #[test]
    fn reads_back() {
        let read: Manifest = serde_json::from_str(&manifest().json()).unwrap();
        assert_eq!(read, manifest());
        let mut odd = manifest();
        odd.laws[0].seconds = f64::NAN;
        assert!(odd.json().contains("\"seconds\": null"));
    }

    #[test]
    fn builds_are_called_by_their_commit() {
        let build = manifest().build;
        assert_eq!(build.name(), "commit bc02522");
        let changed = Build {
            commit: Some("0123456789abcdef".into()),
            clean: Some(false),
            ..build
        };
        assert_eq!(changed.name(), "commit 0123456789 with changes");
        assert_eq!(Build::default().name(), "no commit known");
    }

    #[test]
    fn dates_of_known_seconds() {
        let at = |seconds: u64| utc(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01T00:00:00Z");
        assert_eq!(at(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(at(1_709_251_199), "2024-02-29T23:59:59Z");
        assert_eq!(at(4_107_542_400), "2100-03-01T00:00:00Z");
        let before = UNIX_EPOCH - Duration::from_millis(500);
        assert_eq!(utc(before), "1969-12-31T23:59:59Z");
    }
}
