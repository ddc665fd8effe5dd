//! `world.overlap`: which skills beyond the head are shared.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pool::{self, RawCorrelation, RawScatter};
use crate::config::diagnosis::choice::{Choice, Word};
use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::keys::Kinds;
use crate::config::diagnosis::number::say;
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::{At, list, span_of};
use crate::world::{LARGEST_JITTER, Overlap, OverlapError, Pool};

/// Which skills beyond the head are shared between domains.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawOverlap {
    /// none: no rank; all: a rank is one skill of all domains; pair: of two domains; matrix: of two
    /// domains, as often as these two share; pool: all domains draw on the same skills, each with
    /// frequencies of its own.
    kind: At<Word<OverlapKind>>,
    /// Share of the ranks beyond the head that are shared, from 0 to 1; for all and pair.
    fraction: Option<At<f64>>,
    /// For each domain, the share of its ranks that it has in common with each other domain:
    /// symmetric, 0 on the diagonal, no row above 1; for matrix.
    fractions: Option<At<Fractions>>,
    /// Log-normal spread of the partner's rank, in e-folds, from 0 (the same rank) to 5; default 0;
    /// for pair and matrix. At a capacity N losses are right to 2.5/N of the excess, at worst, and where a
    /// learner meets the last ranks, 2 %; better with more `classes-per-decade`.
    rank_jitter: Option<At<f64>>,
    /// Log-normal spread of a skill's frequency between domains, in e-folds, from 0 to 4: a
    /// number, or one for each domain; for pool. Losses are right to 1 % of the excess, and better
    /// with more `classes-per-decade`.
    scatter: Option<At<RawScatter>>,
    /// Correlation of that spread between domains: a matrix, or the ends to draw one between; for
    /// pool.
    correlation: Option<At<RawCorrelation>>,
    /// Share of the ranks beyond the head that each domain has for itself, from 0 to 1; default 0;
    /// for pool.
    private: Option<At<f64>>,
}

/// A row of numbers for each domain.
type Fractions = Vec<At<Vec<At<f64>>>>;

#[derive(Debug, Clone, Copy, PartialEq)]
enum OverlapKind {
    None,
    All,
    Pair,
    Matrix,
    Pool,
}

impl Choice for OverlapKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("none", Self::None),
        ("all", Self::All),
        ("pair", Self::Pair),
        ("matrix", Self::Matrix),
        ("pool", Self::Pool),
    ];
}

const OVERLAP_KEYS: Kinds = Kinds {
    selector: "kind",
    keys: &[
        ("none", &[]),
        ("all", &["fraction"]),
        ("pair", &["fraction", "rank-jitter"]),
        ("matrix", &["fractions", "rank-jitter"]),
        ("pool", &["scatter", "correlation", "private"]),
    ],
};

/// Checks `world.overlap` of a world of `domains` domains.
pub(super) fn validate(
    raw: &At<RawOverlap>,
    domains: usize,
    problems: &mut Problems,
) -> Option<Overlap> {
    let kind = raw.kind.0;
    OVERLAP_KEYS.check(
        kind.word(),
        &[
            ("fraction", span_of(raw.fraction.as_ref())),
            ("fractions", span_of(raw.fractions.as_ref())),
            ("rank-jitter", span_of(raw.rank_jitter.as_ref())),
            ("scatter", span_of(raw.scatter.as_ref())),
            ("correlation", span_of(raw.correlation.as_ref())),
            ("private", span_of(raw.private.as_ref())),
        ],
        problems,
    );
    if kind == OverlapKind::None {
        return Some(Overlap::None);
    }
    if kind == OverlapKind::Pool {
        return validate_pool(raw, domains, problems).map(Overlap::Pool);
    }
    let rank_jitter = problems.number_or(
        "rank-jitter",
        raw.rank_jitter.as_ref(),
        0.0,
        &format!("a number from 0 to {}", say(LARGEST_JITTER)),
        |jitter| (0.0..=LARGEST_JITTER).contains(&jitter),
    );
    if kind == OverlapKind::Matrix {
        return validate_matrix(raw, domains, rank_jitter?, problems);
    }
    let Some(given) = raw.fraction.as_ref() else {
        return OVERLAP_KEYS.missing(kind.word(), "fraction", raw.span(), problems);
    };
    let fraction = problems.number("fraction", given, "a number from 0 to 1", |fraction| {
        (0.0..=1.0).contains(&fraction)
    })?;
    if domains == 1 && fraction > 0.0 {
        return problems.add(
            Problem::new("one domain has nothing to share with")
                .label(raw.span(), "overlap needs at least two domains"),
        );
    }
    Some(match kind {
        OverlapKind::All => Overlap::All { fraction },
        OverlapKind::Pair => Overlap::Pair {
            fraction,
            rank_jitter: rank_jitter?,
        },
        OverlapKind::None | OverlapKind::Matrix | OverlapKind::Pool => Overlap::None,
    })
}

fn validate_matrix(
    raw: &At<RawOverlap>,
    domains: usize,
    rank_jitter: f64,
    problems: &mut Problems,
) -> Option<Overlap> {
    let Some(given) = &raw.fractions else {
        let word = OverlapKind::Matrix.word();
        return OVERLAP_KEYS.missing(word, "fractions", raw.span(), problems);
    };
    let mut fractions = Vec::with_capacity(given.len());
    for row in given.iter() {
        let row: Option<Vec<f64>> = row
            .iter()
            .map(|value| {
                problems.number("fractions", value, "numbers from 0 to 1", |fraction| {
                    (0.0..=1.0).contains(&fraction)
                })
            })
            .collect();
        fractions.push(row?);
    }
    let overlap = Overlap::Matrix {
        fractions,
        rank_jitter,
    };
    let Err(error) = overlap.check(domains) else {
        return Some(overlap);
    };
    let (row, label) = match error {
        OverlapError::Size { .. } => (
            given.iter().find(|row| row.len() != domains),
            format!("needs {domains} rows of {domains} numbers"),
        ),
        _ => (
            error.domain().and_then(|number| given.get(number - 1)),
            "in this row".into(),
        ),
    };
    // The number of rows is told at all of them.
    let row = row.filter(|_| given.len() == domains);
    let place = row.map_or(given.span(), At::span);
    problems.add(Problem::new(error.to_string()).label(place, label))
}

fn validate_pool(raw: &At<RawOverlap>, domains: usize, problems: &mut Problems) -> Option<Pool> {
    let word = OverlapKind::Pool.word();
    let Some(scatter) = &raw.scatter else {
        return OVERLAP_KEYS.missing(word, "scatter", raw.span(), problems);
    };
    let Some(correlation) = &raw.correlation else {
        return OVERLAP_KEYS.missing(word, "correlation", raw.span(), problems);
    };
    pool::validate(
        scatter,
        correlation,
        raw.private.as_ref(),
        domains,
        problems,
    )
}

impl From<&Overlap> for RawOverlap {
    fn from(overlap: &Overlap) -> Self {
        let of = |kind: OverlapKind| Self {
            kind: kind.into(),
            ..Self::default()
        };
        match overlap {
            Overlap::None => of(OverlapKind::None),
            Overlap::All { fraction } => Self {
                fraction: Some((*fraction).into()),
                ..of(OverlapKind::All)
            },
            Overlap::Pair {
                fraction,
                rank_jitter,
            } => Self {
                fraction: Some((*fraction).into()),
                rank_jitter: Some((*rank_jitter).into()),
                ..of(OverlapKind::Pair)
            },
            Overlap::Matrix {
                fractions,
                rank_jitter,
            } => Self {
                fractions: Some(list(fractions.iter().map(|row| list(row.clone())))),
                rank_jitter: Some((*rank_jitter).into()),
                ..of(OverlapKind::Matrix)
            },
            Overlap::Pool(pool) => Self {
                scatter: Some(RawScatter::from(pool).into()),
                correlation: Some(RawCorrelation::from(pool).into()),
                private: Some(pool.private().into()),
                ..of(OverlapKind::Pool)
            },
        }
    }
}
