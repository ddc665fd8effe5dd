//! Spectra at real ranks: how much mass one more rank would take from the tail, rank by rank
//! without steps.
//!
//! A cut through whole ranks makes losses stairs; for a derivative the cut has to fall anywhere.
//! The mass beyond rank n, S(n), is a smooth function whose values at whole n are exact, so its
//! slope −S'(n) stands in for the mass of the rank at the cut.

use super::power_sum::power_sum;
use super::{Masses, Spectrum};

impl Spectrum {
    /// Logarithm of −dS/dn at a real rank n ≥ 0, and its derivative by n.
    pub(crate) fn ln_density(&self, n: f64) -> (f64, f64) {
        let n = self.view.at(n);
        let (ln_density, bend) = match self.masses() {
            Masses::Pareto => {
                // T' and T''/T' of S = e^(−T).
                let (slope, bend) = self.shape.density_slopes(self.b(), n);
                (slope.ln() - self.shape.exponent(self.b(), n), bend - slope)
            }
            // S is a difference of Hurwitz zeta functions, whose slope is one, too.
            Masses::Zeta | Masses::Density => {
                let a = self.exponent();
                let beyond = |a: f64| power_sum(a, n, f64::INFINITY);
                let density = a * beyond(a + 1.0);
                (
                    self.ln_scale + density.ln(),
                    -(a + 1.0) * a * beyond(a + 2.0) / density,
                )
            }
        };
        // The mass beyond n as seen is a stretch-th of that beyond the rank that it stands for.
        (ln_density, self.view.stretch * bend)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::world::spectrum::{Shape, TailTable};

    #[test]
    fn densities_are_the_slopes_of_the_tails() {
        let shapes = [
            Shape::PowerLaw,
            Shape::Shifted { shift: 10.0 },
            Shape::Curved { curvature: 0.02 },
            Shape::Cutoff { rank: 1e4 },
            Shape::Table(Arc::new(
                TailTable::new(vec![(10.0, 0.4), (1e3, 0.1)]).unwrap(),
            )),
        ];
        let pareto = shapes.map(|shape| Spectrum::new(1.35, Masses::Pareto, shape).unwrap());
        let sums = [Masses::Zeta, Masses::Density]
            .map(|masses| Spectrum::new(1.35, masses, Shape::PowerLaw).unwrap());
        let seen: Vec<Spectrum> = pareto.into_iter().chain(sums).collect();
        let stretched = seen.clone().into_iter().map(|s| s.stretched(20.0, 2.5));
        for spectrum in seen.into_iter().chain(stretched) {
            for n in [2.7, 40.3, 517.0, 12_345.678] {
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
