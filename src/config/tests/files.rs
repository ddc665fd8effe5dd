//! Files: reading them, resolving paths, and the golden worlds.

use std::fs;
use std::path::Path;

use super::{REAL, SMALL, report};
use crate::config::{ConfigError, Source, load, parse, resolved_toml};
use crate::fit::SplitRule;

#[test]
fn relative_paths_are_relative_to_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("real.toml");
    let split = "[fit.split]\nby = \"file\"\npath = \"splits.csv\"\nsplits = [100, \"b\"]\n";
    fs::write(&file, format!("{REAL}{split}")).unwrap();
    let experiment = load(&file).unwrap();
    let Source::Runs(mapping) = &experiment.source else {
        panic!("not real runs");
    };
    assert_eq!(mapping.files, [folder.path().join("runs.csv")]);
    assert_eq!(
        experiment.fit.unwrap().split,
        SplitRule::File {
            path: folder.path().join("splits.csv"),
            splits: vec!["100".into(), "b".into()],
        }
    );
}

#[test]
fn an_absent_name_is_that_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pile 17.toml");
    fs::write(&file, REAL.replace("name = \"real\"", "")).unwrap();
    assert_eq!(load(&file).unwrap().name, "pile 17");
}

#[test]
fn an_absent_file_is_told_with_the_nearest_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("overlap.toml"), REAL).unwrap();
    let error = load(&folder.path().join("ovrelap.toml")).unwrap_err();
    assert!(matches!(error, ConfigError::NotFound { .. }));
    let text = report(&error);
    assert!(text.contains("there is no file"), "{text}");
    assert!(text.contains("did you mean"), "{text}");
    assert!(error.problems().is_empty());
}

#[test]
fn a_folder_and_bytes_that_are_no_text_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let error = load(folder.path()).unwrap_err();
    assert!(matches!(error, ConfigError::Unreadable { .. }));
    assert!(report(&error).contains("cannot read"));

    let file = folder.path().join("latin1.toml");
    fs::write(&file, b"name = \"caf\xe9\"").unwrap();
    let error = load(&file).unwrap_err();
    assert!(matches!(error, ConfigError::NotText { offset: 11, .. }));
    assert!(report(&error).contains("UTF-8"));
}

#[test]
fn golden_worlds_are_read() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/golden"));
    let Ok(entries) = fs::read_dir(folder) else {
        assert!(std::env::var_os("CI").is_none(), "no golden worlds");
        eprintln!("skipped: no golden worlds");
        return;
    };
    let mut read = 0;
    for entry in entries {
        let file = entry.unwrap().path();
        if file.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        match load(&file) {
            Ok(experiment) => assert_eq!(experiment.name, name),
            Err(error) => panic!("{}", report(&error)),
        }
        read += 1;
    }
    assert!(read > 0, "no golden world was read");
}

/// A table is read from beside the experiment file, and written out in place.
#[test]
fn a_table_of_tail_masses_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("small.toml");
    let spectrum = "spectrum = { kind = \"table\", path = \"tails.csv\" }";
    fs::write(&file, SMALL.replace("cost = 2", spectrum)).unwrap();
    let table = folder.path().join("tails.csv");
    let refused = |text: &str| {
        fs::write(&table, text).unwrap();
        let error = load(&file).unwrap_err();
        assert_eq!(error.problems().len(), 1);
        error.problems()[0]
            .message()
            .replace(&*table.to_string_lossy(), "tails.csv")
    };
    let unread = load(&file).unwrap_err();
    assert!(report(&unread).contains("tails.csv"), "{}", report(&unread));
    assert_eq!(
        refused("rank,mass\n1,0.7\n"),
        "tails.csv has no column `tail`"
    );
    assert_eq!(
        refused("rank,tail\n1,0.7\n2,x\n"),
        "tails.csv, line 3: `tail` is \"x\""
    );
    assert_eq!(
        refused("rank,tail\n\n1,0.7\n2,0.7\n"),
        "tails.csv, line 4: the tail mass 0.7 follows 0.7: tail masses must decrease from row to row"
    );

    fs::write(&table, "tail,rank\n1,0\n0.7,4\n0.2,1e5\n").unwrap();
    let experiment = load(&file).unwrap();
    let Source::Simulated { world, .. } = &experiment.source else {
        panic!("not simulated");
    };
    let spectrum = &world.domains()[0].spectrum;
    assert!((spectrum.tail(4.0) - 0.7).abs() < 1e-12);
    let text = resolved_toml(&experiment, folder.path());
    assert!(text.contains("rows = [[4.0, 0.7], [1e5, 0.2]]"), "{text}");
    assert_eq!(parse(&text, "again.toml").unwrap(), experiment);
}
