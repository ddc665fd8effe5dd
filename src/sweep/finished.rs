//! The runs of a sweep that have their losses already.

use std::collections::BTreeSet;

use ndarray::Array2;

use super::{Sweep, SweepRun};
use crate::runs::{Columns, RunTable, TableError};

/// Losses of a run on its way: (steps taken, domain losses L_i there), by step.
pub type Curve = Vec<(u64, Vec<f64>)>;

/// Losses of the finished runs of a sweep, by the number of the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// Number of domains K.
    pub(super) domains: usize,
    /// Whether each run is finished.
    pub(super) done: Vec<bool>,
    /// Losses L_i in nats, runs × K; NaN in a run that diverged. Of no meaning where not done.
    pub(super) losses: Vec<f64>,
    /// The curve of each run; no entries at all where the learner takes no steps.
    pub(super) curves: Vec<Curve>,
}

/// What became of losses that were to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// The run had none yet.
    New,
    /// The run had the same, to the bit.
    Same,
    /// The run has others.
    Different,
}

impl Finished {
    /// No run of `sweep` over `domains` domains.
    pub fn none(sweep: &Sweep, domains: usize) -> Self {
        Self {
            domains,
            done: vec![false; sweep.runs()],
            losses: vec![0.0; sweep.runs() * domains],
            curves: Vec::new(),
        }
    }

    /// Number of runs, finished or not.
    pub fn len(&self) -> usize {
        self.done.len()
    }

    /// Whether the sweep has no runs.
    pub fn is_empty(&self) -> bool {
        self.done.is_empty()
    }

    /// Number of finished runs.
    pub fn count(&self) -> usize {
        self.done.iter().filter(|done| **done).count()
    }

    /// Whether run `run` is finished.
    pub fn is_done(&self, run: usize) -> bool {
        self.done[run]
    }

    /// Losses of a finished run (length K).
    pub fn losses(&self, run: usize) -> &[f64] {
        &self.losses[run * self.domains..(run + 1) * self.domains]
    }

    /// The curve of a run; empty if it took no steps.
    pub fn curve(&self, run: usize) -> &[(u64, Vec<f64>)] {
        self.curves.get(run).map_or(&[], Vec::as_slice)
    }

    /// Number of cells of which some finished run has no losses, because it diverged.
    pub(crate) fn failed_cells(&self, sweep: &Sweep) -> usize {
        let replicates = sweep.replicates as usize;
        let cells: BTreeSet<usize> = (0..self.len())
            .filter(|run| self.failed(*run))
            .map(|run| run / replicates)
            .collect();
        cells.len()
    }

    /// Number of finished runs that diverged.
    pub fn diverged(&self) -> usize {
        (0..self.len()).filter(|run| self.failed(*run)).count()
    }

    /// Takes the runs that diverged as not finished; says how many there were.
    pub(crate) fn forget_failed(&mut self) -> usize {
        let failed: Vec<usize> = (0..self.len()).filter(|run| self.failed(*run)).collect();
        for run in &failed {
            self.done[*run] = false;
        }
        failed.len()
    }

    /// Adds the losses (length K) and the curve of a run. What a run has already stays.
    pub fn add(&mut self, run: usize, losses: &[f64], curve: Curve) -> Added {
        if self.done[run] {
            let same = same_bits(self.losses(run), losses)
                && self.curve(run).len() == curve.len()
                && self
                    .curve(run)
                    .iter()
                    .zip(&curve)
                    .all(|(one, other)| one.0 == other.0 && same_bits(&one.1, &other.1));
            return if same { Added::Same } else { Added::Different };
        }
        self.done[run] = true;
        self.losses[run * self.domains..(run + 1) * self.domains].copy_from_slice(losses);
        if !curve.is_empty() {
            if self.curves.is_empty() {
                self.curves = vec![Curve::new(); self.done.len()];
            }
            self.curves[run] = curve;
        }
        Added::New
    }

    /// The table of all runs.
    ///
    /// # Errors
    /// [`TableError`] when the sweep has no runs.
    pub(crate) fn into_table(
        self,
        sweep: &Sweep,
        names: Vec<String>,
    ) -> Result<RunTable, TableError> {
        let shape = (self.done.len(), self.domains);
        let losses = Array2::from_shape_vec(shape, self.losses).map_err(|_| TableError::Empty)?;
        table(sweep, names, losses)
    }

    fn failed(&self, run: usize) -> bool {
        self.done[run] && self.losses(run).iter().any(|loss| loss.is_nan())
    }
}

/// Whether two lists hold the same numbers to the bit; all NaN are one.
fn same_bits(one: &[f64], other: &[f64]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .all(|(a, b)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()))
}

/// The table of a sweep's runs, with `losses` of runs × domains; NaN where there is none.
pub(super) fn table(
    sweep: &Sweep,
    names: Vec<String>,
    losses: Array2<f64>,
) -> Result<RunTable, TableError> {
    let (runs, domains) = (sweep.runs(), names.len());
    let each = |figure: &dyn Fn(SweepRun) -> f64| {
        (0..runs).map(|number| figure(sweep.run(number))).collect()
    };
    let columns = Columns {
        cells: (0..runs).map(|number| sweep.run(number).cell).collect(),
        replicates: (0..runs)
            .map(|number| sweep.run(number).replicate)
            .collect(),
        labels: Vec::new(),
        capacity: Some(each(&|run| run.capacity)),
        tokens: Some(each(&|run| run.tokens)),
    };
    let weights = Array2::from_shape_fn((runs, domains), |(number, domain)| {
        sweep.run(number).mixture.weights()[domain]
    });
    RunTable::new(names.clone(), names, weights, losses, columns)
}
