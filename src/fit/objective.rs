//! The objective of a fit: residuals, their scale, and what large ones cost.

use ndarray::{Array1, Array2, ArrayView1, ArrayViewMut1};

use super::guard::guarded;
use super::{FitPlan, Residual, Ridge, Robust};
use crate::law::{Gradient, Model, Observations, Point};
use crate::numeric::linear::pin_blas;

/// Ridge of the starts when the ridge is chosen by the fit, as a share of the variance of the
/// losses: small enough not to move a good fit, large enough to keep flat valleys short.
const PILOT_RIDGE: f64 = 1e-4;

/// Ratio q at which √(1 + q²) is q to the last digit; its square would overflow long after.
const SURELY_LARGE: f64 = 1e9;

/// Objective per residual below which there is nothing left to fit: rounding of the losses.
const PERFECT: f64 = 1e-28;

/// Residuals of a model on its training rows, and a ridge on its parameters.
pub(super) struct Objective<'a> {
    model: &'a dyn Model,
    rows: &'a Observations,
    /// ln h of each row: every step asks for it again.
    ln_weights: Vec<Vec<f64>>,
    residual: Residual,
    robust: Robust,
    ridge: f64,
    /// What the ridge pulls θ toward.
    centre: Vec<f64>,
}

/// Normal equations of the linearised problem at one θ: with r the residuals and J their
/// derivatives, both weighted for robustness, `matrix` = JᵀJ (P × P), `gradient` = Jᵀr.
#[derive(Debug, Clone)]
pub(super) struct NormalEquations {
    pub(super) matrix: Array2<f64>,
    pub(super) gradient: Vec<f64>,
    pub(super) objective: f64,
}

/// Residuals and their derivatives by θ, both weighted for robustness.
pub(super) struct Linearised {
    pub(super) residuals: Array1<f64>,
    /// Residuals × P.
    pub(super) jacobian: Array2<f64>,
    /// What the residuals cost.
    misfit: f64,
}

impl<'a> Objective<'a> {
    pub(super) fn new(model: &'a dyn Model, rows: &'a Observations, plan: &FitPlan) -> Self {
        let mut objective = Self {
            model,
            rows,
            ln_weights: rows
                .weights
                .rows()
                .into_iter()
                .map(|row| row.iter().map(|weight| weight.ln()).collect())
                .collect(),
            residual: plan.residual,
            robust: plan.robust,
            ridge: 0.0,
            centre: model
                .parameters()
                .iter()
                .map(|parameter| parameter.centre)
                .collect(),
        };
        objective.ridge = match plan.ridge {
            Ridge::Fixed(strength) => strength,
            Ridge::Auto | Ridge::Cv => PILOT_RIDGE * objective.variance_about_means(),
        };
        objective
    }

    /// Strength of the ridge.
    pub(super) fn ridge(&self) -> f64 {
        self.ridge
    }

    pub(super) fn set_ridge(&mut self, strength: f64) {
        self.ridge = strength;
    }

    /// Moves the centre of the prior by `shift`, in prior units.
    pub(super) fn move_centre(&mut self, shift: impl Iterator<Item = f64>) {
        let parameters = self.model.parameters();
        for ((centre, parameter), shift) in self.centre.iter_mut().zip(parameters).zip(shift) {
            *centre += parameter.unit * shift;
        }
    }

    /// Mean square residual when each column is predicted by its mean.
    fn variance_about_means(&self) -> f64 {
        let mut sum = 0.0;
        for column in self.model.columns() {
            let mean = self
                .rows
                .loss_range(*column)
                .map_or(0.0, |losses| losses.mean);
            for loss in self.rows.losses.column(*column) {
                if !loss.is_nan() {
                    sum += self.residual(mean, *loss).0.powi(2);
                }
            }
        }
        sum / self.residuals().max(1) as f64
    }

    pub(super) fn model(&self) -> &dyn Model {
        self.model
    }

    fn point(&self, row: usize) -> Point<'_> {
        self.rows.point(row).with_ln_weights(&self.ln_weights[row])
    }

    /// Number of residuals.
    pub(super) fn residuals(&self) -> usize {
        self.model
            .columns()
            .iter()
            .map(|column| {
                let losses = self.rows.losses.column(*column);
                losses.iter().filter(|loss| !loss.is_nan()).count()
            })
            .sum()
    }

    /// Whether an objective as low as `value` leaves nothing to fit.
    pub(super) fn is_perfect(&self, value: f64) -> bool {
        value <= PERFECT * self.residuals() as f64
    }

    /// A residual and its derivative by the prediction; infinite where the law has no value.
    fn residual(&self, prediction: f64, loss: f64) -> (f64, f64) {
        match self.residual {
            Residual::Relative => ((prediction - loss) / loss, 1.0 / loss),
            Residual::Absolute => (prediction - loss, 1.0),
            Residual::Log if prediction > 0.0 => ((prediction / loss).ln(), 1.0 / prediction),
            Residual::Log => (f64::INFINITY, 0.0),
        }
    }

    /// What a residual costs, and the weight that makes its square do the same near it.
    fn cost(&self, residual: f64) -> (f64, f64) {
        match self.robust {
            Robust::Square => (residual * residual, 1.0),
            Robust::PseudoHuber { delta } => {
                let ratio = (residual / delta).abs();
                let stretch = if ratio < SURELY_LARGE {
                    ratio.mul_add(ratio, 1.0).sqrt()
                } else {
                    ratio
                };
                (2.0 * delta * delta * (stretch - 1.0), 1.0 / stretch)
            }
        }
    }

    /// The objective at θ: misfit and ridge; infinite where the law has no value.
    pub(super) fn value(&self, theta: &[f64]) -> f64 {
        self.misfit(theta) + self.penalty(theta)
    }

    /// What the residuals cost at θ; infinite where the law has no value.
    pub(super) fn misfit(&self, theta: &[f64]) -> f64 {
        self.sum(theta, &[], |residual| self.cost(residual).0)
    }

    /// Sum of |residual| at θ with predictions held to `limits`; infinite where the law has no
    /// value.
    pub(super) fn absolute_error(&self, theta: &[f64], limits: &[f64]) -> f64 {
        self.sum(theta, limits, f64::abs)
    }

    fn sum(&self, theta: &[f64], limits: &[f64], of: impl Fn(f64) -> f64) -> f64 {
        let columns = self.model.columns();
        let mut predictions = vec![0.0; columns.len()];
        let mut sum = 0.0;
        for row in 0..self.rows.len() {
            self.model.predict(theta, self.point(row), &mut predictions);
            for (prediction, limit) in predictions.iter_mut().zip(limits) {
                *prediction = guarded(*prediction, *limit);
            }
            for (prediction, column) in predictions.iter().zip(columns) {
                let loss = self.rows.losses[[row, *column]];
                if !loss.is_nan() {
                    sum += of(self.residual(*prediction, loss).0);
                }
            }
        }
        if sum.is_finite() { sum } else { f64::INFINITY }
    }

    /// Residuals at θ and their derivatives: what [`Objective::normal_equations`] sums, without the
    /// ridge.
    pub(super) fn linearised(&self, theta: &[f64]) -> Linearised {
        let number = self.residuals();
        let mut linearised = Linearised {
            residuals: Array1::zeros(number),
            jacobian: Array2::zeros((number, theta.len())),
            misfit: 0.0,
        };
        let mut cells = linearised.residuals.iter_mut();
        let mut lines = linearised.jacobian.rows_mut().into_iter();
        let mut gradient = Gradient::default();
        for row in 0..self.rows.len() {
            self.model
                .differentiate(theta, self.point(row), &mut gradient);
            for (position, column) in self.model.columns().iter().enumerate() {
                let loss = self.rows.losses[[row, *column]];
                if loss.is_nan() {
                    continue;
                }
                let (residual, slope) = self.residual(gradient.predictions[position], loss);
                let (cost, weight) = self.cost(residual);
                linearised.misfit += cost;
                let weight = weight.sqrt();
                if let Some(cell) = cells.next() {
                    *cell = weight * residual;
                }
                let line = lines.next().and_then(ArrayViewMut1::into_slice);
                if let Some(line) = line {
                    gradient.add_dense(position, weight * slope, line);
                }
            }
        }
        linearised
    }

    /// Normal equations at θ. A row of the Jacobian is o_i + s_i gᵀ ([`Gradient`]), so each run
    /// adds Σ ω² o oᵀ (sparse) and v gᵀ + g vᵀ with v = Σ ω² s o + ½ (Σ ω² s²) g.
    ///
    /// A single column has nothing to share, and mostly a derivative by every parameter: its
    /// Jacobian is multiplied out.
    pub(super) fn normal_equations(&self, theta: &[f64]) -> NormalEquations {
        let mut equations = if self.model.columns().len() == 1 {
            self.dense_normal_equations(theta)
        } else {
            self.sparse_normal_equations(theta)
        };
        for (i, parameter) in self.model.parameters().iter().enumerate() {
            let ridge = self.ridge / (parameter.unit * parameter.unit);
            equations.gradient[i] += ridge * (theta[i] - self.centre[i]);
            equations.matrix[[i, i]] += ridge;
        }
        equations.objective += self.penalty(theta);
        equations
    }

    fn dense_normal_equations(&self, theta: &[f64]) -> NormalEquations {
        let Linearised {
            residuals,
            jacobian,
            misfit,
        } = self.linearised(theta);
        pin_blas();
        NormalEquations {
            matrix: jacobian.t().dot(&jacobian),
            gradient: jacobian.t().dot(&residuals).to_vec(),
            objective: misfit,
        }
    }

    fn sparse_normal_equations(&self, theta: &[f64]) -> NormalEquations {
        let parameters = theta.len();
        let columns = self.model.columns();
        let mut equations = NormalEquations {
            matrix: Array2::zeros((0, 0)),
            gradient: vec![0.0; parameters],
            objective: 0.0,
        };
        // The lower triangle, line after line: sums run over slices, not over indexed cells.
        let mut triangle = vec![0.0; parameters * parameters];
        let mut row_gradient = Gradient::default();
        let mut side = vec![0.0; parameters];
        // v and g of each run.
        let mut sides = Array2::zeros((self.rows.len(), parameters));
        let mut all_shared = Array2::zeros(sides.raw_dim());
        let mut coupled = false;
        for row in 0..self.rows.len() {
            self.model
                .differentiate(theta, self.point(row), &mut row_gradient);
            side.fill(0.0);
            let (mut pull, mut square) = (0.0, 0.0);
            for (position, column) in columns.iter().enumerate() {
                let loss = self.rows.losses[[row, *column]];
                if loss.is_nan() {
                    continue;
                }
                let (residual, slope) = self.residual(row_gradient.predictions[position], loss);
                let (cost, weight) = self.cost(residual);
                equations.objective += cost;
                let own = row_gradient.own(position);
                let coupling = row_gradient.coupling(position);
                let squared = weight * slope * slope;
                let pulled = weight * slope * residual;
                for (i, first) in own {
                    equations.gradient[*i] += pulled * first;
                    side[*i] += squared * coupling * first;
                }
                add_square(&mut triangle, own, squared, parameters);
                pull += pulled * coupling;
                square += squared * coupling * coupling;
            }
            let shared = row_gradient.shared();
            if shared.is_empty() {
                continue;
            }
            for ((side, shared), gradient) in
                side.iter_mut().zip(shared).zip(&mut equations.gradient)
            {
                *side += 0.5 * square * shared;
                *gradient += pull * shared;
            }
            coupled = true;
            sides.row_mut(row).assign(&ArrayView1::from(&side));
            all_shared.row_mut(row).assign(&ArrayView1::from(shared));
        }
        equations.matrix = Array2::from_shape_fn((parameters, parameters), |(i, j)| {
            triangle[i.max(j) * parameters + i.min(j)]
        });
        if coupled {
            pin_blas();
            let product = sides.t().dot(&all_shared);
            equations.matrix += &product;
            equations.matrix += &product.t();
        }
        equations
    }

    /// What the ridge charges for θ: strength·Σ ((θ − centre)/unit)².
    fn penalty(&self, theta: &[f64]) -> f64 {
        let distance: f64 = self
            .model
            .parameters()
            .iter()
            .zip(theta.iter().zip(&self.centre))
            .map(|(parameter, (value, centre))| ((value - centre) / parameter.unit).powi(2))
            .sum();
        self.ridge * distance
    }
}

/// Adds `factor`·o oᵀ to the lower triangle of a matrix, line after line; o is given by its entries
/// that are not 0, of `parameters`.
fn add_square(triangle: &mut [f64], o: &[(usize, f64)], factor: f64, parameters: usize) {
    for (number, (i, first)) in o.iter().enumerate() {
        let weighted = factor * first;
        triangle[i * parameters + i] += weighted * first;
        for (j, second) in &o[number + 1..] {
            // A parameter that is named twice meets itself.
            let product = weighted * second;
            let both = if i == j { 2.0 * product } else { product };
            triangle[i.max(j) * parameters + i.min(j)] += both;
        }
    }
}
