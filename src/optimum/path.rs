//! A row of scales or targets, at each of which the best mixture is looked for.

use super::plan::{Along, Goal, OptimumPlan, PlanError};
use super::{Aim, BestMixture};

/// A value of a path, and the best mixtures there.
pub(crate) type PathMixtures = (f64, Vec<BestMixture>);

impl OptimumPlan {
    /// What is asked at each value of the path, in their order; nothing without a path. `own` says
    /// which of the loss columns `losses` belong to a domain.
    ///
    /// # Errors
    /// [`PlanError`] where the target does not have the loss whose weight changes, or nothing beside it.
    pub(crate) fn along_path(
        &self,
        losses: &[String],
        own: &[Option<usize>],
    ) -> Result<Vec<(f64, OptimumPlan)>, PlanError> {
        let Some(path) = &self.path else {
            return Ok(Vec::new());
        };
        let at = |value: &f64| {
            let mut plan = Self {
                path: None,
                ..self.clone()
            };
            match &path.along {
                Along::Tokens => plan.tokens = *value,
                Along::Capacity => plan.capacity = *value,
                Along::Target(of) => {
                    plan.goal = Goal::Target(self.target_with((of, *value), losses, own)?);
                }
            }
            Ok((*value, plan))
        };
        path.values.iter().map(at).collect()
    }

    /// The target in which the loss `of` has the weight `weight`.
    fn target_with(
        &self,
        (of, weight): (&str, f64),
        losses: &[String],
        own: &[Option<usize>],
    ) -> Result<Vec<(String, f64)>, PlanError> {
        let Aim::Mean(target) = self.aim(losses, own)? else {
            return Err(PlanError::PathOfWorst);
        };
        let place = super::plan::find("the path of the target", of, losses, "loss column")?;
        let rest: f64 = 1.0 - target[place];
        if rest <= 0.0 {
            return Err(PlanError::NothingBeside(of.into()));
        }
        let weights = target.iter().enumerate().map(|(index, other)| {
            if index == place {
                weight
            } else {
                other * (1.0 - weight) / rest
            }
        });
        Ok(losses.iter().cloned().zip(weights).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimum::Path;

    fn plan(goal: Goal, along: Along) -> OptimumPlan {
        OptimumPlan {
            goal,
            path: Some(Path {
                along,
                values: vec![0.25, 0.5],
            }),
            ..OptimumPlan::new(["mean"], 1e4, 1e6)
        }
    }

    fn points(plan: &OptimumPlan) -> Result<Vec<(f64, OptimumPlan)>, PlanError> {
        let names = ["web", "code", "math"].map(ToOwned::to_owned);
        plan.along_path(&names, &[Some(0), Some(1), Some(2)])
    }

    fn named(pairs: &[(&str, f64)]) -> Vec<(String, f64)> {
        pairs
            .iter()
            .map(|(name, weight)| ((*name).into(), *weight))
            .collect()
    }

    #[test]
    fn the_rest_of_the_target_keeps_its_proportions() {
        let goal = Goal::Target(named(&[("web", 0.6), ("code", 0.3), ("math", 0.1)]));
        let points = points(&plan(goal, Along::Target("web".into()))).unwrap();
        let Goal::Target(target) = &points[1].1.goal else {
            panic!("no target")
        };
        for ((_, weight), expected) in target.iter().zip([0.5, 0.375, 0.125]) {
            assert!((weight - expected).abs() < 1e-12, "{target:?}");
        }
        assert_eq!(points[0].1.path, None);
    }

    #[test]
    fn scales_change_alone() {
        let points = points(&plan(Goal::Uniform, Along::Tokens)).unwrap();
        let (value, point) = &points[1];
        assert!(point.tokens.total_cmp(value).is_eq());
        assert!(point.capacity.total_cmp(&1e4).is_eq());
        assert_eq!(point.goal, Goal::Uniform);
    }

    #[test]
    fn a_target_that_cannot_change_is_told() {
        let along = || Along::Target("web".into());
        let alone = plan(Goal::Target(named(&[("web", 1.0)])), along());
        assert_eq!(
            points(&alone),
            Err(PlanError::NothingBeside("web".to_owned()))
        );
        let worst = plan(Goal::Worst(Vec::new()), along());
        assert_eq!(points(&worst), Err(PlanError::PathOfWorst));
        let unknown = points(&plan(Goal::Uniform, Along::Target("wbe".into())));
        assert!(unknown.unwrap_err().to_string().contains("`web`"));
    }
}
