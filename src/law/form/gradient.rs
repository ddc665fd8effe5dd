//! Predictions of one row with their derivatives, kept in the structure that laws have.
//!
//! A prediction depends on a few parameters of its own and, where domains compete, on one number
//! that they share (the price of capacity), which in turn depends on all parameters. So the
//! Jacobian of a row is sparse plus rank one: J_i = o_i + s_i gᵀ. Normal equations are summed from
//! that without forming the dense rows.

/// Predictions of one row and their derivatives.
#[derive(Debug, Clone, Default)]
pub struct Gradient {
    /// Predicted losses, one per column of the model.
    pub predictions: Vec<f64>,
    /// (parameter, derivative) pairs of all columns, column after column.
    entries: Vec<(usize, f64)>,
    /// End of each column's entries.
    ends: Vec<usize>,
    /// s_i: derivative of each prediction by the shared number.
    coupling: Vec<f64>,
    /// g: derivative of the shared number by all P parameters; empty if nothing is shared.
    shared: Vec<f64>,
}

impl Gradient {
    /// Empties the gradient for a new row.
    pub fn clear(&mut self) {
        self.predictions.clear();
        self.entries.clear();
        self.ends.clear();
        self.coupling.clear();
        self.shared.clear();
    }

    /// Adds a column: its prediction, its derivatives by its own parameters, and its derivative by
    /// the shared number.
    pub fn push(
        &mut self,
        prediction: f64,
        own: impl IntoIterator<Item = (usize, f64)>,
        coupling: f64,
    ) {
        self.predictions.push(prediction);
        self.entries.extend(own);
        self.ends.push(self.entries.len());
        self.coupling.push(coupling);
    }

    /// Adds a column that shares nothing: `evaluate` adds its derivatives by its own parameters to
    /// the list and returns the prediction.
    pub(crate) fn push_with(&mut self, evaluate: impl FnOnce(&mut Vec<(usize, f64)>) -> f64) {
        let prediction = evaluate(&mut self.entries);
        self.predictions.push(prediction);
        self.ends.push(self.entries.len());
        self.coupling.push(0.0);
    }

    /// The derivative of the shared number by all P parameters, zeroed, to be filled.
    pub(crate) fn shared_mut(&mut self, parameters: usize) -> &mut [f64] {
        self.shared.clear();
        self.shared.resize(parameters, 0.0);
        &mut self.shared
    }

    /// Makes the gradient of a part with its parameters from `first` on that of a whole with
    /// `parameters` of them.
    pub(super) fn embed(&mut self, first: usize, parameters: usize) {
        for (parameter, _) in &mut self.entries {
            *parameter += first;
        }
        if !self.shared.is_empty() {
            self.shared.splice(..0, std::iter::repeat_n(0.0, first));
            self.shared.resize(parameters, 0.0);
        }
    }

    /// Derivatives of the prediction in `column` by its own parameters.
    pub fn own(&self, column: usize) -> &[(usize, f64)] {
        let start = if column == 0 {
            0
        } else {
            self.ends[column - 1]
        };
        &self.entries[start..self.ends[column]]
    }

    /// Derivative of the prediction in `column` by the shared number.
    pub(crate) fn coupling(&self, column: usize) -> f64 {
        self.coupling[column]
    }

    /// Derivative of the shared number by all parameters; empty if nothing is shared.
    pub fn shared(&self) -> &[f64] {
        &self.shared
    }

    /// Writes the dense derivative of one prediction by all P parameters into `out`.
    pub fn dense(&self, column: usize, out: &mut [f64]) {
        out.fill(0.0);
        self.add_dense(column, 1.0, out);
    }

    /// Adds `factor` times the dense derivative of one prediction by all P parameters to `out`.
    pub(crate) fn add_dense(&self, column: usize, factor: f64, out: &mut [f64]) {
        for (parameter, derivative) in self.own(column) {
            out[*parameter] += factor * derivative;
        }
        let coupling = factor * self.coupling[column];
        if coupling != 0.0 {
            for (out, shared) in out.iter_mut().zip(&self.shared) {
                *out += coupling * shared;
            }
        }
    }
}
