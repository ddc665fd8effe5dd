//! Files: reading them, resolving paths, and the golden worlds.

use std::fs;
use std::path::Path;

use super::{REAL, report};
use crate::config::{ConfigError, Source, load};
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
