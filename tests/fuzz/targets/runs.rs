//! Tables of runs: read under several mappings, written, read again, and fitted where small.

use std::path::PathBuf;

use mixlaw::fit::{FitPlan, Residual, Ridge, Robust, SplitRule, fit_laws, splits};
use mixlaw::law::by_name;
use mixlaw::runs::{FilterValue, Mapping, RunTable, ScaleSource, read, write_file};
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::mutate::sheet::{self, Rows};
use crate::mutate::{changes, text};
use crate::seeds;
use crate::shared_files::shared;
use crate::target::{Outcome, Target};

/// Rows that are taken of a table.
const ROWS: usize = 16;

/// Cells up to which a table is fitted.
const MOST_FITTED: usize = 200;

/// Laws that are fitted, one to a table. A fit takes as long as reading a hundred tables, so that
/// one table in [`FITTED`] has one.
const LAWS: &[&str] = &[
    "mean",
    "capacity-noise",
    "linear",
    "additive",
    "bimix",
    "effective-data",
    "pool",
    "windowed",
];

/// Of so many tables one is fitted, by the length of the input.
const FITTED: usize = 4;

/// Names worth giving to a column.
const NAMES: &[&str] = &[
    "cell",
    "replicate",
    "run",
    "capacity",
    "tokens",
    "weight_web",
    "weight_code",
    "loss_web",
    "loss_code",
    "weight_",
    "loss_",
    "index",
    "loss_loss_web",
    "weight_loss_web",
];

pub struct RunTables {
    seeds: Vec<Rows>,
    folder: tempfile::TempDir,
}

impl RunTables {
    pub fn new() -> Self {
        let mut texts = seeds::texts(&[], "csv");
        texts.extend((0..4).map(|_| seeds::runs()));
        let real = ["data/pile17-1b.csv", "data/slimpajama7.csv"];
        let real = real.iter().filter_map(|name| shared(name));
        texts.extend(real.map(|path| std::fs::read_to_string(path).expect("a table")));
        Self {
            seeds: texts.iter().map(|text| sheet::rows(text, ROWS)).collect(),
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// One of several ways to read a file, by its length.
    fn mapping(&self, file: PathBuf, input: &[u8]) -> Mapping {
        let default = Mapping {
            files: vec![file],
            ..Mapping::default()
        };
        match input.len() % 8 {
            0 => Mapping {
                filter: vec![("capacity".into(), FilterValue::Number(1e3))],
                ..default
            },
            1 => Mapping {
                capacity: Some(ScaleSource::Constant(1e9)),
                tokens: Some(ScaleSource::Column("tokens".into())),
                ..default
            },
            2 => Mapping {
                loss: "{domain}".into(),
                ..default
            },
            _ => default,
        }
    }
}

impl Target for RunTables {
    fn name(&self) -> &'static str {
        "runs"
    }

    fn input(&self, random: &mut Xoshiro256PlusPlus) -> Vec<u8> {
        let mut rows = self.seeds.choose(random).expect("a table").clone();
        for _ in 0..changes(random) {
            sheet::change(&mut rows, NAMES, random);
        }
        let mut input = sheet::csv(&rows);
        if random.random_range(0..3) == 0 {
            let tokens = [
                ",",
                "\"",
                "\n",
                "\r\n",
                ";",
                "\u{feff}",
                "unlimited",
                "inf",
                "NA",
                "'=",
            ];
            for _ in 0..changes(random) {
                text::change(&mut input, &tokens, random);
            }
        }
        input
    }

    fn consume(&self, input: &[u8]) -> Result<Outcome, String> {
        let path = self.folder.path().join("runs.csv");
        std::fs::write(&path, input).map_err(|error| error.to_string())?;
        let table = match read(&self.mapping(path, input)) {
            Ok((table, _)) => table,
            Err(error) => {
                return match error.to_string().chars().find(|c| c.is_control()) {
                    Some(c) => Err(format!("the message holds {c:?}")),
                    None => Ok(Outcome::Refused),
                };
            }
        };
        let path = self.folder.path().join("again.csv");
        write_file(&table, &path).map_err(|error| error.to_string())?;
        let mapping = Mapping {
            files: vec![path],
            ..Mapping::default()
        };
        let (again, _) =
            read(&mapping).map_err(|error| format!("written, it is refused: {error}"))?;
        same(&table, &again)?;
        if input.len().is_multiple_of(FITTED) {
            fit(&table.measured(), LAWS[input.len() / FITTED % LAWS.len()])?;
        }
        Ok(Outcome::Accepted)
    }
}

fn same(table: &RunTable, again: &RunTable) -> Result<(), String> {
    for run in 0..table.len() {
        let sum: f64 = table.weights(run).sum();
        if (sum - 1.0).abs() > 1e-9 {
            return Err(format!("the weights of run {run} sum to {sum}"));
        }
        for column in 0..table.loss_names().len() {
            let (one, two) = (table.loss(run, column), again.loss(run, column));
            if one.map(f64::to_bits) != two.map(f64::to_bits) {
                return Err(format!("a loss changed from {one:?} to {two:?}"));
            }
        }
        if table.label(run) != again.label(run) {
            return Err(format!("a label changed from {:?}", table.label(run)));
        }
    }
    Ok(())
}

/// Fits a law to a small table: refused, or with predictions that are numbers.
fn fit(table: &RunTable, law: &str) -> Result<(), String> {
    let cells = table.len() * (table.weight_names().len() + table.loss_names().len());
    if cells > MOST_FITTED {
        return Ok(());
    }
    let plan = FitPlan {
        laws: vec![law.into()],
        split: SplitRule::None,
        split_seed: None,
        starts: 1,
        residual: Residual::Relative,
        robust: Robust::default_for(Residual::Relative),
        ridge: Ridge::Auto,
        bootstrap: 0,
        diagnose: false,
        seed: 0,
    };
    let Ok(splits) = splits(table, &plan.split, 0) else {
        return Ok(());
    };
    let fitted = by_name(law).expect("a law of the list");
    let Ok(results) = fit_laws(table, &[fitted], &splits, &plan, None) else {
        return Ok(());
    };
    let mre = results[0].fit.train.mre.all.mean;
    match mre.is_finite() {
        true => Ok(()),
        false => Err(format!("{law} has a training error of {mre}")),
    }
}
