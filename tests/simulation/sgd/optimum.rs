//! The best mixture of a learner that takes gradient steps.

use mixlaw::fit::{FitPlan, fit_laws, observations};
use mixlaw::mixture::Design;
use mixlaw::numeric::random::{Purpose, stream};
use mixlaw::sgd::{
    Blocks, Directions, Estimator, Ridge, Sgd, Trainer, Watch, best_penalty, expected_excess,
    expected_ridge, trained_excess,
};
use mixlaw::sweep::{Mode, Scales, Sweep, train};
use mixlaw::world::{Resolution, World};
use rayon::prelude::*;

use super::{four, geometric, top};

/// Mean excess over the domains, N = 1024, D = 3e4, expected.
fn mean_excess(world: &World, sgd: &Sgd, h: &[f64; 4]) -> f64 {
    let directions = Directions::top(world, h, 1024);
    let mut nothing = |_: u64, _: &[f64]| ();
    let mut watch = Watch::new(&[], &mut nothing);
    let blocks = Blocks { share: 0.05 };
    let steps = sgd.steps(3e4);
    let excess = expected_excess(&directions, sgd, h, steps, blocks, &mut watch);
    excess.iter().sum::<f64>() / 4.0
}

/// Moves weight between two domains for as long as it helps, in ever smaller portions.
fn lowest(loss: impl Fn(&[f64; 4]) -> f64) -> [f64; 4] {
    let mut best = [0.25; 4];
    let mut least = loss(&best);
    for portion in [0.04, 0.02, 0.01, 0.005] {
        let mut moving = true;
        while moving {
            moving = false;
            for (from, to) in (0..4).flat_map(|from| (0..4).map(move |to| (from, to))) {
                let mut moved = best;
                moved[from] -= portion;
                moved[to] += portion;
                if from == to || moved[from] <= 0.0 {
                    continue;
                }
                let moved_loss = loss(&moved);
                if moved_loss < least {
                    (best, least, moving) = (moved, moved_loss, true);
                }
            }
        }
    }
    best
}

/// Where both limits bind (N = 1024, D = 3e4), the best mixture for equal targets is not equal:
/// values of an independent program are (.36 .25 .29 .11) with 2.15 % of the excess to gain.
#[test]
fn harder_domains_deserve_more_where_both_limits_bind() {
    let world = four(5.0);
    let sgd = geometric(0.5, 1, 1000.0, 0.1);
    let mean_excess = |h: &[f64; 4]| mean_excess(&world, &sgd, h);
    let uniform = mean_excess(&[0.25; 4]);
    let best = lowest(mean_excess);
    let least = mean_excess(&best);
    let headroom = 100.0 * (uniform / least - 1.0);
    println!("best mixture {best:.3?}, {headroom:.2} % of the excess to gain");
    for (found, expected) in best.iter().zip([0.36, 0.25, 0.29, 0.11]) {
        assert!((found - expected).abs() < 0.02, "{best:?}");
    }
    assert!((headroom - 2.15).abs() < 0.15, "{headroom}");
}

/// Ridge regression on the same samples: there is a quarter less of the excess, the best mixture is
/// nearer to the target, and little is to gain by it. Where samples are fewer it is further than
/// that of one pass.
#[test]
fn a_fully_optimised_learner_stays_nearer_to_the_target() {
    let world = four(5.0);
    let mean_excess = |h: &[f64; 4], tokens: f64| {
        let directions = Directions::top(&world, h, 1024);
        let penalty = best_penalty(&directions, 0.1, h, tokens);
        let ridge = Ridge {
            penalty,
            noise: 0.1,
        };
        let excess = expected_ridge(&directions, &ridge, h, tokens);
        excess.iter().sum::<f64>() / 4.0
    };
    let sgd = geometric(0.5, 1, 1000.0, 0.1);
    let one_pass = self::mean_excess(&world, &sgd, &[0.36, 0.25, 0.29, 0.1]);
    for (tokens, expected, gain) in [
        (3e4, [0.30, 0.27, 0.26, 0.17], 0.31),
        (1e4, [0.35, 0.27, 0.26, 0.12], 1.11),
    ] {
        let best = lowest(|h| mean_excess(h, tokens));
        let least = mean_excess(&best, tokens);
        let headroom = 100.0 * (mean_excess(&[0.25; 4], tokens) / least - 1.0);
        println!("D={tokens:e}: best mixture {best:.3?}, {headroom:.2} % of {least:.4} to gain");
        for (found, expected) in best.iter().zip(expected) {
            assert!((found - expected).abs() < 0.02, "{best:?}");
        }
        assert!((headroom - gain).abs() < 0.05, "{headroom}");
        assert!(least < 0.9 * one_pass, "{least} {one_pass}");
    }
}

/// What mixtures cost that laws take for the best at N = 1024, D = 3e4, in percent of the least
/// excess, when they are fitted to expected runs on a grid about it. Eq. (1) sees no reason to
/// leave the target and loses the whole headroom.
#[test]
fn the_windowed_law_finds_the_best_mixture() {
    let world = four(5.0);
    let sgd = geometric(0.5, 1, 1000.0, 0.1);
    let sweep = Sweep {
        seed: 12,
        mode: Mode::Expected,
        replicates: 1,
        capacities: vec![64.0, 256.0, 1024.0],
        tokens: vec![1e4, 1e5, 1e6],
        scales: Scales::Product,
        mixtures: Design::Dirichlet {
            count: 32,
            concentration: 1.0,
            floor: 0.02,
        }
        .mixtures(4, 12)
        .unwrap(),
        resolution: Resolution::default(),
    };
    let trainer = Trainer::new(world.clone(), top(Estimator::OnePass(sgd.clone())));
    let table = train(&trainer, &sweep, &|_| ()).unwrap().table;
    let plan = FitPlan {
        starts: 4,
        ..FitPlan::default()
    };
    let least = mean_excess(&world, &sgd, &lowest(|h| mean_excess(&world, &sgd, h)));
    let regret = |name: &str| {
        let law = mixlaw::law::by_name(name).unwrap();
        let result = &fit_laws(&table, &[law], &[], &plan, None).unwrap()[0];
        let predicted = |h: &[f64; 4]| {
            let mut row = observations(&table, &[0], result.fitted.weight_floor());
            row.weights.row_mut(0).assign(&ndarray::arr1(h));
            row.capacity[0] = 1024.0;
            row.tokens[0] = 3e4;
            result.fitted.predict(&row).sum()
        };
        let chosen = lowest(predicted);
        let regret = 100.0 * (mean_excess(&world, &sgd, &chosen) / least - 1.0);
        println!("{name}: {chosen:.3?}, regret {regret:.2} % of the excess");
        regret
    };
    assert!((regret("capacity") - 2.15).abs() < 0.15);
    let sum = regret("capacity-noise");
    let windowed = regret("windowed");
    assert!(windowed < 0.1, "{windowed}");
    assert!(sum > windowed, "{sum}");
}

/// Sixty trained runs of each mixture find the same advantage, beyond their noise.
#[test]
fn trained_runs_confirm_the_better_mixture() {
    const SEEDS: u64 = 60;
    let (world, uniform, better) = (four(5.0), [0.25; 4], [0.36, 0.25, 0.29, 0.1]);
    // As many samples in steps of four: the same learning in a quarter of the steps.
    let sgd = geometric(2.0, 4, 1000.0, 0.1);
    let steps = sgd.steps(3e4);
    let trained = |h: &[f64; 4], seed: u64| {
        let directions = Directions::top(&world, h, 1024);
        let mut random = stream(7, Purpose::Training, 0, seed);
        let mut nothing = |_: u64, _: &[f64]| ();
        let mut watch = Watch::new(&[], &mut nothing);
        let excess = trained_excess(&directions, &sgd, h, steps, &mut random, &mut watch);
        excess.iter().sum::<f64>() / 4.0
    };
    let gains: Vec<f64> = (0..SEEDS)
        .into_par_iter()
        .map(|seed| trained(&uniform, seed) - trained(&better, seed))
        .collect();
    let (mean, error) =
        super::mean_and_error(&gains.iter().map(|gain| vec![*gain]).collect::<Vec<_>>())[0];
    let least = mean_excess(&world, &sgd, &better);
    let expected = mean_excess(&world, &sgd, &uniform) - least;
    println!(
        "trained: {:.2} ± {:.2} % of the excess to gain, expected {:.2} %",
        100.0 * mean / least,
        100.0 * error / least,
        100.0 * expected / least
    );
    assert!(mean > 3.0 * error, "{mean} ± {error}");
    assert!(
        (mean - expected).abs() < 4.0 * error,
        "{mean} for {expected}"
    );
}
