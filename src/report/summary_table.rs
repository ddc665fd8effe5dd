//! The table that compares the laws of a fit.

use crate::fit::{Errors, LawFit, Masked, Spread};

use super::numbers::{ABSENT, decimals, spread};
use super::table::{Align, Column, Row, Table};

/// Name of the baseline that predicts, for each domain, its mean loss over the training runs.
pub(crate) const MEAN_LAW: &str = "mean";

/// What the errors of a table of fits are taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FitScope {
    /// Runs (rows) of the table.
    pub runs: usize,
    /// Loss columns fitted.
    pub domains: usize,
    /// Splits into training and held-out runs; 0 if nothing is held out.
    pub splits: usize,
    /// Runs held out in a split (in most of them, if they differ).
    pub held_out: usize,
}

/// What a reader calls a law: its name, and the mean baseline what it is.
pub(crate) fn law_title(law: &str) -> &str {
    if law == MEAN_LAW {
        "mean of the training runs"
    } else {
        law
    }
}

/// Compares laws by their error on the runs held out, or on all runs where no law has held-out
/// errors. The mean baseline comes first; the law with the smallest error stands out: of the excess
/// if it is known for every law, else of the loss.
pub(crate) fn law_table(fits: &[LawFit], scope: &FitScope) -> Table {
    let held_out = fits.iter().any(|fit| fit.test.is_some());
    let errors: Vec<Option<Errors>> = fits
        .iter()
        .map(|fit| if held_out { fit.test } else { Some(fit.train) })
        .collect();
    let of = |pick: fn(&Errors) -> Option<Spread>| -> Vec<Option<Spread>> {
        errors.iter().map(|e| e.as_ref().and_then(pick)).collect()
    };

    let masks_differ = errors.iter().flatten().any(|e| differ(&e.mre));
    let mut figures = Vec::new();
    if masks_differ {
        figures.push(("MRE of the loss, %\nall cells", of(|e| Some(e.mre.all))));
        figures.push((
            "MRE of the loss, %\nweight > 0",
            of(|e| Some(e.mre.positive)),
        ));
    } else {
        figures.push(("MRE of the loss, %", of(|e| Some(e.mre.all))));
    }
    let excess = of(|e| e.excess_mre.map(|masked| masked.all));
    let excess_known = excess.iter().any(Option::is_some);
    if excess_known {
        figures.push(("MRE of the excess, %", excess.clone()));
    }

    let mut table = Table::new([("law", Align::Left), ("parameters", Align::Right)]);
    let effective = fits.iter().any(|fit| fit.identifiability.is_some());
    if effective {
        table.columns[1].title.push_str("\n(effective)");
    }
    table
        .columns
        .extend(figures.iter().map(|(title, _)| Column {
            title: (*title).into(),
            align: Align::Right,
        }));
    table.columns.push(Column {
        title: "converged".into(),
        align: Align::Left,
    });

    let judged = if !excess.is_empty() && excess.iter().all(Option::is_some) {
        excess
    } else {
        of(|e| Some(e.mre.all))
    };
    let best = smallest(&judged);
    let columns: Vec<Vec<String>> = figures
        .iter()
        .map(|(_, spreads)| column(spreads, held_out && scope.splits > 1))
        .collect();
    for index in baseline_first(fits) {
        let fit = &fits[index];
        let parameters = match &fit.identifiability {
            Some(found) => format!(
                "{} ({:.1})",
                fit.parameter_count, found.effective_parameters
            ),
            None => fit.parameter_count.to_string(),
        };
        let mut cells = vec![law_title(&fit.law).to_owned(), parameters];
        cells.extend(columns.iter().map(|column| column[index].clone()));
        cells.push(converged(fit));
        table.rows.push(Row {
            cells,
            strong: best == Some(index),
        });
    }
    table.notes = notes(scope, held_out, masks_differ, excess_known);
    if effective {
        table.notes.push(EFFECTIVE.into());
    }
    table
}

/// What the effective parameters are.
const EFFECTIVE: &str = "Effective: parameters that the runs determine, the ridge the others.";

/// Whether all fits of a law converged; if not, how many did not.
fn converged(fit: &LawFit) -> String {
    let (fits, unconverged) = (fit.convergence.fits, fit.convergence.unconverged);
    if fit.converged {
        "yes".into()
    } else if unconverged > 0 && fits > 1 {
        format!("no, {unconverged} of {fits} fits")
    } else {
        "no".into()
    }
}

/// Indices of `fits` with the mean baseline in front.
fn baseline_first(fits: &[LawFit]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..fits.len()).collect();
    order.sort_by_key(|&index| fits[index].law != MEAN_LAW);
    order
}

/// Whether the two sets of cells give different errors, beyond rounding.
fn differ(masked: &Masked) -> bool {
    let (all, positive) = (masked.all.mean, masked.positive.mean);
    positive.is_finite() && (all - positive).abs() > 1e-9 * all.abs().max(positive.abs())
}

fn smallest(spreads: &[Option<Spread>]) -> Option<usize> {
    spreads
        .iter()
        .enumerate()
        .filter_map(|(index, spread)| Some((index, (*spread)?.mean)))
        .filter(|(_, mean)| mean.is_finite())
        .min_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(index, _)| index)
}

fn column(spreads: &[Option<Spread>], with_sd: bool) -> Vec<String> {
    let places = decimals(spreads.iter().flatten().map(|s| s.mean));
    spreads
        .iter()
        .map(|s| s.map_or_else(|| ABSENT.into(), |s| spread(s.mean, s.sd, places, with_sd)))
        .collect()
}

fn notes(scope: &FitScope, held_out: bool, masks_differ: bool, excess_known: bool) -> Vec<String> {
    let FitScope {
        runs,
        domains,
        splits,
        held_out: rows,
    } = scope;
    let mut notes = vec![
        "MRE: mean relative error, |predicted − measured| / measured over runs and domains."
            .to_owned(),
    ];
    if excess_known {
        notes.push("Excess: the loss above the irreducible loss, which is known here.".into());
    }
    if masks_differ {
        notes.push(
            "Weight > 0: only the cells of domains that had a share of the mixture.".to_owned(),
        );
    }
    notes.push(if !held_out {
        format!("{runs} runs, {domains} domains; nothing is held out: errors on the runs fitted.")
    } else if *splits == 1 {
        format!("{runs} runs, {domains} domains; errors on {rows} runs held out.")
    } else {
        format!(
            "{runs} runs, {domains} domains; errors on {rows} runs held out, \
             mean ± standard deviation over {splits} splits."
        )
    });
    notes
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::report::examples::{fit, fits, masked};
    use crate::report::table::WIDTH;

    const SCOPE: FitScope = FitScope {
        runs: 64,
        domains: 4,
        splits: 20,
        held_out: 19,
    };

    #[test]
    fn simulated_runs() {
        insta::assert_snapshot!(law_table(&fits(), &SCOPE).text(false));
    }

    #[test]
    fn real_runs_with_domains_left_out() {
        let mut real = fits();
        for fit in &mut real {
            if let Some(test) = &mut fit.test {
                test.excess_mre = None;
                test.mre = masked(8.0 * test.mre.all.mean, 0.31);
                test.mre.positive.mean *= 0.77;
            }
        }
        insta::assert_snapshot!(law_table(&real, &SCOPE).text(false));
    }

    #[test]
    fn effective_parameters_and_fits_that_did_not_converge() {
        let mut found = fits();
        found[0].convergence.fits = 21;
        found[0].convergence.unconverged = 3;
        found[1].identifiability = Some(crate::fit::Identifiability {
            effective_parameters: 17.46,
            ..crate::fit::Identifiability::default()
        });
        let text = law_table(&found, &SCOPE).text(false);
        let line = |law: &str| text.lines().find(|l| l.starts_with(law)).unwrap();
        assert!(line("capacity ").ends_with("no, 3 of 21 fits"), "{text}");
        assert!(line("capacity-noise").contains("20 (17.5)"), "{text}");
        assert!(line("windowed").contains(" 17  "), "{text}");
    }

    #[test]
    fn nothing_held_out() {
        let mut all = fits();
        for fit in &mut all {
            fit.test = None;
        }
        let scope = FitScope {
            splits: 0,
            held_out: 0,
            ..SCOPE
        };
        insta::assert_snapshot!(law_table(&all, &scope).text(false));
    }

    #[test]
    fn the_best_law_is_bold_and_never_more_than_one() {
        let text = law_table(&fits(), &SCOPE).text(true);
        let bold: Vec<&str> = text.lines().filter(|l| l.contains('\u{1b}')).collect();
        assert_eq!(bold.len(), 1);
        assert!(bold[0].contains("windowed"), "{}", bold[0]);
    }

    #[test]
    fn fits_the_terminal_at_its_widest() {
        let mut wide = fits();
        let mut odd = fit(&"law ".repeat(40), 1_234_567, 4321.0, Some(98765.0));
        odd.converged = false;
        if let Some(test) = &mut odd.test {
            test.mre.positive.mean = f64::NAN;
            test.mre.all.sd = f64::INFINITY;
        }
        wide.push(odd);
        if let Some(test) = &mut wide[1].test {
            test.mre.positive.mean = 1.0;
        }
        let text = law_table(&wide, &SCOPE).text(false);
        assert!(text.lines().all(|line| line.width() <= WIDTH), "{text}");
        assert_eq!(law_table(&[], &SCOPE).rows.len(), 0);
    }
}
