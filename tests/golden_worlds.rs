//! The golden worlds: losses that an independent program computed skill by skill.

use std::path::{Path, PathBuf};

use mixlaw::config::{Source, load};
use mixlaw::runs::{Mapping, RunTable, read};
use mixlaw::simulate::Simulator;
use mixlaw::sweep::{Sweep, simulate};
use mixlaw::world::{Resolution, World};

fn folder() -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/golden"));
    if folder.exists() {
        return Some(folder.to_owned());
    }
    assert!(std::env::var_os("CI").is_none(), "no golden worlds");
    eprintln!("skipped: no golden worlds");
    None
}

/// Simulated and expected losses of a golden world.
fn tables(folder: &Path, name: &str, classes: Option<usize>) -> (World, RunTable, RunTable) {
    let experiment = load(&folder.join(name).with_extension("toml")).unwrap();
    let Source::Simulated {
        world,
        learner,
        sweep,
        ..
    } = experiment.source
    else {
        panic!("{name} is not simulated");
    };
    let resolution = classes.map_or(sweep.resolution, |classes_per_decade| Resolution {
        classes_per_decade,
    });
    let sweep = Sweep {
        resolution,
        ..sweep
    };
    let simulator = Simulator::new(world.clone(), learner, resolution);
    let simulated = simulate(&simulator, &sweep, &|_| ()).unwrap();
    let expected = read(&Mapping {
        files: vec![folder.join(name).with_extension("csv")],
        ..Mapping::default()
    })
    .unwrap()
    .0;
    (world, simulated, expected)
}

/// Largest relative error of the excess over the floor.
fn error(name: &str, classes: Option<usize>) -> Option<f64> {
    let (world, simulated, expected) = tables(&folder()?, name, classes);
    assert_eq!(simulated.len(), expected.len(), "{name}");
    let mut largest: f64 = 0.0;
    for run in 0..expected.len() {
        assert_eq!(simulated.capacity(run), expected.capacity(run), "{name}");
        assert_eq!(simulated.tokens(run), expected.tokens(run), "{name}");
        for (column, domain) in world.domains().iter().enumerate() {
            let excess = |table: &RunTable| table.loss(run, column).unwrap() - domain.floor;
            largest = largest.max((excess(&simulated) / excess(&expected) - 1.0).abs());
        }
    }
    Some(largest)
}

#[test]
fn expected_selection_agrees() {
    for name in [
        "both-exponential",
        "both-reciprocal",
        "both-sgd-decay",
        "both-threshold",
        "capacity",
        "count-ranked",
        "data",
        "overlap-all",
        "overlap-pair",
    ] {
        let Some(error) = error(name, None) else {
            return;
        };
        println!("{name}: {error:.2e}");
        assert!(error < 2e-5, "{name}: {error}");
    }
}

/// The table is within .3 % of an exact simulation; the threshold itself is the same.
#[test]
fn observed_selection_agrees() {
    for classes in [None, Some(200)] {
        let Some(error) = error("observed", classes) else {
            return;
        };
        println!("observed at {classes:?}: {error:.2e}");
        assert!(error < 1e-3, "{error}");
    }
}
