//! Part files of a sweep that is kept: whatever became of one, the runs that are read from it are right,
//! and the sweep goes on to its end.

use std::path::{Path, PathBuf};

use mixlaw::mixture::Mixture;
use mixlaw::sweep::{
    Added, Curve, Finished, Keys, Loaded, Mode, PARTS, Scales, Shard, Share, Store, StoreError,
    Sweep,
};
use mixlaw::world::Resolution;
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::mutate::changes;
use crate::mutate::part::{self, Pieces};
use crate::target::{Outcome, Target};

/// Domains of the sweep.
const DOMAINS: usize = 2;

/// Runs of a batch.
const TOGETHER: usize = 3;

/// What the runs of the sweep mean.
const MEANING: &str = "seed = 1\nworld = \"of the fuzzer\"\n";

pub struct PartFiles {
    seeds: Vec<Pieces>,
    sweep: Sweep,
    /// An intact part of a shard.
    shard: Vec<u8>,
    folder: tempfile::TempDir,
}

impl PartFiles {
    pub fn new() -> Self {
        let sweep = sweep(&[1e3, 1e4]);
        let file = |sweep: &Sweep, meaning: &str, batches: usize, shard: Option<Shard>| {
            let folder = in_memory();
            let own = go_on(folder.path(), sweep, meaning, batches, shard);
            let (_, _, own) = own.expect("an empty folder");
            std::fs::read(own).expect("a part file")
        };
        let second = Shard::new(1, 2).expect("a shard");
        let files = [
            file(&sweep, MEANING, 100, None),
            file(&sweep, MEANING, 3, None),
            file(&sweep, MEANING, 0, None),
            file(&sweep, MEANING, 100, Some(second)),
            file(&self::sweep(&[1e2, 1e4]), MEANING, 100, None),
            file(&sweep, "another experiment", 100, None),
        ];
        Self {
            seeds: files.iter().map(|file| part::pieces(file)).collect(),
            shard: files[3].clone(),
            sweep,
            folder: in_memory(),
        }
    }
}

/// A folder in memory, where the system has one: each input asks the disk to hold it.
fn in_memory() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir()
        && let Ok(folder) = tempfile::tempdir_in(memory)
    {
        return folder;
    }
    tempfile::tempdir().expect("a folder")
}

fn sweep(capacities: &[f64]) -> Sweep {
    let mixture = |i: u32| {
        let weight = f64::from(i) / 8.0;
        Mixture::new(vec![weight, 1.0 - weight]).expect("a mixture")
    };
    Sweep {
        seed: 3,
        mode: Mode::Expected,
        replicates: 1,
        capacities: capacities.to_vec(),
        tokens: vec![1e5, 1e6],
        scales: Scales::Product,
        mixtures: (0..5).map(mixture).collect(),
        resolution: Resolution::default(),
    }
}

/// Losses of a run, which tell its capacity, tokens and mixture; those of some runs are missing.
fn losses(sweep: &Sweep, run: usize) -> [f64; DOMAINS] {
    let run = sweep.run(run);
    let weight = run.mixture.weights()[0];
    let one = run.capacity.ln() + weight;
    let other = if weight.to_bits() == 0.5_f64.to_bits() {
        f64::NAN
    } else {
        run.tokens.ln() - weight
    };
    [one, other]
}

fn curve(sweep: &Sweep, run: usize) -> Curve {
    let end = losses(sweep, run)[0];
    (0..run as u64 % 3)
        .map(|step| (step, vec![end * step as f64; DOMAINS]))
        .collect()
}

/// Does runs that are missing in `folder`, at most `most` batches; gives what was there before, and the
/// file that was written.
fn go_on(
    folder: &Path,
    sweep: &Sweep,
    meaning: &str,
    most: usize,
    shard: Option<Shard>,
) -> Result<(Finished, Loaded, PathBuf), StoreError> {
    let keys = Keys::new(meaning, sweep);
    let store = Store::open(folder, shard)?;
    let mut finished = Finished::none(sweep, DOMAINS);
    let loaded = store.load(&keys, &[], &mut finished)?;
    let share = shard.map_or(Share::all(), |shard| {
        Share::of(shard, &mixlaw::sweep::single_runs(sweep))
    });
    let writer = store.writer(&keys, "a processor", &share, &finished, &loaded)?;
    let missing: Vec<usize> = (0..finished.len())
        .filter(|run| share.has(*run) && !finished.is_done(*run))
        .collect();
    for runs in missing.chunks(TOGETHER).take(most) {
        let mut batch = writer.batch();
        for run in runs {
            writer.push(&mut batch, *run, &losses(sweep, *run), &curve(sweep, *run));
        }
        writer.put(batch).expect("there is room");
    }
    writer.finish().expect("there is room");
    Ok((finished, loaded, store.part().to_path_buf()))
}

impl Target for PartFiles {
    fn name(&self) -> &'static str {
        "parts"
    }

    fn input(&self, random: &mut Xoshiro256PlusPlus) -> Vec<u8> {
        let mut file = self.seeds.choose(random).expect("a file").clone();
        if random.random_range(0..3) > 0 {
            for _ in 0..changes(random) {
                let other = self.seeds.choose(random).expect("a file");
                part::change(&mut file, other, random);
            }
        }
        let mut input = file.concat();
        if random.random_range(0..2) == 0 {
            for _ in 0..changes(random) {
                part::damage(&mut input, random);
            }
        }
        input
    }

    fn consume(&self, input: &[u8]) -> Result<Outcome, String> {
        let folder = self.folder.path();
        let parts = folder.join(PARTS);
        let made = std::fs::create_dir_all(&parts)
            .and_then(|()| std::fs::write(parts.join("all.part"), input));
        made.map_err(|error| error.to_string())?;
        // Beside half of the inputs lies an intact part.
        let beside = parts.join("shard-1-of-2.part");
        if input.len().is_multiple_of(2) {
            std::fs::write(beside, &self.shard).map_err(|error| error.to_string())?;
        } else if beside.exists() {
            std::fs::remove_file(beside).map_err(|error| error.to_string())?;
        }
        let go_on = |most| go_on(folder, &self.sweep, MEANING, most, None);
        let (mut before, loaded, _) = match go_on(100) {
            Ok(there) => there,
            Err(error @ (StoreError::Foreign { .. } | StoreError::Version { .. })) => {
                return match error.to_string().chars().find(|c| c.is_control()) {
                    Some(c) => Err(format!("the message holds {c:?}")),
                    None => Ok(Outcome::Refused),
                };
            }
            Err(error) => return Err(error.to_string()),
        };
        self.right(&mut before)?;
        let (mut after, again, _) = go_on(0).map_err(|error| format!("not again: {error}"))?;
        if after.count() < after.len() {
            return Err(format!("only {} runs in the end", after.count()));
        }
        if !again.damaged.is_empty() {
            return Err("what is damaged is not mended".into());
        }
        self.right(&mut after)?;
        Ok(if loaded.damaged.is_empty() {
            Outcome::Accepted
        } else {
            Outcome::Refused
        })
    }
}

impl PartFiles {
    /// Whether the runs that are done are as they were simulated.
    fn right(&self, finished: &mut Finished) -> Result<(), String> {
        for run in 0..finished.len() {
            let (losses, curve) = (losses(&self.sweep, run), curve(&self.sweep, run));
            if finished.is_done(run) && finished.add(run, &losses, curve) != Added::Same {
                return Err(format!("run {run} has other losses or another curve"));
            }
        }
        Ok(())
    }
}
