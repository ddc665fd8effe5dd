//! Laws made of two power terms, c x^(−b) of capacity and A (D h)^(−a) of noise, joined in one way
//! or another.
//!
//! A term that limits no training row is left out: its parameters are not identified.

use super::power::{Power, natural_amplitude};
use super::{Domains, Draw, Excess, Slopes, Standing};
use crate::law::Parameter;

/// Ranges from which starts draw b and a.
const START_B: (f64, f64) = (0.1, 1.2);
const START_A: (f64, f64) = (0.1, 0.8);

/// Shares of a typical excess that starts give to the capacity term where there are two.
const START_SHARE: (f64, f64) = (0.2, 0.8);

/// The excess as a function of the two terms.
#[derive(Debug, Clone, Copy)]
pub(in crate::law) struct Joined {
    /// The excess, in nats.
    pub(in crate::law) excess: f64,
    /// Its derivatives by the logarithms of the capacity term and of the noise.
    pub(in crate::law) by_ln_terms: [f64; 2],
    /// Its derivative by the common parameter.
    pub(in crate::law) by_common: f64,
}

/// How the terms combine.
pub(in crate::law) trait Join: Send + Sync {
    /// The parameter of the combination, if it has one.
    fn common(&self) -> Option<Parameter> {
        None
    }

    /// Combines capacity term and noise; a term that does not limit is 0.
    fn join(&self, common: f64, capacity: &Power, noise: &Power) -> Joined;

    /// Starting value of the common parameter.
    fn start_common(&self, _draw: Draw<'_>) -> f64 {
        0.0
    }

    /// The common parameter in natural units, with its symbol.
    fn common_value(&self, _common: Option<f64>) -> Option<(&'static str, Option<f64>)> {
        None
    }
}

/// The sum of the terms.
#[derive(Debug, Clone, Copy)]
pub(in crate::law) struct Sum;

impl Join for Sum {
    fn join(&self, _common: f64, capacity: &Power, noise: &Power) -> Joined {
        Joined {
            excess: capacity.term + noise.term,
            by_ln_terms: [capacity.term, noise.term],
            by_common: 0.0,
        }
    }
}

/// What the noise exponent is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::law) enum NoiseExponent {
    /// The law has no noise term.
    NoNoise,
    /// A parameter a_i.
    Free,
    /// a_i = b_i/(1 + b_i).
    Tied,
}

/// A law of two power terms. The own parameters are (ln c, ln b, ln A, ln a), those that are there.
#[derive(Debug, Clone, Copy)]
pub(in crate::law) struct PowerLaw<J> {
    join: J,
    exponent: NoiseExponent,
    /// Some row has a limited capacity; limited tokens, and the law has a noise term.
    capacity: bool,
    noise: bool,
    has_head: bool,
    /// Places among the own parameters.
    b: Option<usize>,
    amplitude: usize,
}

impl<J: Join> PowerLaw<J> {
    pub(in crate::law) fn new(join: J, exponent: NoiseExponent, domains: &Domains) -> Self {
        let capacity = domains.capacity_limits;
        let noise = exponent != NoiseExponent::NoNoise && domains.tokens_limit;
        let tied = exponent == NoiseExponent::Tied;
        let b = match (capacity, tied && noise) {
            (true, _) => Some(1),
            (false, true) => Some(0),
            (false, false) => None,
        };
        Self {
            join,
            exponent,
            capacity,
            noise,
            has_head: domains.head_shows,
            b,
            amplitude: b.map_or(0, |place| place + 1),
        }
    }

    fn terms(&self, own: &[f64], at: &Standing) -> (Power, Power) {
        let capacity = if self.capacity {
            Power::new(own[0], own[1].exp(), at.ln_skills)
        } else {
            Power::ABSENT
        };
        let noise = match self.noise_exponent(own) {
            Some(a) => Power::new(own[self.amplitude], a, at.ln_seen),
            None => Power::ABSENT,
        };
        (capacity, noise)
    }

    /// a; `None` where the law has no noise term or no row feels it.
    fn noise_exponent(&self, own: &[f64]) -> Option<f64> {
        if !self.noise {
            return None;
        }
        match (self.exponent, self.b) {
            (NoiseExponent::NoNoise, _) | (NoiseExponent::Tied, None) => None,
            (NoiseExponent::Free, _) => Some(own[self.amplitude + 1].exp()),
            (NoiseExponent::Tied, Some(b)) => {
                let b = own[b].exp();
                Some(b / (1.0 + b))
            }
        }
    }
}

impl<J: Join> Excess for PowerLaw<J> {
    fn divides(&self) -> bool {
        self.capacity
    }

    fn has_head(&self) -> bool {
        self.has_head
    }

    fn own(&self, domains: &Domains, position: usize) -> Vec<Parameter> {
        let mut own = Vec::new();
        if self.capacity {
            own.push(domains.amplitude("c", position));
        }
        if self.b.is_some() {
            own.push(domains.exponent("b", position));
        }
        if self.noise {
            own.push(domains.amplitude("A", position));
        }
        if self.noise && self.exponent == NoiseExponent::Free {
            own.push(domains.exponent("a", position));
        }
        own
    }

    fn common(&self) -> Option<Parameter> {
        self.join.common()
    }

    fn excess(&self, own: &[f64], common: f64, at: &Standing) -> f64 {
        let (capacity, noise) = self.terms(own, at);
        self.join.join(common, &capacity, &noise).excess
    }

    fn slopes(&self, own: &[f64], common: f64, at: &Standing, out: &mut Slopes) -> f64 {
        let (capacity, noise) = self.terms(own, at);
        let joined = self.join.join(common, &capacity, &noise);
        let [by_capacity, by_noise] = joined.by_ln_terms;
        if self.capacity {
            out.own[0] = by_capacity;
            out.own[1] = by_capacity * capacity.by_exponent * own[1].exp();
            out.skills = by_capacity * capacity.by_quantity;
        }
        if let Some(a) = self.noise_exponent(own) {
            out.own[self.amplitude] = by_noise;
            out.seen = by_noise * noise.by_quantity;
            let by_a = by_noise * noise.by_exponent;
            match self.b {
                // d a / d ln b = b/(1+b)² = a (1 − a).
                Some(b) if self.exponent == NoiseExponent::Tied => {
                    out.own[b] += by_a * a * (1.0 - a);
                }
                _ => out.own[self.amplitude + 1] = by_a * a,
            }
        }
        out.common = joined.by_common;
        joined.excess
    }

    fn start_own(&self, excess: f64, draw: Draw<'_>, theta: &mut Vec<f64>) {
        let share = if self.capacity && self.noise {
            draw(START_SHARE.0, START_SHARE.1)
        } else {
            1.0
        };
        let mut exponent = |(low, high): (f64, f64)| draw(low.ln(), high.ln());
        if self.capacity {
            theta.push((share * excess).ln());
        }
        if self.b.is_some() {
            theta.push(exponent(START_B));
        }
        if self.noise {
            let left = if self.capacity { 1.0 - share } else { 1.0 };
            theta.push((left * excess).ln());
        }
        if self.noise && self.exponent == NoiseExponent::Free {
            theta.push(exponent(START_A));
        }
    }

    fn start_common(&self, draw: Draw<'_>) -> f64 {
        self.join.start_common(draw)
    }

    fn values(&self, domains: &Domains, own: &[f64]) -> Vec<(&'static str, Option<f64>)> {
        let b = self.b.map(|place| own[place].exp());
        let c = b
            .filter(|_| self.capacity)
            .map(|b| natural_amplitude(own[0], b, domains.unit_capacity));
        let mut values = vec![("c", c), ("b", b)];
        if self.exponent != NoiseExponent::NoNoise {
            let a = self.noise_exponent(own);
            let amplitude =
                a.map(|a| natural_amplitude(own[self.amplitude], a, domains.unit_tokens));
            values.extend([("A", amplitude), ("a", a)]);
        }
        values
    }

    fn common_value(&self, common: Option<f64>) -> Option<(&'static str, Option<f64>)> {
        self.join.common_value(common)
    }
}
