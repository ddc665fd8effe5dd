//! What following a law costs, where the truth is known.

use super::{Losses, Optimum, Problem};

/// A law's mixture held against the best one, both judged by the truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Regret {
    /// True target loss of the law's mixture less that of the best mixture, nats.
    pub nats: f64,
    /// The same in percent of the excess of the best mixture over the irreducible losses.
    pub excess_percent: f64,
    /// Predicted less true target loss of the law's mixture, nats: below 0 for an optimist.
    pub optimism: f64,
    /// Share of the tokens, in percent, that the best mixture could do without and still be as good
    /// as the law's; `None` with unlimited tokens.
    pub tokens_percent: Option<f64>,
}

/// Judges `law`, found under a law, by `truth`, whose best mixture is `best`. `floors` are the
/// irreducible losses; `on_fewer_tokens` gives the true target loss of the best mixture on a share
/// of the tokens (`None` with unlimited tokens).
pub fn regret(
    truth: &Problem<'_>,
    best: &Optimum,
    law: &Optimum,
    floors: &[f64],
    on_fewer_tokens: Option<&dyn Fn(f64) -> f64>,
) -> Regret {
    let truly = truth.target_loss(&law.weights);
    let nats = truly - best.target_loss;
    Regret {
        nats,
        excess_percent: 100.0 * nats / (best.target_loss - truth.aim.exact(floors)),
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
pub fn tokens_wasted(loss: impl Fn(f64) -> f64, reached: f64) -> f64 {
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
