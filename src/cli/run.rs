//! `mixlaw run`: the whole experiment.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::arguments::RunArguments;
use super::best_mixture::Question;
use super::failure::Failure;
use super::pictures::{lead, pictures};
use super::progress::Talk;
use super::results::{Fitted, fit_table};
use super::simulate::simulated;
use super::truth::Truth;
use super::{estimate, optima, output, vary};
use crate::claim::{self, ClaimResult, Figures, Verdict};
use crate::config::{self, Experiment, Source};
use crate::fit::LawFit;
use crate::learner::{Learner, LearnerKind};
use crate::optimum::BestMixture;
use crate::report::figure::Variation;
use crate::report::{
    CellCounts, DataSource, ExperimentSource, Exponents, InputFile, LawTime, Manifest, Page,
    PageFigure, claims_json, exponent_table, fits_json, law_table, optima_json, optima_table, utc,
    verdict_text, write_atomic,
};
use crate::runs::{self, RunTable, fingerprint};
use crate::simulate::Simulator;
use crate::sweep::Sweep;
use crate::world::World;

/// Where results go when nothing else is said.
const DEFAULT_FOLDER: &str = "mixlaw-out";

pub(super) fn run(arguments: &RunArguments, talk: Talk) -> Result<(), Failure> {
    let experiment = experiment_or_quickstart(arguments.file.as_deref())?;
    estimate::allow(&experiment, arguments.yes)?;
    let folder = arguments
        .out
        .clone()
        .unwrap_or_else(|| Path::new(DEFAULT_FOLDER).join(&experiment.name));
    let ran = run_into(&folder, &experiment, talk, true)?;
    if arguments.strict && fails(&ran.claim) {
        return Err(Failure::Claim);
    }
    Ok(())
}

/// The experiment of `file`, or the built-in one.
pub(super) fn experiment_or_quickstart(file: Option<&Path>) -> Result<Experiment, Failure> {
    match file {
        Some(file) => config::load(file),
        None => config::parse(config::QUICKSTART, "quickstart.toml"),
    }
    .map_err(Failure::input)
}

/// Whether some check of a claim fails.
pub(super) fn fails(claim: &ClaimResult) -> bool {
    claim
        .checks
        .iter()
        .any(|check| check.verdict == Verdict::Fails)
}

/// What came of an experiment.
pub(super) struct Ran {
    /// Its claim and checks.
    pub(super) claim: ClaimResult,
    /// The picture that shows the claim.
    pub(super) picture: Option<PageFigure>,
}

/// Runs an experiment, fills `folder` with its results, and prints its tables if asked.
pub(super) fn run_into(
    folder: &Path,
    experiment: &Experiment,
    talk: Talk,
    tables: bool,
) -> Result<Ran, Failure> {
    check_figures(experiment)?;
    output::check_folder(folder)?;
    // Runs from files are read before anything is written: bad input leaves nothing behind.
    let loaded = match &experiment.source {
        Source::Runs(mapping) => Some(super::fit::load(mapping, talk)?),
        Source::Simulated { .. } => None,
    };
    let question = question(experiment, loaded.as_ref().map(|(table, _)| table))?;
    output::make_folder(folder)?;
    let directory = Directory {
        resolved: config::resolved_toml(experiment, folder),
        path: folder.to_path_buf(),
        tables,
    };
    directory.fill(experiment, loaded, question.as_ref(), talk)
}

/// The best mixture that is asked for, in terms of the domains; what is wrong with it is told
/// before any work.
fn question(
    experiment: &Experiment,
    table: Option<&RunTable>,
) -> Result<Option<Question>, Failure> {
    let Some(plan) = &experiment.optimum else {
        return Ok(None);
    };
    let question = match (&experiment.source, table) {
        (Source::Simulated { world, .. }, _) => {
            let names = world.names();
            let own: Vec<_> = (0..names.len()).map(Some).collect();
            Question::new(plan, &names, (&names, &own), experiment.seed)
        }
        (Source::Runs(_), Some(table)) => {
            let columns = (table.loss_names(), table.own_weight());
            Question::new(plan, table.weight_names(), columns, experiment.seed)
        }
        (Source::Runs(_), None) => return Ok(None),
    };
    question.map(Some)
}

/// Refuses checks of figures that the experiment does not measure, before any work.
fn check_figures(experiment: &Experiment) -> Result<(), Failure> {
    let simulated = matches!(experiment.source, Source::Simulated { .. });
    let measured = |experiment: &Experiment| {
        experiment.fit.as_ref().map_or(Vec::new(), |fit| {
            let held_out = fit.split != crate::fit::SplitRule::None;
            claim::names(&fit.laws, held_out, simulated)
        })
    };
    let mut known = measured(experiment);
    for (value, variant) in experiment.vary.iter().flat_map(|vary| &vary.variants) {
        let names = measured(variant);
        known.extend(names.iter().map(|name| vary::at(*value, name)));
    }
    if let Some(plan) = &experiment.optimum {
        let domains = match &experiment.source {
            Source::Simulated { world, .. } => Some(world.names()),
            // Those of real runs are known when the table is read.
            Source::Runs(_) => None,
        };
        known.extend(claim::optimum_names(
            &plan.of,
            domains.as_deref(),
            known_truth(experiment).is_some(),
        ));
        let of_weight =
            |figure: &String| domains.is_none() && figure.starts_with("optimum.weight.");
        let asked = experiment.checks.iter().map(|check| &check.figure);
        known.extend(asked.filter(|figure| of_weight(figure)).cloned());
    }
    for check in &experiment.checks {
        if !known.contains(&check.figure) {
            let help = if known.is_empty() {
                "without [fit] nothing is measured".to_string()
            } else {
                format!("figures of this experiment: {}", known.join(", "))
            };
            return Err(Failure::words_with_help(
                format!(
                    "[[checks]] asks for the figure `{}`, which this experiment does not measure",
                    check.figure
                ),
                help,
            ));
        }
    }
    Ok(())
}

/// What an experiment found.
struct Found<'a> {
    table: &'a RunTable,
    fitted: &'a Fitted,
    fits: Vec<LawFit>,
    variation: Option<Variation>,
    optima: &'a [BestMixture],
}

/// The directory that a run fills.
struct Directory {
    path: PathBuf,
    resolved: String,
    /// Whether the tables are printed, too.
    tables: bool,
}

impl Directory {
    fn fill(
        &self,
        experiment: &Experiment,
        loaded: Option<(RunTable, DataSource)>,
        question: Option<&Question>,
        talk: Talk,
    ) -> Result<Ran, Failure> {
        let mut manifest = Manifest::begin(
            ExperimentSource {
                name: experiment.name.clone(),
                sha256: fingerprint(self.resolved.as_bytes()),
            },
            Vec::new(),
            rayon::current_num_threads(),
        );
        self.write("experiment.toml", &self.resolved)?;
        self.write("manifest.json", &manifest.json())?;

        let (table, source, truth) = self.obtain_runs(experiment, loaded, &mut manifest, talk)?;
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
            variation = vary::vary(experiment, &table, &mut figures, talk)?;
        }
        let optima = match (&experiment.optimum, question) {
            (Some(plan), Some(question)) => {
                let simulator = known_truth(experiment).map(|(world, learner, sweep)| {
                    Simulator::new(world.clone(), learner.clone(), sweep.resolution)
                });
                let known = simulator.as_ref().zip(truth.as_ref());
                let truth = known.map(|(simulator, truth)| (simulator, truth.floors.as_slice()));
                optima::find(plan, question, (&table, fitted.as_ref()), truth, talk)?
            }
            _ => Vec::new(),
        };
        if experiment.optimum.is_some() {
            self.write("optimum.json", &optima_json(&optima))?;
            figures.extend(claim::measure_optima(&optima));
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
            };
            picture = self.report(experiment, found, truth.as_ref(), &claim)?;
        } else if self.tables && !optima.is_empty() {
            output::print(&optima_table(&optima).text(output::colour()))?;
        }
        self.write("claims.json", &claims_json(&claim))?;
        manifest.finished = Some(utc(SystemTime::now()));
        self.write("manifest.json", &manifest.json())?;
        talk.say(&format!("results are in {}", self.path.display()));
        Ok(Ran { claim, picture })
    }

    /// Simulates the runs, or takes those that were loaded, and writes them down.
    fn obtain_runs(
        &self,
        experiment: &Experiment,
        loaded: Option<(RunTable, DataSource)>,
        manifest: &mut Manifest,
        talk: Talk,
    ) -> Result<(RunTable, DataSource, Option<Truth>), Failure> {
        let (table, source, truth) = match (&experiment.source, loaded) {
            (
                Source::Simulated {
                    world,
                    learner,
                    sweep,
                    ..
                },
                _,
            ) => {
                let simulated = simulated(world.clone(), learner.clone(), sweep, talk)?;
                let failed = without_losses(&simulated.table);
                manifest.cells = CellCounts {
                    done: sweep.cells() - failed,
                    failed,
                };
                if let Some(curves) = &simulated.curves {
                    self.write("curves.csv", curves)?;
                }
                (simulated.table, None, Some(Truth::of(world)))
            }
            (Source::Runs(_), Some((table, source))) => {
                manifest.inputs = vec![InputFile {
                    path: source.path.clone(),
                    sha256: source.sha256.clone(),
                }];
                (table, Some(source), None)
            }
            (Source::Runs(_), None) => return Err(Failure::other("the runs were not loaded")),
        };
        let mut text = Vec::new();
        runs::write(&table, &mut text).map_err(Failure::other)?;
        self.write_bytes("runs.csv", &text)?;
        let source = source.unwrap_or_else(|| DataSource {
            path: "runs.csv".into(),
            sha256: fingerprint(&text),
            rows: table.len(),
            domains: table.loss_names().to_vec(),
        });
        Ok((table, source, truth))
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
        } = found;
        let exponents = truth.map_or(Vec::new(), |truth| {
            truth.recovered(table.loss_names(), &fits)
        });
        if self.tables {
            print_tables(&fits, fitted, (&exponents, optima), claim)?;
        }
        let folder = self.path.join("figures");
        let mut shown = Vec::new();
        for (name, figure) in pictures(experiment, table, fitted, &exponents, variation) {
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
        let path = self.path.join(name);
        write_atomic(&path, bytes)
            .map_err(|error| Failure::other(format!("cannot write {}: {error}", path.display())))
    }
}

/// World, learner and sweep of an experiment whose true losses have derivatives by the weights: a
/// learner that counts, and tokens that are not repeated.
fn known_truth(experiment: &Experiment) -> Option<(&World, &Learner, &Sweep)> {
    match &experiment.source {
        Source::Simulated {
            world,
            learner: LearnerKind::Counting(learner),
            sweep,
            ..
        } if world.supply().is_unlimited() => Some((world, learner, sweep)),
        Source::Simulated { .. } | Source::Runs(_) => None,
    }
}

/// Number of cells in which some run has no losses, because it diverged.
fn without_losses(table: &RunTable) -> usize {
    let cells: BTreeSet<u64> = (0..table.len())
        .filter(|run| table.loss(*run, 0).is_none())
        .map(|run| table.cell(run))
        .collect();
    cells.len()
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
