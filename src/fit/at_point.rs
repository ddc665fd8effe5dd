//! A fitted law at one point: predictions and derivatives without a table around them.

use super::fitted_law::FittedLaw;
use super::levenberg_marquardt::Minimum;
use crate::law::{Law, LawError, Observations, Point};

impl FittedLaw {
    /// Writes the predicted losses at `point` into `out`, one for each loss column; a column that
    /// the law does not predict is left as it is. Without the guard against explosions, which would
    /// make them flat.
    pub fn predict_point(&self, point: Point<'_>, out: &mut [f64]) {
        for (model, minimum) in self.parts() {
            match *model.columns() {
                [column] => model.predict(&minimum.theta, point, &mut out[column..=column]),
                ref columns => {
                    let mut predictions = vec![0.0; columns.len()];
                    model.predict(&minimum.theta, point, &mut predictions);
                    for (column, prediction) in columns.iter().zip(predictions) {
                        out[*column] = prediction;
                    }
                }
            }
        }
    }

    /// Writes the derivatives of [`FittedLaw::predict_point`] by the weights into `out`, loss
    /// columns × weights; rows of columns that the law does not predict are left as they are.
    /// `false` for a law without derivatives.
    pub fn differentiate_by_weights(&self, point: Point<'_>, out: &mut [f64]) -> bool {
        let sources = point.weights.len();
        self.parts().iter().all(|(model, minimum)| {
            let place = |column: usize| column * sources..(column + 1) * sources;
            match *model.columns() {
                [column] => {
                    model.differentiate_by_weights(&minimum.theta, point, &mut out[place(column)])
                }
                ref columns => {
                    let mut rows = vec![0.0; columns.len() * sources];
                    let done = model.differentiate_by_weights(&minimum.theta, point, &mut rows);
                    for (column, row) in columns.iter().zip(rows.chunks_exact(sources)) {
                        out[place(*column)].copy_from_slice(row);
                    }
                    done
                }
            }
        })
    }

    /// The loss columns that the law predicts, in order.
    pub fn columns(&self) -> Vec<usize> {
        let mut columns: Vec<usize> = self
            .parts()
            .iter()
            .flat_map(|(model, _)| model.columns())
            .copied()
            .collect();
        columns.sort_unstable();
        columns
    }

    /// The parameter vectors of the law's parts.
    pub(crate) fn thetas(&self) -> Vec<Vec<f64>> {
        let parts = self.parts().iter();
        parts.map(|(_, minimum)| minimum.theta.clone()).collect()
    }

    /// The law with given parameter vectors, bound to the rows that it was fitted to. `None` if the
    /// vectors do not fit the law.
    ///
    /// # Errors
    /// [`LawError`] when the law cannot be bound to the rows.
    pub fn with_parameters(
        law: &dyn Law,
        training: &Observations,
        thetas: &[Vec<f64>],
    ) -> Result<Option<Self>, LawError> {
        let models = law.bind(training)?;
        let fits = models.len() == thetas.len()
            && models
                .iter()
                .zip(thetas)
                .all(|(model, theta)| model.parameters().len() == theta.len());
        if !fits {
            return Ok(None);
        }
        let parts = models.into_iter().zip(thetas).map(|(model, theta)| {
            let minimum = Minimum {
                theta: theta.clone(),
                objective: f64::NAN,
                converged: true,
                steps: 0,
            };
            (model, minimum)
        });
        Ok(Some(Self::of_parts(parts.collect(), training)))
    }
}
