//! The learner that takes steps in worlds whose tails are tables, flat or cut.

use std::sync::Arc;

use mixlaw::numeric::random::{Purpose, stream};
use mixlaw::sgd::{
    Blocks, Directions, Features, Ridge, Watch, drawn_ridge, equivalent_excess, expected_excess,
    expected_ridge, trained_excess,
};
use mixlaw::world::{Domain, Masses, Overlap, Shape, Spectrum, TailTable, World};

use super::{geometric, mean_and_error};

const WEIGHTS: [f64; 2] = [0.7, 0.3];

/// Two domains of the exponent 1.5, the first of another shape.
fn world(shape: Shape, head: f64, skills: f64) -> World {
    let domains = [shape, Shape::PowerLaw]
        .into_iter()
        .enumerate()
        .map(|(i, shape)| Domain {
            name: format!("domain{i}"),
            spectrum: Spectrum::new(1.5, Masses::Pareto, shape).unwrap(),
            cost: 1.0 + i as f64,
            floor: 0.0,
        })
        .collect();
    World::new(domains, head, skills, Overlap::None).unwrap()
}

/// Ranks of one frequency: the recursion in panels against single steps along single directions.
fn expected(world: &World, capacity: usize, share: f64) -> Vec<f64> {
    let directions = Directions::top(world, &WEIGHTS, capacity);
    let mut nothing = |_: u64, _: &[f64]| ();
    let mut watch = Watch::new(&[], &mut nothing);
    let sgd = geometric(0.3, 1, 100.0, 0.1);
    expected_excess(
        &directions,
        &sgd,
        &WEIGHTS,
        10_000,
        Blocks { share },
        &mut watch,
    )
}

/// A table on the power law is the power law.
#[test]
fn a_table_on_the_power_law_is_the_power_law() {
    let rows = [0.0, 10.0, 1e3, 1e6].map(|n: f64| (n, (n + 1.0).powf(-0.5)));
    let table = world(
        Shape::Table(Arc::new(TailTable::new(rows.to_vec()).unwrap())),
        5.0,
        1e14,
    );
    let law = world(Shape::PowerLaw, 5.0, 1e14);
    let (by_table, by_law) = (expected(&table, 256, 0.02), expected(&law, 256, 0.02));
    let rest = equivalent_excess(&table, &WEIGHTS, 1e3);
    let excess = equivalent_excess(&law, &WEIGHTS, 1e3);
    for (a, b) in by_table.iter().zip(&by_law).chain(rest.iter().zip(&excess)) {
        println!("{a} {b}");
        assert!((a / b - 1.0).abs() < 1e-6);
    }
}

/// Flat and cut tails under the projection `top`.
#[test]
fn flat_and_cut_tails_are_learned_as_others_are() {
    for shape in [Shape::Flat { ranks: 300.0 }, Shape::Cutoff { rank: 100.0 }] {
        let world = world(shape.clone(), 5.0, 1e14);
        for capacity in [64, 400] {
            let (single, blocks) = (
                expected(&world, capacity, 0.0),
                expected(&world, capacity, 0.02),
            );
            let directions = Directions::top(&world, &WEIGHTS, capacity);
            let sgd = geometric(0.3, 1, 100.0, 0.1);
            let ridge = Ridge {
                penalty: 1e-3,
                noise: 0.1,
            };
            let runs = |ridged: bool| -> Vec<Vec<f64>> {
                (0..60)
                    .map(|seed| {
                        let mut random = stream(8, Purpose::Training, capacity as u64, seed);
                        if ridged {
                            return drawn_ridge(&directions, &ridge, &WEIGHTS, 3000, &mut random);
                        }
                        let mut nothing = |_: u64, _: &[f64]| ();
                        let mut watch = Watch::new(&[], &mut nothing);
                        trained_excess(&directions, &sgd, &WEIGHTS, 10_000, &mut random, &mut watch)
                    })
                    .collect()
            };
            let regressed = expected_ridge(&directions, &ridge, &WEIGHTS, 3000.0);
            let (trained, drawn) = (mean_and_error(&runs(false)), mean_and_error(&runs(true)));
            for domain in 0..2 {
                let z = |(mean, error): (f64, f64), exact: f64| (mean - exact) / error;
                let off = (blocks[domain] / single[domain] - 1.0).abs();
                let (z_steps, z_ridge) = (
                    z(trained[domain], single[domain]),
                    z(drawn[domain], regressed[domain]),
                );
                println!(
                    "{shape:?} N={capacity} domain {domain}: {off:.1e}, z {z_steps:.2} {z_ridge:.2}"
                );
                assert!(off < 1e-3, "{off}");
                assert!(z_steps.abs() < 4.0 && z_ridge.abs() < 4.0);
            }
        }
    }
}

/// Random projections of flat tails: where ranks are few all are drawn, where they are many those
/// beyond some are alike enough.
#[test]
fn projections_of_flat_tails_scatter_about_the_equivalent() {
    let rows = 48u64;
    for ranks in [1000.0, 3500.0, 20_000.0] {
        let world = world(Shape::Flat { ranks }, 5.0, 1e14);
        let draws: Vec<Vec<f64>> = (0..24)
            .map(|sketch| {
                let mut random = stream(9, Purpose::Sketch, rows, sketch);
                let features = Features::draw(&world, rows as usize, &mut random);
                features.minimal_excess(&WEIGHTS).unwrap()
            })
            .collect();
        let expected = equivalent_excess(&world, &WEIGHTS, rows as f64);
        for (domain, (mean, error)) in mean_and_error(&draws).into_iter().enumerate() {
            println!(
                "{ranks} ranks, domain {domain}: {mean:.4} ± {error:.4} for {:.4}",
                expected[domain]
            );
            assert!((mean - expected[domain]).abs() < 4.0 * error + expected[domain] / rows as f64);
        }
    }
}
