//! The store under kills, cuts, flipped bits and strangers.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::mixture::Mixture;
use crate::sweep::{Mode, Scales, Share, Sweep};
use crate::world::Resolution;

const DOMAINS: usize = 2;

/// Distance of the places that are cut or flipped: all kinds of places in a record, in little time.
const STEP: usize = 5;

fn sweep(capacities: &[f64]) -> Sweep {
    Sweep {
        seed: 3,
        mode: Mode::Expected,
        replicates: 1,
        capacities: capacities.to_vec(),
        tokens: vec![1e5, 1e6],
        scales: Scales::Product,
        mixtures: (0..5u32)
            .map(|i| f64::from(i) / 8.0)
            .map(|h| Mixture::new(vec![h, 1.0 - h]).unwrap())
            .collect(),
        resolution: Resolution::default(),
    }
}

/// Losses of a run that tell where it is from.
fn losses(run: usize) -> [f64; DOMAINS] {
    [
        run as f64 + 0.25,
        if run % 7 == 3 {
            f64::NAN
        } else {
            1.0 / (run as f64 + 1.0)
        },
    ]
}

fn curve(run: usize) -> Curve {
    (0..run as u64 % 3)
        .map(|step| (step, vec![step as f64; DOMAINS]))
        .collect()
}

/// Does runs of `sweep` that are missing in `folder`, at most `most` batches of three.
fn go_on(folder: &Path, sweep: &Sweep, most: usize) -> Result<(Finished, Loaded), StoreError> {
    let keys = Keys::new("meaning", sweep);
    let store = Store::open(folder, None)?;
    let mut finished = Finished::none(sweep, DOMAINS);
    let loaded = store.load(&keys, &[], &mut finished)?;
    let writer = store.writer(&keys, "cpu", &Share::all(), &finished, &loaded)?;
    let missing: Vec<usize> = (0..finished.len())
        .filter(|run| !finished.is_done(*run))
        .collect();
    for runs in missing.chunks(3).take(most) {
        let mut batch = writer.batch();
        for run in runs {
            writer.push(&mut batch, *run, &losses(*run), &curve(*run));
            finished.add(*run, &losses(*run), curve(*run));
        }
        writer.put(batch).unwrap();
    }
    writer.finish().unwrap();
    Ok((finished, loaded))
}

fn part(folder: &TempDir) -> PathBuf {
    folder.path().join("parts/all.part")
}

/// A folder with `batches` batches, and the bytes of its part file.
fn kept(batches: usize) -> (TempDir, Vec<u8>) {
    let folder = TempDir::new().unwrap();
    go_on(folder.path(), &sweep(&[1e3, 1e4]), batches).unwrap();
    let bytes = fs::read(part(&folder)).unwrap();
    (folder, bytes)
}

/// Resumes with a part file of `bytes`, to the end, and again; all runs must come out right.
/// Gives how many were there, and what was found to be damaged.
fn resumed(bytes: &[u8]) -> (usize, Vec<Damage>) {
    let (folder, sweep) = (TempDir::new().unwrap(), sweep(&[1e3, 1e4]));
    fs::create_dir(folder.path().join("parts")).unwrap();
    fs::write(part(&folder), bytes).unwrap();
    let (before, loaded) = go_on(folder.path(), &sweep, 0).unwrap();
    for run in (0..before.len()).filter(|run| before.is_done(*run)) {
        assert_eq!(
            before.clone().add(run, &losses(run), curve(run)),
            Added::Same
        );
    }
    go_on(folder.path(), &sweep, 100).unwrap();
    let (mut after, again) = go_on(folder.path(), &sweep, 0).unwrap();
    assert_eq!(after.count(), 20);
    // What is damaged is told once: the file is then whole again.
    assert!(again.damaged.is_empty(), "{:?}", again.damaged);
    for run in 0..20 {
        assert_eq!(after.add(run, &losses(run), curve(run)), Added::Same);
    }
    let damage = loaded
        .damaged
        .into_iter()
        .flat_map(|(_, damage)| damage)
        .collect();
    (before.count(), damage)
}

#[test]
fn a_file_that_is_cut_anywhere_loses_only_what_was_cut() {
    let (_folder, bytes) = kept(4);
    assert_eq!(resumed(&bytes), (12, Vec::new()));
    let mut seen = [0; 13];
    for length in (0..bytes.len()).step_by(STEP) {
        let (there, damage) = resumed(&bytes[..length]);
        seen[there] += 1;
        // A cut between two batches cannot be seen: the file is then as it once was.
        if damage.is_empty() {
            assert_eq!(there % 3, 0);
        }
    }
    assert!(
        [0, 3, 6, 9].iter().all(|there| seen[*there] > 20),
        "{seen:?}"
    );
}

#[test]
fn a_flipped_bit_anywhere_is_found_and_loses_one_batch_at_most() {
    let (_folder, bytes) = kept(4);
    for at in (0..bytes.len()).step_by(STEP) {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1 << (at % 8);
        // A mark that says another version is no damage; there is a test of it below.
        if at < part::FILE_MARK.len() {
            continue;
        }
        let (there, damage) = resumed(&bytes);
        assert!(there == 12 || there == 9, "{there} after a flip at {at}");
        assert!(!damage.is_empty(), "a flip at {at} is not seen");
        let lost: u64 = damage.iter().filter_map(|damage| damage.lost).sum();
        let unknown = damage.iter().any(|damage| damage.lost.is_none());
        assert!(unknown || lost == 12 - there as u64, "{damage:?} at {at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever becomes of a file, what is read from it is right.
    #[test]
    fn several_stretches_of_rubbish_do_no_harm(
        changes in proptest::collection::vec((0.0f64..1.0, proptest::collection::vec(any::<u8>(), 0..60), 0usize..60), 1..5),
    ) {
        let (_folder, mut bytes) = kept(5);
        for (place, rubbish, removed) in changes {
            let at = part::FILE_MARK.len() + (place * (bytes.len() - part::FILE_MARK.len()) as f64) as usize;
            let end = (at + removed).min(bytes.len());
            bytes.splice(at..end, rubbish);
        }
        resumed(&bytes);
    }
}

#[test]
fn rubbish_of_any_length_is_no_part() {
    for length in [0, 1, 13, 14, 22, 100, 70_000, 200_000] {
        let (there, damage) = resumed(&vec![0xF5; length]);
        assert_eq!((there, damage.is_empty()), (0, false), "{length}");
    }
}

/// Found by fuzzing: the count of a file with a batch twice was taken for that of its runs, and what
/// was appended to it then looked as if runs had been lost before.
#[test]
fn a_batch_that_stands_there_twice_is_no_damage() {
    let (_folder, bytes) = kept(4);
    let (_folder, half) = kept(3);
    let last = &bytes[half.len()..];
    let (there, damage) = resumed(&[&bytes, last, last].concat());
    assert_eq!((there, damage), (12, Vec::new()));
}

/// Found by fuzzing: a batch that says that as many runs were before it as can be counted.
#[test]
fn a_batch_with_a_forged_count_is_read() {
    let (_folder, mut bytes) = kept(4);
    let (_folder, half) = kept(3);
    let at = half.len();
    bytes[at + 16..at + 24].copy_from_slice(&u64::MAX.to_le_bytes());
    let checksum = crc32fast::hash(&bytes[at..at + 24]);
    bytes[at + 24..at + 28].copy_from_slice(&checksum.to_le_bytes());
    let (there, damage) = resumed(&bytes);
    assert_eq!((there, damage.len()), (12, 1));
}

/// Each mark may begin a batch, and the search goes on after it: not by reading anew.
#[test]
fn marks_without_batches_are_passed_in_one_go() {
    let (_folder, bytes) = kept(4);
    let rubbish = part::BATCH_MARK.repeat(1 << 21);
    let clock = std::time::Instant::now();
    let (there, damage) = resumed(&[&bytes, rubbish.as_slice()].concat());
    assert_eq!((there, damage.len()), (12, 1));
    assert!(clock.elapsed().as_secs() < 10, "{:?}", clock.elapsed());
}

#[test]
fn a_sweep_grows_in_its_folder_and_does_not_shrink() {
    let (folder, _) = kept(100);
    let (grown, loaded) = go_on(folder.path(), &sweep(&[1e2, 1e3, 1e4]), 0).unwrap();
    assert_eq!((grown.count(), loaded.strangers), (20, 0));
    assert_eq!(grown.losses(10)[0].to_bits(), losses(0)[0].to_bits());
    assert!(!grown.is_done(9) && grown.is_done(29));
    let (shrunk, loaded) = go_on(folder.path(), &sweep(&[1e4]), 0).unwrap();
    assert_eq!((shrunk.count(), loaded.strangers), (10, 10));
}

#[test]
fn other_experiments_versions_and_results_are_refused() {
    let (folder, bytes) = kept(2);
    let sweep = sweep(&[1e3, 1e4]);
    let other = Keys::new("other", &sweep);
    let load = || {
        let store = Store::open(folder.path(), None).unwrap();
        store
            .load(&other, &[], &mut Finished::none(&sweep, DOMAINS))
            .unwrap_err()
    };
    assert!(matches!(load(), StoreError::Foreign { meaning, .. } if meaning == "meaning"));

    // The same run with other losses, in a file of its own.
    let keys = Keys::new("meaning", &sweep);
    let twin = TempDir::new().unwrap();
    let store = Store::open(twin.path(), None).unwrap();
    let none = Finished::none(&sweep, DOMAINS);
    let writer = store
        .writer(&keys, "cpu", &Share::all(), &none, &Loaded::default())
        .unwrap();
    let mut batch = writer.batch();
    writer.push(&mut batch, 4, &[4.25, 0.200_000_1], &curve(4));
    writer.put(batch).unwrap();
    let also = [twin.path().join("parts")];
    let store = Store::open(folder.path(), None).unwrap();
    let error = store.load(&keys, &also, &mut none.clone()).unwrap_err();
    assert!(
        matches!(error, StoreError::Disagree { run: 4, .. }),
        "{error}"
    );

    let mut newer = bytes;
    newer[part::FILE_MARK.len() - 2] = b'2';
    fs::write(part(&folder), newer).unwrap();
    let error = store.load(&keys, &[], &mut none.clone()).unwrap_err();
    assert!(error.to_string().contains("(mixlaw-part 2)"), "{error}");
}

/// Runs that diverged are done until they are asked for again; what they were does not come back.
#[test]
fn failed_runs_are_tried_again_when_asked() {
    let (folder, _) = kept(100);
    let sweep = sweep(&[1e3, 1e4]);
    let keys = Keys::new("meaning", &sweep);
    let load = || {
        let store = Store::open(folder.path(), None).unwrap();
        let mut finished = Finished::none(&sweep, DOMAINS);
        let loaded = store.load(&keys, &[], &mut finished).unwrap();
        (store, finished, loaded)
    };
    let (store, mut finished, mut loaded) = load();
    assert_eq!((finished.diverged(), finished.failed_cells(&sweep)), (3, 3));
    assert_eq!((finished.forget_failed(), finished.count()), (3, 17));
    loaded.renew();
    let writer = store
        .writer(&keys, "cpu", &Share::all(), &finished, &loaded)
        .unwrap();
    let mut batch = writer.batch();
    writer.push(&mut batch, 3, &[1.5, 2.5], &[]);
    assert_eq!((batch.len(), batch.is_empty()), (1, false));
    writer.put(batch).unwrap();
    writer.finish().unwrap();
    drop(store);
    let (_store, finished, loaded) = load();
    assert_eq!((finished.count(), finished.diverged()), (18, 0));
    assert_eq!(finished.losses(3), [1.5, 2.5]);
    assert_eq!(loaded.origins, ["cpu".to_string()].into());
}

#[test]
fn one_process_at_a_time_or_one_for_each_shard() {
    let folder = TempDir::new().unwrap();
    let shard = |index| Some(Shard::new(index, 2).unwrap());
    let first = Store::open(folder.path(), shard(0)).unwrap();
    let second = Store::open(folder.path(), shard(1)).unwrap();
    for taken in [shard(1), None] {
        let error = Store::open(folder.path(), taken).unwrap_err();
        let own = format!("process {}", std::process::id());
        assert!(error.to_string().contains(&own), "{error}");
    }
    drop((first, second));
    let alone = Store::open(folder.path(), None).unwrap();
    assert!(Store::open(folder.path(), shard(0)).is_err());
    alone.close().unwrap();
    assert!(!Store::is_in(folder.path()));
}
