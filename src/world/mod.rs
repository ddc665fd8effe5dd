//! A synthetic world of skills: how often each domain meets each skill, and what not knowing it
//! costs.
//!
//! Domain i meets its rank-k skill with frequency p_i(k), a power law of exponent α_i. Ranks
//! 1..=H are the *head*: one skill of all domains at each rank. Ranks above H are the *tail*:
//! private to the domain unless [`Overlap`] says otherwise. A domain that has not learned a skill
//! loses its cost c_i at each meeting, so its loss is E_i + c_i · (mass of what is not learned).
//! Source: Dai and Zheng 2026 (arXiv:2606.08167), section 3; the overlaps are ours.

mod density;
mod family;
mod moments;
mod pool;
mod spectrum;

pub use family::{Class, Family, Member, Node, Resolution, nodes, panel, real_panel};
pub use moments::{Coefficients, Moments, ORDERS};
pub use pool::{LARGEST_SCATTER, Pool, PoolError, Spread, Strand};
pub use spectrum::{Masses, Shape, Spectrum, SpectrumError};

use thiserror::Error;

/// Ranks per domain when nothing else is said: the mass beyond them is below 2e-3 even at b = .2.
pub const DEFAULT_SKILLS: f64 = 1e14;

/// Largest number of ranks per domain: ranks are whole numbers that `f64` holds exactly.
pub const MOST_SKILLS: f64 = 1e15;

/// One domain of a world.
#[derive(Debug, Clone, PartialEq)]
pub struct Domain {
    /// Name, used in column names.
    pub name: String,
    /// How often each rank is met.
    pub spectrum: Spectrum,
    /// Cost c_i of meeting a skill that is not learned, in nats, above 0.
    pub cost: f64,
    /// Irreducible loss E_i, in nats, at least 0.
    pub floor: f64,
}

/// Which tail skills are shared between domains.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlap {
    /// Tails are private.
    None,
    /// Each tail rank is, with probability `fraction`, one skill common to all domains.
    All {
        /// Share of the tail ranks, from 0 to 1.
        fraction: f64,
    },
    /// Each tail rank of two domains i < j is one skill of both with probability
    /// `fraction`/(K − 1).
    Pair {
        /// Share of the tail ranks of a domain that it shares with any other, from 0 to 1.
        fraction: f64,
    },
    /// All domains draw on one pool of tail skills, each with frequencies of its own. They have
    /// one spectrum.
    Pool(Pool),
}

/// A world: K domains over a common head, with tails that may overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    domains: Vec<Domain>,
    head: f64,
    skills: f64,
    overlap: Overlap,
}

/// Why a world cannot exist.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum WorldError {
    /// No domain.
    #[error("a world needs at least one domain")]
    NoDomains,
    /// Two domains of one name.
    #[error("two domains are called `{0}`")]
    DuplicateName(String),
    /// A cost that is not above 0.
    #[error("the cost of `{domain}` is {value}: it must be a number above 0")]
    Cost {
        /// Name of the domain.
        domain: String,
        /// The cost given.
        value: f64,
    },
    /// A floor below 0.
    #[error("the floor of `{domain}` is {value}: it must be a number of at least 0")]
    Floor {
        /// Name of the domain.
        domain: String,
        /// The floor given.
        value: f64,
    },
    /// A head that is larger than the number of ranks, or not a whole number.
    #[error("the head is {head}: it must be a whole number from 0 to the {skills} skills")]
    Head {
        /// Head size H.
        head: f64,
        /// Ranks per domain.
        skills: f64,
    },
    /// A number of ranks that is no whole number in range.
    #[error("skills is {0}: it must be a whole number from 1 to 1e15")]
    Skills(f64),
    /// A shared fraction outside 0 to 1.
    #[error("the overlap fraction is {0}: it must be from 0 to 1")]
    Fraction(f64),
    /// A pool for another number of domains.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// A pool whose domains differ in more than their scatter.
    #[error("the overlap `pool` needs one spectrum for all domains, but that of `{0}` differs")]
    PoolSpectrum(String),
    /// Sharing in a world of one domain.
    #[error("overlap needs at least two domains")]
    OverlapAlone,
}

impl World {
    /// A world of `domains`, with `head` shared ranks out of `skills` ranks per domain.
    ///
    /// # Errors
    /// [`WorldError`] for values out of range.
    pub fn new(
        domains: Vec<Domain>,
        head: f64,
        skills: f64,
        overlap: Overlap,
    ) -> Result<Self, WorldError> {
        if domains.is_empty() {
            return Err(WorldError::NoDomains);
        }
        for (index, domain) in domains.iter().enumerate() {
            if domains[..index].iter().any(|d| d.name == domain.name) {
                return Err(WorldError::DuplicateName(domain.name.clone()));
            }
            if !(domain.cost.is_finite() && domain.cost > 0.0) {
                return Err(WorldError::Cost {
                    domain: domain.name.clone(),
                    value: domain.cost,
                });
            }
            if !(domain.floor.is_finite() && domain.floor >= 0.0) {
                return Err(WorldError::Floor {
                    domain: domain.name.clone(),
                    value: domain.floor,
                });
            }
        }
        if !((1.0..=MOST_SKILLS).contains(&skills) && skills.fract() == 0.0) {
            return Err(WorldError::Skills(skills));
        }
        if !((0.0..=skills).contains(&head) && head.fract() == 0.0) {
            return Err(WorldError::Head { head, skills });
        }
        if let Overlap::All { fraction } | Overlap::Pair { fraction } = overlap {
            if !(0.0..=1.0).contains(&fraction) {
                return Err(WorldError::Fraction(fraction));
            }
            if domains.len() < 2 && fraction > 0.0 {
                return Err(WorldError::OverlapAlone);
            }
        }
        if let Overlap::Pool(pool) = &overlap {
            if pool.scatter().len() != domains.len() {
                return Err(WorldError::Pool(PoolError::Size {
                    key: "scatter",
                    found: pool.scatter().len(),
                    domains: domains.len(),
                }));
            }
            let first = &domains[0].spectrum;
            if let Some(other) = domains.iter().find(|d| d.spectrum != *first) {
                return Err(WorldError::PoolSpectrum(other.name.clone()));
            }
        }
        Ok(Self {
            domains,
            head,
            skills,
            overlap,
        })
    }

    /// The domains, in order.
    pub fn domains(&self) -> &[Domain] {
        &self.domains
    }

    /// Names of the domains, in order.
    pub fn names(&self) -> Vec<String> {
        self.domains.iter().map(|d| d.name.clone()).collect()
    }

    /// Head size H: ranks 1..=H are one skill of all domains each.
    pub fn head(&self) -> f64 {
        self.head
    }

    /// Ranks per domain, head included. The mass beyond is never learned.
    pub fn skills(&self) -> f64 {
        self.skills
    }

    /// Which tail skills are shared.
    pub fn overlap(&self) -> &Overlap {
        &self.overlap
    }

    /// Mass of domain i on the ranks that can be learned.
    pub fn known(&self, domain: usize) -> f64 {
        self.domains[domain].spectrum.span(0.0, self.skills)
    }

    /// Mass of domain i beyond the last rank: met, but never learned.
    pub fn remainder(&self, domain: usize) -> f64 {
        self.domains[domain].spectrum.tail(self.skills)
    }
}
