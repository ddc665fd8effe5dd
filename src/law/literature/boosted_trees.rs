//! Gradient-boosted regression trees on the weights, the baseline of RegMix (Liu et al. 2024,
//! arXiv:2407.01492).
//!
//! One ensemble per loss column, with squared error, trained by `forust-ml` when the law is bound.
//! There is no formula: no parameter is counted, nothing is identifiable, and a prediction never
//! leaves the range of the training losses by much. Mixtures are compared by single weights, so a
//! few dozen runs say little about 17 of them. Capacity and tokens do not enter.

use forust_ml::gradientbooster::GradientBooster;
use forust_ml::{Matrix, objective::ObjectiveType};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::law::{Gradient, Law, LawError, Model, NaturalValue, Observations, Parameter, Point};

/// Trees of an ensemble, and the share of each tree's correction that is taken: what the common
/// libraries do when nothing is said. Nothing here is tuned.
const TREES: usize = 100;
const LEARNING_RATE: f32 = 0.1;

/// Depth of a tree: interactions of up to three weights.
const DEPTH: usize = 3;

/// Fewest runs in a leaf: a single run makes no rule.
const LEAF: f32 = 2.0;

/// Boosted trees.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BoostedTrees;

impl Law for BoostedTrees {
    fn name(&self) -> &'static str {
        "boosted-trees"
    }

    fn title(&self) -> &'static str {
        "gradient-boosted trees on the weights"
    }

    fn needs_own_weight(&self) -> bool {
        false
    }

    fn bind(&self, training: &Observations) -> Result<Vec<Box<dyn Model>>, LawError> {
        (0..training.loss_names.len())
            .map(|column| Ok(Box::new(Ensemble::train(training, column)?) as Box<dyn Model>))
            .collect()
    }
}

struct Ensemble {
    columns: [usize; 1],
    booster: GradientBooster,
}

impl Ensemble {
    fn train(training: &Observations, column: usize) -> Result<Self, LawError> {
        let name = || training.loss_names[column].clone();
        let mean = training.measured(column)?.mean;
        let rows: Vec<usize> = (0..training.len())
            .filter(|row| !training.losses[[*row, column]].is_nan())
            .collect();
        let losses: Vec<f64> = rows
            .iter()
            .map(|row| training.losses[[*row, column]])
            .collect();
        // Column after column, as the crate wants it.
        let weights: Vec<f64> = training
            .weights
            .columns()
            .into_iter()
            .flat_map(|weights| rows.iter().map(move |row| weights[*row]))
            .collect();
        let mut booster = GradientBooster::default()
            .set_objective_type(ObjectiveType::SquaredLoss)
            .set_iterations(TREES)
            .set_learning_rate(LEARNING_RATE)
            .set_max_depth(DEPTH)
            .set_min_leaf_weight(LEAF)
            .set_base_score(mean)
            .set_initialize_base_score(false)
            // Columns and splits already run in parallel.
            .set_parallel(false);
        let matrix = Matrix::new(&weights, rows.len(), training.weights.ncols());
        booster
            .fit_unweighted(&matrix, &losses, None)
            .map_err(|error| LawError::Trees {
                column: name(),
                reason: error.to_string(),
            })?;
        Ok(Self {
            columns: [column],
            booster,
        })
    }
}

impl Model for Ensemble {
    fn parameters(&self) -> &[Parameter] {
        &[]
    }

    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn predict(&self, _theta: &[f64], point: Point<'_>, out: &mut [f64]) {
        let weights = point.weights.to_vec();
        let row = Matrix::new(&weights, 1, weights.len());
        let predicted = self.booster.predict(&row, false);
        out[0] = predicted.first().copied().unwrap_or(f64::NAN);
    }

    fn differentiate(&self, theta: &[f64], point: Point<'_>, out: &mut Gradient) {
        let mut prediction = [0.0];
        self.predict(theta, point, &mut prediction);
        out.clear();
        out.push(prediction[0], [], 0.0);
    }

    fn start(&self, _number: usize, _rng: &mut Xoshiro256PlusPlus) -> Vec<f64> {
        Vec::new()
    }

    fn closed_form(&self) -> Option<Vec<f64>> {
        Some(Vec::new())
    }

    fn one_scale(&self) -> bool {
        true
    }

    fn values(&self, _theta: &[f64]) -> Vec<NaturalValue> {
        Vec::new()
    }
}
