//! A fit repeated on other rows of its table: what bootstrap and influence have in common.
//!
//! A refit keeps whatever the full fit decided before it looked for parameters: priors, bounds and
//! reference scales (the models stay bound to all rows), the strength of the ridge, what
//! cross-validation chose, and the guard. It starts at the parameters of the full fit. So it shows
//! what the rows do to the parameters, not what they do to those choices. Laws that are known in
//! closed form (the mean, boosted trees) are made anew from the rows.

use rand_distr::{Distribution, StandardNormal};

use super::fit_error::FitError;
use super::fitted_law::FittedLaw;
use super::levenberg_marquardt::{Minimum, minimise};
use super::plan::FitPlan;
use super::rows::observations;
use super::search::AUTO_PRIOR_SD;
use crate::law::{Law, Model, Observations};
use crate::numeric::random::{self, Purpose};
use crate::runs::RunTable;

/// A fit to all rows of a table, ready to be repeated.
pub(super) struct Refit<'a> {
    law: &'a dyn Law,
    /// The law at the setting that cross-validation chose.
    setting: Option<Box<dyn Law>>,
    fitted: &'a FittedLaw,
    /// All rows of the table.
    rows: Observations,
    plan: &'a FitPlan,
}

impl<'a> Refit<'a> {
    pub(super) fn new(
        table: &RunTable,
        law: &'a dyn Law,
        fitted: &'a FittedLaw,
        plan: &'a FitPlan,
    ) -> Self {
        let chosen = fitted.chosen().and_then(|chosen| chosen.setting.as_ref());
        let setting = chosen.and_then(|words| {
            let alternatives = law.alternatives().into_iter();
            alternatives
                .filter(|(setting, _)| setting == words)
                .map(|(_, law)| law)
                .next()
        });
        let all: Vec<usize> = (0..table.len()).collect();
        Self {
            law,
            setting,
            fitted,
            rows: observations(table, &all, fitted.weight_floor()),
            plan,
        }
    }

    /// All rows of the table.
    pub(super) fn rows(&self) -> &Observations {
        &self.rows
    }

    /// Standard deviation of the prior of each part, in prior units: σ/√ρ for a ridge ρ on residuals
    /// of a scatter σ, which is that of the residuals of the full fit times `stretch`; at least the
    /// unit that the prior was laid out with, whatever strength predicts best, and 0 without a ridge.
    pub(super) fn prior_spreads(&self, stretch: f64) -> Vec<f64> {
        let parts = self.fitted.parts().iter().enumerate();
        parts
            .map(|(part, (model, minimum))| {
                let objective =
                    self.fitted
                        .objective_of(part, model.as_ref(), &self.rows, self.plan);
                let variance = objective.misfit(&minimum.theta) / objective.residuals() as f64;
                if objective.ridge() > 0.0 {
                    let spread = stretch * (variance / objective.ridge()).sqrt();
                    spread.clamp(1.0, AUTO_PRIOR_SD)
                } else {
                    0.0
                }
            })
            .collect()
    }

    /// Fits the law to `training`, some of the rows or all of them with other losses, from the parameters of the full fit and from
    /// `fresh_starts` more, drawn from streams of `purpose` and `replicate`; the lowest objective
    /// wins. The centre of the prior of each part is drawn about its own with the standard deviation
    /// in `prior_spreads`; it stays where it is for none.
    ///
    /// # Errors
    /// [`FitError`] when the law cannot be bound to them.
    pub(super) fn to(
        &self,
        training: &Observations,
        fresh_starts: usize,
        prior_spreads: &[f64],
        (purpose, replicate): (Purpose, usize),
    ) -> Result<FittedLaw, FitError> {
        let law = self.setting.as_deref().unwrap_or(self.law);
        let parts = self.fitted.parts();
        let closed = parts.iter().all(|(model, _)| model.closed_form().is_some());
        let models = law.bind(if closed { training } else { &self.rows })?;
        let refitted = models
            .into_iter()
            .zip(parts)
            .enumerate()
            .map(|(part, (model, (_, full)))| {
                let mut objective =
                    self.fitted
                        .objective_of(part, model.as_ref(), training, self.plan);
                let cell = ((replicate as u64) << 32) | part as u64;
                if let Some(spread) = prior_spreads.get(part) {
                    let rng = random::stream(self.plan.seed, Purpose::Prior, cell, 0);
                    let normal = Distribution::<f64>::sample_iter(StandardNormal, rng);
                    objective.move_centre(normal.map(|z| spread * z));
                }
                let minimum = match model.closed_form() {
                    Some(theta) => Minimum {
                        objective: objective.value(&theta),
                        theta,
                        converged: true,
                        steps: 0,
                    },
                    None => (0..fresh_starts)
                        .map(|start| {
                            let mut rng =
                                random::stream(self.plan.seed, purpose, cell, start as u64 + 1);
                            minimise(&objective, model.start(start, &mut rng))
                        })
                        .fold(minimise(&objective, full.theta.clone()), |best, other| {
                            if other.objective < best.objective {
                                other
                            } else {
                                best
                            }
                        }),
                };
                (model, minimum)
            })
            .collect::<Vec<(Box<dyn Model>, Minimum)>>();
        Ok(self.fitted.refitted(refitted))
    }
}
