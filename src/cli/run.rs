//! `mixlaw run`: the whole experiment.

use std::path::Path;

use super::arguments::{Retry, RunArguments};
use super::failure::Failure;
use super::print::{colour, print};
use super::progress::Terminal;
use crate::claim::{ClaimResult, Verdict};
use crate::config::{self, Experiment};
use crate::report::{exponent_table, law_table, optima_table, verdict_text};
use crate::runner::{
    Findings, Keeping, estimate, load_experiment, run_into, share_into, warn_of_coarse_nodes,
};

/// Where results go when nothing else is said.
pub(super) const DEFAULT_FOLDER: &str = "mixlaw-out";

pub(super) fn run(arguments: &RunArguments, talk: &Terminal) -> Result<(), Failure> {
    let experiment = experiment_or_quickstart(arguments.file.as_deref())?;
    estimate::allow(&experiment, arguments.yes)?;
    warn_of_coarse_nodes(&experiment, talk);
    let folder = arguments
        .out
        .clone()
        .unwrap_or_else(|| Path::new(DEFAULT_FOLDER).join(&experiment.name));
    let keeping = Keeping {
        fresh: arguments.fresh,
        retry_failed: arguments.retry == Some(Retry::Failed),
        shard: arguments.shard,
        merged: None,
    };
    if keeping.shard.is_some() {
        return Ok(share_into(&folder, &experiment, &keeping, talk)?);
    }
    let ran = run_into(&folder, &experiment, &keeping, talk)?;
    print_findings(&ran.findings)?;
    if arguments.strict && fails(&ran.findings.claim) {
        return Err(Failure::Claim);
    }
    Ok(())
}

/// The experiment of `file`, or the built-in one.
pub(super) fn experiment_or_quickstart(file: Option<&Path>) -> Result<Experiment, Failure> {
    match file {
        Some(file) => load_experiment(file),
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

/// Prints laws, exponents, best mixtures and verdicts.
pub(super) fn print_findings(findings: &Findings) -> Result<(), Failure> {
    let colour = colour();
    if let Some(fitted) = &findings.fitted {
        let fits = fitted.fits();
        print(&law_table(&fits, &fitted.scope).text(colour))?;
        for panel in findings.exponents() {
            print(&format!("\n{}", exponent_table(&panel).text(colour)))?;
        }
    }
    if !findings.optima.is_empty() {
        let gap = if findings.fitted.is_some() { "\n" } else { "" };
        print(&format!(
            "{gap}{}",
            optima_table(&findings.optima).text(colour)
        ))?;
    }
    if findings.fitted.is_some() && !findings.claim.checks.is_empty() {
        print(&format!("\n{}", verdict_text(&findings.claim)))?;
    }
    Ok(())
}
