//! The law of a pool of skills that all domains draw on, each with frequencies of its own.
//!
//! L_i = E_i + A_i (Σ_j C_ij h_j^γ)^(−a), fitted jointly over the loss columns, with C_ii = 1 and
//! ln C_ij = m + s_ij + u_j, s symmetric. If the domains meet the skills of the pool at log-normal
//! multiples of a power law of frequency, the exposures of domain i add up to this form: s is how
//! alike two domains are, u how much a source gives to all, and γ < 1 measures the scatter of the
//! multiples; a and γ are common to all domains because the pool is.
//!
//! Parameters: E_i, A_i, u_j, s_ij and m, γ, a; 3K + K(K−1)/2 + 3, 45 for seven domains. Two of them
//! are not identified but for the prior (a shift of all u or of all s is one of m). γ is recovered
//! usefully, a is not: it trades with E. Capacity and tokens do not enter. Predicts columns with a
//! weight of their own; a source without a loss column has a coefficient for each domain.

use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::column_model::{
    AMPLITUDES, Floor, ln_parameter, natural, power_slope, smallest_loss, with_own_weight,
};
use super::{Gradient, Law, LawError, Model, NaturalValue, Observations, Parameter, Point};

/// Bounds and centre of the prior of a.
const LOSS_EXPONENTS: (f64, f64) = (0.01, 6.0);
const LOSS_EXPONENT_CENTRE: f64 = 0.3;

/// Bounds and centre of the prior of γ: a scatter of about 1.5 e-folds of frequency.
const SOURCE_EXPONENTS: (f64, f64) = (0.05, 6.0);
const SOURCE_EXPONENT_CENTRE: f64 = 0.65;

/// Centre of the prior of m: a token of another domain is worth e^−2 of one of its own.
const TRANSFER_CENTRE: f64 = -2.0;

/// Bounds of m, s and u.
const TRANSFER_BOUND: f64 = 20.0;

/// Unit of the prior of s. The ridge counts a symmetric coefficient twice, since it stands in two
/// places of C.
const SYMMETRIC_UNIT: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// Centre of A_i, as a share of the smallest training loss: what E leaves at its centre.
const EXCESS_SHARE: f64 = 0.4;

/// The law of the pool.
#[derive(Debug, Clone, Copy)]
pub struct Pool;

impl Law for Pool {
    fn name(&self) -> &'static str {
        "pool"
    }

    fn title(&self) -> &'static str {
        "pool of skills, symmetric transfer"
    }

    fn needs_own_weight(&self) -> bool {
        true
    }

    fn bind(&self, training: &Observations) -> Result<Vec<Box<dyn Model>>, LawError> {
        Ok(vec![Box::new(PoolModel::new(self.name(), training)?)])
    }

    /// Weaker than for a law of one column: one prior stands against the rows of all columns.
    fn ridge_strengths(&self) -> &'static [f64] {
        &[1e-3, 1e-4, 1e-5, 1e-6, 1e-7]
    }

    fn prior_matters(&self) -> bool {
        true
    }
}

/// Places in θ of what all domains share; K values each of E, A and u follow, then s.
const TRANSFER: usize = 0;
const SOURCE_EXPONENT: usize = 1;
const LOSS_EXPONENT: usize = 2;
const FIRST: usize = 3;

struct PoolModel {
    columns: Vec<usize>,
    own: Vec<usize>,
    floors: Vec<Floor>,
    /// Where s_ij stands in θ, by position of the domain and by source; `None` for the own one.
    similarity: Vec<Vec<Option<usize>>>,
    parameters: Vec<Parameter>,
}

impl PoolModel {
    fn new(law: &'static str, training: &Observations) -> Result<Self, LawError> {
        let (columns, own): (Vec<usize>, Vec<usize>) =
            with_own_weight(law, training)?.into_iter().unzip();
        let floors = columns
            .iter()
            .map(|column| {
                let smallest = smallest_loss(law, training, *column)?;
                Ok(Floor { smallest })
            })
            .collect::<Result<Vec<_>, LawError>>()?;
        let sources = training.weights.ncols();
        let shift = |symbol, column, centre, unit| Parameter {
            symbol,
            column,
            lower: -TRANSFER_BOUND,
            upper: TRANSFER_BOUND,
            centre,
            unit,
        };
        let mut parameters = vec![
            shift("m", None, TRANSFER_CENTRE, 1.0),
            ln_parameter("γ", None, SOURCE_EXPONENTS, SOURCE_EXPONENT_CENTRE),
            ln_parameter("a", None, LOSS_EXPONENTS, LOSS_EXPONENT_CENTRE),
        ];
        for column in &columns {
            parameters.push(Floor::parameter(*column));
        }
        for (column, floor) in columns.iter().zip(&floors) {
            let centre = EXCESS_SHARE * floor.smallest;
            parameters.push(ln_parameter("A", Some(*column), AMPLITUDES, centre));
        }
        parameters.extend((0..sources).map(|_| shift("u", None, 0.0, 1.0)));
        let mut similarity = vec![vec![None; sources]; columns.len()];
        for position in 0..columns.len() {
            for source in 0..sources {
                if source == own[position] {
                    continue;
                }
                let other = own.iter().position(|own| *own == source);
                // s_ij stands where s_ji does, if j comes first.
                similarity[position][source] = match other {
                    Some(other) if other < position => similarity[other][own[position]],
                    _ => {
                        parameters.push(shift("s", None, 0.0, SYMMETRIC_UNIT));
                        Some(parameters.len() - 1)
                    }
                };
            }
        }
        Ok(Self {
            columns,
            own,
            floors,
            similarity,
            parameters,
        })
    }

    fn floor_place(position: usize) -> usize {
        FIRST + position
    }

    fn amplitude_place(&self, position: usize) -> usize {
        FIRST + self.columns.len() + position
    }

    fn donor_place(&self, source: usize) -> usize {
        FIRST + 2 * self.columns.len() + source
    }

    fn ln_coefficient(&self, theta: &[f64], position: usize, source: usize) -> f64 {
        self.similarity[position][source].map_or(0.0, |similarity| {
            theta[TRANSFER] + theta[similarity] + theta[self.donor_place(source)]
        })
    }
}

impl Model for PoolModel {
    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn predict(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]) {
        let (gamma, a) = (theta[SOURCE_EXPONENT].exp(), theta[LOSS_EXPONENT].exp());
        let sources: Vec<(usize, f64)> = powers(point, gamma).collect();
        for (position, out) in out.iter_mut().enumerate() {
            let data: f64 = sources
                .iter()
                .map(|(source, ln_power)| {
                    (self.ln_coefficient(theta, position, *source) + ln_power).exp()
                })
                .sum();
            let (floor, _) = self.floors[position].at(theta[Self::floor_place(position)]);
            *out = floor + (theta[self.amplitude_place(position)] - a * data.ln()).exp();
        }
    }

    fn differentiate(&self, theta: &[f64], point: Point<'_>, out: &mut Gradient) {
        out.clear();
        let (gamma, a) = (theta[SOURCE_EXPONENT].exp(), theta[LOSS_EXPONENT].exp());
        let sources: Vec<(usize, f64)> = powers(point, gamma).collect();
        for position in 0..self.columns.len() {
            out.push_with(|entries| {
                let first = entries.len();
                let (mut data, mut transferred, mut tilted) = (0.0, 0.0, 0.0);
                for (source, ln_power) in &sources {
                    let term = (self.ln_coefficient(theta, position, *source) + ln_power).exp();
                    data += term;
                    tilted += term * ln_power;
                    if let Some(similarity) = self.similarity[position][*source] {
                        transferred += term;
                        entries.push((similarity, term));
                        entries.push((self.donor_place(*source), term));
                    }
                }
                let amplitude = self.amplitude_place(position);
                let excess = (theta[amplitude] - a * data.ln()).exp();
                entries.push((TRANSFER, transferred));
                entries.push((SOURCE_EXPONENT, tilted));
                let by_data = -a * excess / data;
                for (_, derivative) in &mut entries[first..] {
                    *derivative *= by_data;
                }
                entries.push((LOSS_EXPONENT, -a * data.ln() * excess));
                entries.push((amplitude, excess));
                let place = Self::floor_place(position);
                let (floor, slope) = self.floors[position].at(theta[place]);
                entries.push((place, slope));
                floor + excess
            });
        }
    }

    fn differentiate_by_weights(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]) -> bool {
        let (gamma, a) = (theta[SOURCE_EXPONENT].exp(), theta[LOSS_EXPONENT].exp());
        for (position, out) in out.chunks_exact_mut(point.weights.len()).enumerate() {
            let mut data = 0.0;
            for (source, weight) in point.weights.iter().enumerate() {
                let ln_c = self.ln_coefficient(theta, position, source);
                data += ln_c.exp() * weight.powf(gamma);
                out[source] = power_slope(ln_c, gamma, *weight);
            }
            let ln_amplitude = theta[self.amplitude_place(position)];
            let by_data = -a * (ln_amplitude - (1.0 + a) * data.ln()).exp();
            for out in out {
                *out *= by_data;
            }
        }
        true
    }

    /// The first start is the centre of the prior; the others are drawn from it.
    fn start(&self, number: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f64> {
        self.parameters
            .iter()
            .map(|parameter| {
                let share: f64 = rng.random();
                let shift = if number == 0 { 0.0 } else { 2.0 * share - 1.0 };
                parameter.centre + shift * parameter.unit
            })
            .collect()
    }

    fn useful_starts(&self) -> usize {
        1
    }

    fn one_scale(&self) -> bool {
        true
    }

    fn values(&self, theta: &[f64]) -> Vec<NaturalValue> {
        let mut values = Vec::new();
        for (position, column) in self.columns.iter().enumerate() {
            let (floor, _) = self.floors[position].at(theta[Self::floor_place(position)]);
            values.push(natural("E", *column, floor));
            let amplitude = theta[self.amplitude_place(position)].exp();
            values.push(natural("A", *column, amplitude));
            let donor = theta[self.donor_place(self.own[position])];
            values.push(natural("u", *column, donor));
        }
        for (symbol, value) in [
            ("m", theta[TRANSFER]),
            ("γ", theta[SOURCE_EXPONENT].exp()),
            ("a", theta[LOSS_EXPONENT].exp()),
        ] {
            values.push(NaturalValue {
                symbol,
                column: None,
                value: Some(value),
            });
        }
        values
    }
}

/// (source, γ ln h) of the sources with a weight above 0.
fn powers(point: Point<'_>, gamma: f64) -> impl Iterator<Item = (usize, f64)> {
    let sources = point.weights.into_iter().copied().enumerate();
    sources
        .filter(|(_, weight)| *weight > 0.0)
        .map(move |(source, weight)| (source, gamma * weight.ln()))
}
