//! Both limits at once: the noise of a learner counts only for the skills that it holds.
//!
//! L_i = E_i + c_i x_i*^(−b_i) + A_i (D h_i)^(−a_i) [Q(s_i, u_{x*}) − Q(s_i, u_H)], with α_i = 1 + b_i,
//! s_i = a_i = b_i/α_i, u_k = κ_i D h_i b_i k^(−α_i), Q the regularised upper incomplete gamma function
//! and A_i = c_i b_i^(1/α_i)/α_i Γ(s_i) κ_i^(−s_i). Source: ours; the ingredients are Dai and Zheng
//! 2026, Eq. (1) and (3), the integral of the noise stops at the ranks that are learned at all.
//!
//! A skill of rank k is met D h_i b_i k^(−α_i) times, of which e^(−u_k) remains unlearned:
//! the noise is ∫_H^x c b k^(−α) e^(−u_k) dk. With m of [`super::window`] this is
//! c H^(−b) m(u_H) − c x^(−b) m(u_x), the form that is computed: it needs no care where D h_i = 0,
//! or where u is small or large. Without a limit of tokens Eq. (1) remains, without a limit of
//! capacity (x → ∞) the noise term of Eq. (3) with the head taken out.
//!
//! Another learner has another window. For one that needs τ meetings, e^(−u) becomes
//! Q(τ, u) = e^(−u) Σ_{j<τ} u^j/j! and the bracket times Γ(s) becomes
//! Σ_{j<τ} Γ(s+j)/j! [Q(s+j, u_x) − Q(s+j, u_H)]; for any real τ this is the window of
//! [`super::window`]. [`WindowedThreshold`] fits τ, common to the domains; τ = 1 is [`Windowed`].
//!
//! Parameters: E_i, c_i, b_i, κ_i for each domain and H (4K+1), with a threshold τ as well (4K+2).
//! κ_i is the learned part of a skill per meeting: 1 − e^(−1/τ) for an exponential learner, 1 for a
//! threshold; for real data it carries the meetings per token. κ is left out where no run is limited
//! by tokens (Eq. 1 with a free H remains) and τ where no run is limited by both. Where none is
//! limited by capacity, c_i and κ_i are identified only together, through A_i. H is always free: it
//! is where the noise begins; it is poorly identified where every x_i* and every data frontier
//! (κ_i D h_i b_i)^(1/α_i) is far above it. Masses k^(−b) − (k+1)^(−b) are those of continuous ranks
//! moved by one: there H comes out as the head plus one. Predicts columns with a weight of their own.

use super::window::{Edge, Window};
use super::{Competition, Domains, Draw, Excess, Slopes, Standing, natural_amplitude};
use crate::law::{Law, LawError, Model, Observations, Parameter};

/// Bound of |ln κ̃|, with κ̃ = u at a typical run and rank, and the unit of its prior around 0.
const LN_RATES: f64 = 30.0;
const RATE_UNIT: f64 = 2.0;

/// Range from which starts draw ln κ̃: from data that hardly suffice to data in plenty.
const START_LN_RATES: (f64, f64) = (-2.0, 5.0);

/// Range from which starts draw b.
const START_B: (f64, f64) = (0.1, 1.2);

/// Share of a typical excess that starts give to c x^(−b).
const START_SHARE: (f64, f64) = (0.3, 1.0);

/// Bounds of τ: below 1 for windows wider than the exponential, to all but a step.
const TAUS: (f64, f64) = (0.25, 64.0);

/// Centre of the prior of τ, unit of ln τ, and range from which starts draw τ.
const TAU_CENTRE: f64 = 3.0;
const TAU_UNIT: f64 = 1.0;
const START_TAUS: (f64, f64) = (1.0, 9.0);

/// The window of an exponential learner.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Windowed;

impl Law for Windowed {
    fn name(&self) -> &'static str {
        "windowed"
    }

    fn title(&self) -> &'static str {
        "noise within the capacity, exponential window"
    }

    fn needs_own_weight(&self) -> bool {
        true
    }

    fn common_symbols(&self) -> &'static [&'static str] {
        &["H"]
    }

    fn exponents_of_theory(&self) -> &'static [&'static str] {
        &["b"]
    }

    fn bind(&self, training: &Observations) -> Result<Vec<Box<dyn Model>>, LawError> {
        let model = Competition::bind(self.name(), training, |domains| {
            InWindow::new(domains, Shape::Exponential)
        })?;
        Ok(vec![Box::new(model)])
    }
}

/// The window of a learner that needs τ meetings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WindowedThreshold;

impl Law for WindowedThreshold {
    fn name(&self) -> &'static str {
        "windowed-threshold"
    }

    fn title(&self) -> &'static str {
        "noise within the capacity, threshold window"
    }

    fn needs_own_weight(&self) -> bool {
        true
    }

    fn common_symbols(&self) -> &'static [&'static str] {
        &["τ", "H"]
    }

    fn exponents_of_theory(&self) -> &'static [&'static str] {
        &["b"]
    }

    fn bind(&self, training: &Observations) -> Result<Vec<Box<dyn Model>>, LawError> {
        let model = Competition::bind(self.name(), training, |domains| {
            InWindow::new(domains, Shape::Threshold)
        })?;
        Ok(vec![Box::new(model)])
    }
}

/// Which window.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    /// τ = 1.
    Exponential,
    /// τ is a parameter.
    Threshold,
}

/// c [x^(−b) (1 − m(u_x)) + H^(−b) m(u_H)], with own parameters (ln c, ln b, ln κ̃) and ln τ in common.
struct InWindow {
    shape: Shape,
    /// Some row has limited tokens: there is a window.
    limits: bool,
    /// τ is a parameter: some row shows where the window ends.
    has_tau: bool,
}

impl InWindow {
    fn new(domains: &Domains, shape: Shape) -> Self {
        Self {
            shape,
            limits: domains.tokens_limit,
            has_tau: shape == Shape::Threshold && domains.both_limit,
        }
    }

    fn edge(&self, common: f64) -> Edge {
        if self.has_tau {
            Edge::new(common.exp())
        } else {
            Edge::EXPONENTIAL
        }
    }
}

/// c k^(−b) at a rank, and the window there.
struct AtRank {
    loss: f64,
    ln_rank: f64,
    window: Window,
}

/// Quantities of one domain that do not depend on the rank.
struct Rates<'a> {
    edge: &'a Edge,
    ln_c: f64,
    b: f64,
    /// ln(κ̃ D h): ln u at rank 1 of the fit's units.
    ln_rate: f64,
}

impl Rates<'_> {
    fn at(&self, ln_rank: f64) -> AtRank {
        if ln_rank == f64::INFINITY {
            return AtRank {
                loss: 0.0,
                ln_rank: 0.0,
                window: Window::default(),
            };
        }
        let ln_u = self.ln_rate - (1.0 + self.b) * ln_rank;
        AtRank {
            loss: (self.ln_c - self.b * ln_rank).exp(),
            ln_rank,
            window: self.edge.at(self.b / (1.0 + self.b), ln_u),
        }
    }
}

impl Excess for InWindow {
    fn divides(&self) -> bool {
        true
    }

    fn has_head(&self) -> bool {
        true
    }

    fn finite_unseen(&self) -> bool {
        true
    }

    fn own(&self, domains: &Domains, position: usize) -> Vec<Parameter> {
        let mut own = vec![
            domains.amplitude("c", position),
            domains.exponent("b", position),
        ];
        if self.limits {
            own.push(domains.rate("κ", position, (LN_RATES, RATE_UNIT)));
        }
        own
    }

    fn common(&self) -> Option<Parameter> {
        self.has_tau.then(|| Parameter {
            symbol: "τ",
            column: None,
            source: None,
            lower: TAUS.0.ln(),
            upper: TAUS.1.ln(),
            centre: TAU_CENTRE.ln(),
            unit: TAU_UNIT,
        })
    }

    fn excess(&self, own: &[f64], common: f64, at: &Standing) -> f64 {
        // The derivatives of the window come with its value.
        self.slopes(own, common, at, &mut Slopes::default())
    }

    fn slopes(&self, own: &[f64], common: f64, at: &Standing, out: &mut Slopes) -> f64 {
        let edge = self.edge(common);
        let b = own[1].exp();
        let rates = Rates {
            edge: &edge,
            ln_c: own[0],
            b,
            // Without a rate every skill that is held is learned.
            ln_rate: own.get(2).map_or(f64::INFINITY, |rate| rate + at.ln_seen),
        };
        let held = rates.at(at.ln_skills);
        let head = rates.at(at.ln_head);
        // c x^(−b) (1 − m_x) and c H^(−b) m_H.
        let beyond = held.loss * (1.0 - held.window.value);
        let within = head.loss * head.window.value;
        let window_by_b = |rank: &AtRank| {
            rank.window.by_s / ((1.0 + b) * (1.0 + b)) - rank.window.by_ln_u * rank.ln_rank
        };
        out.own[0] = beyond + within;
        out.own[1] = b
            * (head.loss * window_by_b(&head)
                - held.loss * window_by_b(&held)
                - held.ln_rank * beyond
                - head.ln_rank * within);
        if self.limits {
            out.own[2] = head.loss * head.window.by_ln_u - held.loss * held.window.by_ln_u;
            // κ̃ and D h enter as a product.
            out.seen = out.own[2];
        }
        if self.has_tau {
            out.common =
                common.exp() * (head.loss * head.window.by_tau - held.loss * held.window.by_tau);
        }
        out.skills = (1.0 + b) * held.loss * held.window.by_ln_u - b * beyond;
        out.head = -(1.0 + b) * head.loss * head.window.by_ln_u - b * within;
        beyond + within
    }

    fn start_own(&self, excess: f64, draw: Draw<'_>, theta: &mut Vec<f64>) {
        let share = draw(START_SHARE.0, START_SHARE.1);
        theta.push((share * excess).ln());
        theta.push(draw(START_B.0.ln(), START_B.1.ln()));
        if self.limits {
            theta.push(draw(START_LN_RATES.0, START_LN_RATES.1));
        }
    }

    fn start_common(&self, draw: Draw<'_>) -> f64 {
        draw(START_TAUS.0.ln(), START_TAUS.1.ln())
    }

    fn values(&self, domains: &Domains, own: &[f64]) -> Vec<(&'static str, Option<f64>)> {
        let b = own[1].exp();
        let c = natural_amplitude(own[0], b, domains.unit_capacity);
        // κ̃ = κ b · (unit of tokens) · (unit of capacity)^(−1−b).
        let kappa = own.get(2).map(|rate| {
            natural_amplitude(*rate, 1.0 + b, domains.unit_capacity) / (domains.unit_tokens * b)
        });
        vec![("c", Some(c)), ("b", Some(b)), ("κ", kappa)]
    }

    fn common_value(&self, common: Option<f64>) -> Option<(&'static str, Option<f64>)> {
        match self.shape {
            Shape::Exponential => None,
            Shape::Threshold => Some(("τ", common.map(f64::exp))),
        }
    }
}
