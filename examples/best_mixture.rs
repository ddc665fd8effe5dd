//! A world of skills, two laws fitted to its runs, and what following each would cost.
//!
//! ```sh
//! cargo run --release --example best_mixture
//! ```

use mixlaw::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let domains = [("web", 1.2), ("code", 1.5), ("math", 1.8)];
    let domains = domains.map(|(name, exponent)| Domain::power_law(name, exponent));
    let domains = domains.into_iter().collect::<Result<Vec<_>, _>>()?;
    let world = World::new(domains, 20.0, DEFAULT_SKILLS, Overlap::None)?;
    let learner = Learner::new(Kernel::Exponential { tau: 5.0 });
    let design = Design::Dirichlet {
        count: 32,
        concentration: 1.0,
        floor: 0.05,
    };
    let (capacities, tokens) = ([1e3, 1e4], [1e6, 1e7]);
    let experiment = Experiment::simulated(world, learner, &capacities, &tokens, design, 0)?
        .with_laws(&["capacity-noise", "windowed"])
        .with_best_mixture(OptimumPlan::new(["capacity-noise", "windowed"], 1e4, 1e7));
    for best in conduct(&experiment, &())?.optima {
        let regret = best.regret.map_or(f64::NAN, |regret| regret.excess_percent);
        let weights = best.optimum.weights.iter().zip(&best.domains);
        let weights: Vec<String> = weights.map(|(h, name)| format!("{name} {h:.3}")).collect();
        println!("{}: {}, regret {regret:.3} %", best.of, weights.join(", "));
    }
    Ok(())
}
