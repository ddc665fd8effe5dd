//! What a fit may look at when it chooses the strength of its prior.

use mixlaw::fit::{
    DEFAULT_DELTA, FitPlan, LawResult, Residual, Ridge, Robust, Split, SplitRule, fit_laws,
};
use mixlaw::law::by_name;
use mixlaw::runs::{Columns, RunTable};
use ndarray::Array2;

const DOMAINS: usize = 3;
const RUNS: usize = 24;

/// Runs whose losses follow effective data, with a deterministic error of .5 %; the losses of the
/// rows in `spoiled` are ten times too large.
fn table(spoiled: &[usize]) -> RunTable {
    let names: Vec<String> = (0..DOMAINS).map(|i| format!("domain{i}")).collect();
    let weights = Array2::from_shape_fn((RUNS, DOMAINS), |(run, domain)| {
        let raw = |domain: usize| 0.05 + ((run * (domain + 3) * 7 + domain) % 11) as f64 / 10.0;
        raw(domain) / (0..DOMAINS).map(raw).sum::<f64>()
    });
    let losses = Array2::from_shape_fn((RUNS, DOMAINS), |(run, domain)| {
        let data: f64 = (0..DOMAINS)
            .map(|source| {
                let worth = if source == domain { 1.0 } else { 0.1 };
                worth * f64::powf(weights[[run, source]], 0.7)
            })
            .sum();
        let error = 1.0 + 0.005 * ((run * 13 + domain * 5) % 7) as f64 / 7.0;
        let factor = if spoiled.contains(&run) { 10.0 } else { 1.0 };
        factor * error * (1.5 + data.powf(-0.3))
    });
    RunTable::new(names.clone(), names, weights, losses, Columns::default()).unwrap()
}

fn fit(table: &RunTable, law: &str, ridge: Ridge) -> LawResult {
    let split = Split {
        name: "last".into(),
        train: (0..RUNS - 6).collect(),
        test: (RUNS - 6..RUNS).collect(),
    };
    let plan = FitPlan {
        laws: Vec::new(),
        split: SplitRule::None,
        starts: 2,
        residual: Residual::Relative,
        robust: Robust::PseudoHuber {
            delta: DEFAULT_DELTA,
        },
        ridge,
        seed: 3,
        ..FitPlan::default()
    };
    fit_laws(table, &[by_name(law).unwrap()], &[split], &plan, None)
        .unwrap()
        .remove(0)
}

fn predictions(result: &LawResult) -> Vec<u64> {
    let cells = result.held_out.iter().flatten();
    cells.map(|cell| cell.predicted.to_bits()).collect()
}

#[test]
fn held_out_rows_choose_nothing() {
    let (sound, spoiled) = (table(&[]), table(&[RUNS - 1, RUNS - 3]));
    for law in mixlaw::law::all() {
        let before = fit(&sound, law.name(), Ridge::Cv);
        let after = fit(&spoiled, law.name(), Ridge::Cv);
        assert_eq!(predictions(&before), predictions(&after), "{}", law.name());
    }
}

#[test]
fn auto_is_cross_validation_where_the_prior_matters() {
    let table = table(&[]);
    for law in ["effective-data", "additive", "pool"] {
        let (auto, chosen) = (fit(&table, law, Ridge::Auto), fit(&table, law, Ridge::Cv));
        assert_eq!(predictions(&auto), predictions(&chosen), "{law}");
        assert!(chosen.fitted.chosen().is_some(), "{law}");
    }
    let auto = fit(&table, "capacity", Ridge::Auto);
    assert!(auto.fitted.chosen().is_none());
    assert!(fit(&table, "mean", Ridge::Cv).fitted.chosen().is_none());
}

/// The law that made the losses predicts them to about their error, and better than the mean.
#[test]
fn the_true_law_is_recovered() {
    let table = table(&[]);
    let error = |law| fit(&table, law, Ridge::Cv).fit.test.unwrap().mre.all.mean;
    assert!(error("effective-data") < 0.4, "{}", error("effective-data"));
    assert!(error("mean") > 1.0, "{}", error("mean"));
}
