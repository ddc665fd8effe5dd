//! The law of the pool bound to rows: its parameters in θ, its losses and their derivatives.
//!
//! θ holds m, the parameters of the exposure, a, and the exponents of N and D; then E_i, A_i and u_j;
//! then deviations of the domains, and s or v.

use ndarray::Array2;
use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::coefficients::{Coefficients, shift, transfer};
use super::exposure::{Exposure, Source, Value};
use super::shared::Shared;
use super::{EXCESS_SHARE, LOSS_EXPONENT_CENTRE, LOSS_EXPONENTS, Pool, Scaling};
use crate::law::form::column_model::{
    AMPLITUDES, ln_parameter, natural, positive_losses, with_own_weight,
};
use crate::law::form::floor;
use crate::law::form::scale::Scale;
use crate::law::{Gradient, LawError, Model, NaturalValue, Observations, Parameter, Point};

pub(super) struct PoolModel {
    columns: Vec<usize>,
    own: Vec<usize>,
    coefficients: Coefficients,
    exposure: Exposure,
    exponent: Shared,
    scale: Option<Scale>,
    /// Exponents of what differs of N and D.
    scale_exponents: Vec<Shared>,
    first_floor: usize,
    first_amplitude: usize,
    donors: usize,
    sources: usize,
    parameters: Vec<Parameter>,
}

/// What all domains share in a run.
struct Run {
    /// (source, ln h) of the sources with a weight above 0.
    ln_weights: Vec<(usize, f64)>,
    /// ln(N/middle) and ln(D/middle), those that count.
    logs: Vec<f64>,
    multiples: Vec<Vec<f64>>,
}

/// Weight that stands in for 0 in derivatives by weights: ln h has to be finite, and there are no
/// smaller weights.
const LEAST_WEIGHT: f64 = 1e-200;

/// Place of m.
const TRANSFER: usize = 0;

impl PoolModel {
    pub(super) fn new(law: Pool, training: &Observations) -> Result<Self, LawError> {
        let name = law.form().name;
        let (columns, own): (Vec<usize>, Vec<usize>) =
            with_own_weight(name, training)?.into_iter().unzip();
        let losses = columns
            .iter()
            .map(|column| positive_losses(name, training, *column))
            .collect::<Result<Vec<_>, LawError>>()?;
        let form = law.form();
        let sources = training.weights.ncols();
        let mut parameters = vec![transfer()];
        let mut exposure = Exposure::lay_out(form.exposure, sources, &mut parameters);
        let mut exponent = Shared::new("a", LOSS_EXPONENTS, LOSS_EXPONENT_CENTRE, &mut parameters);
        let scale = match form.scaling {
            Scaling::None => None,
            Scaling::Powers => Some(Scale::of(training)),
            Scaling::OnePower => Some(Scale::of(training).tied()),
        };
        let mut scale_exponents = Vec::new();
        for parameter in scale.iter().flat_map(|scale| scale.exponents(None)) {
            parameters.push(parameter);
            scale_exponents.push(Shared::at_end(&parameters));
        }
        let first_floor = parameters.len();
        let ranges = columns.iter().zip(&losses);
        parameters.extend(ranges.map(|(column, losses)| floor::parameter(*column, *losses)));
        let first_amplitude = parameters.len();
        for (column, losses) in columns.iter().zip(&losses) {
            let centre = EXCESS_SHARE * losses.smallest;
            parameters.push(ln_parameter("A", Some(*column), AMPLITUDES, centre));
        }
        let donors = parameters.len();
        parameters.extend((0..sources).map(|source| Parameter {
            source: Some(source),
            ..shift("u", 0.0, 1.0)
        }));
        if form.deviations {
            exponent.deviate(&columns, &mut parameters);
            exposure.deviate(&columns, &mut parameters);
            for exponent in &mut scale_exponents {
                exponent.deviate(&columns, &mut parameters);
            }
        }
        let places = (TRANSFER, donors);
        let coefficients =
            Coefficients::lay_out(form.pairs, &own, sources, places, &mut parameters);
        Ok(Self {
            columns,
            own,
            coefficients,
            exposure,
            exponent,
            scale,
            scale_exponents,
            first_floor,
            first_amplitude,
            donors,
            sources,
            parameters,
        })
    }

    fn run(&self, theta: &[f64], point: Point<'_>) -> Run {
        let weights = point.weights.into_iter().copied().enumerate();
        let scale = self.scale.into_iter();
        Run {
            ln_weights: weights
                .filter(|(_, weight)| *weight > 0.0)
                .map(|(source, _)| (source, point.ln_weight(source)))
                .collect(),
            logs: scale.flat_map(|scale| scale.logs(point)).collect(),
            multiples: self.exposure.multiples(theta),
        }
    }

    /// The excess of the domain at `position`; `value` then holds the derivatives of its logarithm.
    fn excess(&self, theta: &[f64], position: usize, run: &Run, value: &mut Value) -> f64 {
        let weights = run.ln_weights.iter();
        let sources: Vec<Source> = weights
            .map(|(column, ln_weight)| Source {
                column: *column,
                own: self.own[position] == *column,
                ln_weight: *ln_weight,
                ln_coefficient: self.coefficients.ln(theta, position, *column),
            })
            .collect();
        let a = self.exponent.at(theta, position);
        self.exposure
            .at(theta, position, a, &sources, &run.multiples, value);
        let exponents = self.scale_exponents.iter().zip(&run.logs);
        let scale: f64 = exponents
            .map(|(exponent, log)| exponent.at(theta, position) * log)
            .sum();
        (theta[self.first_amplitude + position] + value.ln - scale).exp()
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
        let run = self.run(theta, point);
        let mut value = Value::default();
        for (position, out) in out.iter_mut().enumerate() {
            let excess = self.excess(theta, position, &run, &mut value);
            *out = theta[self.first_floor + position] + excess;
        }
    }

    fn differentiate(&self, theta: &[f64], point: Point<'_>, out: &mut Gradient) {
        out.clear();
        let run = self.run(theta, point);
        let mut value = Value::default();
        for position in 0..self.columns.len() {
            out.push_with(|entries| {
                let first = entries.len();
                let excess = self.excess(theta, position, &run, &mut value);
                self.coefficients
                    .derive(theta, position, &value.by_source, entries);
                for (shared, by) in self.exposure.shared().iter().zip(value.by_form) {
                    shared.derive(position, by, entries);
                }
                self.exponent.derive(position, value.by_exponent, entries);
                for (exponent, log) in self.scale_exponents.iter().zip(&run.logs) {
                    // Unlimited: nothing is left of the excess.
                    if log.is_finite() {
                        exponent.derive(position, -exponent.at(theta, position) * log, entries);
                    }
                }
                entries.push((self.first_amplitude + position, 1.0));
                for (_, by) in &mut entries[first..] {
                    *by *= excess;
                }
                entries.push((self.first_floor + position, 1.0));
                theta[self.first_floor + position] + excess
            });
        }
    }

    fn differentiate_by_weights(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]) -> bool {
        let weights = point.weights.mapv(|weight| weight.max(LEAST_WEIGHT));
        let point = Point::new(weights.view(), point.capacity, point.tokens);
        let run = self.run(theta, point);
        let mut value = Value::default();
        for (position, out) in out.chunks_exact_mut(weights.len()).enumerate() {
            let excess = self.excess(theta, position, &run, &mut value);
            for (source, by) in &value.by_source {
                let own = self.own[position] == *source;
                let exponent = self.exposure.of_weight(theta, position, own);
                out[*source] = excess * by * exponent / weights[*source];
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
                (parameter.centre + shift * parameter.unit).clamp(parameter.lower, parameter.upper)
            })
            .collect()
    }

    fn one_scale(&self) -> bool {
        self.scale.is_none()
    }

    fn values(&self, theta: &[f64]) -> Vec<NaturalValue> {
        let mut values = Vec::new();
        let common = || {
            let exponents = self.exposure.shared().iter();
            exponents
                .chain([&self.exponent])
                .chain(&self.scale_exponents)
        };
        for (position, column) in self.columns.iter().enumerate() {
            let amplitude = theta[self.first_amplitude + position].exp();
            values.push(natural("E", *column, theta[self.first_floor + position]));
            values.push(natural("A", *column, amplitude));
            values.push(natural(
                "u",
                *column,
                theta[self.donors + self.own[position]],
            ));
            for shared in common().filter(|shared| shared.deviates()) {
                let symbol = self.parameters[shared.place()].symbol;
                values.push(natural(symbol, *column, shared.at(theta, position)));
            }
        }
        let mut push = |symbol, value| {
            values.push(NaturalValue {
                symbol,
                column: None,
                value: Some(value),
            });
        };
        push("m", theta[TRANSFER]);
        for shared in common() {
            let place = shared.place();
            push(self.parameters[place].symbol, theta[place].exp());
        }
        values
    }

    fn transfer(&self, theta: &[f64]) -> Option<Array2<f64>> {
        let shape = (self.columns.len(), self.sources);
        Some(Array2::from_shape_fn(shape, |(position, source)| {
            self.coefficients.ln(theta, position, source).exp()
        }))
    }

    fn map(&self, theta: &[f64]) -> Option<Array2<f64>> {
        self.coefficients.map(theta, self.sources)
    }
}
