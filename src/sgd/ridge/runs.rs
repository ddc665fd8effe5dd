//! Ridge regressions of the learner of projected regression, under a view.

use rand::Rng;

use crate::sgd::trainer::Trainer;
use crate::sgd::view::{Seen, View};
use crate::sgd::{
    Directions, Penalty, Ridge, SharedRun, best_penalty, best_penalty_on_average,
    drawn_feature_ridge, drawn_ridge, equivalent_ridge, expected_ridge,
};

impl Trainer {
    /// Expected excess losses under a view, over random projections if it is of one.
    pub(crate) fn expected_regression(
        &self,
        penalty: Penalty,
        noise: f64,
        view: &View,
        weights: &[f64],
        tokens: f64,
    ) -> Vec<f64> {
        // Then no penalty is the best one.
        if penalty == Penalty::Best && tokens.is_infinite() {
            return self.minimal_excess(view, weights);
        }
        let ridge = self.ridge(penalty, noise, view, weights, tokens);
        self.expected_ridge(&ridge, view, weights, tokens)
    }

    /// Excess losses of one ridge regression under a view.
    pub(crate) fn regress<R: Rng>(
        &self,
        penalty: Penalty,
        noise: f64,
        view: &View,
        tokens: f64,
        run: &mut SharedRun<'_, R>,
    ) -> Vec<f64> {
        if penalty == Penalty::Best && tokens.is_infinite() {
            return self.minimal_excess(view, run.weights);
        }
        let ridge = &self.ridge(penalty, noise, view, run.weights, tokens);
        let (samples, weights, random) = (tokens as u64, run.weights, &mut run.random);
        match &view.0 {
            Seen::Sketch { prepared, .. } if tokens.is_infinite() => prepared
                .features()
                .penalised_excess(weights, ridge.penalty)
                .unwrap_or_else(|| vec![f64::NAN; weights.len()]),
            Seen::Sketch { prepared, .. } => {
                drawn_feature_ridge(prepared, ridge, weights, samples, random)
            }
            // Nothing is random there.
            _ if tokens.is_infinite() => self.expected_ridge(ridge, view, weights, tokens),
            Seen::Top { capacity } => {
                let directions = Directions::top(self.world(), weights, *capacity);
                drawn_ridge(&directions, ridge, weights, samples, random)
            }
            Seen::Eigenbasis(directions) => {
                drawn_ridge(directions, ridge, weights, samples, random)
            }
            Seen::Average { .. } => self.expected_ridge(ridge, view, weights, tokens),
        }
    }

    /// The regression under a view, its penalty found if it is to be the best. Under a projection the
    /// best one is that of the average over projections.
    fn ridge(
        &self,
        penalty: Penalty,
        noise: f64,
        view: &View,
        weights: &[f64],
        tokens: f64,
    ) -> Ridge {
        let average =
            |capacity| best_penalty_on_average(self.world(), noise, weights, capacity, tokens);
        let penalty = match (penalty, &view.0) {
            (Penalty::Fixed(penalty), _) => penalty,
            (Penalty::Best, Seen::Top { capacity }) => {
                let directions = Directions::top(self.world(), weights, *capacity);
                best_penalty(&directions, noise, weights, tokens)
            }
            (Penalty::Best, Seen::Eigenbasis(directions)) => {
                best_penalty(directions, noise, weights, tokens)
            }
            (Penalty::Best, Seen::Sketch { prepared, .. }) => {
                average(prepared.features().rows() as f64)
            }
            (Penalty::Best, Seen::Average { capacity }) => average(*capacity),
        };
        Ridge { penalty, noise }
    }

    fn expected_ridge(&self, ridge: &Ridge, view: &View, weights: &[f64], tokens: f64) -> Vec<f64> {
        let average = |capacity| equivalent_ridge(self.world(), ridge, weights, capacity, tokens);
        match &view.0 {
            Seen::Top { capacity } => {
                let directions = Directions::top(self.world(), weights, *capacity);
                expected_ridge(&directions, ridge, weights, tokens)
            }
            Seen::Eigenbasis(directions) => expected_ridge(directions, ridge, weights, tokens),
            Seen::Sketch { prepared, .. } => average(prepared.features().rows() as f64),
            Seen::Average { capacity } => average(*capacity),
        }
    }
}
