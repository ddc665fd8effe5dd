//! The same laws on a table of runs: here of a simulated sweep, kept as a CSV and read again.
//!
//! ```sh
//! cargo run --release --example own_runs
//! ```

use mixlaw::fit::{FitPlan, SplitRule, splits};
use mixlaw::law::by_name;
use mixlaw::prelude::*;
use mixlaw::runs::{self, Mapping};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let domains = vec![
        Domain::power_law("web", 1.3)?,
        Domain::power_law("code", 1.6)?,
    ];
    let world = World::new(domains, 10.0, DEFAULT_SKILLS, Overlap::None)?;
    let learner = Learner::new(Kernel::Threshold { tau: 4.0 });
    let design = Design::LatinHypercube { count: 24 };
    let sweep = Experiment::simulated(world, learner, &[1e4], &[1e7], design, 1)?;
    let folder = std::env::temp_dir().join("mixlaw-own-runs");
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("runs.csv");
    runs::write_file(&conduct(&sweep, &())?.runs, &file)?;

    let mapping = Mapping {
        files: vec![file],
        ..Mapping::default()
    };
    let (table, _) = runs::read(&mapping)?;
    let rule = SplitRule::Mixture {
        test_fraction: 0.25,
        count: 5,
    };
    let splits = splits(&table, &rule, 0)?;
    let names = ["mean", "capacity", "additive"];
    let laws: Vec<_> = names.iter().filter_map(|name| by_name(name)).collect();
    for result in mixlaw::fit::fit_laws(&table, &laws, &splits, &FitPlan::default(), None)? {
        let error = result
            .fit
            .test
            .map_or(f64::NAN, |errors| errors.mre.all.mean);
        println!("{}: {error:.3} % on mixtures held out", result.fit.law);
    }
    Ok(())
}
