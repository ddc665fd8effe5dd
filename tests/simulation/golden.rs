//! Golden worlds: losses computed skill by skill by an independent program.

use mixlaw::config::{self, Source};
use mixlaw::learner::LearnerKind;
use mixlaw::runs::{self, Mapping, RunTable};
use mixlaw::simulate::Simulator;
use mixlaw::sweep::{self, Sweep};
use mixlaw::world::Resolution;
use rstest::rstest;

use crate::shared_files::shared;

/// Largest relative error of the excess over all rows and domains.
fn worst(name: &str, resolution: Resolution) -> Option<f64> {
    let folder = shared("golden")?;
    let experiment = config::load(&folder.join(format!("{name}.toml"))).unwrap();
    let Source::Simulated {
        world,
        learner,
        sweep,
        ..
    } = experiment.source
    else {
        panic!("{name} is simulated");
    };
    let floors: Vec<f64> = world.domains().iter().map(|d| d.floor).collect();
    let sweep = Sweep {
        resolution,
        ..sweep
    };
    let LearnerKind::Counting(learner) = learner else {
        panic!("{name} counts");
    };
    let simulator = Simulator::new(world, learner, resolution);
    let table = sweep::simulate(&simulator, &sweep, &|_| ()).unwrap();
    let mapping = Mapping {
        files: vec![folder.join(format!("{name}.csv"))],
        ..Mapping::default()
    };
    let (expected, _) = runs::read(&mapping).unwrap();
    Some(largest_error(&table, &expected, &floors))
}

fn largest_error(table: &RunTable, expected: &RunTable, floors: &[f64]) -> f64 {
    assert_eq!(table.len(), expected.len());
    assert_eq!(table.loss_names(), expected.loss_names());
    let mut worst = 0.0f64;
    for run in 0..table.len() {
        assert_eq!(table.weights(run), expected.weights(run));
        assert_eq!(table.capacity(run), expected.capacity(run));
        assert_eq!(table.tokens(run), expected.tokens(run));
        for (column, floor) in floors.iter().enumerate() {
            let excess = |table: &RunTable| table.loss(run, column).unwrap() - floor;
            worst = worst.max((excess(table) / excess(expected) - 1.0).abs());
        }
    }
    worst
}

/// The contract asks for 1e-3 at the default resolution; the classes reach 1e-5.
#[rstest]
#[case("capacity")]
#[case("count-ranked")]
#[case("data")]
#[case("both-exponential")]
#[case("both-threshold")]
#[case("both-reciprocal")]
#[case("both-sgd-decay")]
#[case("overlap-all")]
#[case("overlap-pair")]
fn the_default_resolution_agrees(#[case] name: &str) {
    let Some(error) = worst(name, Resolution::default()) else {
        return;
    };
    println!("{name}: largest relative error of the excess {error:.1e}");
    assert!(error < 1e-5, "{name}: {error:e}");
}

/// The contract asks for 1e-6 at the finest resolution for soft cuts.
#[rstest]
#[case("data")]
#[case("both-exponential")]
#[case("both-threshold")]
#[case("both-reciprocal")]
#[case("both-sgd-decay")]
fn the_finest_resolution_agrees_closely(#[case] name: &str) {
    let finest = Resolution {
        classes_per_decade: 400,
    };
    let Some(error) = worst(name, finest) else {
        return;
    };
    println!("{name}: largest relative error of the excess {error:.1e}");
    assert!(error < 1e-6, "{name}: {error:e}");
}

/// Without a soft part the cut is the discrete top N itself: nothing but rounding is left.
#[rstest]
#[case("capacity")]
#[case("count-ranked")]
fn the_hard_cut_is_exact(#[case] name: &str) {
    let Some(error) = worst(name, Resolution::default()) else {
        return;
    };
    assert!(error < 1e-12, "{name}: {error:e}");
}

/// The contract asks for 5e-3 where counts are realised: the table uses the threshold of a large
/// population, as the closed form does.
#[test]
fn observed_selection_agrees() {
    for classes_per_decade in [Resolution::default().classes_per_decade, 200] {
        let Some(error) = worst("observed", Resolution { classes_per_decade }) else {
            return;
        };
        println!("observed at {classes_per_decade} a decade: {error:.1e}");
        assert!(error < 1e-3, "{error:e}");
    }
}

/// More threads do not change a bit.
#[test]
fn threads_do_not_change_the_table() {
    let experiment = config::parse(config::QUICKSTART, "quickstart.toml").unwrap();
    let Source::Simulated {
        world,
        learner,
        sweep,
        ..
    } = experiment.source
    else {
        panic!("the quickstart is simulated");
    };
    let LearnerKind::Counting(learner) = learner else {
        panic!("the quickstart counts");
    };
    let simulator = Simulator::new(world, learner, sweep.resolution);
    let on = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
            .install(|| sweep::simulate(&simulator, &sweep, &|_| ()).unwrap())
    };
    assert_eq!(on(1), on(4));
}
