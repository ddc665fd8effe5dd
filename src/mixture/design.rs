//! Designs: which mixtures a sweep visits.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_distr::{Distribution, Gamma};
use rand_xoshiro::Xoshiro256PlusPlus;
use thiserror::Error;

use super::Mixture;
use crate::numeric::random::{self, Purpose};

/// A rule that lists the mixtures of a sweep over K domains.
#[derive(Debug, Clone, PartialEq)]
pub enum Design {
    /// `count` draws of Dirichlet(`concentration`), each weight lifted to at least `floor`:
    /// h = floor + (1 − K·floor)·draw.
    Dirichlet {
        /// Number of mixtures, at least 1.
        count: usize,
        /// Concentration of every domain, above 0; 1 is uniform on the simplex.
        concentration: f64,
        /// Smallest weight, from 0 to below 1/K.
        floor: f64,
    },
    /// All mixtures whose weights are multiples of 1/`parts`.
    Grid {
        /// Number of equal parts of the unit weight, at least 1.
        parts: usize,
    },
    /// The mixtures given.
    List {
        /// The mixtures, each of K weights.
        points: Vec<Mixture>,
    },
    /// `count` mixtures from a Latin hypercube of exponential quantiles, normalised: every domain
    /// visits each of its `count` strata once before normalisation.
    LatinHypercube {
        /// Number of mixtures, at least 1.
        count: usize,
    },
}

/// Why a design cannot be laid out over K domains.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum DesignError {
    /// No mixture asked for.
    #[error("a design needs at least one mixture")]
    Empty,
    /// A concentration that is not a positive number.
    #[error("the concentration is {0}: it must be a number above 0")]
    Concentration(f64),
    /// A floor that leaves nothing to draw.
    #[error("the floor is {floor}: with {domains} domains it must be from 0 to below {}", 1.0 / *domains as f64)]
    Floor {
        /// The floor asked for.
        floor: f64,
        /// Number of domains K.
        domains: usize,
    },
    /// A listed mixture of the wrong length.
    #[error("mixture {position} has {found} weights, but there are {domains} domains")]
    Length {
        /// Position in the list, from 1.
        position: usize,
        /// Number of weights found.
        found: usize,
        /// Number of domains K.
        domains: usize,
    },
    /// A grid of more weights than memory should hold.
    #[error("a grid of {parts} parts over {domains} domains has more than {limit} weights")]
    TooManyPoints {
        /// Number of parts.
        parts: usize,
        /// Number of domains K.
        domains: usize,
        /// Largest number of weights, mixtures × domains.
        limit: usize,
    },
    /// More weights than memory should hold.
    #[error("{count} mixtures of {domains} domains are more than {limit} weights")]
    TooMany {
        /// Number of mixtures.
        count: usize,
        /// Number of domains K.
        domains: usize,
        /// Largest number of weights, mixtures × domains.
        limit: usize,
    },
}

/// Largest number of weights of a design, mixtures × domains: they take 8 bytes each, and a vector for
/// each mixture.
pub(crate) const MOST_WEIGHTS: usize = 10_000_000;

impl Design {
    /// The mixtures of this design over `domains` domains. Random designs draw from the stream
    /// (seed, mixtures, number of the mixture), so a longer design begins with the shorter one
    /// (not so for the Latin hypercube, whose strata depend on its size).
    ///
    /// # Errors
    /// [`DesignError`] when the design does not fit K domains.
    pub fn mixtures(&self, domains: usize, seed: u64) -> Result<Vec<Mixture>, DesignError> {
        if let Self::Dirichlet { count, .. } | Self::LatinHypercube { count } = self
            && count.saturating_mul(domains) > MOST_WEIGHTS
        {
            return Err(DesignError::TooMany {
                count: *count,
                domains,
                limit: MOST_WEIGHTS,
            });
        }
        match self {
            Self::Dirichlet {
                count,
                concentration,
                floor,
            } => dirichlet(*count, *concentration, *floor, domains, seed),
            Self::Grid { parts } => grid(*parts, domains),
            Self::List { points } => list(points, domains),
            Self::LatinHypercube { count } => latin_hypercube(*count, domains, seed),
        }
    }
}

/// Smallest Dirichlet concentration whose Gamma draws do not all underflow to 0.
const SMALLEST_CONCENTRATION: f64 = 1e-2;

fn dirichlet(
    count: usize,
    concentration: f64,
    floor: f64,
    domains: usize,
    seed: u64,
) -> Result<Vec<Mixture>, DesignError> {
    if count == 0 {
        return Err(DesignError::Empty);
    }
    if !(concentration.is_finite() && concentration >= SMALLEST_CONCENTRATION) {
        return Err(DesignError::Concentration(concentration));
    }
    if !(floor >= 0.0 && floor * (domains as f64) < 1.0) {
        return Err(DesignError::Floor { floor, domains });
    }
    let gamma =
        Gamma::new(concentration, 1.0).map_err(|_| DesignError::Concentration(concentration))?;
    let free = 1.0 - floor * domains as f64;
    Ok((0..count as u64)
        .map(|number| {
            let mut rng = random::stream(seed, Purpose::Mixtures, number, 0);
            // A Dirichlet draw is a normalised vector of Gamma draws.
            let draws = loop {
                let draws: Vec<f64> = (0..domains).map(|_| gamma.sample(&mut rng)).collect();
                if draws.iter().sum::<f64>() > 0.0 {
                    break draws;
                }
            };
            normalised(&draws, floor, free)
        })
        .collect())
}

fn grid(parts: usize, domains: usize) -> Result<Vec<Mixture>, DesignError> {
    if parts == 0 {
        return Err(DesignError::Empty);
    }
    // C(parts + domains − 1, domains − 1), stopped as soon as it is too large.
    let mut points = 1.0f64;
    for k in 1..domains {
        points *= (parts + k) as f64 / k as f64;
        if points * domains as f64 > MOST_WEIGHTS as f64 {
            return Err(DesignError::TooManyPoints {
                parts,
                domains,
                limit: MOST_WEIGHTS,
            });
        }
    }
    let mut mixtures = Vec::new();
    let mut shares = vec![0usize; domains];
    spread(parts, 0, &mut shares, &mut mixtures);
    Ok(mixtures)
}

/// Writes all ways to spread `left` parts over the domains from `first` on.
fn spread(left: usize, first: usize, shares: &mut [usize], out: &mut Vec<Mixture>) {
    if first + 1 == shares.len() {
        shares[first] = left;
        let parts: usize = shares.iter().sum();
        out.push(Mixture(
            shares.iter().map(|s| *s as f64 / parts as f64).collect(),
        ));
        return;
    }
    for share in (0..=left).rev() {
        shares[first] = share;
        spread(left - share, first + 1, shares, out);
    }
}

fn list(points: &[Mixture], domains: usize) -> Result<Vec<Mixture>, DesignError> {
    if points.is_empty() {
        return Err(DesignError::Empty);
    }
    for (index, point) in points.iter().enumerate() {
        let found = point.weights().len();
        if found != domains {
            return Err(DesignError::Length {
                position: index + 1,
                found,
                domains,
            });
        }
    }
    Ok(points.to_vec())
}

fn latin_hypercube(count: usize, domains: usize, seed: u64) -> Result<Vec<Mixture>, DesignError> {
    if count == 0 {
        return Err(DesignError::Empty);
    }
    let mut rng = random::stream(seed, Purpose::Mixtures, 0, 1);
    let columns: Vec<Vec<f64>> = (0..domains)
        .map(|_| exponential_strata(count, &mut rng))
        .collect();
    Ok((0..count)
        .map(|row| {
            let draws: Vec<f64> = columns.iter().map(|column| column[row]).collect();
            normalised(&draws, 0.0, 1.0)
        })
        .collect())
}

/// `count` exponential quantiles, one from each stratum, in random order. Normalised vectors of
/// exponential draws are uniform on the simplex.
fn exponential_strata(count: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f64> {
    let mut quantiles: Vec<f64> = (0..count)
        .map(|stratum| {
            let uniform = (stratum as f64 + rng.random::<f64>()) / count as f64;
            // Both ends of (0, 1) are kept off: a quantile is positive and finite.
            let uniform = uniform.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
            -(-uniform).ln_1p()
        })
        .collect();
    quantiles.shuffle(rng);
    quantiles
}

fn normalised(draws: &[f64], floor: f64, free: f64) -> Mixture {
    let sum: f64 = draws.iter().sum();
    Mixture(draws.iter().map(|d| floor + free * d / sum).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn grid_lists_every_composition_once() {
        let mixtures = Design::Grid { parts: 4 }.mixtures(3, 0).unwrap();
        assert_eq!(mixtures.len(), 15);
        assert_eq!(mixtures[0].weights(), [1.0, 0.0, 0.0]);
        assert_eq!(mixtures[14].weights(), [0.0, 0.0, 1.0]);
    }

    #[test]
    fn a_longer_dirichlet_design_begins_with_the_shorter_one() {
        let design = |count| Design::Dirichlet {
            count,
            concentration: 1.0,
            floor: 0.02,
        };
        let short = design(3).mixtures(4, 7).unwrap();
        let long = design(9).mixtures(4, 7).unwrap();
        assert_eq!(short, long[..3]);
    }

    #[test]
    fn a_floor_that_leaves_nothing_is_refused() {
        let design = Design::Dirichlet {
            count: 1,
            concentration: 1.0,
            floor: 0.25,
        };
        assert!(matches!(
            design.mixtures(4, 0),
            Err(DesignError::Floor { .. })
        ));
        assert!(Design::Grid { parts: 200 }.mixtures(40, 0).is_err());
    }

    #[test]
    fn more_weights_than_memory_should_hold_are_refused() {
        for (design, domains) in [
            (Design::Grid { parts: 2 }, 1000),
            (Design::LatinHypercube { count: 10_001 }, 1000),
            (Design::LatinHypercube { count: usize::MAX }, 2),
            (
                Design::Dirichlet {
                    count: 1_000_000,
                    concentration: 1.0,
                    floor: 0.0,
                },
                1000,
            ),
        ] {
            let error = design.mixtures(domains, 0).unwrap_err();
            assert!(error.to_string().contains("10000000 weights"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn random_designs_stay_on_the_simplex(
            count in 1usize..40, domains in 1usize..20, seed: u64, concentration in 0.01f64..50.0
        ) {
            let floor = 0.5 / domains as f64;
            for design in [
                Design::Dirichlet { count, concentration, floor },
                Design::LatinHypercube { count },
            ] {
                for mixture in design.mixtures(domains, seed).unwrap() {
                    let sum: f64 = mixture.weights().iter().sum();
                    prop_assert!((sum - 1.0).abs() < 1e-12);
                    let least = if matches!(design, Design::Dirichlet { .. }) { floor } else { 0.0 };
                    prop_assert!(mixture.weights().iter().all(|w| *w >= least * (1.0 - 1e-12)));
                }
            }
        }
    }
}
