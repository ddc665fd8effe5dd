//! `mixlaw predict`.

use ndarray::Array2;

use super::arguments::PredictArguments;
use super::failure::Failure;
use super::progress::Talk;
use super::{fit_file, output};
use crate::fit::{SavedFits, prediction_intervals};
use crate::law::Observations;
use crate::optimum;
use crate::report::{PredictedLosses, prediction_table};

pub(super) fn predict(arguments: &PredictArguments, talk: Talk) -> Result<(), Failure> {
    let saved = fit_file::read(&arguments.fit)?;
    let laws = fit_file::laws(&saved, &arguments.law)?;
    let named = fit_file::named("--mixture", &arguments.mixture)?;
    let mixture =
        optimum::mixture("--mixture", &named, &saved.domains, "domain").map_err(Failure::words)?;
    let rows = saved.observations(0.0);
    let capacity = fit_file::scale("--capacity", arguments.capacity.as_deref(), &rows.capacity)?;
    let tokens = fit_file::scale("--tokens", arguments.tokens.as_deref(), &rows.tokens)?;
    fit_file::warn_outside("capacity", capacity, &rows.capacity, talk);
    fit_file::warn_outside("tokens", tokens, &rows.tokens, talk);
    let mut predicted = Vec::new();
    for law in laws {
        let rows = saved.observations(law.weight_floor);
        let restored = saved.restore(law, &rows).map_err(Failure::words)?;
        let point = one_point(&saved, &mixture, (capacity, tokens), law.weight_floor);
        if restored.fitted.guarded(&point) > 0 {
            talk.say(&format!(
                "warning: a prediction of {} ran off and was held at a bound",
                law.law
            ));
        }
        predicted.push(PredictedLosses {
            law: law.law.clone(),
            losses: restored.fitted.predict(&point).row(0).to_vec(),
            intervals: prediction_intervals(&restored.replicates, &point)
                .row(0)
                .to_vec(),
        });
    }
    output::print(&prediction_table(&saved.losses, &predicted).text(output::colour()))
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
