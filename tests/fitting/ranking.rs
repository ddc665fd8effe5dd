//! Which law ranks the mixtures of larger models best: fitted at 122M, held against 680M.

use mixlaw::fit::{FitPlan, fit_laws, observations, spearman};
use mixlaw::law::by_name;
use mixlaw::runs::{FilterValue, Mapping, RunTable, ScaleSource, read};

use crate::shared_files::shared;

/// The final checkpoints of one size of SlimPajama-7, in millions of parameters.
fn runs(millions: f64, tokens: f64) -> Option<RunTable> {
    let number = |key: &str, value| (key.to_string(), FilterValue::Number(value));
    let (table, _) = read(&Mapping {
        files: vec![shared("data/slimpajama7.csv")?],
        loss: "{domain}_loss".into(),
        capacity: Some(ScaleSource::Column("model_size".into())),
        tokens: Some(ScaleSource::Column("n_tokens".into())),
        filter: vec![
            number("model_size", millions * 1e6),
            number("n_tokens", tokens),
        ],
        ..Mapping::default()
    })
    .unwrap();
    Some(table.measured())
}

/// Mean over the domains that have a weight.
fn target(table: &RunTable, losses: impl Fn(usize) -> f64) -> f64 {
    let own: Vec<usize> = (0..table.loss_names().len())
        .filter(|column| table.own_weight()[*column].is_some())
        .collect();
    own.iter().map(|column| losses(*column)).sum::<f64>() / own.len() as f64
}

#[test]
fn slimpajama7_fitted_at_122m_ranks_680m() {
    let (Some(small), Some(large)) = (runs(122.0, 20e9), runs(680.0, 25.92e9)) else {
        return;
    };
    let measured: Vec<f64> = (0..large.len())
        .map(|row| target(&large, |column| large.loss(row, column).unwrap()))
        .collect();
    let best = measured.iter().copied().fold(f64::INFINITY, f64::min);
    let worst = measured.iter().copied().fold(0.0, f64::max);
    println!(
        "{} mixtures of 680M, target loss {best:.4} to {worst:.4}",
        large.len()
    );
    // Least rank correlation, and most nats above the best trained mixture.
    for (name, correlation, loss) in [
        ("capacity", 0.5, 0.1),
        ("capacity-noise", 0.5, 0.1),
        ("bimix-floor", 0.5, 0.1),
        ("additive", 0.9, 0.01),
        ("effective-data", 0.9, 0.01),
        ("pool", 0.9, 0.01),
        ("exponential", 0.9, 0.02),
    ] {
        let law = by_name(name).unwrap();
        let plan = FitPlan {
            starts: 8,
            ..FitPlan::default()
        };
        let fits = fit_laws(&small, &[law], &[], &plan, None).unwrap();
        let mut rows: Vec<usize> = (0..large.len()).collect();
        // At the scale that was fitted: one scale says nothing about another.
        let mut points = observations(&large, &rows, fits[0].fitted.weight_floor());
        points.capacity.fill(122e6);
        points.tokens.fill(20e9);
        let predictions = fits[0].fitted.predict(&points);
        let predicted: Vec<f64> = rows
            .iter()
            .map(|row| target(&large, |column| predictions[[*row, column]]))
            .collect();
        rows.sort_by(|a, b| predicted[*a].total_cmp(&predicted[*b]));
        let found = spearman(&predicted, &measured).unwrap();
        let above = measured[rows[0]] - best;
        println!("{name:>16}: rank correlation {found:.3}, chosen {above:.4} nats above the best");
        assert!(found >= correlation, "{name}: {found}");
        assert!(above <= loss, "{name}: {above}");
    }
}
