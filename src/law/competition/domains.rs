//! What a competition law knows of its training rows: which domains it predicts, which limits bind
//! them, and the scales that are taken out of its parameters.

use crate::law::form::floor;
use crate::law::form::observations::reference;
use crate::law::{LawError, LossRange, Observations, Parameter, Point};

/// Bounds of the exponents b and a.
const EXPONENTS: (f64, f64) = (5e-3, 8.0);

/// Bounds of ln c̃ and ln Ã: terms between e^−40 and e^15 nats at a typical run.
const LN_AMPLITUDES: (f64, f64) = (-40.0, 15.0);

/// Centre of the prior of b and a.
const EXPONENT_CENTRE: f64 = 0.3;

/// Centre of the prior of ln(H / smallest capacity), and its unit.
const HEAD_CENTRE: f64 = -5.0;
const HEAD_UNIT: f64 = 2.0;

/// Smallest head, as a share of the smallest capacity.
const SMALLEST_HEAD: f64 = 1e-6;

/// Meetings after which a skill is mostly learned, for the unit of ranks where no capacity gives
/// one.
const TYPICAL_MEETINGS: f64 = 5.0;

/// The predicted domains of a table, with its scales.
#[derive(Debug, Clone)]
pub(in crate::law) struct Domains {
    /// Loss columns that have a weight of their own.
    pub(in crate::law) columns: Vec<usize>,
    own_weight: Vec<usize>,
    /// Training losses of each of them.
    pub(in crate::law) losses: Vec<LossRange>,
    /// Whether some row has a limited capacity.
    pub(in crate::law) capacity_limits: bool,
    /// Whether some row has limited tokens.
    pub(in crate::law) tokens_limit: bool,
    /// Whether some row has both.
    pub(in crate::law) both_limit: bool,
    /// Whether H shows in the capacity term: capacities differ, or some domain stands at its floor
    /// x = H because its weight is 0. Else it cannot be told from the amplitudes.
    pub(in crate::law) head_shows: bool,
    /// Weights below this count as this where a weight of 0 has no finite loss.
    pub(in crate::law) weight_floor: f64,
    /// Skills in one unit of capacity.
    pub(in crate::law) unit_capacity: f64,
    /// Tokens in one unit of tokens.
    pub(in crate::law) unit_tokens: f64,
    /// Smallest capacity among the rows, in units; 1 if none is limited.
    pub(in crate::law) least_capacity: f64,
}

impl Domains {
    pub(super) fn bind(law: &'static str, training: &Observations) -> Result<Self, LawError> {
        let (columns, own_weight): (Vec<usize>, Vec<usize>) = training
            .own_weight
            .iter()
            .enumerate()
            .filter_map(|(column, own)| own.map(|own| (column, own)))
            .unzip();
        if columns.is_empty() {
            return Err(LawError::NoOwnWeights { law });
        }
        let losses = columns
            .iter()
            .map(|column| training.measured(*column))
            .collect::<Result<Vec<_>, _>>()?;
        let finite = || training.capacity.iter().copied().filter(|n| n.is_finite());
        let least = finite().fold(f64::INFINITY, f64::min);
        let most = finite().fold(0.0, f64::max);
        let capacity_limits = least.is_finite();
        let tokens_limit = training.tokens.iter().any(|tokens| tokens.is_finite());
        let both_limit = training
            .capacity
            .iter()
            .zip(&training.tokens)
            .any(|(capacity, tokens)| capacity.is_finite() && tokens.is_finite());
        let some_zero = own_weight
            .iter()
            .any(|own| training.weights.column(*own).iter().any(|h| *h == 0.0));
        let domains = columns.len() as f64;
        let unit_tokens = reference(&training.tokens) / domains;
        let unit_capacity = if capacity_limits {
            reference(&training.capacity) / domains
        } else {
            frontier(unit_tokens)
        };
        Ok(Self {
            columns,
            own_weight,
            losses,
            capacity_limits,
            tokens_limit,
            both_limit,
            head_shows: capacity_limits && (most > least || some_zero),
            weight_floor: training.weight_floor,
            unit_capacity,
            unit_tokens,
            least_capacity: if capacity_limits {
                least / unit_capacity
            } else {
                1.0
            },
        })
    }

    /// Number of predicted domains.
    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    /// The weight of a domain at `point`.
    pub(super) fn weight(&self, point: Point<'_>, position: usize) -> f64 {
        point.weights[self.own_weight[position]]
    }

    /// Which weight belongs to a domain.
    pub(super) fn source(&self, position: usize) -> usize {
        self.own_weight[position]
    }

    /// ln(D h) in units. A domain without weight has seen nothing, however many the tokens, or as
    /// much as one at the floor of the weights where `unseen` has no finite loss.
    pub(super) fn ln_seen(&self, weight: f64, tokens: f64, unseen: bool) -> f64 {
        let weight = if unseen {
            weight
        } else {
            weight.max(self.weight_floor)
        };
        if weight > 0.0 {
            (weight * tokens / self.unit_tokens).ln()
        } else {
            f64::NEG_INFINITY
        }
    }

    fn parameter(
        &self,
        symbol: &'static str,
        position: usize,
        (lower, upper): (f64, f64),
        (centre, unit): (f64, f64),
    ) -> Parameter {
        Parameter {
            symbol,
            column: Some(self.columns[position]),
            source: None,
            lower,
            upper,
            centre,
            unit,
        }
    }

    /// E of a domain, in nats.
    pub(super) fn floor(&self, position: usize) -> Parameter {
        floor::parameter(self.columns[position], self.losses[position])
    }

    /// The logarithm of an excess loss at a typical run.
    pub(in crate::law) fn amplitude(&self, symbol: &'static str, position: usize) -> Parameter {
        let smallest = self.losses[position].smallest;
        let centre = ((1.0 - floor::CENTRE) * smallest.abs()).ln();
        self.parameter(symbol, position, LN_AMPLITUDES, (centre, 1.0))
    }

    /// The logarithm of an exponent.
    pub(in crate::law) fn exponent(&self, symbol: &'static str, position: usize) -> Parameter {
        let (low, high) = EXPONENTS;
        self.parameter(
            symbol,
            position,
            (low.ln(), high.ln()),
            (EXPONENT_CENTRE.ln(), 1.0),
        )
    }

    /// The logarithm of a rate whose unit is 1 at a typical run.
    pub(in crate::law) fn rate(
        &self,
        symbol: &'static str,
        position: usize,
        (limit, unit): (f64, f64),
    ) -> Parameter {
        self.parameter(symbol, position, (-limit, limit), (0.0, unit))
    }

    /// ln H̃.
    pub(super) fn head(&self) -> Parameter {
        let largest = self.least_capacity.ln();
        Parameter {
            symbol: "H",
            column: None,
            source: None,
            lower: largest + SMALLEST_HEAD.ln(),
            upper: largest,
            centre: largest + HEAD_CENTRE,
            unit: HEAD_UNIT,
        }
    }
}

/// Rank up to which a domain of typical exponent has learned its skills after `seen` tokens:
/// b · seen · k^(−1−b) = meetings needed.
fn frontier(seen: f64) -> f64 {
    (EXPONENT_CENTRE * seen / TYPICAL_MEETINGS)
        .max(1.0)
        .powf(1.0 / (1.0 + EXPONENT_CENTRE))
}
