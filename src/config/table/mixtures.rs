//! `[sweep.mixtures]`: which mixtures a sweep visits.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::diagnosis::choice::{Choice, Word};
use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::keys::Kinds;
use crate::config::diagnosis::number::say;
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::span::{At, list as list_of, span_of, whole};
use crate::mixture::{Design, DesignError, Mixture, MixtureError};

/// Most mixtures of a random design: more would fill the memory before the first run.
const MOST_MIXTURES: i64 = 1_000_000;

/// How far 1/step may be from a whole number.
const STEP_TOLERANCE: f64 = 1e-9;

/// The weights of one mixture, as they are read.
type Point = At<Vec<At<f64>>>;

/// Which mixtures to visit.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawMixtures {
    /// dirichlet: random draws; grid: all multiples of a step; list: the points given;
    /// latin-hypercube: random draws, spread evenly over each domain's weight.
    design: At<Word<DesignKind>>,
    /// Number of mixtures, from 1 to 1000000; for dirichlet and latin-hypercube.
    count: Option<At<i64>>,
    /// Concentration of every domain, at least 0.01: 1 is uniform over all mixtures, more keeps to
    /// the middle; for dirichlet, default 1.
    concentration: Option<At<f64>>,
    /// Smallest weight of a domain, from 0 to below 1/K; for dirichlet, default 0.
    floor: Option<At<f64>>,
    /// Distance between weights, 1 divided by a whole number; for grid.
    step: Option<At<f64>>,
    /// The mixtures: a list of lists, each with one weight for every domain in order, summing to
    /// 1; for list.
    points: Option<At<Vec<Point>>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum DesignKind {
    Dirichlet,
    Grid,
    List,
    LatinHypercube,
}

impl Choice for DesignKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("dirichlet", Self::Dirichlet),
        ("grid", Self::Grid),
        ("list", Self::List),
        ("latin-hypercube", Self::LatinHypercube),
    ];
}

const DESIGN_KEYS: Kinds = Kinds {
    selector: "design",
    keys: &[
        ("dirichlet", &["count", "concentration", "floor"]),
        ("grid", &["step"]),
        ("list", &["points"]),
        ("latin-hypercube", &["count"]),
    ],
};

/// Checks `[sweep.mixtures]` and lays the design out over `domains` domains.
pub(super) fn validate(
    raw: &At<RawMixtures>,
    domains: usize,
    seed: u64,
    problems: &mut Problems,
) -> Option<(Design, Vec<Mixture>)> {
    let kind = raw.design.0;
    DESIGN_KEYS.check(
        kind.word(),
        &[
            ("count", span_of(raw.count.as_ref())),
            ("concentration", span_of(raw.concentration.as_ref())),
            ("floor", span_of(raw.floor.as_ref())),
            ("step", span_of(raw.step.as_ref())),
            ("points", span_of(raw.points.as_ref())),
        ],
        problems,
    );
    let design = match kind {
        DesignKind::Dirichlet => dirichlet(raw, problems),
        DesignKind::Grid => grid(raw, problems),
        DesignKind::List => list(raw, domains, problems),
        DesignKind::LatinHypercube => {
            count(raw, problems).map(|count| Design::LatinHypercube { count })
        }
    }?;
    if domains == 0 {
        // The world says what is wrong.
        return None;
    }
    match design.mixtures(domains, seed) {
        Ok(mixtures) => Some((design, mixtures)),
        Err(error) => {
            let place = match &error {
                DesignError::Empty => span_of(raw.count.as_ref()),
                DesignError::Concentration(_) => span_of(raw.concentration.as_ref()),
                DesignError::Floor { .. } => span_of(raw.floor.as_ref()),
                DesignError::Length { .. } => span_of(raw.points.as_ref()),
                DesignError::TooManyPoints { .. } => span_of(raw.step.as_ref()),
                DesignError::TooMany { .. } => span_of(raw.count.as_ref()),
            };
            problems.add(
                Problem::new(error.to_string()).label(place.unwrap_or(raw.span()), "out of range"),
            )
        }
    }
}

fn count(raw: &At<RawMixtures>, problems: &mut Problems) -> Option<usize> {
    match &raw.count {
        Some(count) => problems.size("count", count, 1..=MOST_MIXTURES),
        None => DESIGN_KEYS.missing(raw.design.0.word(), "count", raw.span(), problems),
    }
}

fn dirichlet(raw: &At<RawMixtures>, problems: &mut Problems) -> Option<Design> {
    let count = count(raw, problems);
    let concentration = problems.number_or(
        "concentration",
        raw.concentration.as_ref(),
        1.0,
        "a number of at least 0.01",
        |concentration| concentration >= 0.01,
    );
    let floor = problems.number_or(
        "floor",
        raw.floor.as_ref(),
        0.0,
        "a number of at least 0",
        |floor| floor >= 0.0,
    );
    Some(Design::Dirichlet {
        count: count?,
        concentration: concentration?,
        floor: floor?,
    })
}

fn grid(raw: &At<RawMixtures>, problems: &mut Problems) -> Option<Design> {
    let Some(given) = &raw.step else {
        return DESIGN_KEYS.missing("grid", "step", raw.span(), problems);
    };
    let step = problems.number("step", given, "1 divided by a whole number", |step| {
        let parts = 1.0 / step;
        step > 0.0
            && (1.0..=MOST_MIXTURES as f64).contains(&parts.round())
            && (parts - parts.round()).abs() <= STEP_TOLERANCE * parts
    })?;
    Some(Design::Grid {
        parts: (1.0 / step).round() as usize,
    })
}

fn list(raw: &At<RawMixtures>, domains: usize, problems: &mut Problems) -> Option<Design> {
    let Some(given) = &raw.points else {
        return DESIGN_KEYS.missing("list", "points", raw.span(), problems);
    };
    if given.is_empty() {
        return problems
            .add(Problem::new("`points` is empty").label(given.span(), "at least one is needed"));
    }
    let points: Vec<Option<Mixture>> = given
        .iter()
        .enumerate()
        .map(|(index, point)| one_point(index + 1, point, domains, problems))
        .collect();
    let points: Option<Vec<Mixture>> = points.into_iter().collect();
    Some(Design::List { points: points? })
}

fn one_point(
    position: usize,
    point: &Point,
    domains: usize,
    problems: &mut Problems,
) -> Option<Mixture> {
    let found = point.len();
    if found != domains && domains > 0 {
        return problems.add(
            Problem::new(format!(
                "point {position} has {}, but the world has {}",
                plural(found, "weight"),
                plural(domains, "domain")
            ))
            .label(point.span(), format!("needs {}", plural(domains, "weight")))
            .help("one weight for each domain, in the order of [[world.domains]]"),
        );
    }
    let weights: Vec<f64> = point.iter().map(|weight| **weight).collect();
    match Mixture::new(weights) {
        Ok(mixture) => Some(mixture),
        Err(MixtureError::Weight {
            position: at,
            value,
        }) => {
            let place = point.get(at - 1).map_or(point.span(), At::span);
            problems.add(
                Problem::new(format!(
                    "weight {at} of point {position} is {}: it must be a number from 0 to 1",
                    say(value)
                ))
                .label(place, "must be from 0 to 1"),
            )
        }
        Err(MixtureError::Sum { sum }) => problems.add(
            Problem::new(format!(
                "the weights of point {position} sum to {}, not to 1",
                say(sum)
            ))
            .label(point.span(), format!("sums to {}", say(sum)))
            .help(
                "weights are shares of the training tokens; sums within 1e-6 of 1 are normalised",
            ),
        ),
        Err(MixtureError::Empty) => problems.add(
            Problem::new(format!("point {position} has no weight"))
                .label(point.span(), "needs one weight for each domain"),
        ),
    }
}

fn plural(count: usize, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}

impl From<&Design> for RawMixtures {
    fn from(design: &Design) -> Self {
        let of = |kind: DesignKind| Self {
            design: kind.into(),
            ..Self::default()
        };
        match design {
            Design::Dirichlet {
                count,
                concentration,
                floor,
            } => Self {
                count: Some(whole(*count)),
                concentration: Some((*concentration).into()),
                floor: Some((*floor).into()),
                ..of(DesignKind::Dirichlet)
            },
            Design::Grid { parts } => Self {
                step: Some((1.0 / *parts as f64).into()),
                ..of(DesignKind::Grid)
            },
            Design::List { points } => {
                let points = points.iter().map(|point| list_of(point.weights().to_vec()));
                Self {
                    points: Some(list_of(points)),
                    ..of(DesignKind::List)
                }
            }
            Design::LatinHypercube { count } => Self {
                count: Some(whole(*count)),
                ..of(DesignKind::LatinHypercube)
            },
        }
    }
}
