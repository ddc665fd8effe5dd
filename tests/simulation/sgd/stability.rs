//! The limits of the step size.

use mixlaw::sgd::{Blocks, Directions, Schedule, Sgd, Watch, expected_excess, limits};

use super::{four, geometric};

/// Measured with an independent program (`top`, N = 256, H = 20): the step at which the recursion
/// begins to diverge, and the sufficient bound.
#[test]
fn limits_are_those_measured_elsewhere() {
    let world = four(20.0);
    for (weights, single, eight, sufficient) in [
        ([0.4, 0.3, 0.2, 0.1], 1.89, 6.72, 1.13),
        ([0.02, 0.02, 0.02, 0.94], 1.30, 3.79, 1.09),
    ] {
        let directions = Directions::top(&world, &weights, 256);
        let one = limits(&directions, &weights, 1);
        let many = limits(&directions, &weights, 8);
        println!("{one:?} {many:?}");
        assert!((one.mean_square.unwrap() - single).abs() < 0.006);
        assert!((many.mean_square.unwrap() - eight).abs() < 0.006);
        assert!((one.sufficient - sufficient).abs() < 0.006);
    }
}

#[test]
fn the_recursion_is_bounded_below_the_limit_and_diverges_above() {
    let world = four(5.0);
    for batch in [1, 8] {
        let weights = [0.4, 0.3, 0.2, 0.1];
        let directions = Directions::top(&world, &weights, 64);
        let limit = limits(&directions, &weights, batch).mean_square.unwrap();
        let after = |share: f64| {
            let sgd = Sgd {
                schedule: Schedule::Constant,
                ..geometric(share * limit, batch, 1000.0, 0.1)
            };
            let mut nothing = |_: u64, _: &[f64]| ();
            let mut watch = Watch::new(&[], &mut nothing);
            let blocks = Blocks { share: 0.0 };
            let excess = expected_excess(&directions, &sgd, &weights, 60_000, blocks, &mut watch);
            excess.iter().sum::<f64>()
        };
        let (below, above) = (after(0.99), after(1.01));
        println!("B={batch}: {below:.3} and {above:e}");
        assert!(below < 1e3, "{below}");
        // Beyond the largest number there is none.
        assert!(above.is_nan() || above > 1e6, "{above}");
    }
}
