//! The exact mean of one-pass SGD over runs, for directions that do not mix.
//!
//! With m_s = E(v_s − w*_s)², λ_s = Σ_i h_i p_i(s) and q_i = Σ_s p_i(s) m_s, a step of size γ and
//! B samples gives, for Gaussian features,
//!
//! m_s ← m_s (1 − 2γλ_s + γ²\[(1 − 1/B) λ_s² + (2/B) Σ_i h_i p_i(s)²\])
//!        + (γ²/B) Σ_i h_i p_i(s) (q_i + u_i + σ²),
//!
//! with u_i the label's variance that the model does not see. The excess loss of domain i is
//! q_i + u_i. Nothing is approximated.
//!
//! Steps are taken in blocks whose length grows with the number of steps behind them. Within a
//! block each m_s relaxes at the rate of the block's middle towards a level, gain over rate, that
//! moves along a straight line: γ follows its schedule and q the line through its last two values.
//! Directions of nearly one variance are taken together as well ([`panel`](super::panel)). The cost
//! of a run grows with the logarithms of its length and of the number of directions; the excess is
//! within 3e-4 of that of single steps along single directions.

use super::directions::{Directions, mixed};
use super::panel::{Own, panels, singles};
use super::{Schedule, Sgd, Watch};

/// How steps and directions are taken together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Blocks {
    /// Length of a block as a share of the steps behind it, and of the decay length of the step
    /// size; 0 takes every step alone, along every direction by itself.
    pub share: f64,
}

impl Default for Blocks {
    fn default() -> Self {
        Self { share: 0.02 }
    }
}

/// Largest γλ-change of one step for which the logarithm is taken by its series.
const SMALL_CHANGE: f64 = 1.0 / 64.0;

/// Expected excess losses (length K) after `steps` steps on the mixture `weights`, not finite if
/// the recursion diverges.
pub fn expected_excess(
    directions: &Directions,
    sgd: &Sgd,
    weights: &[f64],
    steps: u64,
    blocks: Blocks,
    watch: &mut Watch<'_>,
) -> Vec<f64> {
    let together = if blocks.share > 0.0 { panels } else { singles };
    let mut moments = Moments::new(directions, sgd, weights, together);
    let (mut t, mut before, mut before_length) = (0u64, moments.explained.clone(), 1.0);
    while t < steps {
        let stop = watch.next().unwrap_or(steps).clamp(t + 1, steps);
        let length = block_length(sgd.schedule, blocks, t, steps).min(stop - t);
        let middle = 0.5 * (length as f64 - 1.0);
        let slope: Vec<f64> = moments
            .explained
            .iter()
            .zip(&before)
            .map(|(now, before)| (now - before) / before_length)
            .collect();
        before.clone_from(&moments.explained);
        before_length = length as f64;
        let step = sgd.step * sgd.schedule.factor(t as f64 + middle, steps as f64);
        let decay = sgd.schedule.log_slope(t as f64 + middle, steps as f64);
        moments.advance(step, decay, length as f64, &slope);
        t += length;
        watch.after(t, || moments.excess());
    }
    moments.excess()
}

/// Steps of the block that begins after `t` steps.
fn block_length(schedule: Schedule, blocks: Blocks, t: u64, steps: u64) -> u64 {
    let length = (t as f64).min(schedule.decay_length(steps as f64));
    (blocks.share * length).max(1.0) as u64
}

/// The second moments of the errors.
struct Moments<'a> {
    directions: &'a Directions,
    weights: &'a [f64],
    batch: f64,
    noise: f64,
    /// m_s of the shared directions.
    shared: Vec<f64>,
    /// For each domain those of its own.
    own: Vec<Vec<Own>>,
    /// q_i = Σ_s p_i(s) m_s.
    explained: Vec<f64>,
}

impl<'a> Moments<'a> {
    fn new(
        directions: &'a Directions,
        sgd: &Sgd,
        weights: &'a [f64],
        together: impl Fn(&[f64], &[f64]) -> Vec<Own>,
    ) -> Self {
        let own = directions
            .own
            .iter()
            .zip(&directions.own_weights)
            .map(|(variances, weights)| together(variances, weights))
            .collect();
        let mut moments = Self {
            directions,
            weights,
            batch: sgd.batch as f64,
            noise: sgd.noise,
            shared: directions.shared.iter().map(|s| s.weight).collect(),
            own,
            explained: vec![0.0; weights.len()],
        };
        for (explained, own) in moments.explained.iter_mut().zip(&moments.own) {
            *explained = own.iter().map(|own| own.share * own.moment).sum();
        }
        moments.add_shared();
        moments
    }

    fn add_shared(&mut self) {
        for (direction, moment) in self.directions.shared.iter().zip(&self.shared) {
            for (explained, variance) in self.explained.iter_mut().zip(&direction.variances) {
                *explained += variance * moment;
            }
        }
    }

    fn excess(&self) -> Vec<f64> {
        self.explained
            .iter()
            .zip(&self.directions.unseen)
            .map(|(explained, unseen)| explained + unseen)
            .collect()
    }

    /// `length` steps of the size `step` in the middle, whose logarithm changes by `decay` a step,
    /// while the q_i change by `slope` a step.
    fn advance(&mut self, step: f64, decay: f64, length: f64, slope: &[f64]) {
        let batch = self.batch;
        let (all, alike) = (1.0 - 1.0 / batch, 2.0 / batch);
        let middle = 0.5 * (length - 1.0);
        // (γ²/B) h_i (q_i + u_i + σ²) in the middle, and the change of γ (q_i + u_i + σ²), which the
        // levels follow, over the block.
        let noises: Vec<(f64, f64)> = (0..slope.len())
            .map(|i| {
                let now = self.explained[i];
                // The line through two values may run below 0.
                let explained = (now + slope[i] * middle).max(0.5 * now);
                let residual = explained + self.directions.unseen[i] + self.noise;
                let noise = step * step / batch * self.weights[i] * residual;
                let change = if residual > 0.0 {
                    (decay + slope[i] / residual) * length
                } else {
                    0.0
                };
                (noise, change.max(-1.0))
            })
            .collect();
        for (direction, moment) in self.directions.shared.iter().zip(&mut self.shared) {
            let variances = &direction.variances;
            let mean = mixed(self.weights, variances);
            let (mut squares, mut gain, mut drift) = (0.0, 0.0, 0.0);
            for ((variance, weight), (noise, change)) in
                variances.iter().zip(self.weights).zip(&noises)
            {
                squares += weight * variance * variance;
                gain += noise * variance;
                drift += noise * variance * change;
            }
            let change = step * (2.0 * mean - step * (all * mean * mean + alike * squares));
            let drift = if gain > 0.0 { drift / gain } else { 0.0 };
            *moment = after(*moment, change, gain, drift, length);
        }
        for (i, own) in self.own.iter_mut().enumerate() {
            let (weight, (noise, drift)) = (self.weights[i], noises[i]);
            let first = 2.0 * step * weight;
            let second = step * step * weight * (all * weight + alike);
            let mut sum = 0.0;
            for Own {
                variance,
                share,
                moment,
            } in own
            {
                let change = *variance * (first - second * *variance);
                *moment = after(*moment, change, noise * *variance, drift, length);
                sum += *share * *moment;
            }
            self.explained[i] = sum;
        }
        self.add_shared();
    }
}

/// The moment after `length` times m ← (1 − change) m + gain, where gain/change moves by the share
/// `drift` of itself from the beginning to the end.
fn after(moment: f64, change: f64, gain: f64, drift: f64, length: f64) -> f64 {
    if change == 0.0 {
        return moment + length * gain;
    }
    if length < 2.0 {
        return moment - change * moment + gain;
    }
    let rate = -length * ln_kept(change);
    let kept = (-rate).exp();
    let level = gain / change;
    let lag = if rate == 0.0 {
        1.0
    } else {
        (1.0 - kept) / rate
    };
    level * (1.0 + drift * (0.5 - lag)) + kept * (moment - level * (1.0 - 0.5 * drift))
}

/// ln(1 − change).
fn ln_kept(change: f64) -> f64 {
    let x = change;
    if x.abs() < SMALL_CHANGE {
        // The next term is below 3e-14 of the first.
        -x * (1.0
            + x * (1.0 / 2.0
                + x * (1.0 / 3.0
                    + x * (1.0 / 4.0
                        + x * (1.0 / 5.0 + x * (1.0 / 6.0 + x * (1.0 / 7.0 + x / 8.0)))))))
    } else {
        (-x.min(1.0)).ln_1p()
    }
}
