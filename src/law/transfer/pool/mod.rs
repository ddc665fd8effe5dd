//! The law of a pool of skills that all domains draw on, each with frequencies of its own.
//!
//! L_i = E_i + A_i (Σ_j C_ij h_j^γ)^(−a), fitted jointly over the loss columns, with C_ii = 1 and
//! ln C_ij = m + s_ij + u_j, s symmetric. If the domains meet the skills of the pool at log-normal
//! multiples of a power law of frequency, the exposures of domain i add up to this form: s is how
//! alike two domains are, u how much a source gives to all, and γ < 1 measures the scatter of the
//! multiples; a and γ are common to all domains because the pool is. Source: ours.
//!
//! Parameters: E_i, A_i, u_j, s_ij and m, γ, a; 3K + K(K−1)/2 + 3, 45 for seven domains. Two of them
//! are not identified but for the prior (a shift of all u or of all s is one of m). γ is recovered
//! usefully, a is not: it trades with E. Capacity and tokens do not enter. Predicts columns with a
//! weight of their own; a source without a loss column has a coefficient for each domain.
//!
//! | law | differs by | parameters at K = 7 |
//! |---|---|---|
//! | `pool-two` | γ_own for the domain itself, γ_x for the others | 46 |
//! | `pool-dev` | `pool-two`, and each domain deviates in γ_own, γ_x and a, under the ridge | 67 |
//! | `pool-map2`, `pool-map3` | s_ij = −½‖v_i − v_j‖², v in two or three dimensions | 38, 45 |
//! | `pool-lognormal` | E_ξ[(Σ_j C_ij h_j e^(σ ξ_j))^(−a)] over fixed nodes: σ in place of γ | 45 |
//! | `pool-free` | s_ij and s_ji apart: a control | 66 |
//! | `pool-random-ties` | pairs tied at random, as many as under symmetry: a control | 45 |
//! | `pool-product` | times N^(−α) D^(−β), common to all domains | 47 |
//! | `pool-product-one` | times (N D)^(−α) | 46 |
//! | `pool-dev-product` | `pool-dev` times N^(−α_i) D^(−β_i) | 83 |
//!
//! N and D count in units of their geometric means over the training runs. The product follows where
//! larger models learn more of each token and nothing else limits them. In the map, v is known up to
//! a rotation, a reflection and a shift. σ of the log-normal form is the scatter itself, in e-folds.

mod coefficients;
mod exposure;
mod model;
mod shared;

use crate::law::{Law, LawError, Model, Observations};
use coefficients::Pairs;
use exposure::Form;
use model::PoolModel;

/// Bounds and centre of the prior of a.
const LOSS_EXPONENTS: (f64, f64) = (0.01, 6.0);
const LOSS_EXPONENT_CENTRE: f64 = 0.3;

/// Centre of the prior of m: a token of another domain is worth e^−2 of one of its own.
const TRANSFER_CENTRE: f64 = -2.0;

/// Bounds of m, s and u.
const TRANSFER_BOUND: f64 = 20.0;

/// Unit of the prior of s. The ridge counts a symmetric coefficient twice, since it stands in two
/// places of C.
const SYMMETRIC_UNIT: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// Centre of A_i, as a share of the smallest training loss: what E leaves at its centre.
const EXCESS_SHARE: f64 = 0.4;

/// The law of the pool, in one of its forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pool {
    /// One γ, symmetric transfer.
    Plain,
    /// An own and a cross γ.
    Two,
    /// The same with deviations of each domain.
    Deviations,
    /// Transfer by distance on a map of two dimensions.
    Map2,
    /// … of three.
    Map3,
    /// The scatter as a parameter.
    LogNormal,
    /// Transfer without symmetry.
    Free,
    /// Transfer tied at random.
    RandomTies,
    /// Times powers of capacity and tokens.
    Product,
    /// Times one power of both.
    ProductOne,
    /// Deviations, and powers of each domain.
    DeviationsProduct,
}

/// How capacity and tokens enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scaling {
    None,
    Powers,
    OnePower,
}

/// What makes a form.
#[derive(Debug, Clone, Copy)]
struct Parts {
    name: &'static str,
    title: &'static str,
    exposure: Form,
    pairs: Pairs,
    scaling: Scaling,
    deviations: bool,
}

const PLAIN: Parts = Parts {
    name: "pool",
    title: "pool of skills, symmetric transfer",
    exposure: Form::One,
    pairs: Pairs::Symmetric,
    scaling: Scaling::None,
    deviations: false,
};

impl Pool {
    /// Every form, in the order in which they are listed to people.
    pub(crate) const ALL: [Self; 11] = [
        Self::Plain,
        Self::Two,
        Self::Deviations,
        Self::Map2,
        Self::Map3,
        Self::LogNormal,
        Self::Free,
        Self::RandomTies,
        Self::Product,
        Self::ProductOne,
        Self::DeviationsProduct,
    ];

    fn form(self) -> Parts {
        let named = |name, title| Parts {
            name,
            title,
            ..PLAIN
        };
        match self {
            Self::Plain => PLAIN,
            Self::Two => Parts {
                exposure: Form::Two,
                ..named("pool-two", "pool of skills, own and cross exponent")
            },
            Self::Deviations => Parts {
                exposure: Form::Two,
                deviations: true,
                ..named("pool-dev", "pool of skills, exponents of each domain")
            },
            Self::Map2 => Parts {
                pairs: Pairs::Map(2),
                ..named("pool-map2", "pool of skills, domains on a plane")
            },
            Self::Map3 => Parts {
                pairs: Pairs::Map(3),
                ..named("pool-map3", "pool of skills, domains in space")
            },
            Self::LogNormal => Parts {
                exposure: Form::LogNormal,
                ..named("pool-lognormal", "pool of skills, the scatter itself")
            },
            Self::Free => Parts {
                pairs: Pairs::Free,
                ..named("pool-free", "pool of skills, transfer without symmetry")
            },
            Self::RandomTies => Parts {
                pairs: Pairs::RandomTies,
                ..named(
                    "pool-random-ties",
                    "pool of skills, transfer tied at random",
                )
            },
            Self::Product => Parts {
                scaling: Scaling::Powers,
                ..named("pool-product", "pool of skills times powers of N and D")
            },
            Self::ProductOne => Parts {
                scaling: Scaling::OnePower,
                ..named("pool-product-one", "pool of skills times a power of N·D")
            },
            Self::DeviationsProduct => Parts {
                exposure: Form::Two,
                scaling: Scaling::Powers,
                deviations: true,
                ..named("pool-dev-product", "the same, exponents of each domain")
            },
        }
    }
}

impl Law for Pool {
    fn name(&self) -> &'static str {
        self.form().name
    }

    fn title(&self) -> &'static str {
        self.form().title
    }

    fn needs_own_weight(&self) -> bool {
        true
    }

    fn has_transfer(&self) -> bool {
        true
    }

    /// Its `a` is the exponent of a sum over the weights of all domains.
    fn common_symbols(&self) -> &'static [&'static str] {
        match self {
            Self::Plain | Self::Map2 | Self::Map3 | Self::Free | Self::RandomTies => {
                &["m", "γ", "a"]
            }
            Self::Two | Self::Deviations => &["m", "γ_x", "γ_own", "a"],
            Self::LogNormal => &["m", "σ", "a"],
            Self::Product => &["m", "γ", "a", "α", "β"],
            Self::ProductOne => &["m", "γ", "a", "α"],
            Self::DeviationsProduct => &["m", "γ_x", "γ_own", "a", "α", "β"],
        }
    }

    fn bind(&self, training: &Observations) -> Result<Vec<Box<dyn Model>>, LawError> {
        Ok(vec![Box::new(PoolModel::new(*self, training)?)])
    }

    /// Weaker than for a law of one column: one prior stands against the rows of all columns.
    fn ridge_strengths(&self) -> &'static [f64] {
        &[1e-3, 1e-4, 1e-5, 1e-6, 1e-7]
    }

    fn prior_matters(&self) -> bool {
        true
    }
}
