//! Intervals by resampling mixtures, against what is known without resampling.

use mixlaw::fit::{
    FitPlan, LawResult, Residual, Ridge, Robust, bootstrap, fit_laws, observations,
    prediction_intervals,
};
use mixlaw::law::by_name;
use mixlaw::runs::{Columns, RunTable};
use ndarray::Array2;

/// Two domains, `mixtures` mixtures at two numbers of tokens each; losses of Eq. (3)'s kind with a
/// fixed scatter of a percent.
fn table(mixtures: usize) -> RunTable {
    let runs = 2 * mixtures;
    let weight = |run: usize| 0.1 + 0.8 * ((run / 2) as f64 + 0.5) / mixtures as f64;
    let tokens = |run: usize| if run.is_multiple_of(2) { 1e6 } else { 4e6 };
    let scatter = |run: usize, column: usize| {
        0.01 * ((12.9898 * (run / 2) as f64 + 78.233 * column as f64).sin() * 43758.5).sin()
    };
    let weights = Array2::from_shape_fn((runs, 2), |(run, column)| {
        if column == 0 {
            weight(run)
        } else {
            1.0 - weight(run)
        }
    });
    let losses = Array2::from_shape_fn((runs, 2), |(run, column)| {
        let share = weights[[run, column]];
        let loss = 1.0 + 2.0 * (tokens(run) / 1e6 * share).powf(-0.3);
        loss * (1.0 + scatter(run, column))
    });
    let names = || vec!["web".to_string(), "code".to_string()];
    let columns = Columns {
        capacity: Some(vec![f64::INFINITY; runs]),
        tokens: Some((0..runs).map(tokens).collect()),
        ..Columns::default()
    };
    RunTable::new(names(), names(), weights, losses, columns).unwrap()
}

fn fit(table: &RunTable, law: &str, plan: &FitPlan) -> LawResult {
    fit_laws(table, &[by_name(law).unwrap()], &[], plan, None)
        .unwrap()
        .remove(0)
}

/// The bootstrap of a mean has the standard error √(Σ(x − x̄)²)/n, x the means of the n clusters;
/// its 95 % interval is 1.96 of them to either side.
#[test]
fn the_interval_of_a_mean_is_its_standard_error() {
    let all = table(60);
    // One run per mixture: the first number of tokens alone.
    let rows: Vec<usize> = (0..all.len()).step_by(2).collect();
    let losses = Array2::from_shape_fn((rows.len(), 1), |(row, _)| all.loss(rows[row], 0).unwrap());
    let weights = Array2::from_shape_fn((rows.len(), 2), |(row, column)| {
        all.weights(rows[row])[column]
    });
    let n = rows.len() as f64;
    let mean = losses.sum() / n;
    let error = losses
        .iter()
        .map(|l| (l - mean).powi(2))
        .sum::<f64>()
        .sqrt()
        / n;
    let table = RunTable::new(
        vec!["web".into(), "code".into()],
        vec!["web".into()],
        weights,
        losses,
        Columns::default(),
    )
    .unwrap();
    let plan = FitPlan {
        bootstrap: 2000,
        ..FitPlan::default()
    };
    let result = fit(&table, "mean", &plan);
    let (low, high) = result.fit.parameters[0].interval.unwrap();
    assert!(low < mean && mean < high);
    // The ends of 2,000 draws are uncertain by about 4 %, those of a skewed mean by a little more.
    let half = 0.5 * (high - low) / error;
    assert!((half / 1.96 - 1.0).abs() < 0.08, "{half} standard errors");
    let count = result.fit.bootstrap.unwrap();
    assert_eq!((count.count, count.unconverged), (2000, 0));
}

#[test]
fn replicates_are_the_same_on_any_number_of_threads_and_begin_a_longer_bootstrap() {
    let table = table(12);
    let plan = |bootstrap| FitPlan {
        bootstrap,
        starts: 2,
        seed: 5,
        ..FitPlan::default()
    };
    let law = by_name("capacity-noise").unwrap();
    let result = fit(&table, "capacity-noise", &plan(8));
    let rows = observations(&table, &[0, 5, 9], 1e-3);
    let predictions = |bootstrap_of: usize, threads: usize| -> Vec<Vec<u64>> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let plan = plan(bootstrap_of);
        let fits = pool
            .install(|| bootstrap(&table, law.as_ref(), &result.fitted, &plan))
            .unwrap();
        fits.iter()
            .map(|fit| fit.predict(&rows).iter().map(|p| p.to_bits()).collect())
            .collect()
    };
    let (one, four) = (predictions(8, 1), predictions(8, 4));
    assert_eq!(one, four);
    assert_eq!(predictions(3, 2), one[..3]);
    // The replicates differ from each other, and the losses lie where they should.
    assert!(one.windows(2).all(|pair| pair[0] != pair[1]));
    for ((row, column), interval) in prediction_intervals(&result.replicates, &rows).indexed_iter()
    {
        let (low, high) = interval.unwrap();
        let fitted = result.fitted.predict(&rows)[[row, column]];
        assert!(low <= high && low > 0.97 * fitted && high < 1.03 * fitted);
    }
}

/// Rows of `table` by number, which may repeat; scales are left out.
fn rows_of(table: &RunTable, rows: &[usize]) -> RunTable {
    let take = |of: &dyn Fn(usize, usize) -> f64| {
        Array2::from_shape_fn((rows.len(), 2), |(row, column)| of(rows[row], column))
    };
    RunTable::new(
        table.weight_names().to_vec(),
        table.loss_names().to_vec(),
        take(&|row, column| table.weights(row)[column]),
        take(&|row, column| table.loss(row, column).unwrap()),
        Columns::default(),
    )
    .unwrap()
}

/// Runs of a mixture are drawn together: with every run written down twice, the interval is what it
/// was. Drawn apart, it would be narrower by √2.
#[test]
fn runs_of_a_mixture_are_drawn_together() {
    let table = table(40);
    let width = |rows: &[usize]| {
        let table = rows_of(&table, rows);
        let plan = FitPlan {
            bootstrap: 200,
            residual: Residual::Absolute,
            robust: Robust::Square,
            ridge: Ridge::Fixed(0.0),
            ..FitPlan::default()
        };
        let result = fit(&table, "linear", &plan);
        let at = observations(&table, &[0], 1e-3);
        let (low, high) = prediction_intervals(&result.replicates, &at)[[0, 0]].unwrap();
        high - low
    };
    let once: Vec<usize> = (0..table.len()).step_by(2).collect();
    let twice: Vec<usize> = (0..table.len()).map(|row| row - row % 2).collect();
    let ratio = width(&twice) / width(&once);
    assert!((ratio - 1.0).abs() < 1e-6, "{ratio}");
}

#[test]
fn a_single_mixture_cannot_be_resampled() {
    let table = table(1);
    let plan = FitPlan {
        bootstrap: 4,
        ..FitPlan::default()
    };
    let error = fit_laws(&table, &[by_name("mean").unwrap()], &[], &plan, None)
        .err()
        .unwrap();
    assert!(error.to_string().contains("the runs have 1"), "{error}");
}
