//! `world.overlap`: which skills beyond the head are shared.

use schemars::JsonSchema;
use serde::Deserialize;

use super::choice::{Choice, Word};
use super::error::Problem;
use super::keys::Kinds;
use super::number::show;
use super::place::{At, span_of};
use super::pool::{self, RawCorrelation, RawScatter};
use super::problems::Problems;
use crate::world::{Overlap, Pool};

/// Which skills beyond the head are shared between domains.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawOverlap {
    /// none: no rank; all: a rank is one skill of all domains; pair: of two domains; pool: all
    /// domains draw on the same skills, each with frequencies of its own.
    kind: At<Word<OverlapKind>>,
    /// Share of the ranks beyond the head that are shared, from 0 to 1; for all and pair.
    fraction: Option<At<f64>>,
    /// Must be 0 in this version; for pair.
    rank_jitter: Option<At<f64>>,
    /// Log-normal spread of a skill's frequency between domains, in e-folds, from 0 to 4: a
    /// number, or one for each domain; for pool.
    scatter: Option<At<RawScatter>>,
    /// Correlation of that spread between domains: a matrix, or the ends to draw one between; for
    /// pool.
    correlation: Option<At<RawCorrelation>>,
    /// Share of the ranks beyond the head that each domain has for itself, from 0 to 1; default 0;
    /// for pool.
    private: Option<At<f64>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum OverlapKind {
    None,
    All,
    Pair,
    Pool,
}

impl Choice for OverlapKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("none", Self::None),
        ("all", Self::All),
        ("pair", Self::Pair),
        ("pool", Self::Pool),
    ];
}

const OVERLAP_KEYS: Kinds = Kinds {
    selector: "kind",
    keys: &[
        ("none", &[]),
        ("all", &["fraction"]),
        ("pair", &["fraction", "rank-jitter"]),
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
    if let Some(jitter) = raw.rank_jitter.as_ref().filter(|jitter| ***jitter != 0.0) {
        problems.add::<()>(
            Problem::new("a `rank-jitter` other than 0 is not in this version of mixlaw")
                .label(jitter.span(), "must be 0 in this version"),
        );
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
        OverlapKind::None | OverlapKind::Pool => Overlap::None,
        OverlapKind::All => Overlap::All { fraction },
        OverlapKind::Pair => Overlap::Pair { fraction },
    })
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

/// The overlap as an inline table.
pub(super) fn written(overlap: &Overlap) -> String {
    let (kind, keys) = match overlap {
        Overlap::None => (OverlapKind::None, String::new()),
        Overlap::All { fraction } => (
            OverlapKind::All,
            format!(", fraction = {}", show(*fraction)),
        ),
        Overlap::Pair { fraction } => (
            OverlapKind::Pair,
            format!(", fraction = {}, rank-jitter = 0.0", show(*fraction)),
        ),
        Overlap::Pool(pool) => (OverlapKind::Pool, pool::written(pool)),
    };
    format!("{{ kind = \"{}\"{keys} }}", kind.word())
}
