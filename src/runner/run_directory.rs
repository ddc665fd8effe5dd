//! The directory of results that a run fills.

use std::path::PathBuf;
use std::time::SystemTime;

use super::figure::known::known_truth;
use super::figure::{allocation, phase_transition, transfer};
use super::fitted::{Fitted, fit_table};
use super::keeping::Simulated;
use super::picture::all::{lead, pictures};
use super::question::Question;
use super::resumed_sweep::{Done, KeptSweep};
use super::truth::Truth;
use super::{optima, output, vary};
use crate::claim::{ClaimResult, Figures};
use crate::cli::failure::Failure;
use crate::cli::progress::Talk;
use crate::cli::run::Ran;
use crate::config::{Experiment, Source};
use crate::fit::LawFit;
use crate::learner::LearnerKind;
use crate::optimum::{BestMixture, PathMixtures};
use crate::report::figure::Variation;
use crate::report::{
    CellCounts, DataSource, ExperimentSource, Exponents, InputFile, LawTime, Manifest, Page,
    PageFigure, Simulation, claims_json, exponent_table, fits_json, law_table, optima_json,
    optima_table, utc, verdict_text,
};
use crate::runs::{RunTable, fingerprint};
use crate::simulate::Simulator;
use crate::sweep::{Store, curves_csv};
use crate::{claim, runs};

/// Where the runs of a directory come from.
pub(crate) enum Origin<'a> {
    /// They were read from files.
    Read(RunTable, DataSource),
    /// They are simulated, and kept in the directory while that goes on.
    Kept(KeptSweep<'a>),
}

/// The runs of a directory, written down.
struct Obtained {
    table: RunTable,
    source: DataSource,
    truth: Option<Truth>,
    /// What kept them; it stays locked until the directory is complete.
    store: Option<Store>,
}

/// What an experiment found.
struct Found<'a> {
    table: &'a RunTable,
    fitted: &'a Fitted,
    fits: Vec<LawFit>,
    variation: Option<Variation>,
    optima: &'a [BestMixture],
    path: &'a [PathMixtures],
}

/// The directory that a run fills.
pub(crate) struct Directory {
    pub(crate) path: PathBuf,
    /// The experiment with every default.
    pub(crate) resolved: String,
    /// Whether the tables are printed, too.
    pub(crate) tables: bool,
}

impl Directory {
    pub(crate) fn fill(
        &self,
        experiment: &Experiment,
        origin: Origin<'_>,
        question: Option<&Question>,
        talk: Talk,
    ) -> Result<Ran, Failure> {
        let mut manifest = Manifest::begin(
            ExperimentSource::new(&experiment.name, &self.resolved),
            Vec::new(),
            rayon::current_num_threads(),
        );
        let Obtained {
            table,
            source,
            truth,
            store,
        } = self.obtain_runs(origin, &mut manifest, talk)?;
        let mut claim = ClaimResult {
            claim: experiment.claim.clone(),
            checks: Vec::new(),
        };
        let mut picture = None;
        let fitted = match &experiment.fit {
            Some(plan) => {
                let floors = truth.as_ref().map(|truth| truth.floors.as_slice());
                Some(fit_table(&table, plan, floors, talk)?)
            }
            None => None,
        };
        let mut figures = Figures::new();
        let mut variation = None;
        if let Some(fitted) = &fitted {
            let fits = fitted.fits();
            manifest.laws = fits
                .iter()
                .map(|fit| LawTime {
                    law: fit.law.clone(),
                    seconds: fit.seconds,
                })
                .collect();
            self.write(
                "fits.json",
                &fits_json(
                    &source,
                    fitted.splits.len(),
                    &fits,
                    &fitted.comparisons(),
                    false,
                ),
            )?;
            let exponents = truth.as_ref().map(|truth| &truth.exponents);
            figures = claim::measure(&fits, fitted.splits.len(), exponents);
            figures.extend(transfer::figures(experiment, fitted));
            variation = vary::vary(experiment, &table, &mut figures, talk)?;
        }
        let (optima, path) = match (&experiment.optimum, question) {
            (Some(plan), Some(question)) => {
                let simulator = known_truth(experiment).map(|(world, learner, sweep)| {
                    Simulator::new(world.clone(), learner.clone(), sweep.resolution)
                });
                if let (Source::Simulated { .. }, Err(why)) =
                    (&experiment.source, experiment.source.has_best_mixture())
                {
                    talk.say(&format!("no regret is told: {why}"));
                }
                let known = simulator.as_ref().zip(truth.as_ref());
                let truth = known.map(|(simulator, truth)| (simulator, truth.floors.as_slice()));
                let of = (&table, fitted.as_ref());
                let found = optima::find(plan, question, of, truth, talk)?;
                (found, optima::along_path(question, of, truth, talk)?)
            }
            _ => (Vec::new(), Vec::new()),
        };
        if experiment.optimum.is_some() {
            self.write("optimum.json", &optima_json(&optima))?;
            figures.extend(claim::measure_optima(&optima));
            figures.extend(claim::measure_path(&path));
        }
        let asked = |kind: &str| {
            let mut checks = experiment.checks.iter();
            checks.any(|check| check.figure.starts_with(kind))
        };
        if asked("allocation.") {
            figures.extend(allocation::figures(experiment));
        }
        if asked("onset.") {
            figures.extend(phase_transition::figures(experiment));
        }
        claim.checks = experiment
            .checks
            .iter()
            .map(|check| {
                let figure = figures.get(&check.figure);
                check.judge(
                    figure.map(|figure| figure.value),
                    figure.and_then(|figure| figure.interval),
                )
            })
            .collect();
        if let Some(fitted) = &fitted {
            let found = Found {
                table: &table,
                fitted,
                fits: fitted.fits(),
                variation,
                optima: &optima,
                path: &path,
            };
            picture = self.report(experiment, found, truth.as_ref(), &claim)?;
        } else if self.tables && !optima.is_empty() {
            output::print(&optima_table(&optima).text(output::colour()))?;
        }
        self.write("claims.json", &claims_json(&claim))?;
        manifest.finished = Some(utc(SystemTime::now()));
        self.write("manifest.json", &manifest.json())?;
        if let Some(store) = store {
            store.close().map_err(Failure::other)?;
        }
        talk.say(&format!("results are in {}", self.path.display()));
        Ok(Ran { claim, picture })
    }

    /// Simulates the runs, or takes those that were read, and writes them down.
    fn obtain_runs(
        &self,
        origin: Origin<'_>,
        manifest: &mut Manifest,
        talk: Talk,
    ) -> Result<Obtained, Failure> {
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
            Origin::Kept(kept) => self.obtain_kept(kept, manifest, talk),
        }
    }

    /// Simulates what is missing of a sweep, and writes all of it down.
    fn obtain_kept(
        &self,
        mut kept: KeptSweep<'_>,
        manifest: &mut Manifest,
        talk: Talk,
    ) -> Result<Obtained, Failure> {
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
        kept.complete(talk)?;
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
        if finished.diverged() > 0 {
            talk.say(&format!(
                "{} of {} runs diverged: the table has no losses for them and no law is fitted to them",
                finished.diverged(),
                sweep.runs()
            ));
        }
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
            .map_err(Failure::words)?;
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
    fn begin(&self, manifest: &Manifest) -> Result<(), Failure> {
        self.write("experiment.toml", &self.resolved)?;
        self.write("manifest.json", &manifest.json())
    }

    /// Writes the table of runs; gives the fingerprint of the file.
    fn write_runs(&self, table: &RunTable) -> Result<String, Failure> {
        let path = self.path.join("runs.csv");
        runs::write_file(table, &path).map_err(|error| {
            Failure::other(format!("cannot write {}: {}", path.display(), error.source))
        })
    }

    /// Prints the tables, draws the figures and writes the page.
    fn report(
        &self,
        experiment: &Experiment,
        found: Found<'_>,
        truth: Option<&Truth>,
        claim: &ClaimResult,
    ) -> Result<Option<PageFigure>, Failure> {
        let Found {
            table,
            fitted,
            fits,
            variation,
            optima,
            path,
        } = found;
        let exponents = truth.map_or(Vec::new(), |truth| {
            truth.recovered(table.loss_names(), &fits)
        });
        if self.tables {
            print_tables(&fits, fitted, (&exponents, optima), claim)?;
        }
        let folder = self.path.join("figures");
        let mut shown = Vec::new();
        for (name, figure) in pictures(
            experiment,
            table,
            fitted,
            (&exponents, optima, path),
            variation,
        ) {
            shown.push(PageFigure::new(figure.as_ref(), name, None));
            figure
                .save(&folder, name)
                .map_err(|error| Failure::other(format!("cannot write figure {name}: {error}")))?;
        }
        let picture = lead(&shown);
        let page = Page {
            name: experiment.name.clone(),
            claim: claim.clone(),
            laws: Some((fits, fitted.scope)),
            exponents,
            optima: optima.to_vec(),
            figures: shown,
            experiment: self.resolved.clone(),
            facts: vec![
                ("mixlaw".into(), env!("CARGO_PKG_VERSION").into()),
                ("seed".into(), experiment.seed.to_string()),
            ],
        };
        self.write("report.html", &page.html().map_err(Failure::other)?)?;
        Ok(picture)
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Failure> {
        self.write_bytes(name, text.as_bytes())
    }

    fn write_bytes(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        output::write(&self.path.join(name), bytes)
    }
}

/// Prints laws, exponents, best mixtures and verdicts.
fn print_tables(
    fits: &[LawFit],
    fitted: &Fitted,
    (exponents, optima): (&[Exponents], &[BestMixture]),
    claim: &ClaimResult,
) -> Result<(), Failure> {
    let colour = output::colour();
    output::print(&law_table(fits, &fitted.scope).text(colour))?;
    for panel in exponents {
        output::print(&format!("\n{}", exponent_table(panel).text(colour)))?;
    }
    if !optima.is_empty() {
        output::print(&format!("\n{}", optima_table(optima).text(colour)))?;
    }
    if !claim.checks.is_empty() {
        output::print(&format!("\n{}", verdict_text(claim)))?;
    }
    Ok(())
}
