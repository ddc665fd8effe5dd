//! `mixlaw predict`.

use ndarray::Array2;

use super::arguments::PredictArguments;
use super::failure::Failure;
use super::fit_file;
use super::print::{colour, print};
use crate::fit::{SavedFits, prediction_intervals};
use crate::law::Observations;
use crate::optimum::{self, Trained};
use crate::report::{PredictedLosses, prediction_table};

pub(super) fn predict(arguments: &PredictArguments) -> Result<(), Failure> {
    let saved = fit_file::read(&arguments.fit)?;
    let laws = fit_file::laws(&saved, &arguments.law)?;
    let named = fit_file::named("--mixture", &arguments.mixture)?;
    let mixture =
        optimum::mixture("--mixture", &named, &saved.domains, "domain").map_err(Failure::words)?;
    let rows = saved.observations(0.0);
    let capacity = fit_file::scale("--capacity", arguments.capacity.as_deref(), &rows.capacity)?;
    let tokens = fit_file::scale("--tokens", arguments.tokens.as_deref(), &rows.tokens)?;
    let trained = Trained::of(&rows.weights, &rows.capacity, &rows.tokens);
    let mut outside = trained.scale_outside((capacity, tokens));
    outside.extend(trained.mixture_outside(&saved.domains, &mixture));
    let only_prior = trained.only_prior(&mixture);
    let mut predicted = Vec::new();
    for law in laws {
        let rows = saved.observations(law.weight_floor);
        let restored = saved.restore(law, &rows).map_err(Failure::words)?;
        let point = one_point(&saved, &mixture, (capacity, tokens), law.weight_floor);
        let losses = restored.fitted.predict(&point).row(0).to_vec();
        let mut unguarded = losses.clone();
        restored
            .fitted
            .predict_point(point.point(0), &mut unguarded);
        let columns = restored.fitted.columns();
        let of =
            |is: &dyn Fn(usize) -> bool| columns.iter().copied().filter(|at| is(*at)).collect();
        let intervals = match only_prior {
            true => vec![None; losses.len()],
            false => prediction_intervals(&restored.replicates, &point)
                .row(0)
                .to_vec(),
        };
        predicted.push(PredictedLosses {
            law: law.law.clone(),
            held: of(&|at| unguarded[at] > losses[at]),
            silent: of(&|at| losses[at].is_nan()),
            losses,
            intervals,
        });
    }
    let said = |law: &PredictedLosses| law.losses.iter().any(|loss| !loss.is_nan());
    if !predicted.iter().any(said) {
        return Err(Failure::words(format!(
            "no law of the file says anything of this point. {}",
            outside.join(" ")
        )));
    }
    print(&prediction_table(&saved.losses, &predicted, (&outside, only_prior)).text(colour()))
}

/// One row without losses.
fn one_point(
    saved: &SavedFits,
    mixture: &[f64],
    (capacity, tokens): (f64, f64),
    weight_floor: f64,
) -> Observations {
    Observations {
        loss_names: saved.losses.clone(),
        own_weight: saved.own_weight.clone(),
        weights: Array2::from_shape_fn((1, mixture.len()), |(_, column)| mixture[column]),
        capacity: vec![capacity],
        tokens: vec![tokens],
        losses: Array2::from_elem((1, saved.losses.len()), f64::NAN),
        weight_floor,
    }
}
