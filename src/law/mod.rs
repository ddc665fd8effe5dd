//! Laws: domain losses as a function of the mixture, the capacity and the tokens.
//!
//! A [`Law`] is bound to the training rows it will be fitted to and yields [`Model`]s: the law
//! with its parameters laid out as a vector. A law whose loss columns do not depend on each
//! other yields one model per column, so each is a small problem of its own.

mod competition;
mod form;
mod literature;
mod transfer;

pub use competition::allocation;
pub use competition::capacity::Capacity;
pub(crate) use competition::capacity_noise::CapacityNoise;
pub(crate) use competition::capacity_noise_tied::CapacityNoiseTied;
pub(crate) use competition::crossover::Crossover;
pub(crate) use competition::windowed::{Windowed, WindowedThreshold};
pub use form::gradient::Gradient;
pub(crate) use form::observations::LossRange;
pub use form::observations::{Observations, Point};
pub use form::parameter::{NaturalValue, Parameter};
pub(crate) use form::per_scale::PerScale;
pub(crate) use literature::additive::Additive;
pub(crate) use literature::bimix::Bimix;
pub(crate) use literature::boosted_trees::BoostedTrees;
pub(crate) use literature::chinchilla::Chinchilla;
pub use literature::exponential::Exponential;
pub(crate) use literature::joint::Joint;
pub use literature::kaplan::Kaplan;
pub(crate) use literature::linear::Linear;
pub use literature::mean::Mean;
pub(crate) use transfer::effective_data::EffectiveData;
pub use transfer::effective_data::Exponents;
pub use transfer::factor::Scaling;
pub use transfer::pool::Pool;

use ndarray::Array2;
use rand_xoshiro::Xoshiro256PlusPlus;
use thiserror::Error;

/// A functional form for domain losses.
pub trait Law: Send + Sync {
    /// Name on the command line and in files.
    fn name(&self) -> &'static str;

    /// What the law says, in a few words for tables.
    fn title(&self) -> &'static str;

    /// Whether a loss column can only be predicted from the weight of its own domain.
    fn needs_own_weight(&self) -> bool;

    /// Lays out the parameters for `training` rows: models of disjoint loss columns, together all
    /// columns that the law can predict.
    ///
    /// # Errors
    /// [`LawError`] when there is nothing that the law can be fitted to.
    fn bind(&self, training: &Observations) -> Result<Vec<Box<dyn Model>>, LawError>;

    /// The law at each setting of its own hyper-parameters that cross-validation tries, with the
    /// setting in words. Empty for a law without hyper-parameters.
    fn alternatives(&self) -> Vec<(String, Box<dyn Law>)> {
        Vec::new()
    }

    /// Strengths of the ridge that cross-validation tries, from strong to weak, for costs summed
    /// over the rows.
    fn ridge_strengths(&self) -> &'static [f64] {
        RIDGE_STRENGTHS
    }

    /// Symbols of those of its parameters that are the exponents which the theory gives to the capacity
    /// (`b`) and the data (`a`) of one domain, so that they can be held against those of a simulated world.
    fn exponents_of_theory(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether its models have coefficients of transfer ([`Model::transfer`]).
    fn has_transfer(&self) -> bool {
        false
    }

    /// Symbols of the parameters that belong to the whole law and not to a domain, as far as the
    /// rows need them.
    fn common_symbols(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether the rows leave so much open that the strength of the prior has to be chosen by
    /// cross-validation when nothing else is said.
    fn prior_matters(&self) -> bool {
        false
    }
}

/// Strengths of the ridge, from a prior that outweighs residuals of 10 % to one that only keeps flat
/// valleys short.
const RIDGE_STRENGTHS: &[f64] = &[1e-2, 1e-3, 1e-4, 1e-5, 1e-6];

/// A law bound to a table: predictions as a function of a parameter vector θ (length P) in the
/// fit's own coordinates (logarithms of positive parameters, reference scales taken out).
pub trait Model: Send + Sync {
    /// The P parameters.
    fn parameters(&self) -> &[Parameter];

    /// The loss columns predicted, in the order of the predictions.
    fn columns(&self) -> &[usize];

    /// Predicts the losses at `point`, in nats, one for each of [`Model::columns`].
    fn predict(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]);

    /// Predicts the losses at `point` and their derivatives by θ.
    fn differentiate(&self, theta: &[f64], point: Point<'_>, out: &mut Gradient);

    /// Writes the derivatives of the predictions by the weights h at a given θ into `out`, one row
    /// for each of [`Model::columns`] and one entry for each weight, and says that it did; `false`,
    /// with `out` left as it was, for a law without derivatives.
    ///
    /// The weights count as free, not as parts of one: whoever stays on the simplex takes
    /// differences of derivatives. Where h_j = 0 a derivative may be −∞. At a kink (a domain that
    /// just stands at x = H, a weight at the floor of the weights) it is one of the two one-sided
    /// derivatives.
    fn differentiate_by_weights(
        &self,
        _theta: &[f64],
        _point: Point<'_>,
        _out: &mut [f64],
    ) -> bool {
        false
    }

    /// The `number`-th starting point; the first is the law's best guess, the others are spread
    /// around it with `rng`.
    fn start(&self, number: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f64>;

    /// Whether predictions do not depend on N and D, so that one far outside the range of the
    /// training losses is an explosion and not another scale.
    fn one_scale(&self) -> bool {
        false
    }

    /// θ where it is known in closed form, so that nothing has to be searched.
    fn closed_form(&self) -> Option<Vec<f64>> {
        None
    }

    /// The parameters in natural units, for people.
    fn values(&self, theta: &[f64]) -> Vec<NaturalValue>;

    /// Coefficients of transfer C_ij, [`Model::columns`] × weight columns: what tokens of source j
    /// are worth to domain i. `None` for a law without them.
    fn transfer(&self, _theta: &[f64]) -> Option<Array2<f64>> {
        None
    }

    /// Places of the domains on a map, weight columns × dimensions, known up to turns, mirrors and
    /// shifts: tokens of a domain at the distance d are worth e^(−d²/2) of what they would be
    /// nearby. `None` for a law without a map.
    fn map(&self, _theta: &[f64]) -> Option<Array2<f64>> {
        None
    }
}

/// Why a law cannot be bound.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum LawError {
    /// No loss column has a weight column.
    #[error(
        "law `{law}` predicts a loss from the weight of its own domain, but no loss column has a weight column"
    )]
    NoOwnWeights {
        /// Name of the law.
        law: &'static str,
    },
    /// A loss that the law's logarithms cannot take.
    #[error("law `{law}` needs losses above 0, but `{column}` has {loss}")]
    LossNotPositive {
        /// Name of the law.
        law: &'static str,
        /// Name of the loss column.
        column: String,
        /// Its smallest loss.
        loss: f64,
    },
    /// The trees of a column cannot be trained.
    #[error("no trees can be trained for `{column}`: {reason}")]
    Trees {
        /// Name of the loss column.
        column: String,
        /// What the library says.
        reason: String,
    },
    /// A column with no measured loss among the training rows.
    #[error("no training row has a loss for `{0}`")]
    EmptyColumn(String),
}

/// All laws, in the order in which they are listed to people.
pub fn all() -> Vec<Box<dyn Law>> {
    let effective = |exponents| Box::new(EffectiveData::new(exponents));
    let mut laws: Vec<Box<dyn Law>> = vec![
        Box::new(Mean),
        Box::new(Capacity),
        Box::new(CapacityNoise),
        Box::new(CapacityNoiseTied),
        Box::new(Crossover),
        Box::new(Windowed),
        Box::new(WindowedThreshold),
        effective(Exponents::Two),
        effective(Exponents::One),
        effective(Exponents::Tied),
        effective(Exponents::Free),
        Box::new(EffectiveData::scaled(Scaling::Product)),
        Box::new(EffectiveData::scaled(Scaling::ProductOne)),
        Box::new(EffectiveData::scaled(Scaling::Sum)),
        Box::new(Additive::default()),
        Box::new(Additive::per_scale()),
        Box::new(Joint::default()),
        Box::new(Bimix { floor: false }),
        Box::new(Bimix { floor: true }),
        Box::new(Exponential),
        Box::new(Linear),
        Box::new(BoostedTrees),
        Box::new(Chinchilla),
        Box::new(Kaplan),
    ];
    laws.extend(Pool::ALL.map(|law| -> Box<dyn Law> { Box::new(law) }));
    laws
}

/// The exponents of the theory that the law called `name` has ([`Law::exponents_of_theory`]).
pub fn exponents_of_theory(name: &str) -> &'static [&'static str] {
    by_name(name).map_or(&[], |law| law.exponents_of_theory())
}

/// Whether the law called `name` has coefficients of transfer ([`Law::has_transfer`]).
pub fn has_transfer(name: &str) -> bool {
    by_name(name).is_some_and(|law| law.has_transfer())
}

/// The law called `name`.
pub fn by_name(name: &str) -> Option<Box<dyn Law>> {
    all().into_iter().find(|law| law.name() == name)
}
