//! The committed experiments: every file is read, and names figures that it measures.

use std::path::Path;

use mixlaw::claim;
use mixlaw::config::{self, Experiment, Source};
use mixlaw::fit::SplitRule;

/// The figures that an experiment measures at the values it is written with.
fn measured(experiment: &Experiment) -> Vec<String> {
    let fit = experiment.fit.as_ref().unwrap();
    claim::names(
        &fit.laws,
        fit.split != SplitRule::None,
        matches!(experiment.source, Source::Simulated { .. }),
    )
}

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
        let mut known = measured(&experiment);
        for (value, variant) in experiment.vary.iter().flat_map(|vary| &vary.variants) {
            let names = measured(variant);
            known.extend(names.iter().map(|name| format!("at.{value}.{name}")));
        }
        if let Some(plan) = &experiment.optimum {
            let simulated = matches!(experiment.source, Source::Simulated { .. });
            known.extend(claim::optimum_names(&plan.of, None, simulated));
        }
        known.extend(["allocation.largest-ranks", "allocation.mean-error"].map(String::from));
        for check in &experiment.checks {
            assert!(known.contains(&check.figure), "{name}: {}", check.figure);
        }
    }
    assert!(count >= 10, "{count} experiments");
}
