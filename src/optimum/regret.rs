//! What following a law costs, where the truth is known.

use super::{Aim, Losses, Optimum, Problem};
use crate::simulate::Simulator;

/// A law's mixture held against the best one, both judged by the truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Regret {
    /// True target loss of the law's mixture less that of the best mixture, nats.
    pub nats: f64,
    /// The same in percent of the excess of the best mixture over the irreducible losses.
    pub excess_percent: f64,
    /// What the truth is known to, percent of the same excess (`truth_resolution`): a smaller regret cannot
    /// be told from none.
    pub resolution_percent: f64,
    /// Predicted less true target loss of the law's mixture, nats: below 0 for an optimist.
    pub optimism: f64,
    /// Share of the tokens, in percent, that the best mixture could do without and still be as good
    /// as the law's; `None` with unlimited tokens.
    pub tokens_percent: Option<f64>,
}

impl Regret {
    /// Whether the truth is known well enough to tell the regret from none.
    pub(crate) fn is_resolved(&self) -> bool {
        self.excess_percent > self.resolution_percent
    }
}

/// Part of an excess loss to which ranks are summed.
const SUMMED_TO: f64 = 1e-5;

/// What the target loss of a simulator is known to about the mixture `weights` at `scale` = (N, D), nats.
///
/// Sums over ranks are good to 1e-5 of the `excess`. And skills are whole: a best mixture is searched with the
/// cut at real ranks x_i, which differs from the learner's own by less than one skill of each domain,
/// c_i p_i(x_i) nats, about a part b_i/x_i of its excess. Both are bounds for any mixture; of two mixtures near
/// each other they cancel in part, which is not counted on. Nodes that stand for costs, partners' ranks or a
/// pool are no part of it: they are the same for both mixtures, a world near the one that was asked for.
pub(crate) fn truth_resolution(
    simulator: &Simulator,
    aim: &Aim,
    weights: &[f64],
    floors: &[f64],
    scale: (f64, f64),
    excess: f64,
) -> f64 {
    let world = simulator.world();
    let held = simulator.ranks_held(weights, scale.0);
    let domains = world.domains().iter().zip(held).zip(floors);
    let with_one_more: Vec<f64> = domains
        .map(|((domain, held), floor)| {
            let skill = domain.cost * domain.spectrum.mass(held.max(1.0));
            floor + if scale.0.is_finite() { skill } else { 0.0 }
        })
        .collect();
    SUMMED_TO * excess + (aim.exact(&with_one_more) - aim.exact(floors)).max(0.0)
}

/// Judges `law`, found under a law, by `truth`, whose best mixture is `best`. `floors` are the
/// irreducible losses, `resolution` is what `truth` is known to, nats; `on_fewer_tokens` gives the true target loss of the best mixture on a share
/// of the tokens (`None` with unlimited tokens).
pub fn regret(
    truth: &Problem<'_>,
    best: &Optimum,
    law: &Optimum,
    floors: &[f64],
    resolution: f64,
    on_fewer_tokens: Option<&dyn Fn(f64) -> f64>,
) -> Regret {
    let truly = truth.target_loss(&law.weights);
    let nats = truly - best.target_loss;
    let excess = best.target_loss - truth.aim.exact(floors);
    Regret {
        nats,
        excess_percent: 100.0 * nats / excess,
        resolution_percent: 100.0 * resolution / excess,
        optimism: law.target_loss - truly,
        tokens_percent: on_fewer_tokens.map(|loss| 100.0 * tokens_wasted(loss, truly)),
    }
}

/// Smallest share of the tokens that is looked at.
const LEAST_SHARE: f64 = 1e-6;

/// Halvings of ln share.
const HALVINGS: usize = 50;

/// 1 − the share of the tokens on which `loss` is `reached`; `loss` falls with the share. 0 if it
/// is not below that on all tokens.
pub(super) fn tokens_wasted(loss: impl Fn(f64) -> f64, reached: f64) -> f64 {
    if loss(1.0) >= reached {
        return 0.0;
    }
    let (mut low, mut high) = (LEAST_SHARE.ln(), 0.0f64);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if loss(middle.exp()) > reached {
            low = middle;
        } else {
            high = middle;
        }
    }
    -high.exp_m1()
}

/// The mean of several losses: what they are on average, and how they change.
pub(super) struct Mean<'a>(pub(super) Vec<&'a dyn Losses>);

impl Losses for Mean<'_> {
    fn sources(&self) -> usize {
        self.0.first().map_or(0, |losses| losses.sources())
    }

    fn columns(&self) -> usize {
        self.0.first().map_or(0, |losses| losses.columns())
    }

    fn differentiate(&self, weights: &[f64], losses: &mut [f64], slopes: &mut [f64]) {
        let (mut one, mut one_slopes) = (losses.to_vec(), slopes.to_vec());
        losses.fill(0.0);
        slopes.fill(0.0);
        let share = 1.0 / self.0.len() as f64;
        for member in &self.0 {
            one.fill(f64::NAN);
            member.differentiate(weights, &mut one, &mut one_slopes);
            add(losses, &one, share);
            add(slopes, &one_slopes, share);
        }
    }

    fn losses(&self, weights: &[f64]) -> Vec<f64> {
        let mut losses = vec![0.0; self.columns()];
        for member in &self.0 {
            add(
                &mut losses,
                &member.losses(weights),
                1.0 / self.0.len() as f64,
            );
        }
        losses
    }
}

fn add(sum: &mut [f64], terms: &[f64], factor: f64) {
    for (sum, term) in sum.iter_mut().zip(terms) {
        *sum += factor * term;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_wasted_as_the_loss_says() {
        let loss = |share: f64| 1.0 + share.powf(-0.5);
        // 1 + .9^(−1/2) is reached on .9 of the tokens.
        assert!((tokens_wasted(loss, loss(0.9)) - 0.1).abs() < 1e-9);
        assert_eq!(tokens_wasted(loss, 1.5).to_bits(), 0.0f64.to_bits());
    }
}

#[cfg(test)]
mod resolution_tests {
    use super::*;
    use crate::learner::{Kernel, Learner};
    use crate::mixture::Design;
    use crate::optimum::{Losses, SimulatorLosses};
    use crate::world::{DEFAULT_SKILLS, Domain, Overlap, Resolution, World};

    /// Whole skills move losses by less than is said, and at some mixture by a good part of it.
    #[test]
    fn whole_skills_are_within_the_resolution() {
        let domains = [("web", 1.2), ("code", 1.5), ("math", 1.9)];
        let domains = domains.map(|(name, alpha)| Domain::power_law(name, alpha).unwrap());
        let world = World::new(domains.to_vec(), 20.0, DEFAULT_SKILLS, Overlap::None).unwrap();
        let learner = Learner::new(Kernel::Exponential { tau: 5.0 });
        let simulator = Simulator::new(world, learner, Resolution::default());
        let (aim, floors) = (Aim::Mean(vec![1.0 / 3.0; 3]), [0.0; 3]);
        let design = Design::LatinHypercube { count: 60 };
        for scale in [(3e2, f64::INFINITY), (3e3, 1e7), (3e4, 1e7)] {
            let mut largest: f64 = 0.0;
            for mixture in design.mixtures(3, 1).unwrap() {
                let weights = mixture.weights();
                let smooth = SimulatorLosses::new(&simulator, scale.0, scale.1).losses(weights);
                let whole = simulator.losses(weights, scale.0, scale.1);
                let excess = aim.exact(&smooth);
                let bound = truth_resolution(&simulator, &aim, weights, &floors, scale, excess);
                largest = largest.max((aim.exact(&whole) - excess).abs() / bound);
            }
            assert!(largest < 1.0, "{largest} of the bound at {scale:?}");
            assert!(largest > 0.05, "{largest} of the bound at {scale:?}");
        }
    }
}
