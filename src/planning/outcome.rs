//! What designs are worth: regret over worlds, and the smallest design that does.

use super::design::{Design, Layout};
use super::study::Study;
use super::testbed::Trial;

/// Regrets over worlds, percent of the excess, from small to large; infinite where no mixture came
/// out.
#[derive(Debug, Clone, PartialEq)]
pub struct Regrets(Vec<f64>);

impl Regrets {
    /// Sorts regrets, of which there is at least one.
    pub fn new(mut regrets: Vec<f64>) -> Self {
        regrets.sort_by(f64::total_cmp);
        Self(regrets)
    }

    /// The least regret that at least a share of the worlds keep to: their quantile by nearest rank.
    pub fn within(&self, share: f64) -> f64 {
        let worlds = self.0.len();
        // A share that is a whole number of worlds but for rounding is that number.
        let rank = (share * worlds as f64 - 1e-9).ceil().max(1.0) as usize;
        self.0
            .get(rank.min(worlds).saturating_sub(1))
            .copied()
            .unwrap_or(f64::INFINITY)
    }

    /// Share of the worlds whose regret is at most `regret`.
    pub(crate) fn share_within(&self, regret: f64) -> f64 {
        let count = self.0.iter().filter(|one| **one <= regret).count();
        count as f64 / self.0.len().max(1) as f64
    }
}

/// What came of following a law on the runs of a design.
#[derive(Debug, Clone, PartialEq)]
pub struct DesignOutcome {
    /// Name of the law.
    pub law: String,
    /// The design.
    pub design: Design,
    /// Name of its scales.
    pub scales: String,
    /// Its runs: mixtures times scales.
    pub runs: usize,
    /// Σ N·D over its runs.
    pub cost: f64,
    /// The trial in each world; in words why there is none.
    pub trials: Vec<Result<Trial, String>>,
    /// Their regrets.
    pub regrets: Regrets,
}

impl DesignOutcome {
    pub(super) fn new(
        law: &str,
        design: Design,
        study: &Study,
        trials: Vec<Result<Trial, String>>,
    ) -> Self {
        let scales = &study.scales[design.scales];
        let regrets = trials
            .iter()
            .map(|trial| trial.as_ref().map_or(f64::INFINITY, |trial| trial.regret));
        Self {
            law: law.into(),
            scales: scales.name.clone(),
            runs: design.mixtures * scales.runs(),
            cost: design.mixtures as f64 * scales.cost(),
            regrets: Regrets::new(regrets.collect()),
            trials,
            design,
        }
    }

    /// Worlds in which no mixture came out.
    pub fn failed(&self) -> usize {
        self.trials.iter().filter(|trial| trial.is_err()).count()
    }
}

/// What came of a study.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Law by law, then in the order of [`Study::designs`].
    pub designs: Vec<DesignOutcome>,
    /// What the target itself costs as a mixture in each world, percent of the excess: the regret
    /// without any run.
    pub target_regrets: Vec<f64>,
}

/// The answer for one law, layout and scales.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer<'a> {
    /// Name of the law.
    pub law: &'a str,
    /// How mixtures are found.
    pub layout: Layout,
    /// Name of the scales.
    pub scales: &'a str,
    /// The cheapest design from which on every larger one reaches the wanted regret in the wanted
    /// share of the worlds.
    pub smallest: Option<&'a DesignOutcome>,
    /// The smallest design of at least `rule_of_runs` mixtures.
    pub by_rule: Option<&'a DesignOutcome>,
}

/// Three mixtures for each of K domains and one more.
pub(crate) fn rule_of_runs(domains: usize) -> usize {
    3 * (domains + 1)
}

impl Outcome {
    /// An answer for each law, layout and scales of `study`, whose outcome this is.
    pub fn answers(&self, study: &Study) -> Vec<Answer<'_>> {
        let mut answers: Vec<Answer<'_>> = Vec::new();
        for one in &self.designs {
            let known = answers.iter().any(|answer| {
                answer.law == one.law
                    && answer.layout == one.design.layout
                    && answer.scales == one.scales
            });
            if !known {
                answers.push(self.answer(one, study));
            }
        }
        answers
    }

    /// The answer for the law, layout and scales of `one`.
    fn answer<'a>(&'a self, one: &'a DesignOutcome, study: &Study) -> Answer<'a> {
        let mut series: Vec<&DesignOutcome> = self
            .designs
            .iter()
            .filter(|other| {
                other.law == one.law
                    && other.design.layout == one.design.layout
                    && other.design.scales == one.design.scales
            })
            .collect();
        series.sort_by_key(|design| design.runs);
        let target = &study.target;
        let reached = series
            .iter()
            .rev()
            .take_while(|design| design.regrets.within(target.share) <= target.regret);
        let rule = rule_of_runs(study.prior.domains);
        Answer {
            law: &one.law,
            layout: one.design.layout,
            scales: &one.scales,
            smallest: reached.last().copied(),
            by_rule: series
                .iter()
                .find(|design| design.design.mixtures >= rule)
                .copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_shares_of_worlds() {
        let regrets = Regrets::new(vec![3.0, 1.0, f64::INFINITY, 2.0]);
        for (share, within) in [(0.25, 1.0), (0.5, 2.0), (0.51, 3.0), (0.75, 3.0)] {
            assert_eq!(regrets.within(share).to_bits(), f64::to_bits(within));
        }
        assert!(regrets.within(1.0).is_infinite());
        assert!((regrets.share_within(2.0) - 0.5).abs() < 1e-12);
        assert_eq!(rule_of_runs(4), 15);
    }
}
