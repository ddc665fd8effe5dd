//! Files of splits.

use mixlaw::fit::{SplitRule, read_splits, splits};
use mixlaw::runs::{Mapping, RunTable, read};
use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::mutate::sheet::{self, Rows};
use crate::mutate::{changes, text};
use crate::seeds;
use crate::target::{Outcome, Target};

/// Names worth giving to a column.
const NAMES: &[&str] = &["split", "run", "Split", "index", ""];

pub struct SplitFiles {
    table: RunTable,
    seed: Rows,
    folder: tempfile::TempDir,
}

impl SplitFiles {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("runs.csv");
        std::fs::write(&path, seeds::runs()).expect("a file");
        let mapping = Mapping {
            files: vec![path],
            ..Mapping::default()
        };
        let mut seed = String::from("split,run,note\n");
        for split in ["100", "101", "a b"] {
            for run in [1, 3, 8] {
                seed.push_str(&format!("{split},{run},x\n"));
            }
        }
        Self {
            table: read(&mapping).expect("a good table").0,
            seed: sheet::rows(&seed, usize::MAX),
            folder,
        }
    }
}

impl Target for SplitFiles {
    fn name(&self) -> &'static str {
        "splits"
    }

    fn input(&self, random: &mut Xoshiro256PlusPlus) -> Vec<u8> {
        let mut rows = self.seed.clone();
        for _ in 0..changes(random) {
            sheet::change(&mut rows, NAMES, random);
        }
        let mut input = sheet::csv(&rows);
        if random.random_range(0..3) == 0 {
            for _ in 0..changes(random) {
                text::change(&mut input, &[",", "\"", "\n", "100", "\u{feff}"], random);
            }
        }
        input
    }

    fn consume(&self, input: &[u8]) -> Result<Outcome, String> {
        let path = self.folder.path().join("splits.csv");
        std::fs::write(&path, input).map_err(|error| error.to_string())?;
        let read = read_splits(&path, &self.table, &[]);
        let rule = SplitRule::File {
            path,
            splits: Vec::new(),
        };
        match (read, splits(&self.table, &rule, 0)) {
            (Ok(read), Ok(made)) => {
                for (file, split) in read.iter().zip(&made) {
                    let all = split.test.len() + split.train.len();
                    if file.test != split.test || split.train.is_empty() || all != self.table.len()
                    {
                        return Err(format!("split {:?} is no split", file.name));
                    }
                }
                Ok(Outcome::Accepted)
            }
            (Err(error), Err(_)) => match error.to_string().chars().find(|c| c.is_control()) {
                Some(c) => Err(format!("the message holds {c:?}")),
                None => Ok(Outcome::Refused),
            },
            _ => Err("it is read in one way and refused in another".into()),
        }
    }
}
