//! How often a domain meets its rank-k skill: the mass p(k) of each rank and of spans of ranks.
//!
//! Masses come from differences of a tail function, so that the mass of any span of ranks is
//! exact whatever its length, and sums never lose digits: p(k) = S(k−1) − S(k) with
//! S(n) = e^(−T(n)) the mass beyond the first n ranks.

mod density;
mod power_sum;
mod shape;
mod table;

pub use shape::Shape;
pub use table::{TableError, TailTable};

use thiserror::Error;

use power_sum::power_sum;
use shape::level;

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

/// The masses of one domain's ranks.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    exponent: f64,
    masses: Masses,
    shape: Shape,
    /// Logarithm of the factor in front of k^−α, for the zeta and density masses.
    ln_scale: f64,
    view: View,
}

/// Which ranks are seen as ranks 1, 2, …: the n-th stands for those above from + stretch·(n − 1)
/// and up to from + stretch·n, met as often as they are on average.
#[derive(Debug, Clone, Copy, PartialEq)]
struct View {
    from: f64,
    stretch: f64,
}

impl View {
    /// Every rank stands for itself.
    const WHOLE: Self = Self {
        from: 0.0,
        stretch: 1.0,
    };

    /// The bound of ranks seen as `n`.
    fn at(self, n: f64) -> f64 {
        self.from + self.stretch * n
    }

    /// As what bound of ranks `n` is seen.
    fn seen(self, n: f64) -> f64 {
        (n - self.from) / self.stretch
    }
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
    /// A table by which a later rank is met more often.
    #[error("by the table rank {next} is met more often than rank {rank}")]
    Rises {
        /// The earlier rank.
        rank: f64,
        /// The later rank.
        next: f64,
    },
    /// A shape combined with masses that have no such form.
    #[error("shapes other than `power-law` need the masses `pareto`")]
    ShapeNeedsPareto,
}

/// Rounding of the logarithm of a mass.
const ROUNDING: f64 = 1e-12;

/// Logarithm of a mass that is 0 in `f64`: beyond the last rank of a flat spectrum the masses go
/// on from here as 1/k, so that they still fall, and not so far that the cut would lose digits.
const NEVER: f64 = -1e3;

/// Largest exponent: beyond it a domain is one skill.
const STEEPEST: f64 = 100.0;

impl Spectrum {
    /// The spectrum of a domain of `exponent` α.
    ///
    /// # Errors
    /// [`SpectrumError`] when α is not above 1 or a parameter of the shape is out of range.
    pub fn new(exponent: f64, masses: Masses, shape: Shape) -> Result<Self, SpectrumError> {
        if !(exponent > 1.0 && exponent <= STEEPEST) {
            return Err(SpectrumError::Exponent(exponent));
        }
        if let Some((key, value, allowed)) = shape.fault(exponent - 1.0) {
            return Err(SpectrumError::Shape {
                key,
                value,
                allowed,
            });
        }
        if masses != Masses::Pareto && shape != Shape::PowerLaw {
            return Err(SpectrumError::ShapeNeedsPareto);
        }
        let spectrum = Self {
            exponent,
            masses,
            shape,
            ln_scale: match masses {
                Masses::Pareto => 0.0,
                Masses::Zeta => -power_sum(exponent, 0.0, f64::INFINITY).ln(),
                Masses::Density => (exponent - 1.0).ln(),
            },
            view: View::WHOLE,
        };
        if let Shape::Table(_) = &spectrum.shape
            && let Some((rank, next)) = spectrum.rise()
        {
            return Err(SpectrumError::Rises { rank, next });
        }
        Ok(spectrum)
    }

    /// The same domain, with the ranks beyond `from` gathered: rank n of the result stands for the
    /// `stretch` ranks above from + stretch·(n − 1), and is met as often as they are on average.
    /// A stretch below 1 divides ranks instead.
    #[must_use]
    pub(super) fn stretched(&self, from: f64, stretch: f64) -> Self {
        Self {
            view: View {
                from: self.view.at(from),
                stretch: self.view.stretch * stretch,
            },
            ..self.clone()
        }
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
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Mass beyond the first `n` ranks.
    pub fn tail(&self, n: f64) -> f64 {
        self.span(n, f64::INFINITY)
    }

    /// Mass of the ranks above `low` and up to `high`, by the rank that stands for them: for whole
    /// numbers exactly Σ_{low<k≤high} p(k).
    pub fn span(&self, low: f64, high: f64) -> f64 {
        if high <= low {
            return 0.0;
        }
        let View { stretch, .. } = self.view;
        let (from, width) = (self.view.at(low), stretch * (high - low));
        let mass = match self.masses {
            Masses::Pareto => {
                (-self.shape.exponent(self.b(), from)).exp()
                    * -(-self.shape.step(self.b(), from, width)).exp_m1()
            }
            Masses::Zeta | Masses::Density => {
                self.ln_scale.exp() * power_sum(self.exponent, from, width)
            }
        };
        mass / stretch
    }

    /// Mass p(x) of rank x ≥ 1; between whole ranks its smooth continuation, which goes on for half
    /// a rank beyond the last: so far reach the nodes of a panel that ends there.
    pub fn mass(&self, x: f64) -> f64 {
        self.ln_mass(x).exp()
    }

    /// Logarithm of [`Spectrum::mass`], finite also where the mass underflows.
    pub(crate) fn ln_mass(&self, x: f64) -> f64 {
        let whole = self.view == View::WHOLE;
        if let Shape::Flat { ranks } = self.shape
            && let Some(ln_mass) = self.ln_mass_at_end(ranks, x)
        {
            return ln_mass;
        }
        match self.masses {
            Masses::Zeta | Masses::Density if whole => self.ln_scale - self.exponent * x.ln(),
            Masses::Zeta | Masses::Density => self.span(x - 1.0, x).ln(),
            Masses::Pareto => {
                let from = self.view.at(x - 1.0);
                // Beyond 2^53 a rank less the one before is no longer 1.
                let width = if whole { x - from } else { self.view.stretch };
                let step = self.shape.step(self.b(), from, width);
                -self.shape.exponent(self.b(), from) + (-(-step).exp_m1() / self.view.stretch).ln()
            }
        }
    }

    /// Logarithm of the mass of rank x where it is not the mass of the ranks that x stands for: about
    /// the last of the `ranks` of a flat spectrum, and beyond.
    fn ln_mass_at_end(&self, ranks: f64, x: f64) -> Option<f64> {
        let View { stretch, .. } = self.view;
        let last = self.view.seen(ranks);
        let mean = |low: f64, width: f64| Some((level(ranks, low, width) / stretch).ln());
        if x <= last {
            None
        } else if x <= last.floor() + 0.5 {
            mean(self.view.at(x - 1.0), stretch)
        } else if x <= last.ceil() + 0.5 {
            // The rank that stands in part for ranks that are not there.
            let low = self.view.at(last.floor());
            mean(low, ranks - low)
        } else {
            Some(NEVER - x.ln())
        }
    }

    /// The first rank above `low` and below `high` about which frequencies jump or bend, or `high`: a
    /// panel of nodes must not reach across. Such are the last rank of a flat spectrum, with the one
    /// before where it stands in part for ranks that are not there, and a row of a table, unless
    /// there are more rows between the two, which bend little each.
    pub(crate) fn smooth_until(&self, low: f64, high: f64) -> f64 {
        let inside = |rank: &f64| *rank > low && *rank < high;
        let rank = match &self.shape {
            Shape::Flat { ranks } => {
                let last = self.view.seen(*ranks);
                [last.floor(), last.ceil()].into_iter().find(inside)
            }
            Shape::Table(table) => table
                .lone_row(self.view.at(low), self.view.at(high))
                .map(|rank| self.view.seen(rank).round())
                .filter(inside),
            _ => None,
        };
        rank.unwrap_or(high)
    }

    /// d ln p / d ln x, to the leading orders in 1/x: the slope of Newton's steps.
    pub(crate) fn slope(&self, x: f64) -> f64 {
        let rank = self.view.at(x);
        let slope = if self.masses == Masses::Pareto {
            self.shape.slope(self.exponent, rank)
        } else {
            -self.exponent
        };
        slope * (self.view.stretch * x / rank)
    }

    /// Two ranks of a table of which the later one is met more often, if there are such.
    fn rise(&self) -> Option<(f64, f64)> {
        let Shape::Table(table) = &self.shape else {
            return None;
        };
        let ranks = table.probes();
        let pair = ranks
            .windows(2)
            .find(|pair| self.ln_mass(pair[1]) > self.ln_mass(pair[0]) + ROUNDING)?;
        Some((pair[0], pair[1]))
    }
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
        fn masses_fall_with_rank(exponent in 1.0001f64..50.0, rank in 1.0f64..1e9, shape in 0usize..4) {
            let Ok(spectrum) = Spectrum::new(exponent, Masses::Pareto, shapes()[shape].clone()) else {
                prop_assert!(shape == 2 && exponent < 1.05, "{exponent} {shape}");
                return Ok(());
            };
            prop_assert!(spectrum.ln_mass(rank) > spectrum.ln_mass(rank * 1.01));
            prop_assert!(spectrum.tail(rank) >= spectrum.tail(rank * 1.01));
        }
    }
}
