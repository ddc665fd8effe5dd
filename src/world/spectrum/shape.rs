//! Departures from a pure power law.

use std::sync::Arc;

use super::TailTable;

/// Departures from a pure power law, for the masses of [`Masses::Pareto`](super::Masses::Pareto).
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Shape {
    /// S(n) = (n+1)^−b.
    #[default]
    PowerLaw,
    /// Zipf–Mandelbrot: S(n) = ((n+1+q)/(1+q))^−b.
    Shifted {
        /// Shift q, in ranks, at least 0.
        shift: f64,
    },
    /// Log-normal-like: S(n) = e^(−b l − g l²) with l = ln(n+1).
    Curved {
        /// Curvature g, dimensionless, at least 0.
        curvature: f64,
    },
    /// Exponential cutoff: S(n) = (n+1)^−b e^(−n/rank).
    Cutoff {
        /// Rank at which the tail has lost a factor e, above 0.
        rank: f64,
    },
    /// S(n) as measured up to some rank, and the power law of the exponent b beyond.
    Table(Arc<TailTable>),
    /// So many ranks of equal frequency, and none beyond: facts. The exponent has no part. S(n) =
    /// (1 − y)(1 − εy) with y = n/ranks and ε = 1e-6, so that ranks still have an order.
    Flat {
        /// Number of ranks, a whole number from 1 to 1e12.
        ranks: f64,
    },
}

/// Departure ε of the ranks of [`Shape::Flat`] from equal frequencies.
const TILT: f64 = 1e-6;

impl Shape {
    /// What is wrong with the parameters at an exponent `b`: the key, its value, what is allowed.
    pub(super) fn fault(&self, b: f64) -> Option<(&'static str, f64, &'static str)> {
        match *self {
            Self::Shifted { shift } if !(0.0..=1e12).contains(&shift) => {
                Some(("shift", shift, "a number from 0 to 1e12"))
            }
            Self::Curved { curvature } if !(0.0..=10.0).contains(&curvature) => {
                Some(("curvature", curvature, "a number from 0 to 10"))
            }
            Self::Curved { curvature } if !falls(b, curvature) => Some((
                "curvature",
                curvature,
                "so small that frequencies fall with the rank; 0.7 (exponent - 1) always is",
            )),
            Self::Cutoff { rank } if !(rank.is_finite() && rank > 0.0) => {
                Some(("rank", rank, "a number above 0"))
            }
            Self::Flat { ranks } if !((1.0..=1e12).contains(&ranks) && ranks.fract() == 0.0) => {
                Some(("ranks", ranks, "a whole number from 1 to 1e12"))
            }
            _ => None,
        }
    }

    /// T(n) = −ln S(n) at an exponent `b`.
    pub(super) fn exponent(&self, b: f64, n: f64) -> f64 {
        match self {
            Self::PowerLaw => b * n.ln_1p(),
            Self::Shifted { shift } => b * (n / (1.0 + shift)).ln_1p(),
            Self::Curved { curvature } => {
                let l = n.ln_1p();
                l * (b + curvature * l)
            }
            Self::Cutoff { rank } => b * n.ln_1p() + n / rank,
            Self::Table(table) => table.exponent(b, n.ln_1p()),
            Self::Flat { ranks } if n >= *ranks => f64::INFINITY,
            // Near the last rank 1 − n/ranks would lose the digits that ranks − n has.
            Self::Flat { ranks } => -((ranks - n) / ranks).ln() - (-TILT * n / ranks).ln_1p(),
        }
    }

    /// T'(n) and T''(n)/T'(n) at an exponent `b`.
    pub(super) fn density_slopes(&self, b: f64, n: f64) -> (f64, f64) {
        let x = 1.0 + n;
        match self {
            Self::PowerLaw => (b / x, -1.0 / x),
            Self::Shifted { shift } => (b / (shift + x), -1.0 / (shift + x)),
            Self::Curved { curvature } => {
                let local = b + 2.0 * curvature * n.ln_1p();
                (local / x, 2.0 * curvature / (local * x) - 1.0 / x)
            }
            Self::Cutoff { rank } => {
                let slope = b / x + 1.0 / rank;
                (slope, -b / (x * x * slope))
            }
            Self::Table(table) => {
                let (local, bend) = table.slopes(b, n.ln_1p());
                (local / x, (bend / local - 1.0) / x)
            }
            // Nothing lies beyond the last rank, and no density there.
            Self::Flat { ranks } if n >= *ranks => (0.0, 0.0),
            Self::Flat { ranks } => {
                let (rest, tilted) = (ranks - n, ranks / TILT - n);
                let slope = 1.0 / rest + 1.0 / tilted;
                let bend = 1.0 / (rest * rest) + 1.0 / (tilted * tilted);
                (slope, bend / slope)
            }
        }
    }

    /// T(low + width) − T(low) without cancellation.
    pub(super) fn step(&self, b: f64, low: f64, width: f64) -> f64 {
        if width.is_infinite() {
            return f64::INFINITY;
        }
        match self {
            Self::PowerLaw => b * (width / (1.0 + low)).ln_1p(),
            Self::Shifted { shift } => b * (width / (1.0 + shift + low)).ln_1p(),
            Self::Curved { curvature } => {
                let l = low.ln_1p();
                let step = (width / (1.0 + low)).ln_1p();
                step * (b + curvature * (2.0 * l + step))
            }
            Self::Cutoff { rank } => b * (width / (1.0 + low)).ln_1p() + width / rank,
            Self::Table(table) => {
                let step = (width / (1.0 + low)).ln_1p();
                table.step(b, low.ln_1p(), step)
            }
            Self::Flat { ranks } if low + width >= *ranks => f64::INFINITY,
            Self::Flat { ranks } => {
                let tilted = -TILT * width / (ranks - TILT * low);
                -(-width / (ranks - low)).ln_1p() - tilted.ln_1p()
            }
        }
    }

    /// d ln p / d ln x at an exponent α = `exponent`, to the leading orders in 1/x.
    pub(super) fn slope(&self, exponent: f64, x: f64) -> f64 {
        let b = exponent - 1.0;
        match self {
            Self::PowerLaw => -exponent * x / (x + 0.5),
            Self::Shifted { shift } => -exponent * x / (x + shift + 0.5),
            Self::Curved { curvature } => {
                let local = b + 2.0 * curvature * x.ln();
                -local - 1.0 + 2.0 * curvature / local
            }
            Self::Cutoff { rank } => {
                let local = b + x / rank;
                -local - b / local
            }
            Self::Table(table) => {
                let (local, bend) = table.slopes(b, x.ln_1p());
                (bend / local - local - 1.0) * x / (x + 0.5)
            }
            Self::Flat { ranks } if x - 1.0 >= *ranks => -1.0,
            Self::Flat { ranks } => {
                let tilt = TILT * (2.0 * x - 1.0) / ranks;
                -2.0 * TILT * x / ranks / (1.0 + TILT - tilt)
            }
        }
    }
}

/// Mass of the `width` ranks above `low` of a flat spectrum of so many ranks, as if it went on.
pub(super) fn level(ranks: f64, low: f64, width: f64) -> f64 {
    width / ranks * (1.0 + TILT - TILT * (2.0 * low + width) / ranks)
}

/// Whether the masses of a curved spectrum fall with the rank. The density T′(n) S(n) of
/// S(n) = e^(−T(n)) has one maximum, so that it is enough that it falls from n = 0 to n = 1.
fn falls(b: f64, curvature: f64) -> bool {
    let l = 1f64.ln_1p();
    let second = 0.5 * (b + 2.0 * curvature * l) * (-l * (b + curvature * l)).exp();
    second <= b
}
