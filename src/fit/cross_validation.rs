//! The strength of the prior, chosen on the training rows alone.
//!
//! The training mixtures are dealt into folds. Each candidate (a strength of the ridge and a setting
//! of the law's own hyper-parameters) is fitted to all folds but one and charged for the residuals
//! of that one, over all loss columns together: a choice per column would rest on a dozen
//! residuals. The charge is the sum of |residual|, the error that is reported in the end, whatever the
//! cost of the fit: with squares one outlier would choose. Rows that are held out of the whole fit
//! are never seen.

use rand::seq::SliceRandom;
use rayon::prelude::*;

use super::levenberg_marquardt::minimise_to;
use super::objective::Objective;
use super::{FitError, FitPlan, Ridge, guard, size};
use crate::law::{Law, Observations};
use crate::numeric::random::{self, Purpose};

/// Folds of the training mixtures (fewer where there are fewer mixtures).
const FOLDS: usize = 4;

/// The strength where nothing can be chosen: a prior that shifts relative residuals of 1 % little.
const FALLBACK_STRENGTH: f64 = 1e-4;

/// Strengths below the weakest of a law, as shares of it.
const VANISHING: [f64; 5] = [1e-2, 1e-4, 1e-6, 1e-8, 1e-10];

/// Relative decrease of the objective at which a fit to a fold is good enough to be judged: its
/// errors then move by far less than the rows of the fold differ.
const TOLERANCE: f64 = 1e-3;

/// Most steps of a fit to a fold. It starts at the minimum under the next stronger ridge, so more
/// are only spent in flat valleys that no fold can tell apart.
const STEPS: usize = 50;

/// Outer splits use replicate 0 of the same purpose.
const INNER: u64 = 1;

/// What cross-validation chose.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// Strength of the ridge.
    pub ridge: f64,
    /// Setting of the law's own hyper-parameters in words; `None` if it has none.
    pub setting: Option<String>,
}

/// A chosen candidate: the law at its setting, and the description.
pub(super) struct Choice {
    /// The law at the chosen setting; `None` for the law as it is.
    pub(super) law: Option<Box<dyn Law>>,
    pub(super) chosen: Chosen,
}

/// A setting of hyper-parameters in words, and the law at it; `None` for the law as it is.
type Setting = (Option<String>, Option<Box<dyn Law>>);

/// Whether `law` is to be cross-validated under `plan`.
pub(super) fn applies(law: &dyn Law, plan: &FitPlan) -> bool {
    match plan.ridge {
        Ridge::Cv => true,
        Ridge::Auto => law.prior_matters(),
        Ridge::Fixed(_) => false,
    }
}

/// Chooses the strength of the ridge and the hyper-parameters of `law` on `training`, whose rows
/// belong to the numbered mixtures `units`. `None` where there is nothing to choose: all parts
/// of the law are known in closed form.
///
/// # Errors
/// [`FitError`] when the law cannot be bound to all training rows, or is too large for memory.
pub(super) fn choose(
    law: &dyn Law,
    training: &Observations,
    units: &[usize],
    plan: &FitPlan,
    split: usize,
) -> Result<Option<Choice>, FitError> {
    let parts = law.bind(training)?;
    size::check(law, &parts, training)?;
    if parts.iter().all(|model| model.closed_form().is_some()) {
        return Ok(None);
    }
    let mut settings: Vec<Setting> = law
        .alternatives()
        .into_iter()
        .map(|(words, law)| (Some(words), Some(law)))
        .collect();
    if settings.is_empty() {
        settings.push((None, None));
    }
    let folds = folds(units, plan.seed, split);
    let jobs: Vec<(usize, usize)> = (0..settings.len())
        .flat_map(|setting| (0..folds.len()).map(move |fold| (setting, fold)))
        .collect();
    let strengths = law.ridge_strengths();
    let costs: Vec<Vec<f64>> = jobs
        .par_iter()
        .map(|(setting, fold)| {
            let law = settings[*setting].1.as_deref().unwrap_or(law);
            path_costs(law, strengths, training, &folds[*fold], plan)
        })
        .collect();
    let mut best = (f64::INFINITY, 0, FALLBACK_STRENGTH);
    for setting in 0..settings.len() {
        let of_setting = || {
            let costs = jobs.iter().zip(&costs);
            costs
                .filter(|((of, _), _)| *of == setting)
                .map(|(_, costs)| costs)
        };
        // Of equals the stronger prior, which comes first. No fold, no choice.
        if let Some((strength, cost)) = cheapest(strengths, of_setting())
            && cost < best.0
        {
            best = (cost, setting, strength);
        }
    }
    // Where even the weakest prior is too strong there is hardly any noise: it may vanish.
    if !folds.is_empty() && strengths.last() == Some(&best.2) {
        let weaker = with_vanishing(strengths);
        let law = settings[best.1].1.as_deref().unwrap_or(law);
        let costs: Vec<Vec<f64>> = folds
            .par_iter()
            .map(|fold| path_costs(law, &weaker, training, fold, plan))
            .collect();
        if let Some((strength, cost)) = cheapest(&weaker, costs.iter()) {
            best = (cost, best.1, strength);
        }
    }
    let (cost, setting, ridge) = best;
    if cost.is_infinite() {
        return Ok(Some(Choice {
            law: None,
            chosen: Chosen {
                ridge,
                setting: None,
            },
        }));
    }
    let (setting, law) = settings.swap_remove(setting);
    Ok(Some(Choice {
        law,
        chosen: Chosen { ridge, setting },
    }))
}

/// The strength of the lowest cost over all folds, with that cost; `None` without a fold.
fn cheapest<'a>(
    strengths: &[f64],
    folds: impl Iterator<Item = &'a Vec<f64>>,
) -> Option<(f64, f64)> {
    let mut sums = vec![0.0; strengths.len()];
    let mut count = 0;
    for costs in folds {
        count += 1;
        for (sum, cost) in sums.iter_mut().zip(costs) {
            *sum += cost;
        }
    }
    let pairs = strengths.iter().copied().zip(sums);
    let lowest = pairs.reduce(|best, other| if other.1 < best.1 { other } else { best });
    lowest.filter(|_| count > 0)
}

/// `strengths`, from strong to weak, and after them ever weaker ones down to a prior that moves no
/// fit by more than rounding.
fn with_vanishing(strengths: &[f64]) -> Vec<f64> {
    let weakest = strengths.last().copied().unwrap_or(FALLBACK_STRENGTH);
    let weaker = VANISHING.iter().map(|factor| factor * weakest);
    strengths.iter().copied().chain(weaker).collect()
}

/// The strengths that lead to `chosen` from strong to weak, itself left out.
pub(super) fn path_to(law: &dyn Law, chosen: f64) -> Vec<f64> {
    let mut path = with_vanishing(law.ridge_strengths());
    path.retain(|strength| *strength > chosen);
    path
}

/// Fits under each of `strengths`, from strong to weak: one start, where the strong prior leaves
/// hardly a choice, and from there each fit starts where the one before ended. Tells `each` where
/// they end, and returns the last of them.
pub(super) fn follow(
    objective: &mut Objective,
    start: Vec<f64>,
    strengths: &[f64],
    mut each: impl FnMut(&[f64]),
) -> Vec<f64> {
    strengths.iter().fold(start, |theta, strength| {
        objective.set_ridge(*strength);
        let minimum = minimise_to(objective, theta, STEPS, TOLERANCE);
        each(&minimum.theta);
        minimum.theta
    })
}

/// Costs of the rows of a fold under fits to the other rows, one for each strength; infinite where
/// there is no fit.
fn path_costs(
    law: &dyn Law,
    strengths: &[f64],
    rows: &Observations,
    held_out: &[bool],
    plan: &FitPlan,
) -> Vec<f64> {
    let numbers = |wanted: bool| -> Vec<usize> {
        (0..rows.len())
            .filter(|row| held_out[*row] == wanted)
            .collect()
    };
    let (training, validation) = (rows.select(&numbers(false)), rows.select(&numbers(true)));
    let Ok(models) = law.bind(&training) else {
        return vec![f64::INFINITY; strengths.len()];
    };
    let mut costs = vec![0.0; strengths.len()];
    for (part, model) in models.iter().enumerate() {
        let mut fitted = Objective::new(model.as_ref(), &training, plan);
        let judged = Objective::new(model.as_ref(), &validation, plan);
        let limits = guard::limits(model.as_ref(), &training);
        let mut rng = random::stream(plan.seed, Purpose::Starts, part as u64, 0);
        // None of these fits has seen the fold.
        let start = model.start(0, &mut rng);
        let mut costs = costs.iter_mut();
        follow(&mut fitted, start, strengths, |theta| {
            if let Some(cost) = costs.next() {
                *cost += judged.absolute_error(theta, &limits);
            }
        });
    }
    costs
}

/// The folds of rows that belong to `units`: whether each row is held out. All rows of a unit are
/// in one fold; no folds for a single unit.
fn folds(units: &[usize], seed: u64, split: usize) -> Vec<Vec<bool>> {
    let mut order: Vec<usize> = units.to_vec();
    order.sort_unstable();
    order.dedup();
    if order.len() < 2 {
        return Vec::new();
    }
    let mut rng = random::stream(seed, Purpose::Splits, split as u64, INNER);
    order.shuffle(&mut rng);
    let count = FOLDS.min(order.len());
    (0..count)
        .map(|fold| {
            let dealt: Vec<usize> = order.iter().copied().skip(fold).step_by(count).collect();
            units.iter().map(|unit| dealt.contains(unit)).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn folds_hold_out_each_row_once_and_keep_mixtures_together(
            units in proptest::collection::vec(0usize..9, 1..40), seed: u64
        ) {
            let folds = folds(&units, seed, 3);
            let mut distinct = units.clone();
            distinct.sort_unstable();
            distinct.dedup();
            if distinct.len() < 2 {
                prop_assert!(folds.is_empty());
                return Ok(());
            }
            prop_assert_eq!(folds.len(), distinct.len().min(FOLDS));
            for row in 0..units.len() {
                prop_assert_eq!(folds.iter().filter(|fold| fold[row]).count(), 1);
                for other in 0..units.len() {
                    if units[row] == units[other] {
                        prop_assert!(folds.iter().all(|fold| fold[row] == fold[other]));
                    }
                }
            }
            for fold in &folds {
                prop_assert!(fold.contains(&true) && fold.contains(&false));
            }
        }
    }
}
