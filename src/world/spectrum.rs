//! How often a domain meets its rank-k skill: the mass p(k) of each rank and of spans of ranks.
//!
//! Masses come from differences of a tail function, so that the mass of any span of ranks is
//! exact whatever its length, and sums never lose digits: p(k) = S(k−1) − S(k) with
//! S(n) = e^(−T(n)) the mass beyond the first n ranks.

use thiserror::Error;

/// How the power law is turned into masses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Masses {
    /// p(k) = k^−b − (k+1)^−b: the mass beyond n ranks is exactly (n+1)^−b, and c_i is the cost
    /// constant of Eq. (1).
    #[default]
    Pareto,
    /// p(k) = k^−α/ζ(α): Zipf's law, normalised.
    Zeta,
    /// p(k) = (α−1) k^−α: the density at whole ranks. The masses sum to (α−1)ζ(α) > 1.
    Density,
}

/// Departures from a pure power law, for the masses of [`Masses::Pareto`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
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
}

/// The masses of one domain's ranks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spectrum {
    exponent: f64,
    masses: Masses,
    shape: Shape,
    /// Logarithm of the factor in front of k^−α, for the zeta and density masses.
    ln_scale: f64,
}

/// Why a spectrum cannot exist.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SpectrumError {
    /// An exponent whose masses do not sum.
    #[error("the exponent is {0}: it must be above 1, at most 100")]
    Exponent(f64),
    /// A parameter of the shape out of range.
    #[error("{key} is {value}: it must be {allowed}")]
    Shape {
        /// Key of the parameter in the experiment file.
        key: &'static str,
        /// The value given.
        value: f64,
        /// What is allowed, in words.
        allowed: &'static str,
    },
    /// A shape combined with masses that have no such form.
    #[error("shapes other than `power-law` need the masses `pareto`")]
    ShapeNeedsPareto,
}

/// Largest exponent: beyond it a domain is one skill.
const STEEPEST: f64 = 100.0;

/// Ranks up to which zeta sums are added term by term; beyond, the Euler–Maclaurin midpoint
/// series is exact to rounding.
pub(super) const DIRECT_RANKS: f64 = 32.0;

impl Spectrum {
    /// The spectrum of a domain of `exponent` α.
    ///
    /// # Errors
    /// [`SpectrumError`] when α is not above 1 or a parameter of the shape is out of range.
    pub fn new(exponent: f64, masses: Masses, shape: Shape) -> Result<Self, SpectrumError> {
        if !(exponent > 1.0 && exponent <= STEEPEST) {
            return Err(SpectrumError::Exponent(exponent));
        }
        let refused = |key, value, allowed| {
            Err(SpectrumError::Shape {
                key,
                value,
                allowed,
            })
        };
        match shape {
            Shape::Shifted { shift } if !(0.0..=1e12).contains(&shift) => {
                return refused("shift", shift, "a number from 0 to 1e12");
            }
            Shape::Curved { curvature } if !(0.0..=10.0).contains(&curvature) => {
                return refused("curvature", curvature, "a number from 0 to 10");
            }
            Shape::Curved { curvature } if !falls(exponent - 1.0, curvature) => {
                return refused(
                    "curvature",
                    curvature,
                    "so small that frequencies fall with the rank; 0.7 (exponent - 1) always is",
                );
            }
            Shape::Cutoff { rank } if !(rank.is_finite() && rank > 0.0) => {
                return refused("rank", rank, "a number above 0");
            }
            _ => {}
        }
        if masses != Masses::Pareto && shape != Shape::PowerLaw {
            return Err(SpectrumError::ShapeNeedsPareto);
        }
        let mut spectrum = Self {
            exponent,
            masses,
            shape,
            ln_scale: 0.0,
        };
        spectrum.ln_scale = match masses {
            Masses::Pareto => 0.0,
            Masses::Zeta => -spectrum.power_sum(0.0, f64::INFINITY).ln(),
            Masses::Density => (exponent - 1.0).ln(),
        };
        Ok(spectrum)
    }

    /// Exponent α of the power law, dimensionless.
    pub fn exponent(&self) -> f64 {
        self.exponent
    }

    /// Exponent b = α − 1 of the mass beyond a rank (Eq. 1).
    pub fn b(&self) -> f64 {
        self.exponent - 1.0
    }

    /// How the power law is turned into masses.
    pub fn masses(&self) -> Masses {
        self.masses
    }

    /// Departure from a pure power law.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Mass beyond the first `n` ranks.
    pub fn tail(&self, n: f64) -> f64 {
        self.span(n, f64::INFINITY)
    }

    /// Mass of the ranks above `low` and up to `high`: for whole numbers exactly
    /// Σ_{low<k≤high} p(k).
    pub fn span(&self, low: f64, high: f64) -> f64 {
        if high <= low {
            return 0.0;
        }
        match self.masses {
            Masses::Pareto => {
                (-self.tail_exponent(low)).exp() * -(-self.exponent_step(low, high)).exp_m1()
            }
            Masses::Zeta | Masses::Density => self.ln_scale.exp() * self.power_sum(low, high),
        }
    }

    /// Mass p(x) of rank x ≥ 1; between whole ranks its smooth continuation.
    pub fn mass(&self, x: f64) -> f64 {
        self.ln_mass(x).exp()
    }

    /// Logarithm of [`Spectrum::mass`], finite also where the mass underflows.
    pub fn ln_mass(&self, x: f64) -> f64 {
        match self.masses {
            Masses::Pareto => {
                let step = self.exponent_step(x - 1.0, x);
                -self.tail_exponent(x - 1.0) + (-(-step).exp_m1()).ln()
            }
            Masses::Zeta | Masses::Density => self.ln_scale - self.exponent * x.ln(),
        }
    }

    /// The real rank x ≥ 1 at which ln p(x) equals `ln_mass`; 0 if even rank 1 is met less often,
    /// `limit` if rank `limit` is met more often.
    pub fn rank_at(&self, ln_mass: f64, limit: f64) -> f64 {
        if ln_mass > self.ln_mass(1.0) {
            return 0.0;
        }
        if ln_mass <= self.ln_mass(limit) {
            return limit;
        }
        let (mut low, mut high) = (0.0, limit.ln());
        let start = (self.b().ln() + self.ln_scale - ln_mass) / self.exponent;
        let mut t = start.clamp(low, high);
        for _ in 0..200 {
            let x = t.exp();
            let excess = self.ln_mass(x) - ln_mass;
            if excess > 0.0 {
                low = t;
            } else {
                high = t;
            }
            let step = -excess / self.slope(x);
            let mut next = t + step;
            if !(low..=high).contains(&next) {
                next = 0.5 * (low + high);
            }
            if (next - t).abs() <= 4.0 * f64::EPSILON * t.max(1.0) {
                return next.exp();
            }
            t = next;
        }
        t.exp()
    }

    /// d ln p / d ln x, to the leading orders in 1/x: the slope of Newton's steps.
    pub(crate) fn slope(&self, x: f64) -> f64 {
        let b = self.b();
        match self.shape {
            _ if self.masses != Masses::Pareto => -self.exponent,
            Shape::PowerLaw => -self.exponent * x / (x + 0.5),
            Shape::Shifted { shift } => -self.exponent * x / (x + shift + 0.5),
            Shape::Curved { curvature } => {
                let local = b + 2.0 * curvature * x.ln();
                -local - 1.0 + 2.0 * curvature / local
            }
            Shape::Cutoff { rank } => {
                let local = b + x / rank;
                -local - b / local
            }
        }
    }

    /// T(n) = −ln S(n).
    pub(super) fn tail_exponent(&self, n: f64) -> f64 {
        let b = self.b();
        match self.shape {
            Shape::PowerLaw => b * n.ln_1p(),
            Shape::Shifted { shift } => b * (n / (1.0 + shift)).ln_1p(),
            Shape::Curved { curvature } => {
                let l = n.ln_1p();
                l * (b + curvature * l)
            }
            Shape::Cutoff { rank } => b * n.ln_1p() + n / rank,
        }
    }

    /// T(high) − T(low) without cancellation.
    fn exponent_step(&self, low: f64, high: f64) -> f64 {
        if high.is_infinite() {
            return f64::INFINITY;
        }
        let b = self.b();
        let width = high - low;
        match self.shape {
            Shape::PowerLaw => b * (width / (1.0 + low)).ln_1p(),
            Shape::Shifted { shift } => b * (width / (1.0 + shift + low)).ln_1p(),
            Shape::Curved { curvature } => {
                let l = low.ln_1p();
                let step = (width / (1.0 + low)).ln_1p();
                step * (b + curvature * (2.0 * l + step))
            }
            Shape::Cutoff { rank } => b * (width / (1.0 + low)).ln_1p() + width / rank,
        }
    }

    /// Σ_{low<k≤high} k^−α for whole bounds: terms up to [`DIRECT_RANKS`], then the
    /// Euler–Maclaurin series about the midpoints low + ½ and high + ½.
    fn power_sum(&self, low: f64, high: f64) -> f64 {
        let a = self.exponent;
        let mut sum = 0.0;
        let mut from = low;
        while from < high && from < DIRECT_RANKS {
            sum += (from + 1.0).powf(-a);
            from += 1.0;
        }
        if from >= high {
            return sum;
        }
        let (left, width) = (from + 0.5, high - from);
        // left^−s − right^−s
        let difference = |s: f64| {
            let ratio = if high.is_infinite() {
                f64::INFINITY
            } else {
                (width / left).ln_1p()
            };
            left.powf(-s) * -(-s * ratio).exp_m1()
        };
        let third = a * (a + 1.0) * (a + 2.0);
        let fifth = third * (a + 3.0) * (a + 4.0);
        sum + difference(a - 1.0) / (a - 1.0) - a / 24.0 * difference(a + 1.0)
            + 7.0 * third / 5760.0 * difference(a + 3.0)
            - 31.0 * fifth / 967_680.0 * difference(a + 5.0)
    }
}

/// Whether the masses of a curved spectrum fall with the rank. The density T′(n) S(n) of
/// S(n) = e^(−T(n)) has one maximum, so that it is enough that it falls from n = 0 to n = 1.
fn falls(b: f64, curvature: f64) -> bool {
    let l = 1f64.ln_1p();
    let second = 0.5 * (b + 2.0 * curvature * l) * (-l * (b + curvature * l)).exp();
    second <= b
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use proptest::prelude::*;

    fn shapes() -> Vec<Shape> {
        vec![
            Shape::PowerLaw,
            Shape::Shifted { shift: 10.0 },
            Shape::Curved { curvature: 0.02 },
            Shape::Cutoff { rank: 1e4 },
        ]
    }

    /// ζ(1.5) = 2.612 375 348 685 488 (DLMF 25.2; also Abramowitz and Stegun table 23.3).
    #[test]
    fn zeta_masses_are_normalised_by_the_zeta_function() {
        let spectrum = Spectrum::new(1.5, Masses::Zeta, Shape::PowerLaw).unwrap();
        assert_relative_eq!(
            spectrum.mass(1.0),
            1.0 / 2.612_375_348_685_488,
            max_relative = 1e-13
        );
        assert_relative_eq!(spectrum.tail(0.0), 1.0, max_relative = 1e-13);
    }

    #[test]
    fn density_masses_sum_to_b_zeta() {
        let spectrum = Spectrum::new(1.5, Masses::Density, Shape::PowerLaw).unwrap();
        assert_relative_eq!(
            spectrum.tail(0.0),
            0.5 * 2.612_375_348_685_488,
            max_relative = 1e-13
        );
    }

    #[test]
    fn spans_are_sums_of_masses() {
        let mut all: Vec<Spectrum> = shapes()
            .into_iter()
            .map(|shape| Spectrum::new(1.3, Masses::Pareto, shape).unwrap())
            .collect();
        all.push(Spectrum::new(1.3, Masses::Zeta, Shape::PowerLaw).unwrap());
        all.push(Spectrum::new(1.3, Masses::Density, Shape::PowerLaw).unwrap());
        for spectrum in all {
            for (low, high) in [(0u32, 7u32), (3, 4), (20, 60), (500, 900)] {
                let sum: f64 = (low + 1..=high).map(|k| spectrum.mass(f64::from(k))).sum();
                let span = spectrum.span(f64::from(low), f64::from(high));
                assert_relative_eq!(sum, span, max_relative = 1e-12);
            }
        }
    }

    #[test]
    fn exponents_that_do_not_sum_are_refused() {
        for exponent in [1.0, 0.5, f64::NAN, f64::INFINITY, -2.0] {
            assert!(Spectrum::new(exponent, Masses::Pareto, Shape::PowerLaw).is_err());
        }
        assert_eq!(
            Spectrum::new(1.5, Masses::Zeta, Shape::Shifted { shift: 1.0 }),
            Err(SpectrumError::ShapeNeedsPareto)
        );
    }

    /// With b far below the curvature, rank 2 would be met more often than rank 1.
    #[test]
    fn curvatures_that_make_frequencies_rise_are_refused() {
        let curved =
            |b: f64, curvature| Spectrum::new(1.0 + b, Masses::Pareto, Shape::Curved { curvature });
        for b in [1e-4, 0.02, 0.2, 1.0, 5.0] {
            let spectrum = curved(b, 0.7 * b).unwrap();
            let mut rank = 1.0;
            while rank < 1e6 {
                assert!(
                    spectrum.ln_mass(rank * 1.05) < spectrum.ln_mass(rank),
                    "{b} {rank}"
                );
                rank *= 1.05;
            }
        }
        assert!(curved(0.001, 0.02).is_err());
        assert!(curved(0.2, 1.0).is_err());
    }

    proptest! {
        #[test]
        fn rank_at_inverts_the_masses(
            exponent in 1.001f64..6.0, ln_rank in 0.0f64..32.0, shape in 0usize..4
        ) {
            let spectrum = Spectrum::new(exponent, Masses::Pareto, shapes()[shape]);
            // Next to exponent 1 the curved shape does not fall, and is refused.
            let Ok(spectrum) = spectrum else {
                prop_assert!(shape == 2 && exponent < 1.05, "{exponent} {shape}");
                return Ok(());
            };
            let rank = ln_rank.exp();
            let ln_mass = spectrum.ln_mass(rank);
            prop_assume!(ln_mass.is_finite());
            let found = spectrum.rank_at(ln_mass, 1e15);
            prop_assert!((found / rank - 1.0).abs() < 1e-9, "{found} for {rank}");
        }

        #[test]
        fn masses_fall_with_rank(exponent in 1.0001f64..50.0, rank in 1.0f64..1e9, shape in 0usize..4) {
            let Ok(spectrum) = Spectrum::new(exponent, Masses::Pareto, shapes()[shape]) else {
                prop_assert!(shape == 2 && exponent < 1.05, "{exponent} {shape}");
                return Ok(());
            };
            prop_assert!(spectrum.ln_mass(rank) > spectrum.ln_mass(rank * 1.01));
            prop_assert!(spectrum.tail(rank) >= spectrum.tail(rank * 1.01));
        }
    }
}
