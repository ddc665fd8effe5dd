//! A prior of worlds: what is not known about the domains, as ranges.

use rand::{Rng, RngExt};
use thiserror::Error;

use crate::numeric::random::{Purpose, stream};
use crate::world::{
    Domain, Masses, Overlap, Pool, PoolError, Shape, Spectrum, SpectrumError, Spread, World,
    WorldError,
};

/// The ends between which a number is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// Lower end.
    pub low: f64,
    /// Upper end, at least the lower one.
    pub high: f64,
}

impl Range {
    /// A number that is known.
    pub fn known(value: f64) -> Self {
        Self {
            low: value,
            high: value,
        }
    }

    /// Uniform between the ends.
    fn uniform<R: Rng + ?Sized>(self, random: &mut R) -> f64 {
        let share: f64 = random.random();
        (self.low + share * (self.high - self.low)).clamp(self.low, self.high)
    }

    /// Uniform in the logarithm between the ends, which are above 0.
    fn log_uniform<R: Rng + ?Sized>(self, random: &mut R) -> f64 {
        let ends = Self {
            low: self.low.ln(),
            high: self.high.ln(),
        };
        ends.uniform(random).exp().clamp(self.low, self.high)
    }
}

/// Which tail skills are shared, as far as that is known: see [`Overlap`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tails {
    /// None.
    Private,
    /// Ranks are, with a drawn probability, one skill of all domains.
    All {
        /// Range of the shared fraction, within 0 to 1.
        fraction: Range,
    },
    /// Ranks are, with a drawn probability, one skill of two domains.
    Pair {
        /// Range of the shared fraction, within 0 to 1.
        fraction: Range,
        /// Range of the spread of the partner's rank, e-folds.
        rank_jitter: Range,
    },
    /// All domains draw on one pool, with correlations drawn anew for each world. The domains of a
    /// world then have one spectrum.
    Pool {
        /// Range of the scatter, common to the domains of a world, e-folds.
        scatter: Range,
        /// Ends between which the correlations of a world are drawn.
        correlation: Range,
        /// Range of the share of ranks that stay private, within 0 to 1.
        private: Range,
    },
}

/// How spectra depart from a power law, as far as that is known: see [`Shape`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Departure {
    /// Not at all.
    None,
    /// Flat at the low ranks.
    Shifted {
        /// Range of the shift, ranks, drawn uniformly.
        shift: Range,
    },
    /// Ever steeper.
    Curved {
        /// Range of the curvature, drawn uniformly.
        curvature: Range,
    },
    /// Cut off.
    Cutoff {
        /// Range of the rank, above 0, drawn uniformly in the logarithm.
        rank: Range,
    },
}

impl Departure {
    fn draw<R: Rng + ?Sized>(self, random: &mut R) -> Shape {
        match self {
            Self::None => Shape::PowerLaw,
            Self::Shifted { shift } => Shape::Shifted {
                shift: shift.uniform(random),
            },
            Self::Curved { curvature } => Shape::Curved {
                curvature: curvature.uniform(random),
            },
            Self::Cutoff { rank } => Shape::Cutoff {
                rank: rank.log_uniform(random),
            },
        }
    }
}

/// A distribution of worlds of K domains.
#[derive(Debug, Clone, PartialEq)]
pub struct WorldPrior {
    /// Number of domains K.
    pub domains: usize,
    /// Head size H, known.
    pub head: f64,
    /// Ranks per domain.
    pub skills: f64,
    /// How the power law becomes frequencies.
    pub masses: Masses,
    /// Exponents α, drawn uniformly for each domain.
    pub exponent: Range,
    /// Departures from the power law, drawn for each domain.
    pub departure: Departure,
    /// Costs c, nats, drawn uniformly in the logarithm for each domain.
    pub cost: Range,
    /// Spread of the costs of a domain's skills, e-folds, drawn uniformly for each domain.
    pub cost_spread: Range,
    /// Floors E, nats, drawn uniformly for each domain.
    pub floor: Range,
    /// Shared tails, drawn uniformly for each world.
    pub tails: Tails,
}

/// Why a world cannot be drawn.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PriorError {
    /// A world of these domains cannot be.
    #[error(transparent)]
    World(#[from] WorldError),
    /// A domain of this exponent cannot be.
    #[error(transparent)]
    Spectrum(#[from] SpectrumError),
    /// A pool of this scatter cannot be.
    #[error(transparent)]
    Pool(#[from] PoolError),
}

/// What worlds are drawn for: trials and pilots never see the same ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draw {
    /// Designs are tried on them.
    Trial,
    /// Designs are chosen on them.
    Pilot,
}

impl WorldPrior {
    /// Names of the domains.
    pub fn names(&self) -> Vec<String> {
        (1..=self.domains).map(|i| format!("domain-{i}")).collect()
    }

    /// The world numbered `number`, and a seed for whatever is drawn in it.
    ///
    /// # Errors
    /// [`PriorError`] for ranges beyond what a world can have.
    pub fn draw(&self, seed: u64, draw: Draw, number: usize) -> Result<(World, u64), PriorError> {
        let kind = match draw {
            Draw::Trial => 0,
            Draw::Pilot => 1,
        };
        let mut random = stream(seed, Purpose::Worlds, number as u64, kind);
        let own_seed = random.next_u64();
        let (overlap, common) = match self.tails {
            Tails::Private => (Overlap::None, None),
            Tails::All { fraction } => {
                let fraction = fraction.uniform(&mut random);
                (Overlap::All { fraction }, None)
            }
            Tails::Pair {
                fraction,
                rank_jitter,
            } => {
                let fraction = fraction.uniform(&mut random);
                let rank_jitter = rank_jitter.uniform(&mut random);
                let pair = Overlap::Pair {
                    fraction,
                    rank_jitter,
                };
                (pair, None)
            }
            Tails::Pool {
                scatter,
                correlation,
                private,
            } => {
                let scatter = vec![scatter.uniform(&mut random); self.domains];
                let private = private.uniform(&mut random);
                let spread = Spread {
                    low: correlation.low,
                    high: correlation.high,
                    seed: own_seed,
                };
                let pool = Pool::random(scatter, spread, private)?;
                (Overlap::Pool(pool), Some(self.spectrum(&mut random)?))
            }
        };
        let domains = self
            .names()
            .into_iter()
            .map(|name| {
                let spectrum = match &common {
                    Some(common) => common.clone(),
                    None => self.spectrum(&mut random)?,
                };
                Ok(Domain {
                    spectrum,
                    cost: self.cost.log_uniform(&mut random),
                    floor: self.floor.uniform(&mut random),
                    name,
                })
            })
            .collect::<Result<Vec<_>, PriorError>>()?;
        let cost_spread = domains
            .iter()
            .map(|_| self.cost_spread.uniform(&mut random));
        let cost_spread = cost_spread.collect();
        let world = World::new(domains, self.head, self.skills, overlap)?;
        Ok((world.with_cost_spread(cost_spread)?, own_seed))
    }

    /// The spectrum of a domain.
    fn spectrum<R: Rng + ?Sized>(&self, random: &mut R) -> Result<Spectrum, SpectrumError> {
        let exponent = self.exponent.uniform(random);
        Spectrum::new(exponent, self.masses, self.departure.draw(random))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Three domains with private tails.
    pub(in super::super) fn prior() -> WorldPrior {
        WorldPrior {
            domains: 3,
            head: 20.0,
            skills: 1e14,
            masses: Masses::Pareto,
            exponent: Range {
                low: 1.2,
                high: 1.8,
            },
            cost: Range {
                low: 1.0,
                high: 2.5,
            },
            floor: Range {
                low: 0.5,
                high: 1.5,
            },
            departure: Departure::None,
            cost_spread: Range::known(0.0),
            tails: Tails::Private,
        }
    }

    /// Departures keep to their ranges, differ between domains but for a pool, and leave what is drawn
    /// beside them as it is.
    #[test]
    fn spectra_and_costs_depart_within_their_ranges() {
        let ends = Range {
            low: 10.0,
            high: 1e4,
        };
        let spread = Range {
            low: 0.5,
            high: 1.0,
        };
        let pool = Tails::Pool {
            scatter: Range::known(1.0),
            correlation: Range::known(0.5),
            private: Range::known(0.0),
        };
        for (tails, departure) in [
            (Tails::Private, Departure::Shifted { shift: ends }),
            (Tails::Private, Departure::Cutoff { rank: ends }),
            (pool, Departure::Curved { curvature: spread }),
        ] {
            let departing = WorldPrior {
                departure,
                cost_spread: spread,
                tails,
                ..prior()
            };
            let (world, seed) = departing.draw(7, Draw::Trial, 3).unwrap();
            let shapes: Vec<&Shape> = world.domains().iter().map(|d| d.spectrum.shape()).collect();
            for shape in &shapes {
                match **shape {
                    Shape::Shifted { shift: value } | Shape::Cutoff { rank: value } => {
                        assert!((10.0..=1e4).contains(&value), "{value}");
                    }
                    Shape::Curved { curvature } => assert!((0.5..=1.0).contains(&curvature)),
                    ref other => panic!("{other:?}"),
                }
            }
            assert_eq!(shapes[0] == shapes[1], tails == pool);
            let spreads = world.cost_spread();
            assert!(
                spreads.iter().all(|s| (0.5..=1.0).contains(s))
                    && spreads[0].to_bits() != spreads[1].to_bits()
            );
            let plain = WorldPrior { tails, ..prior() };
            let (plain, plain_seed) = plain.draw(7, Draw::Trial, 3).unwrap();
            let first = |world: &World| world.domains()[0].spectrum.exponent();
            assert_eq!(seed, plain_seed);
            assert!(first(&world).total_cmp(&first(&plain)).is_eq());
        }
    }

    #[test]
    fn worlds_keep_to_the_ranges_and_differ() {
        let pool = WorldPrior {
            tails: Tails::Pool {
                scatter: Range {
                    low: 0.5,
                    high: 1.5,
                },
                correlation: Range {
                    low: 0.2,
                    high: 0.9,
                },
                private: Range::known(0.0),
            },
            ..prior()
        };
        for prior in [prior(), pool] {
            let (first, first_seed) = prior.draw(7, Draw::Trial, 0).unwrap();
            for number in 0..20 {
                let (world, _) = prior.draw(7, Draw::Trial, number).unwrap();
                for domain in world.domains() {
                    assert!((1.2..=1.8).contains(&domain.spectrum.exponent()));
                    assert!((1.0..=2.5).contains(&domain.cost));
                    assert!((0.5..=1.5).contains(&domain.floor));
                }
                assert_eq!(world == first, number == 0);
            }
            let (pilot, pilot_seed) = prior.draw(7, Draw::Pilot, 0).unwrap();
            assert!(pilot != first && pilot_seed != first_seed);
        }
    }
}
