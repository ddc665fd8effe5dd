//! Facts of equal frequency beside a power law: learned not at all below a critical ratio, and all
//! at once above it.
//!
//! The claim is that of Gu, Lyu, Li and Zhang 2025, "Data Mixing Can Induce Phase Transitions in
//! Knowledge Acquisition" (NeurIPS 2025, arXiv:2505.18091): a model of bounded capacity fills a
//! knapsack, so at a fixed model size M knowledge that is met with frequency p in its own data is
//! learned only above a critical ratio r of that data, and r falls as a power of M: r ~
//! 1/(p M^(α+1)) if the loss on the rest of the data falls as M^(−α).
//!
//! Here a model of capacity N learns what lowers the training loss most. The web has the spectrum
//! p(k) = (a−1) k^(−a), a = b + 1, and the loss c N^(−b). The last of its skills that the model
//! holds, that of rank N, lowers the training loss by (1−r) c b N^(−(b+1)); a fact lowers it by
//! r c' p. Facts are learned once theirs is more:
//!
//! > r/(1−r) = (c b / c' p) N^(−(b+1)).
//!
//! Exponents map as: the paper's α, of the loss, is our b; the exponent of the critical ratio, its
//! α + 1, is b + 1, which is the exponent a of the *spectrum* (`exponent` in an experiment). It is
//! the frequency of the skill at the margin that facts have to beat.

use mixlaw::learner::{Efficiency, Kernel, Learner, Ranking, Selection};
use mixlaw::simulate::{Simulator, oracle};
use mixlaw::world::{Domain, Masses, Overlap, Resolution, Shape, Spectrum, World};

/// Exponent b of the web.
const B: f64 = 0.4;

/// Costs of a meeting with a skill of the web, and with a fact.
const COSTS: (f64, f64) = (2.0, 1.5);

fn world(facts: f64, skills: f64) -> World {
    let domain = |name: &str, shape: Shape, cost: f64| Domain {
        name: name.to_owned(),
        spectrum: Spectrum::new(1.0 + B, Masses::Pareto, shape).unwrap(),
        cost,
        floor: 0.0,
    };
    let domains = vec![
        domain("web", Shape::PowerLaw, COSTS.0),
        domain("facts", Shape::Flat { ranks: facts }, COSTS.1),
    ];
    World::new(domains, 0.0, skills, Overlap::None).unwrap()
}

fn learner() -> Learner {
    Learner {
        kernel: Kernel::Exponential { tau: 5.0 },
        ranking: Ranking::Value,
        selection: Selection::Expected,
        efficiency: Efficiency::default(),
        capacity_limits: true,
    }
}

/// Part of the facts that is learned at `ratio`.
fn learned(simulator: &Simulator, ratio: f64, capacity: f64) -> f64 {
    let losses = simulator.losses(&[1.0 - ratio, ratio], capacity, f64::INFINITY);
    1.0 - losses[1] / COSTS.1
}

/// The ratio at which half of the facts are learned.
fn critical(simulator: &Simulator, capacity: f64) -> f64 {
    let (mut low, mut high) = (1e-15f64, 0.5);
    for _ in 0..60 {
        let middle = (low * high).sqrt();
        if learned(simulator, middle, capacity) < 0.5 {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[test]
fn facts_are_learned_at_once_at_a_ratio_that_falls_as_a_power_of_the_capacity() {
    let capacities = [1e5, 1e6, 1e7];
    let mut thresholds = Vec::new();
    for facts in [100.0, 400.0] {
        let simulator = Simulator::new(world(facts, 1e14), learner(), Resolution::default());
        for capacity in capacities {
            let ratio = critical(&simulator, capacity);
            // The facts take the place of so many skills of the web: that widens the transition.
            let width = 2.0 * (B + 1.0) * facts / capacity;
            assert!(learned(&simulator, ratio * (1.0 - width), capacity) < 1e-9);
            assert!(learned(&simulator, ratio * (1.0 + width), capacity) > 1.0 - 1e-9);
            let predicted = COSTS.0 * B * facts / COSTS.1 * capacity.powf(-(B + 1.0));
            println!("{facts} facts, N = {capacity:e}: r = {ratio:.4e}, predicted {predicted:.4e}");
            assert!((ratio / predicted - 1.0).abs() < width + 1e-3, "{ratio}");
            thresholds.push(ratio);
        }
    }
    for ratios in thresholds.chunks(capacities.len()) {
        let slope = (ratios[2] / ratios[0]).ln() / (capacities[2] / capacities[0]).ln();
        println!("slope {slope:.4}, predicted {:.4}", -(B + 1.0));
        assert!((slope + B + 1.0).abs() < 2e-3, "{slope}");
    }
    // Four times the facts, a quarter of the frequency each.
    let ratio = thresholds[capacities.len()] / thresholds[0];
    assert!((ratio / 4.0 - 1.0).abs() < 0.01, "{ratio}");
}

/// With the capacity as the axis: nothing below a critical size, everything above.
#[test]
fn so_they_are_as_the_capacity_grows() {
    let simulator = Simulator::new(world(100.0, 1e14), learner(), Resolution::default());
    let ratio = 1e-6;
    let critical = (COSTS.0 * B * 100.0 / COSTS.1 / ratio).powf(1.0 / (B + 1.0));
    assert!(learned(&simulator, ratio, 0.98 * critical) < 1e-9);
    assert!(learned(&simulator, ratio, 1.02 * critical) > 1.0 - 1e-9);
}

/// A cut amid a million facts, whose frequencies differ by less than rounding from one to the next,
/// uses the whole capacity.
#[test]
fn a_cut_among_many_facts_fills_the_capacity() {
    let facts = 1e6;
    let simulator = Simulator::new(world(facts, 1e14), learner(), Resolution::default());
    for capacity in [2e3, 3e4, 4e5, 9e5] {
        // So many facts that each of them beats all but the first few skills of the web.
        let ratio = 0.999;
        let part = learned(&simulator, ratio, capacity);
        let losses = simulator.losses(&[1.0 - ratio, ratio], capacity, f64::INFINITY);
        let web = (losses[0] / COSTS.0).powf(-1.0 / B) - 1.0;
        let held = part * facts + web;
        println!(
            "N = {capacity:e}: {:.0} facts and {web:.0} of the web",
            part * facts
        );
        assert!(part > 0.0 && (held / capacity - 1.0).abs() < 1e-6, "{held}");
    }
}

/// Equal frequencies are cut as they are skill by skill, wherever the cut falls.
#[test]
fn equal_frequencies_are_cut_as_single_skills_are() {
    let world = world(300.0, 4000.0);
    let simulator = Simulator::new(world.clone(), learner(), Resolution::default());
    for capacity in [50.0, 150.0, 400.0, 1000.0, 4300.0] {
        for tokens in [1e3, 1e5, f64::INFINITY] {
            for ratio in [0.0, 0.01, 0.1, 0.3, 0.9, 1.0] {
                let weights = [1.0 - ratio, ratio];
                let exact = oracle::losses(&world, &learner(), &weights, capacity, tokens).unwrap();
                let found = simulator.losses(&weights, capacity, tokens);
                for (found, exact) in found.iter().zip(exact) {
                    let off = (found - exact).abs();
                    assert!(
                        off <= 3e-5 * exact + 1e-9,
                        "{capacity} {tokens} {ratio}: {found} for {exact}"
                    );
                }
            }
        }
    }
}
