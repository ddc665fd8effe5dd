//! Files of fits: laws restored, asked for predictions, and for a best mixture.

use std::sync::LazyLock;

use mixlaw::fit::{
    FitPlan, Residual, Ridge, Robust, SavedFits, SplitRule, fit_laws, observations, splits,
};
use mixlaw::law::{self, Point};
use mixlaw::optimum::{Constraints, LawLosses, OptimumPlan, Problem, best, searchable};
use mixlaw::runs::{Mapping, read};
use ndarray::Array1;
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::{Value, json};

use crate::mutate::{changes, text, tree};
use crate::seeds;
use crate::target::{Outcome, Target};

/// Inputs for one that is asked for a best mixture, which takes milliseconds.
const SEARCHED: usize = 16;

/// Capacities and tokens at which predictions are asked for.
const SCALES: [f64; 4] = [1e-300, 1e3, 1e18, f64::INFINITY];

/// A file for each law.
static SEEDS: LazyLock<Vec<Value>> = LazyLock::new(fitted);

pub struct Fits;

impl Fits {
    pub fn new() -> Self {
        Self
    }
}

fn fitted() -> Vec<Value> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("runs.csv");
    std::fs::write(&path, seeds::runs()).expect("a file");
    let mapping = Mapping {
        files: vec![path],
        ..Mapping::default()
    };
    let table = read(&mapping).expect("a good table").0;
    let rows: Vec<usize> = (0..table.len()).collect();
    let rows = observations(&table, &rows, 0.0);
    let plan = FitPlan {
        laws: Vec::new(),
        split: SplitRule::None,
        split_seed: None,
        starts: 1,
        residual: Residual::Relative,
        robust: Robust::Square,
        ridge: Ridge::Fixed(1e-4),
        bootstrap: 0,
        diagnose: false,
        seed: 0,
    };
    let splits = splits(&table, &plan.split, 0).expect("no split");
    let file = |law| {
        let results = fit_laws(&table, &[law], &splits, &plan, None).ok()?;
        let laws = results.iter().map(|one| {
            (
                one.fit.law.as_str(),
                &one.fitted,
                std::slice::from_ref(&one.fitted),
            )
        });
        let saved = SavedFits::new(&rows, table.weight_names(), laws);
        Some(json!({ "data": { "path": "runs.csv" }, "saved": saved }))
    };
    let files: Vec<Value> = law::all().into_iter().filter_map(file).collect();
    assert!(files.len() > 20, "most laws go with the table");
    files
}

impl Target for Fits {
    fn name(&self) -> &'static str {
        "fits"
    }

    fn input(&self, random: &mut Xoshiro256PlusPlus) -> Vec<u8> {
        let keys = [
            "saved",
            "format",
            "version",
            "domains",
            "losses",
            "own-weight",
            "laws",
            "rows",
            "law",
            "weight-floor",
            "theta",
            "replicates",
            "capacity",
            "windowed",
            "boosted-trees",
            "pool",
        ];
        let mut tree = SEEDS.choose(random).expect("a file").clone();
        for _ in 0..changes(random) {
            let other = SEEDS.choose(random).expect("a file");
            tree::change(&mut tree, &keys, other, random);
        }
        let mut input = tree::json(&tree).into_bytes();
        if random.random_range(0..4) == 0 {
            for _ in 0..changes(random) {
                text::change(
                    &mut input,
                    &["[", "]", "{", "}", ",", "null", "\"", ":"],
                    random,
                );
            }
        }
        input
    }

    fn consume(&self, input: &[u8]) -> Result<Outcome, String> {
        let Ok(text) = std::str::from_utf8(input) else {
            return Ok(Outcome::Refused);
        };
        let Ok(saved) = SavedFits::parse(text) else {
            return Ok(Outcome::Refused);
        };
        let mut used = false;
        for law in &saved.laws {
            let rows = saved.observations(law.weight_floor);
            if let Ok(restored) = saved.restore(law, &rows) {
                used = true;
                predict(&saved, &restored.fitted);
            }
            if input.len().is_multiple_of(SEARCHED) {
                search(&saved, law)?;
            }
        }
        Ok(if used {
            Outcome::Accepted
        } else {
            Outcome::Refused
        })
    }
}

/// Predictions in the middle and at a corner. A law with hostile parameters may say anything, but
/// it says it.
fn predict(saved: &SavedFits, fitted: &mixlaw::fit::FittedLaw) {
    let domains = saved.domains.len();
    let mut corner = Array1::zeros(domains);
    corner[0] = 1.0;
    let middle = Array1::from_elem(domains, 1.0 / domains as f64);
    let mut losses = vec![f64::NAN; saved.losses.len()];
    let mut slopes = vec![0.0; saved.losses.len() * domains];
    for weights in [&middle, &corner] {
        for scale in SCALES {
            let point = Point::new(weights.view(), scale, scale);
            fitted.predict_point(point, &mut losses);
            fitted.differentiate_by_weights(point, &mut slopes);
        }
    }
}

/// A best mixture is a mixture, or there is a word why there is none.
fn search(saved: &SavedFits, law: &mixlaw::fit::SavedLaw) -> Result<(), String> {
    let rows = searchable(&saved.observations(0.0));
    let Ok(restored) = saved.restore(law, &rows) else {
        return Ok(());
    };
    let scale = (1e4, 1e6);
    let shape = (saved.domains.len(), saved.losses.len());
    let plan = OptimumPlan::new(vec![law.law.clone()], scale.0, scale.1);
    let Ok(aim) = plan.aim(&saved.losses, &saved.own_weight) else {
        return Ok(());
    };
    let predicted = restored.fitted.columns();
    if plan
        .check_predicted(&aim, (&law.law, &predicted), &saved.losses)
        .is_err()
    {
        return Ok(());
    }
    let Ok(losses) = LawLosses::new(&restored.fitted, &law.law, shape, scale) else {
        return Ok(());
    };
    let Ok(region) = Constraints::none(shape.0).region(&saved.domains, scale.1) else {
        return Ok(());
    };
    let problem = Problem {
        losses: &losses,
        aim,
        near: None,
    };
    let Ok(optimum) = best(&problem, &region, 0) else {
        return Ok(());
    };
    let sum: f64 = optimum.weights.iter().sum();
    if (sum - 1.0).abs() < 1e-6 && optimum.target_loss.is_finite() {
        Ok(())
    } else {
        Err(format!(
            "the best mixture sums to {sum} with the loss {}",
            optimum.target_loss
        ))
    }
}
