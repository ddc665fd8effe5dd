//! From a table of runs to fitted laws: what `run` and `fit` have in common.

use super::error::RunError;
use super::observer::Observer;
use crate::fit::{
    Comparison, FitPlan, LawFit, LawResult, SavedFits, Split, compare, design_warnings, fit_laws,
    observations, splits,
};
use crate::law::{self, Law};
use crate::report::FitScope;
use crate::runs::RunTable;
use crate::text::words::{nearest, shown};

/// Most runs that a file of fits holds.
const MOST_SAVED_RUNS: usize = 1_000_000;

/// Laws fitted to a table.
pub struct Fitted {
    /// The splits, in order.
    pub splits: Vec<Split>,
    /// One result per law, in the order of the plan.
    pub results: Vec<LawResult>,
    /// What the errors are taken over.
    pub scope: FitScope,
}

impl Fitted {
    /// The fits alone.
    pub(crate) fn fits(&self) -> Vec<LawFit> {
        self.results
            .iter()
            .map(|result| result.fit.clone())
            .collect()
    }

    /// The fits as a file holds them, to predict from; `None` above a million runs, which the file would
    /// hold as well.
    pub fn saved(&self, table: &RunTable) -> Option<SavedFits> {
        let rows: Vec<usize> = (0..table.len()).collect();
        (table.len() <= MOST_SAVED_RUNS).then(|| {
            SavedFits::new(
                &observations(table, &rows, 0.0),
                table.weight_names(),
                self.results.iter().map(|result| {
                    (
                        result.fit.law.as_str(),
                        &result.fitted,
                        &result.replicates[..],
                    )
                }),
            )
        })
    }

    /// Every law but the best held against it over the splits. The best has the smallest held-out
    /// error of the loss among the laws that predict every column, or among all if none does.
    pub(crate) fn comparisons(&self) -> Vec<Comparison> {
        let error = |result: &LawResult| result.fit.test.map(|errors| errors.mre.all.mean);
        let cells = |result: &LawResult| result.held_out.iter().map(Vec::len).sum::<usize>();
        let most = self.results.iter().map(cells).max();
        let best = self
            .results
            .iter()
            .filter(|result| Some(cells(result)) == most && error(result).is_some())
            .min_by(|a, b| {
                f64::total_cmp(&error(a).unwrap_or(f64::NAN), &error(b).unwrap_or(f64::NAN))
            });
        let Some(best) = best else {
            return Vec::new();
        };
        self.results
            .iter()
            .filter(|result| result.fit.law != best.fit.law)
            .filter_map(|result| compare(result, best, &self.splits))
            .collect()
    }
}

/// Splits the table and fits the plan's laws. `floors` are true floors, for excess errors.
pub(crate) fn fit_table(
    table: &RunTable,
    plan: &FitPlan,
    floors: Option<&[f64]>,
    observer: &dyn Observer,
) -> Result<Fitted, RunError> {
    let laws = plan
        .laws
        .iter()
        .map(|name| law_called(name))
        .collect::<Result<Vec<_>, _>>()?;
    say_unfitted(table, &laws, observer);
    let splits = splits(table, &plan.split, plan.split_seed.unwrap_or(plan.seed))
        .map_err(RunError::input)?;
    for doubt in design_warnings(table, &splits) {
        observer.note(&format!("note: {doubt}"));
    }
    let clock = std::time::Instant::now();
    let results = fit_laws(table, &laws, &splits, plan, floors).map_err(RunError::words)?;
    observer.note(&format!(
        "{} laws fitted to {} runs on {} splits in {:.1} s",
        results.len(),
        table.len(),
        splits.len(),
        clock.elapsed().as_secs_f64()
    ));
    for result in &results {
        say_result(result, observer);
    }
    let scope = FitScope {
        runs: table.len(),
        domains: table.loss_names().len(),
        splits: splits.len(),
        held_out: splits.first().map_or(0, |split| split.test.len()),
    };
    Ok(Fitted {
        splits,
        results,
        scope,
    })
}

/// Says how long a start took, and whether predictions had to be held within bounds.
fn say_result(result: &LawResult, observer: &dyn Observer) {
    let fit = &result.fit;
    if fit.start_seconds > 0.0 {
        observer.note(&format!(
            "  {}: {} starts, {:.1} ms each",
            fit.law,
            fit.starts,
            1e3 * fit.start_seconds
        ));
    }
    if let Some(scarce) = &fit.scarce {
        observer.note(&format!(
            "  {}: warning: {scarce}; the ridge decides what they leave open",
            fit.law
        ));
    }
    if result.guarded > 0 {
        observer.note(&format!(
            "  {}: {} held-out predictions ran off and were held at a bound",
            fit.law, result.guarded
        ));
    }
}

/// Refuses names of laws that do not exist.
pub(crate) fn check_laws(names: &[String]) -> Result<(), RunError> {
    names.iter().try_for_each(|name| law_called(name).map(drop))
}

fn law_called(name: &str) -> Result<Box<dyn Law>, RunError> {
    law::by_name(name).ok_or_else(|| {
        let names: Vec<&str> = law::all().iter().map(|law| law.name()).collect();
        let meant = nearest(name, names.iter().copied())
            .map_or(String::new(), |known| format!("did you mean `{known}`? "));
        RunError::words_with_help(
            format!("there is no law `{}`", shown(name)),
            format!("{meant}laws: {}", names.join(", ")),
        )
    })
}

/// Says which columns a law cannot fit, once for each set of such laws.
fn say_unfitted(table: &RunTable, laws: &[Box<dyn Law>], observer: &dyn Observer) {
    let missing: Vec<&str> = table
        .loss_names()
        .iter()
        .zip(table.own_weight())
        .filter(|(_, own)| own.is_none())
        .map(|(name, _)| name.as_str())
        .collect();
    let needy: Vec<&str> = laws
        .iter()
        .filter(|law| law.needs_own_weight())
        .map(|law| law.name())
        .collect();
    if !missing.is_empty() && !needy.is_empty() {
        observer.note(&format!(
            "not fitted by {}: {} (no weight column of its own)",
            needy.join(", "),
            missing.join(", ")
        ));
    }
}
