//! `spectrum` of a domain, and the `masses` of the world: how often each rank is met.

use std::path::Path;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::spectrum_table;
use crate::config::diagnosis::choice::{Choice, Word};
use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::keys::Kinds;
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::{At, list, span_of};
use crate::world::{Masses, Shape, Spectrum, SpectrumError};

/// Departure from a pure power law.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawSpectrum {
    /// power-law: none; shifted: flat at the low ranks; curved: ever steeper; cutoff: ends; table:
    /// as measured; flat: facts of equal frequency.
    kind: At<Word<ShapeKind>>,
    /// Shift of the ranks, from 0 to 1e12; for shifted.
    shift: Option<At<f64>>,
    /// Curvature, dimensionless, from 0 to 10; for curved.
    curvature: Option<At<f64>>,
    /// Rank at which the tail has lost a factor e, above 0; for cutoff.
    rank: Option<At<f64>>,
    /// CSV file of the columns rank,tail: the mass beyond each rank, as a share of all; relative
    /// to this file; for table.
    path: Option<At<String>>,
    /// Rows [rank, mass beyond it] in place of a file; for table.
    rows: Option<At<Vec<At<Vec<f64>>>>>,
    /// Number of facts, a whole number from 1 to 1e12; for flat.
    ranks: Option<At<f64>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum ShapeKind {
    PowerLaw,
    Shifted,
    Curved,
    Cutoff,
    Table,
    Flat,
}

impl Choice for ShapeKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("power-law", Self::PowerLaw),
        ("shifted", Self::Shifted),
        ("curved", Self::Curved),
        ("cutoff", Self::Cutoff),
        ("table", Self::Table),
        ("flat", Self::Flat),
    ];
}

const SHAPE_KEYS: Kinds = Kinds {
    selector: "kind",
    keys: &[
        ("power-law", &[]),
        ("shifted", &["shift"]),
        ("curved", &["curvature"]),
        ("cutoff", &["rank"]),
        ("table", &["path", "rows"]),
        ("flat", &["ranks"]),
    ],
};

impl Choice for Masses {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("pareto", Self::Pareto),
        ("zeta", Self::Zeta),
        ("density", Self::Density),
    ];
}

/// Checks the exponent of a domain together with the shape of its spectrum; files are relative to
/// `folder`.
pub(super) fn validate(
    exponent: &At<f64>,
    masses: Masses,
    raw: Option<&At<RawSpectrum>>,
    folder: &Path,
    problems: &mut Problems,
) -> Option<Spectrum> {
    let shape = match raw {
        None => Some(Shape::PowerLaw),
        Some(raw) => validate_shape(raw, folder, problems),
    };
    let known = shape.is_some();
    // A wrong exponent is told even if the shape is wrong too.
    match Spectrum::new(**exponent, masses, shape.unwrap_or_default()) {
        Ok(spectrum) => known.then_some(spectrum),
        Err(error) => {
            refuse(&error, exponent, raw, problems);
            None
        }
    }
}

/// Tells at the key that is to blame why there is no such spectrum.
fn refuse(
    error: &SpectrumError,
    exponent: &At<f64>,
    raw: Option<&At<RawSpectrum>>,
    problems: &mut Problems,
) {
    match error {
        SpectrumError::Exponent(_) => {
            let must = "a number above 1, at most 100";
            problems.number("exponent", exponent, must, |_| false);
        }
        SpectrumError::Shape { key, allowed, .. } => {
            let given = raw.and_then(|raw| match *key {
                "shift" => raw.shift.as_ref(),
                "curvature" => raw.curvature.as_ref(),
                "ranks" => raw.ranks.as_ref(),
                _ => raw.rank.as_ref(),
            });
            if let Some(value) = given {
                problems.number(key, value, allowed, |_| false);
            }
        }
        SpectrumError::Rises { .. } => {
            let place = raw.map_or(exponent.span(), At::span);
            problems.add::<()>(
                Problem::new(error.to_string())
                    .label(place, "frequencies must fall with the rank")
                    .help(
                        "masses must fall ever more slowly from rank to rank, into the power law \
                         of `exponent` beyond the last row; fewer rows, or more digits, often help",
                    ),
            );
        }
        SpectrumError::ShapeNeedsPareto => {
            let place = raw.map_or(exponent.span(), |raw| raw.kind.span());
            problems.add::<()>(
                Problem::new("only pure power laws have masses other than \"pareto\"")
                    .label(place, "needs masses = \"pareto\"")
                    .help("take `spectrum` out, or set masses = \"pareto\" in [world]"),
            );
        }
    }
}

fn validate_shape(raw: &At<RawSpectrum>, folder: &Path, problems: &mut Problems) -> Option<Shape> {
    let kind = raw.kind.0;
    SHAPE_KEYS.check(
        kind.word(),
        &[
            ("shift", span_of(raw.shift.as_ref())),
            ("curvature", span_of(raw.curvature.as_ref())),
            ("rank", span_of(raw.rank.as_ref())),
            ("path", span_of(raw.path.as_ref())),
            ("rows", span_of(raw.rows.as_ref())),
            ("ranks", span_of(raw.ranks.as_ref())),
        ],
        problems,
    );
    if kind == ShapeKind::Table {
        let table = match (&raw.path, &raw.rows) {
            (Some(path), None) => spectrum_table::from_file(path, folder, problems),
            (None, Some(rows)) => spectrum_table::from_rows(rows, problems),
            (Some(path), Some(rows)) => problems.add(
                Problem::new("the table is given twice")
                    .label(path.span(), "as a file")
                    .label(rows.span(), "and as rows")
                    .help("take out `path` or `rows`"),
            ),
            (None, None) => SHAPE_KEYS.missing(kind.word(), "path", raw.span(), problems),
        };
        return table.map(|table| Shape::Table(Arc::new(table)));
    }
    let mut needed = |key, given: Option<&At<f64>>| match given {
        Some(value) => Some(**value),
        None => SHAPE_KEYS.missing(kind.word(), key, raw.span(), problems),
    };
    Some(match kind {
        ShapeKind::PowerLaw | ShapeKind::Table => Shape::PowerLaw,
        ShapeKind::Shifted => Shape::Shifted {
            shift: needed("shift", raw.shift.as_ref())?,
        },
        ShapeKind::Curved => Shape::Curved {
            curvature: needed("curvature", raw.curvature.as_ref())?,
        },
        ShapeKind::Cutoff => Shape::Cutoff {
            rank: needed("rank", raw.rank.as_ref())?,
        },
        ShapeKind::Flat => Shape::Flat {
            ranks: needed("ranks", raw.ranks.as_ref())?,
        },
    })
}

impl From<&Shape> for RawSpectrum {
    fn from(shape: &Shape) -> Self {
        let mut raw = Self::default();
        let kind = match shape {
            Shape::PowerLaw => ShapeKind::PowerLaw,
            Shape::Shifted { shift } => {
                raw.shift = Some((*shift).into());
                ShapeKind::Shifted
            }
            Shape::Curved { curvature } => {
                raw.curvature = Some((*curvature).into());
                ShapeKind::Curved
            }
            Shape::Cutoff { rank } => {
                raw.rank = Some((*rank).into());
                ShapeKind::Cutoff
            }
            Shape::Table(table) => {
                let rows = table.rows().iter().map(|(rank, tail)| vec![*rank, *tail]);
                raw.rows = Some(list(rows));
                ShapeKind::Table
            }
            Shape::Flat { ranks } => {
                raw.ranks = Some((*ranks).into());
                ShapeKind::Flat
            }
        };
        raw.kind = kind.into();
        raw
    }
}
