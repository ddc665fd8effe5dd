//! The baseline: predict the mean of the training runs.
//!
//! Runs of one scale (N, D) are averaged together, since no one would predict a large run from
//! small ones' mean; a scale that was not trained on gets the mean of all training runs. What this
//! scores is what a law must beat: in one scale it is often within 2 % of the loss.
//!
//! Parameters: one mean for each scale and column.

use rand_xoshiro::Xoshiro256PlusPlus;

use crate::law::{Gradient, Law, LawError, Model, NaturalValue, Observations, Parameter, Point};

/// The mean of the training runs of the same scale.
#[derive(Debug, Clone, Copy)]
pub struct Mean;

impl Law for Mean {
    fn name(&self) -> &'static str {
        "mean"
    }

    fn title(&self) -> &'static str {
        "mean of the training runs"
    }

    fn needs_own_weight(&self) -> bool {
        false
    }

    fn bind(&self, training: &Observations) -> Result<Vec<Box<dyn Model>>, LawError> {
        (0..training.loss_names.len())
            .map(|column| Ok(Box::new(ColumnMean::new(training, column)?) as Box<dyn Model>))
            .collect()
    }
}

struct ColumnMean {
    columns: [usize; 1],
    /// (capacity, tokens) of the scales seen, in order of appearance, with their means.
    scales: Vec<((f64, f64), f64)>,
    overall: f64,
    parameters: Vec<Parameter>,
}

impl ColumnMean {
    fn new(training: &Observations, column: usize) -> Result<Self, LawError> {
        let overall = training.measured(column)?.mean;
        let mut sums: Vec<((f64, f64), f64, f64)> = Vec::new();
        for row in 0..training.len() {
            let loss = training.losses[[row, column]];
            if loss.is_nan() {
                continue;
            }
            let scale = (training.capacity[row], training.tokens[row]);
            match sums.iter_mut().find(|(seen, ..)| *seen == scale) {
                Some((_, sum, count)) => {
                    *sum += loss;
                    *count += 1.0;
                }
                None => sums.push((scale, loss, 1.0)),
            }
        }
        let scales: Vec<_> = sums
            .into_iter()
            .map(|(scale, sum, count)| (scale, sum / count))
            .collect();
        let parameter = Parameter {
            symbol: "mean",
            column: Some(column),
            source: None,
            lower: f64::NEG_INFINITY,
            upper: f64::INFINITY,
            centre: 0.0,
            unit: 1.0,
        };
        Ok(Self {
            columns: [column],
            parameters: vec![parameter; scales.len()],
            scales,
            overall,
        })
    }

    fn scale(&self, point: Point<'_>) -> Option<usize> {
        self.scales
            .iter()
            .position(|(scale, _)| *scale == (point.capacity, point.tokens))
    }
}

impl Model for ColumnMean {
    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn predict(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]) {
        out[0] = self.scale(point).map_or(self.overall, |index| theta[index]);
    }

    fn differentiate(&self, theta: &[f64], point: Point<'_>, out: &mut Gradient) {
        out.clear();
        match self.scale(point) {
            Some(index) => out.push(theta[index], [(index, 1.0)], 0.0),
            None => out.push(self.overall, [], 0.0),
        }
    }

    fn differentiate_by_weights(&self, _theta: &[f64], _point: Point<'_>, out: &mut [f64]) -> bool {
        out.fill(0.0);
        true
    }

    fn start(&self, _number: usize, _rng: &mut Xoshiro256PlusPlus) -> Vec<f64> {
        self.scales.iter().map(|(_, mean)| *mean).collect()
    }

    fn closed_form(&self) -> Option<Vec<f64>> {
        Some(self.scales.iter().map(|(_, mean)| *mean).collect())
    }

    fn values(&self, theta: &[f64]) -> Vec<NaturalValue> {
        // One mean per column is worth reading; a table of means per scale is not.
        let value = match theta {
            [mean] => Some(*mean),
            _ => None,
        };
        vec![NaturalValue {
            symbol: "mean",
            column: Some(self.columns[0]),
            value,
        }]
    }
}
