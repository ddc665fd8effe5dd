//! What a run would tell about the parameters of a law.

use ndarray::Array2;

use super::fitted_law::FittedLaw;
use super::search::AUTO_PRIOR_SD;
use crate::law::{Gradient, Point};

impl FittedLaw {
    /// Adds the information of a run at `point` to `matrices`, one P × P matrix for each part of the
    /// law: Σ_i g_i g_iᵀ with g_i the derivative of ln L_i by the parameters, each in the unit of its
    /// prior. Losses that the law does not predict to be above 0 tell nothing.
    ///
    /// # Panics
    /// When there is not one matrix of the right size for each part.
    pub(crate) fn add_information(&self, point: Point<'_>, matrices: &mut [Array2<f64>]) {
        let mut gradient = Gradient::default();
        for ((model, minimum), matrix) in self.parts().iter().zip(matrices) {
            let units: Vec<f64> = model.parameters().iter().map(|p| p.unit).collect();
            let mut line = vec![0.0; units.len()];
            model.differentiate(&minimum.theta, point, &mut gradient);
            for (column, prediction) in gradient.predictions.iter().enumerate() {
                gradient.dense(column, &mut line);
                for (slope, unit) in line.iter_mut().zip(&units) {
                    *slope *= unit / prediction;
                }
                if *prediction <= 0.0 || line.iter().any(|slope| !slope.is_finite()) {
                    continue;
                }
                for (i, first) in line.iter().enumerate() {
                    for (j, second) in line.iter().enumerate() {
                        matrix[[i, j]] += first * second;
                    }
                }
            }
        }
    }

    /// What the prior alone tells, against runs that scatter by a share `scatter` of their losses:
    /// where [`FittedLaw::add_information`] begins.
    pub(crate) fn prior_information(&self, scatter: f64) -> Vec<Array2<f64>> {
        let strength = (scatter / AUTO_PRIOR_SD).powi(2);
        let parts = self.parts().iter();
        parts
            .map(|(model, _)| strength * Array2::eye(model.parameters().len()))
            .collect()
    }
}
