//! What the exposures to all sources leave of an excess: f_i(h) with its derivatives, by ln C_ij and
//! by the parameters of the form.
//!
//! A domain meets the skills of the pool at log-normal multiples of a common power law of frequency.
//! Its excess is f = E_ξ[(Σ_j C_ij h_j e^(σ ξ_j))^(−a)] (`log-normal`), which the power form
//! f = (Σ_j C_ij h_j^γ)^(−a) follows closely, γ falling from 1 as σ grows. The power form is exact
//! for one-sided stable multiples of index γ.

use super::shared::Shared;
use crate::law::Parameter;
use crate::numeric::gaussian::normal_vectors;

/// Bounds of γ, and the centre of its prior: a scatter of about 1.5 e-folds of frequency.
const EXPONENTS: (f64, f64) = (0.05, 6.0);
const EXPONENT_CENTRE: f64 = 0.65;

/// Bounds of the scatter σ, e-folds, and the centre of its prior.
const SCATTERS: (f64, f64) = (0.05, 5.0);
const SCATTER_CENTRE: f64 = 1.2;

/// Fixed quasi-random nodes that stand for ξ.
const NODES: usize = 128;

/// The form of an exposure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// h^γ, one γ.
    One,
    /// γ_own for the domain itself, γ_x for all others.
    Two,
    /// Log-normal multiples of scatter σ, averaged over.
    LogNormal,
}

/// The form with the places of its parameters.
pub(super) enum Exposure {
    Power {
        /// γ of [cross, own] terms; one of them serves both if there is no second.
        gammas: Vec<Shared>,
    },
    LogNormal {
        scatter: Shared,
        /// ξ, nodes × sources.
        nodes: Vec<Vec<f64>>,
    },
}

/// A source of a run, as one domain sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source {
    /// Its weight column.
    pub(super) column: usize,
    /// Whether it is the domain itself.
    pub(super) own: bool,
    /// ln h_j.
    pub(super) ln_weight: f64,
    /// ln C_ij.
    pub(super) ln_coefficient: f64,
}

/// ln f and its derivatives.
#[derive(Debug, Default)]
pub(super) struct Value {
    /// ln f.
    pub(super) ln: f64,
    /// (source, d ln f / d ln C_ij).
    pub(super) by_source: Vec<(usize, f64)>,
    /// d ln f / d ln of the parameters of the form, in their order.
    pub(super) by_form: [f64; 2],
    /// d ln f / d ln a.
    pub(super) by_exponent: f64,
}

impl Exposure {
    /// Adds the parameters of the form.
    pub(super) fn lay_out(form: Form, sources: usize, parameters: &mut Vec<Parameter>) -> Self {
        let mut gamma = |symbol| Shared::new(symbol, EXPONENTS, EXPONENT_CENTRE, parameters);
        match form {
            Form::One => Self::Power {
                gammas: vec![gamma("γ")],
            },
            Form::Two => Self::Power {
                gammas: vec![gamma("γ_x"), gamma("γ_own")],
            },
            Form::LogNormal => Self::LogNormal {
                scatter: Shared::new("σ", SCATTERS, SCATTER_CENTRE, parameters),
                nodes: normal_vectors(sources, NODES),
            },
        }
    }

    /// The parameters of the form.
    pub(super) fn shared(&self) -> &[Shared] {
        match self {
            Self::Power { gammas } => gammas,
            Self::LogNormal { scatter, .. } => std::slice::from_ref(scatter),
        }
    }

    /// Lets each of `columns` deviate in γ; σ is that of the pool.
    pub(super) fn deviate(&mut self, columns: &[usize], parameters: &mut Vec<Parameter>) {
        if let Self::Power { gammas } = self {
            for gamma in gammas {
                gamma.deviate(columns, parameters);
            }
        }
    }

    /// Exponent of a source's weight in what its term gives, for the domain at `position`: γ, or 1
    /// where scatter stands in for it.
    pub(super) fn of_weight(&self, theta: &[f64], position: usize, own: bool) -> f64 {
        match self {
            Self::Power { gammas } => {
                let side = usize::from(own).min(gammas.len() - 1);
                gammas[side].at(theta, position)
            }
            Self::LogNormal { .. } => 1.0,
        }
    }

    /// Multiples e^(σ ξ) of exposure, nodes × sources: one table for all domains and runs at θ.
    /// Empty for a form without nodes.
    pub(super) fn multiples(&self, theta: &[f64]) -> Vec<Vec<f64>> {
        let Self::LogNormal { scatter, nodes } = self else {
            return Vec::new();
        };
        let sigma = theta[scatter.place()].exp();
        let multiples = |node: &Vec<f64>| node.iter().map(|xi| (sigma * xi).exp()).collect();
        nodes.iter().map(multiples).collect()
    }

    /// ln f of the domain at `position` for its `sources`, with [`Exposure::multiples`], into `out`.
    pub(super) fn at(
        &self,
        theta: &[f64],
        position: usize,
        a: f64,
        sources: &[Source],
        multiples: &[Vec<f64>],
        out: &mut Value,
    ) {
        out.by_source.clear();
        out.by_form = [0.0; 2];
        match self {
            Self::Power { gammas } => {
                let gamma = |side: usize| gammas[side].at(theta, position);
                let last = gammas.len() - 1;
                let exponents = [gamma(0), gamma(last)];
                let mut data = 0.0;
                for source in sources {
                    let side = usize::from(source.own);
                    let tilt = exponents[side] * source.ln_weight;
                    let term = (source.ln_coefficient + tilt).exp();
                    data += term;
                    out.by_form[side.min(last)] += term * tilt;
                    out.by_source.push((source.column, term));
                }
                let by_data = -a / data;
                out.by_source.iter_mut().for_each(|(_, by)| *by *= by_data);
                out.by_form.iter_mut().for_each(|by| *by *= by_data);
                out.ln = -a * data.ln();
                out.by_exponent = out.ln;
            }
            Self::LogNormal { scatter, nodes } => {
                let sigma = theta[scatter.place()].exp();
                let worth: Vec<f64> = sources
                    .iter()
                    .map(|source| (source.ln_weight + source.ln_coefficient).exp())
                    .collect();
                let mut terms = vec![0.0; worth.len()];
                let mut by = vec![0.0; worth.len()];
                let (mut sum, mut by_scatter, mut by_exponent) = (0.0, 0.0, 0.0);
                for (node, multiples) in nodes.iter().zip(multiples) {
                    let (mut data, mut tilted) = (0.0, 0.0);
                    for ((term, worth), source) in terms.iter_mut().zip(&worth).zip(sources) {
                        *term = worth * multiples[source.column];
                        data += *term;
                        tilted += *term * sigma * node[source.column];
                    }
                    let ln_data = data.ln();
                    let power = (-a * ln_data).exp();
                    let by_data = -a * power / data;
                    sum += power;
                    by_exponent -= a * ln_data * power;
                    by_scatter += by_data * tilted;
                    for (by, term) in by.iter_mut().zip(&terms) {
                        *by += by_data * term;
                    }
                }
                let by = sources
                    .iter()
                    .zip(by)
                    .map(|(source, by)| (source.column, by / sum));
                out.by_source.extend(by);
                out.ln = (sum / nodes.len() as f64).ln();
                out.by_form[0] = by_scatter / sum;
                out.by_exponent = by_exponent / sum;
            }
        }
    }
}
