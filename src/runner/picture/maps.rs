//! Results as the data of heat maps.

use ndarray::Array2;

use crate::fit::LawResult;
use crate::law::Observations;
use crate::report::MEAN_LAW;
use crate::report::figure::{HeatMap, MapPanel, Shade};
use crate::runner::fitted::Fitted;
use crate::runs::RunTable;
use crate::simulate::Simulator;
use crate::sweep::Sweep;

/// Error of each law on the runs held out over the plane of capacity and tokens: of the excess where
/// the floors are known, else of the loss. `None` unless both differ between the runs.
pub(super) fn error_map(table: &RunTable, fitted: &Fitted) -> Option<HeatMap> {
    let capacities = distinct((0..table.len()).map(|row| table.capacity(row)))?;
    let mut tokens = distinct((0..table.len()).map(|row| table.tokens(row)))?;
    if capacities.len() < 2 || tokens.len() < 2 {
        return None;
    }
    tokens.reverse();
    let cells = || {
        fitted
            .results
            .iter()
            .flat_map(|r| r.held_out.iter().flatten())
    };
    let excess = cells().all(|cell| cell.floor.is_some_and(|floor| cell.measured > floor));
    let panel = |result: &LawResult| {
        let mut sums = vec![vec![(0.0, 0usize); capacities.len()]; tokens.len()];
        for cell in result.held_out.iter().flatten() {
            let at = |list: &[f64], value: Option<f64>| list.iter().position(|v| Some(*v) == value);
            let row = at(&tokens, table.tokens(cell.row))?;
            let column = at(&capacities, table.capacity(cell.row))?;
            let floor = cell.floor.filter(|_| excess).unwrap_or(0.0);
            let error = (cell.predicted - cell.measured).abs() / (cell.measured - floor);
            sums[row][column].0 += error;
            sums[row][column].1 += 1;
        }
        let mean = |(sum, count): (f64, usize)| (count > 0).then(|| 100.0 * sum / count as f64);
        Some(MapPanel {
            title: result.fit.law.clone(),
            values: sums
                .into_iter()
                .map(|row| row.into_iter().map(mean).collect())
                .collect(),
        })
    };
    let laws = fitted
        .results
        .iter()
        .filter(|result| result.fit.law != MEAN_LAW);
    let panels: Vec<MapPanel> = laws.filter_map(panel).collect();
    let held_out = cells().next().is_some();
    let of = if excess { "excess" } else { "loss" };
    (held_out && !panels.is_empty()).then(|| HeatMap {
        title: format!("Error of the {of} over capacity and tokens"),
        meaning: format!(
            "Mean relative error of the {of}, percent, on runs held out, by capacity N (across) and \
             tokens D (upwards), a panel for each law."
        ),
        across: "capacity N".into(),
        up: "tokens D".into(),
        unit: format!("held-out MRE of the {of}, %"),
        columns: capacities.iter().map(|value| scale(*value)).collect(),
        rows: tokens.iter().map(|value| scale(*value)).collect(),
        panels,
        shade: Shade::Ratio,
    })
}

/// The distinct values in ascending order; `None` if some run has none.
fn distinct(values: impl Iterator<Item = Option<f64>>) -> Option<Vec<f64>> {
    let mut all = values.collect::<Option<Vec<f64>>>()?;
    all.sort_by(f64::total_cmp);
    all.dedup();
    Some(all)
}

/// A capacity or a number of tokens as the axis shows it.
pub(crate) fn scale(value: f64) -> String {
    if value.is_infinite() {
        "∞".into()
    } else {
        format!("{value:.2e}")
            .replace(".00e", "e")
            .replace("0e", "e")
    }
}

/// Largest step of a weight: large enough that whole skills, of which a capacity holds a number, do
/// not show.
const STEP: f64 = 0.01;

/// What one percentage point more of each domain does to each loss at the middle of the sweep: in
/// the simulator, and after each law.
pub(super) fn response_map(
    simulator: &Simulator,
    sweep: &Sweep,
    table: &RunTable,
    fitted: &Fitted,
) -> HeatMap {
    let domains = table.weight_names().len();
    let mixtures = sweep.mixtures.len() as f64;
    let middle: Vec<f64> = (0..domains)
        .map(|j| sweep.mixtures.iter().map(|h| h.weights()[j]).sum::<f64>() / mixtures)
        .collect();
    let capacity = sweep.capacities[sweep.capacities.len() / 2];
    let tokens = sweep.tokens[sweep.tokens.len() / 2];
    let response = |losses: &dyn Fn(&[f64]) -> Vec<f64>| -> Vec<Vec<Option<f64>>> {
        let columns: Vec<Vec<f64>> = (0..domains)
            .map(|j| {
                let step = STEP.min(0.5 * middle[j]).max(f64::MIN_POSITIVE);
                let more = losses(&moved(&middle, j, step));
                let less = losses(&moved(&middle, j, -step));
                // Nats per unit of weight are 10 millinats per percentage point.
                let slope = |(more, less): (&f64, &f64)| 10.0 * (more - less) / (2.0 * step);
                more.iter().zip(&less).map(slope).collect()
            })
            .collect();
        (0..domains)
            .map(|i| {
                columns
                    .iter()
                    .map(|column| column.get(i).copied())
                    .collect()
            })
            .collect()
    };
    let mut panels = vec![MapPanel {
        title: "simulator".into(),
        values: response(&|weights| simulator.losses(weights, capacity, tokens)),
    }];
    for result in fitted.results.iter().filter(|r| r.fit.law != MEAN_LAW) {
        let predicted = |weights: &[f64]| {
            let row = Observations {
                loss_names: table.loss_names().to_vec(),
                own_weight: table.own_weight().to_vec(),
                weights: Array2::from_shape_fn((1, domains), |(_, j)| weights[j]),
                capacity: vec![capacity],
                tokens: vec![tokens],
                losses: Array2::from_elem((1, domains), f64::NAN),
                weight_floor: result.fitted.weight_floor(),
            };
            result.fitted.predict(&row).row(0).to_vec()
        };
        panels.push(MapPanel {
            title: result.fit.law.clone(),
            values: response(&predicted),
        });
    }
    HeatMap {
        title: "What more of one domain does to each loss".into(),
        meaning: format!(
            "Change of the loss of each domain (down) in millinats when the weight of a domain \
             (across) grows by one percentage point and the others shrink in proportion, at the \
             average mixture, N = {} and D = {}.",
            scale(capacity),
            scale(tokens)
        ),
        across: "domain that gets more".into(),
        up: "loss of".into(),
        unit: "millinats per percentage point".into(),
        columns: table.weight_names().to_vec(),
        rows: table.loss_names().to_vec(),
        panels,
        shade: Shade::Signed,
    }
}

/// `weights` with `step` more of one, the others shrunk in proportion.
fn moved(weights: &[f64], domain: usize, step: f64) -> Vec<f64> {
    let rest = 1.0 - weights[domain];
    let shrunk = if rest > 0.0 { 1.0 - step / rest } else { 1.0 };
    weights
        .iter()
        .enumerate()
        .map(|(j, weight)| {
            if j == domain {
                weight + step
            } else {
                weight * shrunk
            }
        })
        .collect()
}
