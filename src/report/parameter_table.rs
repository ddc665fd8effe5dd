//! Fitted parameters with their intervals, one row per domain.

use crate::fit::{LawFit, ParameterValue};

use super::numbers::{ABSENT, rounded};
use super::summary_table::law_title;
use super::table::{Align, Column, Row, Table};

/// Digits of a parameter.
const DIGITS: i32 = 3;

/// Name of the row of the parameters that belong to no domain.
const WHOLE: &str = "(all)";

/// The parameters of a law with their intervals over resampled noise; a symbol is a column, a
/// domain a row. Where a symbol stands for several parameters of a domain, the last one is shown.
pub(crate) fn parameter_table(fit: &LawFit) -> Table {
    let mut symbols: Vec<&str> = Vec::new();
    let mut domains: Vec<Option<&str>> = Vec::new();
    for parameter in &fit.parameters {
        if !symbols.contains(&parameter.symbol.as_str()) {
            symbols.push(&parameter.symbol);
        }
        let domain = parameter.domain.as_deref();
        if !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    let mut table = Table::new([("domain", Align::Left)]);
    table.columns[0].title = law_title(&fit.law).into();
    table.columns.extend(symbols.iter().map(|symbol| Column {
        title: (*symbol).into(),
        align: Align::Right,
    }));
    table.rows = domains
        .iter()
        .map(|domain| {
            let mut cells = vec![domain.unwrap_or(WHOLE).to_owned()];
            cells.extend(symbols.iter().map(|symbol| {
                let same =
                    |p: &&ParameterValue| p.symbol == *symbol && p.domain.as_deref() == *domain;
                let found = fit.parameters.iter().rev().find(same);
                found.map_or(ABSENT.into(), cell)
            }));
            Row {
                cells,
                strong: false,
            }
        })
        .collect();
    if let Some(replicates) = &fit.bootstrap {
        let mut note = format!(
            "95 % intervals over {} fits to resampled noise",
            replicates.count
        );
        if replicates.unconverged > 0 {
            note += &format!(
                ", {} of which did not meet the convergence test",
                replicates.unconverged
            );
        }
        table.notes = vec![note + "."];
    }
    table
}

/// `value [low, high]`.
fn cell(parameter: &ParameterValue) -> String {
    let value = parameter
        .value
        .map_or(ABSENT.into(), |value| rounded(value, DIGITS));
    match parameter.interval {
        Some((low, high)) => {
            format!(
                "{value} [{}, {}]",
                rounded(low, DIGITS),
                rounded(high, DIGITS)
            )
        }
        None => value,
    }
}
