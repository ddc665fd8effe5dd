//! The committed experiments: every file is read, and is a claim. That it measures what it checks is tested
//! beside the names of the figures.

use std::path::Path;

use mixlaw::config;

#[test]
fn every_experiment_is_a_claim_with_a_source() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        count += 1;
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.starts_with("# Source: ") && text.contains("Refuted"),
            "{} does not say whose claim it is and what would refute it",
            path.display()
        );
        let experiment = config::load(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert_eq!(
            experiment.name, name,
            "the file bears the experiment's name"
        );
        assert!(experiment.claim.is_some(), "{name} makes no claim");
        assert!(!experiment.checks.is_empty(), "{name} checks nothing");
    }
    assert!(count >= 10, "{count} experiments");
}
