//! Spectra at real ranks: how much mass one more rank would take from the tail, rank by rank
//! without steps.
//!
//! A cut through whole ranks makes losses stairs; for a derivative the cut has to fall anywhere.
//! The mass beyond rank n, S(n), is a smooth function whose values at whole n are exact, so its
//! slope −S'(n) stands in for the mass of the rank at the cut.

use super::spectrum::{DIRECT_RANKS, Masses, Shape, Spectrum};

impl Spectrum {
    /// Mass of the ranks above the real rank `low` and up to the whole rank `high`.
    pub(crate) fn beyond(&self, low: f64, high: f64) -> f64 {
        if self.masses() == Masses::Pareto || low >= DIRECT_RANKS || low >= high {
            return self.span(low, high);
        }
        // Sums of few powers have no smooth continuation here: straight lines between whole ranks.
        let (whole, part) = (low.floor(), low - low.floor());
        self.span(whole, high) - part * self.mass(whole + 1.0)
    }

    /// Logarithm of −dS/dn at a real rank n ≥ 0, and its derivative by n.
    pub(crate) fn ln_density(&self, n: f64) -> (f64, f64) {
        if self.masses() != Masses::Pareto {
            return self.sum_density(n);
        }
        let b = self.b();
        let l = n.ln_1p();
        // T' and T''/T' of S = e^(−T).
        let (slope, bend) = match self.shape() {
            Shape::PowerLaw => (b / (1.0 + n), -1.0 / (1.0 + n)),
            Shape::Shifted { shift } => (b / (1.0 + shift + n), -1.0 / (1.0 + shift + n)),
            Shape::Curved { curvature } => {
                let local = b + 2.0 * curvature * l;
                let bend = 2.0 * curvature / (local * (1.0 + n)) - 1.0 / (1.0 + n);
                (local / (1.0 + n), bend)
            }
            Shape::Cutoff { rank } => {
                let slope = b / (1.0 + n) + 1.0 / rank;
                (slope, -b / ((1.0 + n) * (1.0 + n) * slope))
            }
        };
        (slope.ln() - self.tail_exponent(n), bend - slope)
    }

    /// The slope of the Euler–Maclaurin series of a sum of powers about n + ½.
    fn sum_density(&self, n: f64) -> (f64, f64) {
        let a = self.exponent();
        if n < DIRECT_RANKS {
            let rank = n.floor() + 1.0;
            return (self.ln_mass(rank), -a / (n + 0.5));
        }
        let x = n + 0.5;
        let second = a * (a + 1.0) / (24.0 * x * x);
        let fourth = 7.0 * (a + 2.0) * (a + 3.0) * second / (240.0 * x * x);
        let sum = 1.0 - second + fourth;
        let bend = (2.0 * second - 4.0 * fourth) / (x * sum);
        (self.ln_mass(x) + sum.ln(), -a / x + bend)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn densities_are_the_slopes_of_the_tails() {
        let shapes = [
            Shape::PowerLaw,
            Shape::Shifted { shift: 10.0 },
            Shape::Curved { curvature: 0.02 },
            Shape::Cutoff { rank: 1e4 },
        ];
        let pareto = shapes.map(|shape| Spectrum::new(1.35, Masses::Pareto, shape).unwrap());
        let sums = [Masses::Zeta, Masses::Density]
            .map(|masses| Spectrum::new(1.35, masses, Shape::PowerLaw).unwrap());
        for spectrum in pareto.into_iter().chain(sums) {
            for n in [40.3, 517.0, 12_345.678] {
                let step = 1e-4 * n;
                let slope = spectrum.span(n - step, n + step) / (2.0 * step);
                let (ln_density, bend) = spectrum.ln_density(n);
                assert!(
                    (slope.ln() - ln_density).abs() < 1e-6,
                    "{spectrum:?} at {n}"
                );
                let next = spectrum.ln_density(n + step).0;
                let last = spectrum.ln_density(n - step).0;
                let difference = (next - last) / (2.0 * step);
                assert!(
                    (difference / bend - 1.0).abs() < 1e-6,
                    "{spectrum:?} at {n}"
                );
            }
        }
    }
}
