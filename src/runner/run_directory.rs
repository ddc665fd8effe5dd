//! A directory that holds an experiment with its runs and results.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::conduct::{Findings, analyse};
use super::error::RunError;
use super::figure::known::check_figures;
use super::keeping::{Keeping, Simulated};
use super::observer::Observer;
use super::output::{self, Filler};
use super::picture::all::{lead, pictures};
use super::question::question;
use super::refused_directory::ELSEWHERE;
use super::resumed_sweep::{Done, ResumedSweep};
use super::runs::{load, note_diverged};
use super::truth::Truth;
use crate::config::{self, Experiment, Source};
use crate::files::fingerprint::fingerprint;
use crate::learner::LearnerKind;
use crate::report::{
    CellCounts, DataSource, ExperimentSource, InputFile, LawTime, Manifest, Page, PageFigure,
    Simulation, claims_json, fits_json, optima_json, utc,
};
use crate::runs::{self, RunTable};
use crate::sweep::{Store, curves_csv};

/// What came of an experiment in a directory.
pub struct Ran {
    /// What it found.
    pub findings: Findings,
    /// The picture that shows the claim.
    pub picture: Option<PageFigure>,
}

/// Conducts an experiment and fills `folder` with its runs and results. A sweep is kept there while it
/// goes on: after an interruption the same call goes on from there.
///
/// # Errors
/// As [`conduct`](super::conduct()); also when the folder holds something else, or cannot be written.
pub fn run_into(
    folder: &Path,
    experiment: &Experiment,
    keeping: &Keeping,
    observer: &dyn Observer,
) -> Result<Ran, RunError> {
    check_figures(experiment)?;
    output::check_folder(folder, Filler::Run)?;
    let resolved = config::resolved_toml(experiment, folder);
    let (origin, question) = match &experiment.source {
        // Runs from files are read before anything is written: bad input leaves nothing behind.
        Source::Runs(mapping) => {
            if !keeping.fresh {
                refuse_simulated(folder)?;
            }
            let (table, source) = load(mapping, observer)?;
            let question = question(experiment, Some(&table))?;
            (Origin::Read(table, source), question)
        }
        Source::Simulated {
            world,
            learner,
            sweep,
            ..
        } => {
            let simulated = Simulated {
                world,
                learner,
                sweep,
            };
            let question = question(experiment, None)?;
            output::make_folder(folder)?;
            let kept = ResumedSweep::open(folder, simulated, &resolved, keeping, observer)?;
            (Origin::Kept(kept), question)
        }
    };
    output::make_folder(&folder.join("figures"))?;
    let directory = Directory {
        resolved,
        path: folder.to_path_buf(),
    };
    let mut manifest = Manifest::begin(
        ExperimentSource::new(&experiment.name, &directory.resolved),
        Vec::new(),
        rayon::current_num_threads(),
    );
    let Obtained {
        table,
        source,
        truth,
        store,
    } = directory.obtain_runs(origin, &mut manifest, observer)?;
    let findings = analyse(experiment, table, truth, question.as_ref(), observer)?;
    let picture = directory.write_findings(experiment, &source, &findings, &mut manifest)?;
    if let Some(store) = store {
        store.close().map_err(RunError::other)?;
    }
    observer.note(&format!("results are in {}", folder.display()));
    Ok(Ran { findings, picture })
}

/// Simulates the share of `keeping` of the runs of an experiment into `folder`.
///
/// # Errors
/// As [`run_into`]; also for an experiment that loads its runs from files.
pub(crate) fn share_into(
    folder: &Path,
    experiment: &Experiment,
    keeping: &Keeping,
    observer: &dyn Observer,
) -> Result<(), RunError> {
    check_figures(experiment)?;
    let Some(simulated) = Simulated::of(&experiment.source) else {
        return Err(RunError::words_with_help(
            format!("{} loads its runs from a file", experiment.name),
            "--shard needs an experiment with [world], [learner] and [sweep]",
        ));
    };
    question(experiment, None)?;
    output::check_folder(folder, Filler::Run)?;
    output::make_folder(folder)?;
    let resolved = config::resolved_toml(experiment, folder);
    let mut kept = ResumedSweep::open(folder, simulated, &resolved, keeping, observer)?;
    output::write(&folder.join("experiment.toml"), resolved.as_bytes())?;
    kept.complete(observer)?;
    kept.end_share(observer);
    Ok(())
}

/// Refuses to replace runs that were simulated, perhaps for days, by a copy of runs from files.
fn refuse_simulated(folder: &Path) -> Result<(), RunError> {
    let manifest = Manifest::read(&folder.join("manifest.json"));
    let simulated = manifest.is_some_and(|manifest| manifest.simulation.is_some());
    if simulated || Store::is_in(folder) {
        return Err(RunError::words_with_help(
            format!(
                "{} holds simulated runs of another experiment",
                folder.display()
            ),
            ELSEWHERE,
        ));
    }
    Ok(())
}

/// Where the runs of a directory come from.
enum Origin<'a> {
    /// They were read from files.
    Read(RunTable, DataSource),
    /// They are simulated, and kept in the directory while that goes on.
    Kept(ResumedSweep<'a>),
}

/// The runs of a directory, written down.
struct Obtained {
    table: RunTable,
    source: DataSource,
    truth: Option<Truth>,
    /// What kept them; it stays locked until the directory is complete.
    store: Option<Store>,
}

/// The directory that a run fills.
struct Directory {
    path: PathBuf,
    /// The experiment with every default.
    resolved: String,
}

impl Directory {
    /// Simulates the runs, or takes those that were read, and writes them down.
    fn obtain_runs(
        &self,
        origin: Origin<'_>,
        manifest: &mut Manifest,
        observer: &dyn Observer,
    ) -> Result<Obtained, RunError> {
        match origin {
            Origin::Read(table, source) => {
                manifest.inputs = vec![InputFile {
                    path: source.path.clone(),
                    sha256: source.sha256.clone(),
                }];
                self.begin(manifest)?;
                self.write_runs(&table)?;
                Ok(Obtained {
                    table,
                    source,
                    truth: None,
                    store: None,
                })
            }
            Origin::Kept(kept) => self.obtain_kept(kept, manifest, observer),
        }
    }

    /// Simulates what is missing of a sweep, and writes all of it down.
    fn obtain_kept(
        &self,
        mut kept: ResumedSweep<'_>,
        manifest: &mut Manifest,
        observer: &dyn Observer,
    ) -> Result<Obtained, RunError> {
        let Simulated {
            world,
            learner,
            sweep,
        } = kept.simulated();
        output::remove_leftovers(&self.path);
        // Until they are replaced, the tables of an earlier run are what keeps its runs.
        manifest.simulation = kept.tables();
        self.begin(manifest)?;
        let identity = kept.identity();
        kept.complete(observer)?;
        let processors = kept.processors();
        let (
            Done {
                finished,
                curves_kept,
            },
            store,
        ) = kept.into_done();
        let failed = finished.failed_cells(sweep);
        manifest.cells = CellCounts {
            done: sweep.cells() - failed,
            failed,
        };
        note_diverged(&finished, sweep, observer);
        let takes_steps = match learner {
            LearnerKind::Counting(_) => None,
            LearnerKind::Sgd(regression) => regression.one_pass(),
        };
        let curves_sha256 = match (takes_steps, curves_kept) {
            (None, _) => None,
            (Some(_), Some(kept)) => Some(kept),
            (Some(sgd), None) => {
                let curves = curves_csv(&finished, sweep, &world.names(), sgd.batch);
                self.write("curves.csv", &curves)?;
                Some(fingerprint(curves.as_bytes()))
            }
        };
        let table = finished
            .into_table(sweep, world.names())
            .map_err(RunError::words)?;
        let runs_sha256 = self.write_runs(&table)?;
        manifest.simulation = Some(Simulation {
            identity,
            runs_sha256: runs_sha256.clone(),
            curves_sha256,
            processors,
        });
        self.write("manifest.json", &manifest.json())?;
        let source = DataSource {
            path: "runs.csv".into(),
            sha256: runs_sha256,
            rows: table.len(),
            domains: table.loss_names().to_vec(),
        };
        Ok(Obtained {
            table,
            source,
            truth: Some(Truth::of(world)),
            store: Some(store),
        })
    }

    /// Writes down what is about to run.
    fn begin(&self, manifest: &Manifest) -> Result<(), RunError> {
        self.write("experiment.toml", &self.resolved)?;
        self.write("manifest.json", &manifest.json())
    }

    /// Writes the table of runs; gives the fingerprint of the file.
    fn write_runs(&self, table: &RunTable) -> Result<String, RunError> {
        let path = self.path.join("runs.csv");
        runs::write_file(table, &path).map_err(|error| {
            RunError::other(format!("cannot write {}: {}", path.display(), error.source))
        })
    }

    /// Writes what was found: fits, best mixtures, figures, the page, the claim, and last the manifest.
    fn write_findings(
        &self,
        experiment: &Experiment,
        source: &DataSource,
        findings: &Findings,
        manifest: &mut Manifest,
    ) -> Result<Option<PageFigure>, RunError> {
        if experiment.optimum.is_some() {
            self.write("optimum.json", &optima_json(&findings.optima))?;
        }
        let mut picture = None;
        if let Some(fitted) = &findings.fitted {
            let fits = fitted.fits();
            let times = fits.iter().map(|fit| LawTime {
                law: fit.law.clone(),
                seconds: fit.seconds,
            });
            manifest.laws = times.collect();
            self.write(
                "fits.json",
                &fits_json(
                    source,
                    fitted.splits.len(),
                    &fits,
                    &fitted.comparisons(),
                    fitted.saved(&findings.runs).as_ref(),
                ),
            )?;
            picture = self.write_page(experiment, findings)?;
        }
        self.write("claims.json", &claims_json(&findings.claim))?;
        manifest.finished = Some(utc(SystemTime::now()));
        self.write("manifest.json", &manifest.json())?;
        Ok(picture)
    }

    /// Draws the figures and writes the page; gives the picture that shows the claim.
    fn write_page(
        &self,
        experiment: &Experiment,
        findings: &Findings,
    ) -> Result<Option<PageFigure>, RunError> {
        let Some(fitted) = &findings.fitted else {
            return Ok(None);
        };
        let folder = self.path.join("figures");
        let mut shown = Vec::new();
        for (name, figure) in pictures(experiment, findings, fitted) {
            shown.push(PageFigure::new(figure.as_ref(), name, None));
            figure
                .save(&folder, name)
                .map_err(|error| RunError::other(format!("cannot write figure {name}: {error}")))?;
        }
        let picture = lead(&shown);
        let page = Page {
            name: experiment.name.clone(),
            claim: findings.claim.clone(),
            laws: Some((fitted.fits(), fitted.scope)),
            exponents: findings.exponents(),
            optima: findings.optima.clone(),
            figures: shown,
            experiment: self.resolved.clone(),
            facts: vec![
                ("mixlaw".into(), env!("CARGO_PKG_VERSION").into()),
                ("seed".into(), experiment.seed.to_string()),
            ],
        };
        self.write("report.html", &page.html().map_err(RunError::other)?)?;
        Ok(picture)
    }

    fn write(&self, name: &str, text: &str) -> Result<(), RunError> {
        self.write_bytes(name, text.as_bytes())
    }

    fn write_bytes(&self, name: &str, bytes: &[u8]) -> Result<(), RunError> {
        output::write(&self.path.join(name), bytes)
    }
}
