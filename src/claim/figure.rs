//! A measured figure.

use std::collections::{BTreeMap, BTreeSet};

use crate::text::words::{listed, nearest};

/// A measured figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// Its value.
    pub value: f64,
    /// Where it lies, if that is known.
    pub interval: Option<(f64, f64)>,
}

impl Figure {
    /// A figure without an interval.
    pub fn exact(value: f64) -> Self {
        Self {
            value,
            interval: None,
        }
    }
}

/// Measured figures by name.
pub(crate) type Figures = BTreeMap<String, Figure>;

/// Most figures that are listed in place of another.
const MOST_LISTED: usize = 20;

/// What could be asked for in place of `figure`, where `known` are measured.
pub(crate) fn instead_of_figure(figure: &str, known: &[String]) -> String {
    if known.is_empty() {
        return "without [fit] nothing is measured".into();
    }
    let meant = nearest(figure, known.iter().map(String::as_str))
        .map_or(String::new(), |figure| format!("did you mean `{figure}`? "));
    let first = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    let alike: Vec<&str> = known
        .iter()
        .filter(|name| first(name) == first(figure))
        .map(String::as_str)
        .collect();
    if alike.is_empty() {
        let beginnings: BTreeSet<String> = known.iter().map(|name| first(name)).collect();
        let beginnings: Vec<String> = beginnings.into_iter().collect();
        return format!(
            "{meant}figures of this experiment begin with {}; `mixlaw schema --figures` tells all kinds",
            beginnings.join(", ")
        );
    }
    format!(
        "{meant}figures of this experiment that begin so: {}",
        listed(alike, MOST_LISTED)
    )
}
