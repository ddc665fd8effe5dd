//! The terms that Eq. (1) and its relatives share: E_i + c_i x_i*^(−b_i), with x* the division of
//! capacity between domains, and the noise A_i (D h_i)^(−a_i) of Eq. (3).
//!
//! The fit's coordinates are E_i, ln c̃_i, ln b_i, ln Ã_i, ln a_i and ln H̃. Tildes take a reference
//! scale out: capacity counts in units of (geometric mean of N)/K and tokens in units of
//! (geometric mean of D)/K, so that c̃_i and Ã_i are excess losses at a typical run and do not
//! slide along b_i and a_i.

use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::allocation::{Demand, allocate};
use super::observations::reference;
use super::{Gradient, LawError, Model, NaturalValue, Observations, Parameter, Point};

/// Bounds of the exponents b and a.
const EXPONENTS: (f64, f64) = (5e-3, 8.0);

/// Bounds of ln c̃ and ln Ã: terms between e^−40 and e^15 nats at a typical run.
const LN_AMPLITUDES: (f64, f64) = (-40.0, 15.0);

/// Centre of the prior of E, as a share of the smallest training loss.
const FLOOR_CENTRE: f64 = 0.6;

/// Unit of the prior of E, as a share of the smallest training loss: one unit is one unit of
/// logit(E / smallest loss) at the centre.
const FLOOR_UNIT: f64 = 0.24;

/// Centre of the prior of b and a.
const EXPONENT_CENTRE: f64 = 0.3;

/// Centre of the prior of ln(H / smallest capacity), and its unit.
const HEAD_CENTRE: f64 = -5.0;
const HEAD_UNIT: f64 = 2.0;

/// Smallest head, as a share of the smallest capacity.
const SMALLEST_HEAD: f64 = 1e-6;

/// Which parameters a domain has, and where they stand in the vector.
#[derive(Debug, Clone)]
pub(super) struct Competition {
    columns: Vec<usize>,
    own_weight: Vec<usize>,
    /// Capacity term alive: some row has a limited capacity.
    capacity: bool,
    /// Noise term alive: the law has one and some row has limited tokens.
    noise: bool,
    /// The law has a noise term at all.
    has_noise: bool,
    /// Head size free: capacities differ, or some domain stands at its floor x = H because its
    /// weight is 0. Else it cannot be told from the amplitudes and is 0.
    head: bool,
    /// Weights below this count as this where a weight of 0 has no finite loss.
    weight_floor: f64,
    unit_capacity: f64,
    unit_tokens: f64,
    parameters: Vec<Parameter>,
    /// (smallest, mean) training loss of each column.
    losses: Vec<(f64, f64)>,
    /// Smallest capacity among the rows, in units.
    least_capacity: f64,
}

/// The values of one domain's parameters, and their places.
#[derive(Debug, Clone, Copy)]
struct Place {
    floor: usize,
    amplitude: usize,
    exponent: usize,
    noise_amplitude: usize,
    noise_exponent: usize,
}

impl Competition {
    /// Lays out the parameters for `training`, with or without the noise term.
    pub(super) fn bind(
        law: &'static str,
        training: &Observations,
        noise: bool,
    ) -> Result<Self, LawError> {
        let (columns, own_weight): (Vec<usize>, Vec<usize>) = training
            .own_weight
            .iter()
            .enumerate()
            .filter_map(|(column, own)| own.map(|own| (column, own)))
            .unzip();
        if columns.is_empty() {
            return Err(LawError::NoOwnWeights { law });
        }
        let losses = columns
            .iter()
            .map(|column| {
                training
                    .loss_range(*column)
                    .ok_or_else(|| LawError::EmptyColumn(training.loss_names[*column].clone()))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let finite: Vec<f64> = training
            .capacity
            .iter()
            .copied()
            .filter(|n| n.is_finite())
            .collect();
        let least = finite.iter().copied().fold(f64::INFINITY, f64::min);
        let most = finite.iter().copied().fold(0.0, f64::max);
        let some_zero = own_weight
            .iter()
            .any(|own| training.weights.column(*own).iter().any(|h| *h == 0.0));
        let domains = columns.len() as f64;
        let unit_capacity = reference(&training.capacity) / domains;
        let unit_tokens = reference(&training.tokens) / domains;
        let mut model = Self {
            columns,
            own_weight,
            capacity: !finite.is_empty(),
            noise: noise && training.tokens.iter().any(|tokens| tokens.is_finite()),
            has_noise: noise,
            head: most > least || some_zero,
            weight_floor: training.weight_floor,
            unit_capacity,
            unit_tokens,
            parameters: Vec::new(),
            losses,
            least_capacity: least / unit_capacity,
        };
        model.parameters = model.lay_out();
        Ok(model)
    }

    fn lay_out(&self) -> Vec<Parameter> {
        let ln = |(low, high): (f64, f64)| (f64::ln(low), f64::ln(high));
        let mut parameters = Vec::new();
        for (column, (smallest, _)) in self.columns.iter().zip(&self.losses) {
            let mut push = |symbol, (lower, upper), centre, unit| {
                parameters.push(Parameter {
                    symbol,
                    column: Some(*column),
                    lower,
                    upper,
                    centre,
                    unit,
                });
            };
            let ln_excess = ((1.0 - FLOOR_CENTRE) * smallest.abs()).ln();
            let ln_exponent = EXPONENT_CENTRE.ln();
            push(
                "E",
                (0.0_f64.min(*smallest), *smallest),
                FLOOR_CENTRE * smallest,
                FLOOR_UNIT * smallest.abs(),
            );
            if self.capacity {
                push("c", LN_AMPLITUDES, ln_excess, 1.0);
                push("b", ln(EXPONENTS), ln_exponent, 1.0);
            }
            if self.noise {
                push("A", LN_AMPLITUDES, ln_excess, 1.0);
                push("a", ln(EXPONENTS), ln_exponent, 1.0);
            }
        }
        if self.head {
            let largest = self.least_capacity.ln();
            parameters.push(Parameter {
                symbol: "H",
                column: None,
                lower: largest + SMALLEST_HEAD.ln(),
                upper: largest,
                centre: largest + HEAD_CENTRE,
                unit: HEAD_UNIT,
            });
        }
        parameters
    }

    fn place(&self, position: usize) -> Place {
        let stride = 1 + 2 * usize::from(self.capacity) + 2 * usize::from(self.noise);
        let floor = position * stride;
        let noise = floor + 1 + 2 * usize::from(self.capacity);
        Place {
            floor,
            amplitude: floor + 1,
            exponent: floor + 2,
            noise_amplitude: noise,
            noise_exponent: noise + 1,
        }
    }

    fn head_size(&self, theta: &[f64]) -> f64 {
        if self.head {
            theta[theta.len() - 1].exp()
        } else {
            0.0
        }
    }

    fn demands(&self, theta: &[f64], point: Point<'_>) -> Vec<Demand> {
        self.own_weight
            .iter()
            .enumerate()
            .map(|(position, weight)| {
                let place = self.place(position);
                Demand {
                    ln_weight: self.competing_weight(point.weights[*weight]).ln()
                        + theta[place.exponent]
                        + theta[place.amplitude],
                    b: theta[place.exponent].exp(),
                }
            })
            .collect()
    }

    /// The weight with which a domain competes: without a head, a weight of 0 would have no
    /// finite loss.
    fn competing_weight(&self, weight: f64) -> f64 {
        if self.head {
            weight
        } else {
            weight.max(self.weight_floor)
        }
    }

    fn weight(&self, point: Point<'_>, position: usize) -> f64 {
        point.weights[self.own_weight[position]]
    }

    /// The noise A (D h)^(−a) and ln(D h) in units.
    fn noise_term(&self, theta: &[f64], place: Place, weight: f64, tokens: f64) -> (f64, f64) {
        let ln_seen = (weight.max(self.weight_floor) * tokens / self.unit_tokens).ln();
        let exponent = theta[place.noise_exponent].exp();
        (
            (theta[place.noise_amplitude] - exponent * ln_seen).exp(),
            ln_seen,
        )
    }
}

impl Model for Competition {
    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn predict(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]) {
        for (position, out) in out.iter_mut().enumerate() {
            let place = self.place(position);
            *out = theta[place.floor];
            if self.noise && point.tokens.is_finite() {
                *out += self
                    .noise_term(theta, place, self.weight(point, position), point.tokens)
                    .0;
            }
        }
        if !(self.capacity && point.capacity.is_finite()) {
            return;
        }
        let demands = self.demands(theta, point);
        let capacity = point.capacity / self.unit_capacity;
        match allocate(&demands, self.head_size(theta), capacity) {
            Ok(allocation) => {
                for (position, out) in out.iter_mut().enumerate() {
                    let amplitude = theta[self.place(position).amplitude];
                    *out +=
                        (amplitude - demands[position].b * allocation.ln_skills[position]).exp();
                }
            }
            // Less capacity than the head: the law says nothing there.
            Err(_) => out.fill(f64::NAN),
        }
    }

    fn differentiate(&self, theta: &[f64], point: Point<'_>, out: &mut Gradient) {
        out.clear();
        let competing = self.capacity && point.capacity.is_finite();
        let head = self.head_size(theta);
        let solved = competing.then(|| {
            let demands = self.demands(theta, point);
            let allocation = allocate(&demands, head, point.capacity / self.unit_capacity);
            (demands, allocation)
        });
        if let Some((demands, Ok(allocation))) = &solved {
            let price = allocation.price_derivatives(demands);
            let shared = out.shared_mut(self.parameters.len());
            for (position, factor) in price.demand.iter().enumerate() {
                let place = self.place(position);
                let pull = demands[position].b * allocation.ln_skills[position];
                shared[place.amplitude] = *factor;
                shared[place.exponent] = factor * (1.0 - pull);
            }
            if self.head {
                shared[self.parameters.len() - 1] = price.head * head;
            }
        }
        for position in 0..self.columns.len() {
            let place = self.place(position);
            let mut prediction = theta[place.floor];
            let mut own = [(0, 0.0); 6];
            let mut count = 0;
            let mut add = |parameter: usize, derivative: f64| {
                own[count] = (parameter, derivative);
                count += 1;
            };
            add(place.floor, 1.0);
            let mut coupling = 0.0;
            match &solved {
                Some((demands, Ok(allocation))) => {
                    let (b, ln_skills) = (demands[position].b, allocation.ln_skills[position]);
                    let term = (theta[place.amplitude] - b * ln_skills).exp();
                    prediction += term;
                    // d term / d ln x, then ln x = (ln w − ln λ)/(1+b) or ln H.
                    let by_skills = -b * term;
                    let mut by_amplitude = term;
                    let mut by_exponent = -b * ln_skills * term;
                    if allocation.active[position] {
                        let reach = by_skills / (1.0 + b);
                        by_amplitude += reach;
                        by_exponent += reach * (1.0 - b * ln_skills);
                        coupling = -reach;
                    } else if self.head {
                        add(self.parameters.len() - 1, by_skills);
                    }
                    add(place.amplitude, by_amplitude);
                    add(place.exponent, by_exponent);
                }
                Some((_, Err(_))) => prediction = f64::NAN,
                None => {}
            }
            if self.noise && point.tokens.is_finite() {
                let weight = self.weight(point, position);
                let (term, ln_seen) = self.noise_term(theta, place, weight, point.tokens);
                prediction += term;
                add(place.noise_amplitude, term);
                add(
                    place.noise_exponent,
                    -theta[place.noise_exponent].exp() * ln_seen * term,
                );
            }
            out.push(prediction, own[..count].iter().copied(), coupling);
        }
    }

    fn start(&self, number: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f64> {
        // The first start is the middle of the ranges that the others are drawn from.
        let mut draw = |low: f64, high: f64| {
            let uniform: f64 = rng.random();
            let share = if number == 0 { 0.5 } else { uniform };
            low + share * (high - low)
        };
        let mut theta = vec![0.0; self.parameters.len()];
        for (position, (smallest, mean)) in self.losses.iter().enumerate() {
            let place = self.place(position);
            let floor = smallest * draw(0.3, 0.95);
            let excess = (mean - floor).max(1e-3 * mean.abs()).max(f64::MIN_POSITIVE);
            let share = match (self.capacity, self.noise) {
                (true, true) => draw(0.2, 0.8),
                _ => 1.0,
            };
            theta[place.floor] = floor;
            if self.capacity {
                theta[place.amplitude] = (share * excess).ln();
                theta[place.exponent] = draw(0.1f64.ln(), 1.2f64.ln());
            }
            if self.noise {
                let left = if self.capacity { 1.0 - share } else { 1.0 };
                theta[place.noise_amplitude] = (left * excess).ln();
                theta[place.noise_exponent] = draw(0.1f64.ln(), 0.8f64.ln());
            }
        }
        if self.head {
            // Some domains must stand at their floor, or the head has no gradient.
            let last = self.parameters.len() - 1;
            theta[last] = self.least_capacity.ln() - draw(0.5, 6.0);
        }
        theta
    }

    fn values(&self, theta: &[f64]) -> Vec<NaturalValue> {
        let mut values = Vec::new();
        for (position, column) in self.columns.iter().enumerate() {
            let place = self.place(position);
            let mut push = |symbol, value| {
                values.push(NaturalValue {
                    symbol,
                    column: Some(*column),
                    value,
                });
            };
            push("E", Some(theta[place.floor]));
            let power = |alive: bool, amplitude: usize, exponent: usize, unit: f64| {
                let exponent = alive.then(|| theta[exponent].exp());
                let amplitude = exponent.map(|b| (theta[amplitude] + b * unit.ln()).exp());
                (amplitude, exponent)
            };
            let (c, b) = power(
                self.capacity,
                place.amplitude,
                place.exponent,
                self.unit_capacity,
            );
            push("c", c);
            push("b", b);
            if self.has_noise {
                let (amplitude, exponent) = power(
                    self.noise,
                    place.noise_amplitude,
                    place.noise_exponent,
                    self.unit_tokens,
                );
                push("A", amplitude);
                push("a", exponent);
            }
        }
        values.push(NaturalValue {
            symbol: "H",
            column: None,
            value: self
                .head
                .then(|| self.head_size(theta) * self.unit_capacity),
        });
        values
    }
}
