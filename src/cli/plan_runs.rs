//! `mixlaw plan-runs`.

use std::path::Path;

use super::arguments::PlanRunsArguments;
use super::failure::Failure;
use super::print::{colour, print};
use super::progress::Terminal;
use super::run::DEFAULT_FOLDER;
use crate::report::figure::{Figure, RegretByRuns};
use crate::report::{plan_json, plan_table, trials_csv};
use crate::runner::output::{self, Filler};
use crate::runner::{Observer, Work};
use crate::{config, planning};

pub(super) fn plan_runs(arguments: &PlanRunsArguments, talk: &Terminal) -> Result<(), Failure> {
    let study = config::load_study(&arguments.file).map_err(Failure::input)?;
    let folder = arguments
        .out
        .clone()
        .unwrap_or_else(|| Path::new(DEFAULT_FOLDER).join(&study.name));
    output::check_folder(&folder, Filler::PlanRuns)?;
    let work = Work::begin(talk, "worlds tried", study.worlds);
    let outcome = planning::study(&study, &|more| work.advance(more)).map_err(Failure::words)?;
    work.finish();
    print(&plan_table(&study, &outcome).text(colour()))?;
    let figures = folder.join("figures");
    output::make_folder(&figures)?;
    let write = |name: &str, text: &str| output::write(&folder.join(name), text.as_bytes());
    write("plan.json", &plan_json(&study, &outcome))?;
    write("trials.csv", &trials_csv(&study, &outcome))?;
    RegretByRuns::of(&study, &outcome)
        .save(&figures, "regret")
        .map_err(|error| Failure::other(format!("cannot write figure regret: {error}")))?;
    talk.note(&format!("results are in {}", folder.display()));
    Ok(())
}
