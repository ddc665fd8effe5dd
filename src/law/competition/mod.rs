//! Laws in which domains compete for capacity: L_i = E_i + excess of domain i.
//!
//! The excess depends on the domain's own parameters, on what it has seen (D h_i), and on its part
//! x_i* of the capacity, which all domains settle among themselves. A law of the family says only
//! what the excess is and how it changes with these ([`Excess`]); dividing the capacity, carrying
//! derivatives through the division, the floors E and the head H are done here once.
//!
//! The fit's coordinates are E_i, logarithms of the domain's own parameters, logarithms of the
//! parameters that domains have in common, and ln H̃. Capacity counts in units of (geometric mean of
//! N)/K and tokens in units of (geometric mean of D)/K, so that amplitudes are excess losses at a
//! typical run and do not slide along the exponents.

pub mod allocation;
pub(super) mod capacity;
pub(super) mod capacity_noise;
pub(super) mod capacity_noise_tied;
pub(super) mod crossover;
mod domains;
mod power;
mod power_law;
mod share;
mod weights;
mod window;
pub(super) mod windowed;

pub(super) use domains::Domains;
pub(super) use power::{Power, natural_amplitude};
pub(super) use power_law::{Join, Joined, NoiseExponent, PowerLaw, Sum};

use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

use self::share::{Shares, divide};
use super::{Gradient, LawError, LossRange, Model, NaturalValue, Observations, Parameter, Point};

/// Where a domain stands in a run, in the units of the fit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// ln x_i*, the skills that the domain holds; ∞ where capacity does not limit.
    pub(super) ln_skills: f64,
    /// ln(D h_i), the tokens that it has seen; ∞ where tokens do not limit.
    pub(super) ln_seen: f64,
    /// ln H; −∞ without a head.
    pub(super) ln_head: f64,
}

/// Most parameters that a domain has of its own, E aside.
pub(super) const OWN: usize = 4;

/// Derivatives of an excess; all 0 before a law fills them in.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Slopes {
    /// By the domain's own parameters, E aside.
    pub(super) own: [f64; OWN],
    /// By the parameter that domains have in common.
    pub(super) common: f64,
    /// By ln x_i*.
    pub(super) skills: f64,
    /// By ln(D h_i); at D h_i = 0 or ∞ without meaning.
    pub(super) seen: f64,
    /// By ln H at a given x_i*.
    pub(super) head: f64,
}

/// A number between the limits given; the first start takes their middle.
pub(super) type Draw<'a> = &'a mut dyn FnMut(f64, f64) -> f64;

/// The excess of one domain under a law.
///
/// Where capacity is divided, the domain's own parameters begin with ln c̃_i and ln b_i: they say
/// what capacity is worth to it.
pub(super) trait Excess: Send + Sync {
    /// Whether x* is divided at all. Else every domain holds all its skills.
    fn divides(&self) -> bool;

    /// Whether H is a parameter. Else it is 0.
    fn has_head(&self) -> bool;

    /// Whether the excess is finite where D h_i = 0. Else small weights are floored.
    fn finite_unseen(&self) -> bool {
        false
    }

    /// The own parameters of the domain at `position`, E aside, at most [`OWN`].
    fn own(&self, domains: &Domains, position: usize) -> Vec<Parameter>;

    /// The parameter that domains have in common, if there is one.
    fn common(&self) -> Option<Parameter> {
        None
    }

    /// The excess loss in nats.
    fn excess(&self, own: &[f64], common: f64, at: &Standing) -> f64;

    /// The excess loss in nats and its derivatives.
    fn slopes(&self, own: &[f64], common: f64, at: &Standing, out: &mut Slopes) -> f64;

    /// Starting values of the own parameters, pushed to `theta`, for a typical `excess`.
    fn start_own(&self, excess: f64, draw: Draw<'_>, theta: &mut Vec<f64>);

    /// Starting value of the common parameter.
    fn start_common(&self, _draw: Draw<'_>) -> f64 {
        0.0
    }

    /// The own parameters in natural units, with their symbols.
    fn values(&self, domains: &Domains, own: &[f64]) -> Vec<(&'static str, Option<f64>)>;

    /// The common parameter in natural units, with its symbol; `None` for a law without one. The
    /// coordinate is `None` where the rows say nothing about it.
    fn common_value(&self, _common: Option<f64>) -> Option<(&'static str, Option<f64>)> {
        None
    }
}

/// A law of the family, bound to training rows.
pub(super) struct Competition<E> {
    excess: E,
    domains: Domains,
    parameters: Vec<Parameter>,
    /// Parameters of one domain, E included.
    stride: usize,
    /// Places of the common parameter and of ln H̃.
    common: Option<usize>,
    head: Option<usize>,
}

impl<E: Excess> Competition<E> {
    /// Lays out the parameters of `law` for `training`.
    pub(super) fn bind(
        law: &'static str,
        training: &Observations,
        excess: impl FnOnce(&Domains) -> E,
    ) -> Result<Self, LawError> {
        let domains = Domains::bind(law, training)?;
        let excess = excess(&domains);
        let mut parameters = Vec::new();
        for position in 0..domains.len() {
            parameters.push(domains.floor(position));
            parameters.extend(excess.own(&domains, position));
        }
        let stride = parameters.len() / domains.len();
        let mut place = |parameter: Option<Parameter>| {
            parameter.map(|parameter| {
                parameters.push(parameter);
                parameters.len() - 1
            })
        };
        let common = place(excess.common());
        let head = place(excess.has_head().then(|| domains.head()));
        Ok(Self {
            excess,
            domains,
            parameters,
            stride,
            common,
            head,
        })
    }

    /// The own parameters of a domain, E aside.
    fn own<'a>(&self, theta: &'a [f64], position: usize) -> &'a [f64] {
        &theta[position * self.stride + 1..(position + 1) * self.stride]
    }

    fn common_of(&self, theta: &[f64]) -> f64 {
        self.common.map_or(0.0, |place| theta[place])
    }

    fn ln_head(&self, theta: &[f64]) -> f64 {
        self.head.map_or(f64::NEG_INFINITY, |place| theta[place])
    }

    /// Divides the capacity at `point`: `Ok(None)` where it does not limit, an error where it is
    /// below the head.
    fn shares(&self, theta: &[f64], point: Point<'_>) -> Result<Option<Shares>, ()> {
        if !(self.excess.divides() && point.capacity.is_finite()) {
            return Ok(None);
        }
        let demands = (0..self.domains.len()).map(|position| {
            let own = self.own(theta, position);
            let weight = self.domains.weight(point, position);
            // Without a head, a weight of 0 would have no finite loss.
            let weight = if self.head.is_some() {
                weight
            } else {
                weight.max(self.domains.weight_floor)
            };
            (weight, own[0], own[1])
        });
        let capacity = point.capacity / self.domains.unit_capacity;
        divide(demands, self.ln_head(theta).exp(), capacity)
            .map(Some)
            .map_err(|_| ())
    }

    fn standing(
        &self,
        theta: &[f64],
        point: Point<'_>,
        position: usize,
        shares: Option<&Shares>,
    ) -> Standing {
        let weight = self.domains.weight(point, position);
        Standing {
            ln_skills: shares.map_or(f64::INFINITY, |shares| shares.ln_skills(position)),
            ln_seen: self
                .domains
                .ln_seen(weight, point.tokens, self.excess.finite_unseen()),
            ln_head: self.ln_head(theta),
        }
    }
}

impl<E: Excess> Model for Competition<E> {
    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn columns(&self) -> &[usize] {
        &self.domains.columns
    }

    fn predict(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]) {
        let Ok(shares) = self.shares(theta, point) else {
            // Less capacity than the head: the law says nothing there.
            out.fill(f64::NAN);
            return;
        };
        let common = self.common_of(theta);
        for (position, out) in out.iter_mut().enumerate() {
            let at = self.standing(theta, point, position, shares.as_ref());
            let own = self.own(theta, position);
            *out = theta[position * self.stride] + self.excess.excess(own, common, &at);
        }
    }

    fn differentiate(&self, theta: &[f64], point: Point<'_>, out: &mut Gradient) {
        out.clear();
        let Ok(shares) = self.shares(theta, point) else {
            for _ in &self.domains.columns {
                out.push(f64::NAN, [], 0.0);
            }
            return;
        };
        if let Some(shares) = &shares {
            let shared = out.shared_mut(self.parameters.len());
            let head = shares.price_slopes(|position, [by_amplitude, by_exponent]| {
                let place = position * self.stride + 1;
                shared[place] = by_amplitude;
                shared[place + 1] = by_exponent;
            });
            if let Some(place) = self.head {
                shared[place] = head;
            }
        }
        let common = self.common_of(theta);
        for position in 0..self.domains.len() {
            let at = self.standing(theta, point, position, shares.as_ref());
            let own = self.own(theta, position);
            let mut slopes = Slopes::default();
            let excess = self.excess.slopes(own, common, &at, &mut slopes);
            let floor = position * self.stride;
            let mut coupling = 0.0;
            match &shares {
                Some(shares) if shares.above_head(position) => {
                    let (by_own, by_price) = shares.slopes(position);
                    slopes.own[0] += slopes.skills * by_own[0];
                    slopes.own[1] += slopes.skills * by_own[1];
                    coupling = slopes.skills * by_price;
                }
                // At the floor x = H.
                Some(_) => slopes.head += slopes.skills,
                None => {}
            }
            let own = slopes.own[..self.stride - 1]
                .iter()
                .enumerate()
                .map(|(i, slope)| (floor + 1 + i, *slope));
            let entries = std::iter::once((floor, 1.0))
                .chain(own)
                .chain(self.common.map(|place| (place, slopes.common)))
                .chain(self.head.map(|place| (place, slopes.head)));
            out.push(
                theta[floor] + excess,
                entries.filter(|(_, slope)| *slope != 0.0),
                coupling,
            );
        }
    }

    fn differentiate_by_weights(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]) -> bool {
        self.by_weights(theta, point, out);
        true
    }

    fn start(&self, number: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f64> {
        // The first start is the middle of the ranges that the others are drawn from.
        let mut draw = |low: f64, high: f64| {
            let uniform: f64 = rng.random();
            let share = if number == 0 { 0.5 } else { uniform };
            low + share * (high - low)
        };
        let mut theta = Vec::with_capacity(self.parameters.len());
        for LossRange { smallest, mean, .. } in &self.domains.losses {
            let floor = smallest * draw(0.3, 0.95);
            let excess = (mean - floor).max(1e-3 * mean.abs()).max(f64::MIN_POSITIVE);
            theta.push(floor);
            self.excess.start_own(excess, &mut draw, &mut theta);
        }
        if self.common.is_some() {
            theta.push(self.excess.start_common(&mut draw));
        }
        if self.head.is_some() {
            // Some domains must stand at their floor, or the head has no gradient.
            theta.push(self.domains.least_capacity.ln() - draw(0.5, 6.0));
        }
        theta
    }

    fn values(&self, theta: &[f64]) -> Vec<NaturalValue> {
        let mut values = Vec::new();
        for (position, column) in self.domains.columns.iter().enumerate() {
            let mut push = |symbol, value| {
                values.push(NaturalValue {
                    symbol,
                    column: Some(*column),
                    value,
                });
            };
            push("E", Some(theta[position * self.stride]));
            for (symbol, value) in self.excess.values(&self.domains, self.own(theta, position)) {
                push(symbol, value);
            }
        }
        let common = self
            .excess
            .common_value(self.common.map(|place| theta[place]));
        let head = self
            .head
            .map(|place| theta[place].exp() * self.domains.unit_capacity);
        values.extend(
            common
                .into_iter()
                .chain([("H", head)])
                .map(|(symbol, value)| NaturalValue {
                    symbol,
                    column: None,
                    value,
                }),
        );
        values
    }
}
