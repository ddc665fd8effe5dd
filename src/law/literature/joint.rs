//! The joint law of Shukor et al. 2025 (arXiv:2507.09404): the mixture changes the terms in N and D, too.
//!
//! L_i = E_i + 1 / Σ_j C_ij h_j^(γ_ij) + A_i(h)/N^(α_i) + B_i(h)/D^(β_i), where
//! A_i(h) = (Σ_j C^A_ij h_j)^(γ^A_i) and B_i(h) likewise: one model per loss column with 4K+5 parameters,
//! 3K+3 or 2K+1 where N or D do not differ between the runs (the law is then [`crate::law::Additive`]). The best
//! mixture depends on the scale. N and D count in units of their geometric means over the training runs.
//!
//! C^A and γ^A trade off wherever the mixture hardly changes the term. The law is therefore fitted in other
//! parameters: A_ij = (C^A_ij)^(γ^A_i), the term of a run on source j alone, in nats, and ρ = 1/γ^A. A_i(h)
//! is then the mean of the A_ij under h of power ρ: arithmetic at 1, geometric at 0 (no form of the paper,
//! γ^A → ±∞), harmonic at −1. The prior has all A_ij the same, which is the additive law.

use ndarray::ArrayView1;

use super::additive::{Additive, MixtureTerm, alternatives};
use crate::law::form::column_model::{
    AMPLITUDES, ColumnForm, ColumnModel, Derivatives, ln_parameter, natural,
};
use crate::law::form::scale::Scale;
use crate::law::{Law, LawError, Model, NaturalValue, Observations, Parameter, Point};

/// Bounds of the power ρ of the mean over the sources.
const POWERS: (f64, f64) = (-10.0, 10.0);

/// Centre of its prior: sources add to what makes the term small.
const POWER_CENTRE: f64 = -1.0;

/// |ρ| below which the mean is taken from the cumulants of ln A_ij under h.
const SMALL_POWER: f64 = 1e-3;

/// The additive law with terms in capacity and tokens that depend on the mixture.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Joint {
    mixture: Additive,
}

impl Law for Joint {
    fn name(&self) -> &'static str {
        "joint"
    }

    fn title(&self) -> &'static str {
        "joint law of Shukor et al. 2025"
    }

    fn needs_own_weight(&self) -> bool {
        false
    }

    fn has_transfer(&self) -> bool {
        true
    }

    fn bind(&self, training: &Observations) -> Result<Vec<Box<dyn Model>>, LawError> {
        let scale = Scale::of(training);
        let mixtures = MixtureTerm::each(self.name(), training)?;
        Ok(Vec::from_iter(mixtures.map(|mixture| {
            let mut parameters = mixture.lay_out(self.mixture.transfer);
            for exponent in scale.exponents(Some(mixture.column)) {
                parameters.extend(term_parameters(mixture, exponent));
            }
            ColumnModel::boxed(mixture.column, parameters, Column { mixture, scale })
        })))
    }

    fn alternatives(&self) -> Vec<(String, Box<dyn Law>)> {
        alternatives(|transfer| {
            Box::new(Self {
                mixture: Additive { transfer },
            })
        })
    }

    fn prior_matters(&self) -> bool {
        true
    }
}

/// Parameters of a term in N or D: ln of its `exponent` there, ρ, and K values ln A_ij.
fn term_parameters(mixture: MixtureTerm, exponent: Parameter) -> impl Iterator<Item = Parameter> {
    let (power, amplitude) = match exponent.symbol {
        "α" => ("ρ_A", "A"),
        _ => ("ρ_B", "B"),
    };
    let column = Some(mixture.column);
    let power = Parameter {
        symbol: power,
        column,
        source: None,
        lower: POWERS.0,
        upper: POWERS.1,
        centre: POWER_CENTRE,
        unit: 1.0,
    };
    let amplitudes = (0..mixture.sources).map(move |source| Parameter {
        source: Some(source),
        ..ln_parameter(amplitude, column, AMPLITUDES, mixture.scale_centre())
    });
    [exponent, power].into_iter().chain(amplitudes)
}

/// ln of the mean of power ρ of e^(t_j) under weights in proportion to h_j, with its derivative by ρ.
/// Those by t_j are h_j e^(ρ (t_j − mean)) / Σ h.
fn ln_power_mean(power: f64, logs: &[f64], weights: &ArrayView1<'_, f64>) -> (f64, f64) {
    let total = weights.sum();
    let pairs = || {
        let pairs = logs.iter().zip(weights);
        pairs.map(|(log, weight)| (log, weight / total))
    };
    if power.abs() < SMALL_POWER {
        let middle: f64 = pairs().map(|(log, weight)| log * weight).sum();
        let moment = |degree: i32| -> f64 {
            pairs()
                .map(|(log, weight)| weight * (log - middle).powi(degree))
                .sum()
        };
        let (second, third) = (moment(2), moment(3));
        let fourth = moment(4) - 3.0 * second * second;
        let mean = power * (second / 2.0 + power * (third / 6.0 + power * fourth / 24.0));
        let slope = second / 2.0 + power * (third / 3.0 + power * fourth / 8.0);
        return (middle + mean, slope);
    }
    // From the largest term, so that none overflows.
    let largest = pairs()
        .filter(|(_, weight)| *weight > 0.0)
        .map(|(log, _)| power * log)
        .fold(f64::NEG_INFINITY, f64::max);
    let (mut sum, mut tilted) = (0.0, 0.0);
    for (log, weight) in pairs() {
        let share = weight * (power * log - largest).exp();
        sum += share;
        tilted += share * log;
    }
    let mean = (sum.ln() + largest) / power;
    (mean, (tilted / sum - mean) / power)
}

/// The mixture, then the terms in N and D in θ, as [`term_parameters`] lays them out.
struct Column {
    mixture: MixtureTerm,
    scale: Scale,
}

/// Places in the parameters of a term.
const EXPONENT: usize = 0;
const POWER: usize = 1;
const AMPLITUDE: usize = 2;

/// A term in N or D at a point.
struct Term {
    /// Where its parameters are in θ.
    first: usize,
    /// ln of N or D.
    log: f64,
    /// ln A(h).
    mean: f64,
    /// Derivative of ln A(h) by ρ.
    by_power: f64,
    /// The term in nats.
    value: f64,
    /// Σ h.
    total: f64,
}

impl Term {
    /// Derivative of ln A(h) by ln A_ij of a source, for each unit of its weight.
    fn by_amplitude(&self, theta: &[f64], source: usize) -> f64 {
        let log = theta[self.first + AMPLITUDE + source] - self.mean;
        (theta[self.first + POWER] * log).exp() / self.total
    }

    /// Derivative of ln A(h) by the weight of a source.
    fn by_weight(&self, theta: &[f64], source: usize) -> f64 {
        let power = theta[self.first + POWER];
        let log = theta[self.first + AMPLITUDE + source] - self.mean;
        let slope = if power == 0.0 {
            log
        } else {
            (power * log).exp_m1() / power
        };
        slope / self.total
    }
}

impl Column {
    /// Where the parameters of term `number` are in θ.
    fn first(&self, number: usize) -> usize {
        self.mixture.len() + number * (AMPLITUDE + self.mixture.sources)
    }

    /// The term of number `number`, in ln N or ln D of `log`.
    fn term(&self, theta: &[f64], (number, log): (usize, f64), point: Point<'_>) -> Term {
        let first = self.first(number);
        let amplitudes = &theta[first + AMPLITUDE..][..self.mixture.sources];
        let (mean, by_power) = ln_power_mean(theta[first + POWER], amplitudes, &point.weights);
        Term {
            first,
            log,
            mean,
            by_power,
            value: (mean - theta[first + EXPONENT].exp() * log).exp(),
            total: point.weights.sum(),
        }
    }
}

impl ColumnForm for Column {
    fn evaluate(&self, theta: &[f64], point: Point<'_>, by: &mut impl Derivatives) -> f64 {
        let mut loss = self.mixture.evaluate(theta, point, by);
        for scale in self.scale.terms(point) {
            let term = self.term(theta, scale, point);
            let (first, value) = (term.first, term.value);
            loss += value;
            by.add(
                first + EXPONENT,
                -value * theta[first + EXPONENT].exp() * term.log,
            );
            by.add(first + POWER, value * term.by_power);
            for (source, weight) in point.weights.iter().enumerate() {
                by.add(
                    first + AMPLITUDE + source,
                    value * weight * term.by_amplitude(theta, source),
                );
            }
        }
        loss
    }

    fn by_weights(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]) {
        self.mixture.by_weights(theta, point, out);
        for scale in self.scale.terms(point) {
            let term = self.term(theta, scale, point);
            for (source, out) in out.iter_mut().enumerate() {
                *out += term.value * term.by_weight(theta, source);
            }
        }
    }

    fn one_scale(&self) -> bool {
        self.scale.is_constant()
    }

    fn values(&self, theta: &[f64]) -> Vec<NaturalValue> {
        let mut values = self.mixture.values(theta);
        for (number, exponent) in self.scale.exponents(None).enumerate() {
            let value = theta[self.first(number) + EXPONENT].exp();
            values.push(natural(exponent.symbol, self.mixture.column, value));
        }
        values
    }

    fn transfer(&self, theta: &[f64]) -> Option<Vec<f64>> {
        Some(self.mixture.transfer(theta))
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use ndarray::arr1;

    use super::*;

    #[test]
    fn the_mean_is_the_form_of_the_paper() {
        let (coefficients, gamma) = ([3.0, 0.2, 1.5], -0.7_f64);
        let weights = arr1(&[0.2, 0.5, 0.3]);
        let data: f64 = coefficients.iter().zip(&weights).map(|(c, h)| c * h).sum();
        let logs = coefficients.map(|c| gamma * c.ln());
        let (mean, _) = ln_power_mean(1.0 / gamma, &logs, &weights.view());
        assert_relative_eq!(mean.exp(), data.powf(gamma), max_relative = 1e-13);
    }

    #[test]
    fn the_mean_goes_through_the_geometric_one() {
        let (logs, weights) = ([1.0, -2.0, 0.5], arr1(&[0.2, 0.5, 0.3]));
        let at = |power| ln_power_mean(power, &logs, &weights.view());
        assert_relative_eq!(at(0.0).0, 0.2 - 1.0 + 0.15, epsilon = 1e-15);
        let near = SMALL_POWER;
        let (below, above) = (at(near * (1.0 - 1e-9)), at(near * (1.0 + 1e-9)));
        assert_relative_eq!(below.0, above.0, epsilon = 1e-11);
        assert_relative_eq!(below.1, above.1, epsilon = 1e-8);
    }
}
