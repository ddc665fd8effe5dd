//! How sure a best mixture is, over the resamples of a bootstrap.

use rayon::prelude::*;
use statrs::statistics::{Data, OrderStatistics};

use super::regret::Mean;
use super::{
    Aim, JointRegion, Losses, Near, Optimum, OptimumError, Problem, Region, best, joint_region,
};

/// Share of the resamples inside an interval.
const CONFIDENCE: f64 = 0.95;

/// The best mixtures of the resamples.
#[derive(Debug, Clone, PartialEq)]
pub struct Uncertainty {
    /// 95 % interval of each weight.
    pub weights: Vec<(f64, f64)>,
    /// 95 % interval of the target loss of the best mixture of all rows, nats.
    pub target_loss: (f64, f64),
    /// Mean over the resamples of what the best mixture of all rows loses there, nats.
    pub mean_regret: f64,
    /// The mixture of least mean regret: the best one for the mean of the predictions.
    pub robust: Vec<f64>,
    /// Its mean regret, nats.
    pub robust_regret: f64,
    /// The best mixture of each resample.
    pub mixtures: Vec<Vec<f64>>,
    /// Where the best mixture lies, for all weights together; `None` for fewer resamples than
    /// weights.
    pub region: Option<JointRegion>,
    /// Resamples.
    pub replicates: usize,
}

/// The best mixture under each of `replicates`, one for each resample; `found` is the best one for
/// all rows. With [`Aim::Worst`] the robust mixture is best for the largest mean loss, which is not
/// quite the least mean regret.
///
/// # Errors
/// [`OptimumError`] where a replicate has no finite objective.
pub fn uncertainty(
    replicates: &[&dyn Losses],
    found: &Optimum,
    (aim, near): (&Aim, Option<&Near>),
    region: &Region,
    seed: u64,
) -> Result<Option<Uncertainty>, OptimumError> {
    if replicates.is_empty() {
        return Ok(None);
    }
    let problem = |losses| Problem {
        losses,
        aim: aim.clone(),
        near: near.cloned(),
    };
    let optima = replicates
        .par_iter()
        .map(|losses| best(&problem(*losses), region, seed))
        .collect::<Result<Vec<_>, _>>()?;
    let mean = Mean(replicates.to_vec());
    let robust = best(&problem(&mean), region, seed)?.weights;
    let regret = |weights: &[f64]| {
        let losses = replicates.iter().zip(&optima);
        losses
            .map(|(losses, optimum)| problem(*losses).target_loss(weights) - optimum.target_loss)
            .sum::<f64>()
            / replicates.len() as f64
    };
    let mixtures: Vec<Vec<f64>> = optima.iter().map(|o| o.weights.clone()).collect();
    let losses = replicates
        .iter()
        .map(|losses| problem(*losses).target_loss(&found.weights));
    Ok(Some(Uncertainty {
        weights: (0..region.domains())
            .map(|domain| interval(optima.iter().map(|optimum| optimum.weights[domain])))
            .collect(),
        target_loss: interval(losses),
        mean_regret: regret(&found.weights),
        robust_regret: regret(&robust),
        robust,
        region: joint_region(&mixtures, &found.weights),
        mixtures,
        replicates: replicates.len(),
    }))
}

/// The percentile interval.
fn interval(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let mut data = Data::new(values.collect::<Vec<_>>());
    let tail = 0.5 * (1.0 - CONFIDENCE);
    (data.quantile(tail), data.quantile(1.0 - tail))
}
