//! The committed experiments: every file is read, and names figures that it measures.

use std::path::Path;

use mixlaw::claim;
use mixlaw::config::{self, Source};
use mixlaw::fit::SplitRule;

#[test]
fn every_experiment_measures_what_it_checks() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        count += 1;
        let experiment = config::load(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert_eq!(
            experiment.name, name,
            "the file bears the experiment's name"
        );
        assert!(experiment.claim.is_some(), "{name} makes no claim");
        assert!(!experiment.checks.is_empty(), "{name} checks nothing");
        let fit = experiment.fit.unwrap();
        let simulated = matches!(experiment.source, Source::Simulated { .. });
        let mut known = claim::names(&fit.laws, fit.split != SplitRule::None, simulated);
        if let Some(plan) = &experiment.optimum {
            known.extend(claim::optimum_names(&plan.of, None, simulated));
        }
        for check in &experiment.checks {
            assert!(known.contains(&check.figure), "{name}: {}", check.figure);
        }
    }
    assert!(count >= 10, "{count} experiments");
}
