//! The pool of skills of `world.overlap`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::At;
use crate::world::{LARGEST_SCATTER, Pool, PoolError, Spread};

/// One scatter for all domains, or one for each.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum RawScatter {
    All(f64),
    Each(Vec<f64>),
}

impl JsonSchema for RawScatter {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Scatter".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": "number" },
            { "type": "array", "items": { "type": "number" } }
        ] })
    }
}

/// Ends between which correlations are drawn.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawSpread {
    /// Correlation of far domains, from 0 to `high`.
    low: f64,
    /// Correlation of near domains, up to 1.
    high: f64,
    /// Seed of the draw, a whole number of at least 0; default 0.
    #[serde(default)]
    seed: u64,
}

/// A correlation matrix, or how to draw one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum RawCorrelation {
    Matrix(Vec<Vec<f64>>),
    Spread(RawSpread),
}

impl JsonSchema for RawCorrelation {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Correlation".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let spread = generator.subschema_for::<RawSpread>();
        json_schema!({ "anyOf": [
            {
                "type": "array",
                "items": { "type": "array", "items": { "type": "number" } }
            },
            spread
        ] })
    }
}

/// Checks the pool of a world of `domains` domains.
pub(super) fn validate(
    scatter: &At<RawScatter>,
    correlation: &At<RawCorrelation>,
    private: Option<&At<f64>>,
    domains: usize,
    problems: &mut Problems,
) -> Option<Pool> {
    let private = problems.number_or("private", private, 0.0, "a number from 0 to 1", |share| {
        (0.0..=1.0).contains(&share)
    })?;
    let values = match &**scatter {
        RawScatter::All(value) => vec![*value; domains],
        RawScatter::Each(values) => values.clone(),
    };
    if values.len() != domains {
        return problems.add(
            Problem::new(format!(
                "`scatter` has {} values for {domains} domains",
                values.len()
            ))
            .label(scatter.span(), "one number, or one for each domain"),
        );
    }
    let pool = match &**correlation {
        RawCorrelation::Matrix(rows) => Pool::new(values, rows.clone(), private),
        RawCorrelation::Spread(raw) => {
            let spread = Spread {
                low: raw.low,
                high: raw.high,
                seed: raw.seed,
            };
            Pool::random(values, spread, private)
        }
    };
    match pool {
        Ok(pool) => Some(pool),
        Err(error) => {
            let (place, label) = match error {
                PoolError::Scatter(_) => (
                    scatter.span(),
                    format!("must be from 0 to {LARGEST_SCATTER}"),
                ),
                PoolError::Size { .. } => (
                    correlation.span(),
                    format!("needs {domains} rows of {domains} numbers"),
                ),
                PoolError::Spread { .. } => {
                    (correlation.span(), "needs 0 <= low <= high <= 1".into())
                }
                PoolError::Symmetry(..) | PoolError::Indefinite => {
                    (correlation.span(), "is no correlation matrix".into())
                }
                PoolError::Private(_) => (scatter.span(), "`private` is out of range".into()),
            };
            problems.add(Problem::new(error.to_string()).label(place, label))
        }
    }
}

impl From<&Pool> for RawScatter {
    fn from(pool: &Pool) -> Self {
        // One number where it can be: a key of [vary] may lead to it.
        match pool.scatter() {
            [first, rest @ ..] if rest.iter().all(|other| other.total_cmp(first).is_eq()) => {
                Self::All(*first)
            }
            several => Self::Each(several.to_vec()),
        }
    }
}

impl From<&Pool> for RawCorrelation {
    fn from(pool: &Pool) -> Self {
        match pool.spread() {
            Some(Spread { low, high, seed }) => Self::Spread(RawSpread { low, high, seed }),
            None => Self::Matrix(pool.correlation().to_vec()),
        }
    }
}
