//! Laws on published training runs: what they score on held-out runs.
//!
//! Every law sees the same rows and the same splits; what a law may choose it chooses on the
//! training rows. The figures are limits that each law has to reach, and the whole table is
//! printed (`cargo test --test fitting -- --nocapture real_runs::`). The files lie beside the project and
//! are not part of it. Where they are missing the tests say so and pass, except under `CI=true`.

use mixlaw::fit::{
    DEFAULT_DELTA, FitPlan, HeldOutMixtures, LawResult, Residual, Ridge, Robust, ScaleRule, Split,
    SplitRule, fit_laws, splits,
};
use mixlaw::law::by_name;
use mixlaw::numeric::random::{Purpose, stream};
use mixlaw::runs::{Columns, FilterValue, Mapping, RunTable, ScaleSource, read};
use ndarray::Array2;
use rand::seq::SliceRandom;

use crate::shared_files::shared;

/// Starts of the laws that need several. More do not lower the training error here.
const STARTS: usize = 4;

const HUBER: Robust = Robust::PseudoHuber {
    delta: DEFAULT_DELTA,
};

fn pile17() -> Option<(RunTable, Vec<Split>)> {
    let file = shared("data/pile17-1b.csv")?;
    let (table, _) = read(&Mapping {
        files: vec![file],
        ..Mapping::default()
    })
    .unwrap();
    let names: Vec<String> = (100..120).map(|number| number.to_string()).collect();
    let rule = SplitRule::File {
        path: shared("data/pile17-splits.csv")?,
        splits: names,
    };
    let splits = splits(&table, &rule, 0).unwrap();
    Some((table, splits))
}

/// The columns of the training domains: a loss of another evaluation is left out, so that the
/// figures are those of the seven domains.
fn own_losses(table: &RunTable) -> RunTable {
    let own: Vec<usize> = (0..table.loss_names().len())
        .filter(|column| table.own_weight()[*column].is_some())
        .collect();
    let runs = 0..table.len();
    RunTable::new(
        table.weight_names().to_vec(),
        own.iter().map(|i| table.loss_names()[*i].clone()).collect(),
        Array2::from_shape_fn((runs.len(), table.weight_names().len()), |(run, column)| {
            table.weights(run)[column]
        }),
        Array2::from_shape_fn((runs.len(), own.len()), |(run, column)| {
            table.loss(run, own[column]).unwrap_or(f64::NAN)
        }),
        Columns {
            capacity: runs.clone().map(|run| table.capacity(run)).collect(),
            tokens: runs.map(|run| table.tokens(run)).collect(),
            ..Columns::default()
        },
    )
    .unwrap()
}

/// The final checkpoints of one size, in millions of parameters, and 20 splits of them.
fn slimpajama7(millions: f64, final_tokens: f64) -> Option<(RunTable, Vec<Split>)> {
    let number = |key: &str, value| (key.to_string(), FilterValue::Number(value));
    let (table, _) = read(&Mapping {
        files: vec![shared("data/slimpajama7.csv")?],
        loss: "{domain}_loss".into(),
        capacity: Some(ScaleSource::Column("model_size".into())),
        tokens: Some(ScaleSource::Column("n_tokens".into())),
        filter: vec![
            number("model_size", millions * 1e6),
            number("n_tokens", final_tokens),
        ],
        ..Mapping::default()
    })
    .unwrap();
    let table = own_losses(&table);
    let rule = SplitRule::Mixture {
        test_fraction: 0.3,
        count: 20,
    };
    let splits = splits(&table, &rule, 0).unwrap();
    Some((table, splits))
}

/// Checkpoints of 122M and 310M from half of their tokens on, to be fitted, and the final ones of
/// 680M, to be predicted; with `mixtures` those that are tested train at no size.
fn slimpajama7_sizes(mixtures: Option<HeldOutMixtures>) -> Option<(RunTable, Vec<Split>)> {
    let (table, _) = read(&Mapping {
        files: vec![shared("data/slimpajama7.csv")?],
        loss: "{domain}_loss".into(),
        capacity: Some(ScaleSource::Column("model_size".into())),
        tokens: Some(ScaleSource::Column("n_tokens".into())),
        filter: vec![(
            "n_tokens".into(),
            FilterValue::Range {
                at_least: 10e9,
                at_most: f64::INFINITY,
            },
        )],
        ..Mapping::default()
    })
    .unwrap();
    let table = own_losses(&table);
    let rule = SplitRule::Scale(ScaleRule {
        capacity_below: 400e6,
        tokens_below: f64::INFINITY,
        test_capacity: 0.0,
        test_tokens: 25.92e9,
        mixtures,
    });
    let splits = splits(&table, &rule, 0).unwrap();
    let tested = if mixtures.is_some() { 12 } else { 40 };
    assert!(splits.iter().all(|split| split.test.len() == tested));
    Some((table, splits))
}

/// The 512 runs of 1M models, and 10 draws of `training` training runs; all others test.
fn regmix(training: usize) -> Option<(RunTable, Vec<Split>)> {
    let files = ["mixture", "loss"].map(|part| shared(&format!("data/regmix-{part}_1m.csv")));
    let [Some(mixture), Some(loss)] = files else {
        return None;
    };
    let (table, _) = read(&Mapping {
        files: vec![mixture, loss],
        join: Some("index".into()),
        weight: "train_the_pile_{domain}".into(),
        loss: "metric/the_pile_{domain}_val_loss".into(),
        capacity: Some(ScaleSource::Constant(1e6)),
        ..Mapping::default()
    })
    .unwrap();
    let splits = (0..10)
        .map(|draw| {
            let mut order: Vec<usize> = (0..table.len()).collect();
            order.shuffle(&mut stream(0, Purpose::Splits, draw, 0));
            Split {
                name: draw.to_string(),
                train: order[..training].to_vec(),
                test: order[training..].to_vec(),
            }
        })
        .collect();
    Some((table, splits))
}

fn fit(runs: &(RunTable, Vec<Split>), law: &str, robust: Robust, ridge: Ridge) -> LawResult {
    let plan = FitPlan {
        laws: vec![law.to_string()],
        split: SplitRule::None,
        starts: STARTS,
        residual: Residual::Relative,
        robust,
        ridge,
        seed: 0,
        ..FitPlan::default()
    };
    let laws = [by_name(law).unwrap_or_else(|| panic!("no law {law}"))];
    let (table, splits) = runs;
    fit_laws(table, &laws, splits, &plan, None)
        .unwrap()
        .remove(0)
}

/// Fits a law under inner cross-validation, prints its errors, and checks them: held-out mean
/// relative errors in percent over all cells and over those with a weight above 0.
fn check(data: &str, runs: &(RunTable, Vec<Split>), law: &str, robust: Robust, limit: [f64; 2]) {
    let result = fit(runs, law, robust, Ridge::Cv);
    let mre = result.fit.test.unwrap().mre;
    println!(
        "{data:<16} {law:<22} {:<6} {:>4} parameters  {:5.3} ± {:4.2}  h>0 {:5.3} ± {:4.2}  at most {} {}  guarded {}  {:.1} s",
        if robust == Robust::Square {
            "square"
        } else {
            "huber"
        },
        result.fit.parameter_count,
        mre.all.mean,
        mre.all.sd,
        mre.positive.mean,
        mre.positive.sd,
        limit[0],
        limit[1],
        result.guarded,
        result.fit.seconds,
    );
    assert!(
        mre.all.mean <= limit[0],
        "{law} on {data}: {}",
        mre.all.mean
    );
    assert!(
        mre.positive.mean <= limit[1],
        "{law} on {data}, h>0: {}",
        mre.positive.mean
    );
}

#[test]
fn pile17_common_splits() {
    let Some(runs) = pile17() else { return };
    for (law, robust, limit) in [
        ("effective-data", Robust::Square, [1.75, 1.05]),
        ("effective-data", HUBER, [1.60, 0.95]),
        ("boosted-trees", Robust::Square, [3.0, 2.6]),
        ("additive", Robust::Square, [2.30, 1.45]),
        ("bimix-floor", Robust::Square, [2.70, 2.25]),
        ("exponential", Robust::Square, [4.6, 3.9]),
        ("pool", HUBER, [1.82, 1.22]),
        ("capacity", HUBER, [2.30, 1.75]),
        // The goal is 2.27/1.70, not reached.
        ("capacity-noise", HUBER, [2.38, 1.83]),
        // The goal, 2.70/2.25, is met by bimix-floor; without a floor it is not reached.
        ("bimix", HUBER, [2.80, 2.31]),
        // No goal but its own figures.
        ("linear", HUBER, [6.3, 6.1]),
    ] {
        check("pile17", &runs, law, robust, limit);
    }
}

#[test]
fn slimpajama7_final_checkpoints() {
    for (millions, tokens, effective, additive, pool) in [
        (122.0, 20e9, 0.29, 0.36, 0.31),
        (310.0, 20e9, 0.30, 0.34, 0.31),
        (680.0, 25.92e9, 0.29, 0.32, 0.33),
    ] {
        let Some(runs) = slimpajama7(millions, tokens) else {
            return;
        };
        let data = format!("slimpajama7 {millions}M");
        for (law, limit) in [
            ("effective-data", effective),
            ("additive", additive),
            ("pool", pool),
        ] {
            check(&data, &runs, law, Robust::Square, [limit; 2]);
        }
    }
}

/// The relatives of effective-data, at one size.
#[test]
fn slimpajama7_other_exponents() {
    let Some(runs) = slimpajama7(122.0, 20e9) else {
        return;
    };
    for (law, limit) in [
        ("effective-data-one", 0.46),
        ("effective-data-tied", 0.32),
        ("effective-data-free", 0.32),
        ("exponential", 0.51),
    ] {
        check("slimpajama7 122M", &runs, law, Robust::Square, [limit; 2]);
    }
}

/// Larger models than those that were fitted.
#[test]
fn slimpajama7_from_two_sizes_to_a_third() {
    let Some(runs) = slimpajama7_sizes(None) else {
        return;
    };
    let data = "slimpajama7 sizes";
    check(
        data,
        &runs,
        "effective-data-product",
        Robust::Square,
        [0.50; 2],
    );
    check(data, &runs, "additive", Robust::Square, [2.1; 2]);
    for (law, limit) in [
        ("effective-data-product-one", 0.50),
        // 46 and 47 parameters.
        ("pool-product-one", 0.52),
        ("pool-product", 0.52),
    ] {
        check(data, &runs, law, Robust::Square, [limit; 2]);
    }
}

/// Larger models on mixtures that no training run had.
#[test]
fn slimpajama7_new_mixtures_at_a_third_size() {
    let Some(runs) = slimpajama7_sizes(Some(HeldOutMixtures {
        test_fraction: 0.3,
        count: 10,
    })) else {
        return;
    };
    for law in ["effective-data-product", "pool-product-one"] {
        check("new mixtures", &runs, law, Robust::Square, [0.55; 2]);
    }
}

/// Symmetry of the transfer is more than fewer parameters: freeing C gains nothing, and tying as
/// many pairs at random is clearly worse.
#[test]
fn transfer_is_symmetric() {
    let Some(runs) = slimpajama7(122.0, 20e9) else {
        return;
    };
    let error = |law| {
        let result = fit(&runs, law, Robust::Square, Ridge::Cv);
        let error = result.fit.test.unwrap().mre.all.mean;
        println!(
            "{law}: {error:.3}, {} parameters",
            result.fit.parameter_count
        );
        error
    };
    let symmetric = error("pool");
    assert!((symmetric - error("pool-free")).abs() <= 0.02);
    assert!(error("pool-random-ties") >= 0.36);
    assert!(error("pool-two") <= 0.31);
    assert!(error("pool-dev") <= 0.31);
}

/// The goal is 1.36/1.09, which another implementation reports for draws of its own. On these
/// draws it is not reached; what is reached is pinned.
#[test]
fn regmix_from_64_runs() {
    let Some(runs) = regmix(64) else { return };
    check(
        "regmix 1M, 64",
        &runs,
        "effective-data",
        HUBER,
        [1.52, 1.18],
    );
}
