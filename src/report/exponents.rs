//! True exponents beside those that the laws recover.

use super::numbers::{ABSENT, significant};
use super::summary_table::law_title;
use super::table::{Align, Column, Row, Table};

/// A fitted figure and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The figure, in its own unit.
    pub value: f64,
    /// Lower and upper end of its interval, if there is one.
    pub interval: Option<(f64, f64)>,
}

/// One exponent of every domain: the true one and what each law recovers.
#[derive(Debug, Clone, PartialEq)]
pub struct Exponents {
    /// Symbol as in the equations: `b` or `a`.
    pub symbol: String,
    /// What it is, in words: `capacity exponent`.
    pub meaning: String,
    /// The laws that have this exponent.
    pub laws: Vec<String>,
    /// One entry for each domain.
    pub domains: Vec<DomainExponent>,
}

/// The exponent of one domain.
#[derive(Debug, Clone, PartialEq)]
pub struct DomainExponent {
    /// Name of the domain.
    pub domain: String,
    /// The true exponent, dimensionless, as the simulator has it.
    pub truth: f64,
    /// As recovered by each law, in the order of [`Exponents::laws`]; `None` where the law does not
    /// tell.
    pub recovered: Vec<Option<Estimate>>,
}

impl DomainExponent {
    /// What the law at `index` recovers, if it is a number.
    pub fn by_law(&self, index: usize) -> Option<Estimate> {
        let estimate = self.recovered.get(index).copied().flatten()?;
        estimate.value.is_finite().then_some(estimate)
    }
}

/// Domains down, laws across: each recovered exponent and its relative error.
pub(crate) fn exponent_table(exponents: &Exponents) -> Table {
    let symbol = &exponents.symbol;
    let mut table = Table::new([("domain", Align::Left)]);
    let headings = std::iter::once(format!("{symbol}, true")).chain(
        exponents
            .laws
            .iter()
            .map(|law| format!("{symbol} by {}", law_title(law))),
    );
    table.columns.extend(headings.map(|title| Column {
        title,
        align: Align::Right,
    }));
    table.rows = exponents
        .domains
        .iter()
        .map(|domain| Row {
            cells: [domain.domain.clone(), significant(domain.truth)]
                .into_iter()
                .chain((0..exponents.laws.len()).map(|law| recovered(domain, law)))
                .collect(),
            strong: false,
        })
        .collect();
    table.notes = vec![format!(
        "{symbol}: {}, no unit. In brackets: its relative error, (recovered − true) / true.",
        exponents.meaning
    )];
    table
}

fn recovered(domain: &DomainExponent, law: usize) -> String {
    let Some(estimate) = domain.by_law(law) else {
        return ABSENT.into();
    };
    let value = significant(estimate.value);
    let error = 100.0 * (estimate.value - domain.truth) / domain.truth;
    if !error.is_finite() {
        value
    } else if error.abs() < 1e4 {
        format!("{value} ({error:+.1} %)")
    } else {
        format!("{value} ({error:+.0e} %)")
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::report::examples::exponents;
    use crate::report::table::WIDTH;

    #[test]
    fn true_beside_recovered() {
        insta::assert_snapshot!(exponent_table(&exponents()).text(false));
    }

    #[test]
    fn many_laws_continue_below() {
        let mut many = exponents();
        many.laws = (0..12).map(|i| format!("law-{i}")).collect();
        let text = exponent_table(&many).text(false);
        assert!(text.lines().all(|line| line.width() <= WIDTH), "{text}");
        for law in &many.laws {
            assert!(text.contains(&format!("b by {law}")), "{text}");
        }
    }

    #[test]
    fn a_true_exponent_of_zero_has_no_relative_error() {
        let domain = DomainExponent {
            domain: "flat".into(),
            truth: 0.0,
            recovered: vec![
                Some(Estimate {
                    value: 0.1,
                    interval: None,
                }),
                Some(Estimate {
                    value: f64::NAN,
                    interval: None,
                }),
            ],
        };
        assert_eq!(recovered(&domain, 0), "0.1");
        assert_eq!(recovered(&domain, 1), "–");
        assert_eq!(recovered(&domain, 2), "–");
    }
}
