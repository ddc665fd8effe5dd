//! A synthetic world of skills: how often each domain meets each skill, and what not knowing it
//! costs.
//!
//! Domain i meets its rank-k skill with frequency p_i(k), a power law of exponent α_i. Ranks
//! 1..=H are the *head*: one skill of all domains at each rank. Ranks above H are the *tail*:
//! private to the domain unless [`Overlap`] says otherwise. A domain that has not learned a skill
//! loses its cost c_i at each meeting, so its loss is E_i + c_i · (mass of what is not learned).
//! Costs may also spread from skill to skill, about the mean c_i.
//! Source: Dai and Zheng 2026 (arXiv:2606.08167), section 3; the overlaps are ours.

mod coarse;
mod families;
mod family;
mod head;
mod jitter;
mod moments;
mod normal;
mod overlap;
mod pool;
mod rows;
mod size;
mod spectrum;
mod supply;

pub use family::{Class, Family, Member, Node, Resolution, nodes, panel};
pub(crate) use family::{real_panel, smooth_until};
pub use head::HeadOrder;
pub(crate) use head::LARGEST_PERMUTED_HEAD;
pub use moments::Moments;
pub(crate) use moments::{Coefficients, ORDERS};
pub(crate) use overlap::LARGEST_JITTER;
pub use overlap::{Overlap, OverlapError};
pub(crate) use pool::LARGEST_SCATTER;
pub use pool::{Pool, PoolError, Spread, Strand};
pub use spectrum::{Masses, Shape, Spectrum, SpectrumError, TableError, TailTable};
pub(crate) use supply::DEFAULT_REPETITION_DECAY;
pub use supply::{Seen, Supply, SupplyError};

use thiserror::Error;

/// Ranks per domain when nothing else is said: the mass beyond them is below 2e-3 even at b = .2.
pub const DEFAULT_SKILLS: f64 = 1e14;

/// Most domains of a world.
pub(crate) const MOST_DOMAINS: usize = 1_000;

/// Largest number of ranks per domain: ranks are whole numbers that `f64` holds exactly.
pub(crate) const MOST_SKILLS: f64 = 1e15;

/// Largest spread of costs, in e-folds: beyond it a handful of skills holds all of the loss.
pub(crate) const LARGEST_COST_SPREAD: f64 = 4.0;

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

impl Domain {
    /// A domain whose skills follow a power law of `exponent` α above 1, each of cost 1 nat, without an
    /// irreducible loss.
    ///
    /// # Errors
    /// [`SpectrumError`] for an exponent that does not sum.
    pub fn power_law(name: &str, exponent: f64) -> Result<Self, SpectrumError> {
        Ok(Self {
            name: name.into(),
            spectrum: Spectrum::new(exponent, Masses::default(), Shape::default())?,
            cost: 1.0,
            floor: 0.0,
        })
    }
}

/// A world: K domains over a common head, with tails that may overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    domains: Vec<Domain>,
    head: f64,
    skills: f64,
    overlap: Overlap,
    head_order: HeadOrder,
    cost_spread: Vec<f64>,
    supply: Supply,
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
    /// More domains than a world may have.
    #[error("the world has {0} domains: the most is {MOST_DOMAINS}")]
    TooManyDomains(usize),
    /// A number of ranks that is no whole number in range.
    #[error("skills is {0}: it must be a whole number from 1 to 1e15")]
    Skills(f64),
    /// An overlap that these domains cannot have.
    #[error(transparent)]
    Overlap(#[from] OverlapError),
    /// A pool whose domains differ in more than their scatter.
    #[error("the overlap `pool` needs one spectrum for all domains, but that of `{0}` differs")]
    PoolSpectrum(String),
    /// A head too large to be permuted.
    #[error("the head is {0}: with permuted ranks it may be at most 1e4")]
    PermutedHead(f64),
    /// A spread of the costs out of range.
    #[error("the cost spread of `{domain}` is {value}: it must be from 0 to 4")]
    CostSpread {
        /// Name of the domain.
        domain: String,
        /// The spread given.
        value: f64,
    },
    /// More families than memory should hold.
    #[error(
        "this world would be divided into {0:e} parts of domains, more than 1e7: fewer domains, a \
         smaller `cost-spread` or `rank-jitter`, or a head that is not permuted have fewer"
    )]
    TooManyMembers(f64),
    /// A number of cost spreads that is not that of the domains.
    #[error("there are {found} cost spreads for {domains} domains")]
    CostSpreads {
        /// Number of spreads.
        found: usize,
        /// Number of domains.
        domains: usize,
    },
    /// A supply that these domains cannot have.
    #[error(transparent)]
    Supply(#[from] SupplyError),
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
        if domains.len() > MOST_DOMAINS {
            return Err(WorldError::TooManyDomains(domains.len()));
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
        overlap.check(domains.len())?;
        if let Overlap::Pool(_) = &overlap {
            let first = &domains[0].spectrum;
            if let Some(other) = domains.iter().find(|d| d.spectrum != *first) {
                return Err(WorldError::PoolSpectrum(other.name.clone()));
            }
        }
        let world = Self {
            cost_spread: vec![0.0; domains.len()],
            supply: Supply::unlimited(domains.len()),
            domains,
            head,
            skills,
            overlap,
            head_order: HeadOrder::Shared,
        };
        world.of_bearable_size()
    }

    /// The same world, in which `order` says which rank each domain gives to each skill of the
    /// head.
    ///
    /// # Errors
    /// [`WorldError`] above `LARGEST_PERMUTED_HEAD` ranks, or `MOST_MEMBERS` families of one.
    pub fn with_head_order(self, order: HeadOrder) -> Result<Self, WorldError> {
        if order != HeadOrder::Shared && self.head > LARGEST_PERMUTED_HEAD {
            return Err(WorldError::PermutedHead(self.head));
        }
        let world = Self {
            head_order: order,
            ..self
        };
        world.of_bearable_size()
    }

    /// The same world, in which a skill costs domain i c_i e^(s_i ξ − s_i²/2) with one ξ ~ N(0, 1) for
    /// all domains that meet it: costs spread log-normally about the mean c_i, and a skill that is
    /// costly for one domain is so for all. `spread` gives s_i (length K), the standard deviation
    /// of ln cost, from 0 to `LARGEST_COST_SPREAD`.
    ///
    /// # Errors
    /// [`WorldError`] for values out of range.
    pub fn with_cost_spread(self, spread: Vec<f64>) -> Result<Self, WorldError> {
        if spread.len() != self.domains.len() {
            return Err(WorldError::CostSpreads {
                found: spread.len(),
                domains: self.domains.len(),
            });
        }
        for (domain, value) in self.domains.iter().zip(&spread) {
            if !(0.0..=LARGEST_COST_SPREAD).contains(value) {
                return Err(WorldError::CostSpread {
                    domain: domain.name.clone(),
                    value: *value,
                });
            }
        }
        let world = Self {
            cost_spread: spread,
            ..self
        };
        world.of_bearable_size()
    }

    /// The same world, with so many unique tokens of each domain.
    ///
    /// # Errors
    /// [`WorldError::Supply`] for a supply of another number of domains.
    pub fn with_supply(self, supply: Supply) -> Result<Self, WorldError> {
        let (found, domains) = (supply.available().len(), self.domains.len());
        if found != domains {
            return Err(SupplyError::Size { found, domains }.into());
        }
        Ok(Self { supply, ..self })
    }

    /// How many unique tokens each domain has.
    pub fn supply(&self) -> &Supply {
        &self.supply
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

    /// Which rank each domain gives to each skill of the head.
    pub(crate) fn head_order(&self) -> HeadOrder {
        self.head_order
    }

    /// For each domain the standard deviation of the logarithm of its skills' costs.
    pub fn cost_spread(&self) -> &[f64] {
        &self.cost_spread
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
