//! Sweeps of training runs.

use mixlaw::mixture::Mixture;
use mixlaw::sgd::{Estimator, Penalty, ProjectedRegression, Projection, Trainer, TrainingError};
use mixlaw::sweep::{Mode, Scales, Sweep, SweepError, Training, train};
use mixlaw::world::Resolution;

use super::{four, geometric, top};

fn sweep(mode: Mode, replicates: u64) -> Sweep {
    Sweep {
        seed: 3,
        mode,
        replicates,
        capacities: vec![16.0, 32.0],
        tokens: vec![500.0, f64::INFINITY],
        scales: Scales::Product,
        mixtures: [[0.4, 0.3, 0.2, 0.1], [0.25; 4], [0.0, 0.0, 0.5, 0.5]]
            .iter()
            .map(|h| Mixture::new(h.to_vec()).unwrap())
            .collect(),
        resolution: Resolution::default(),
    }
}

fn steps(batch: u64, step: f64) -> Estimator {
    Estimator::OnePass(geometric(step, batch, 100.0, 0.1))
}

fn gaussian(estimator: Estimator) -> ProjectedRegression {
    ProjectedRegression {
        projection: Projection::Gaussian,
        sketches: 2,
        estimator,
    }
}

fn on(threads: usize, regression: &ProjectedRegression, sweep: &Sweep) -> Training {
    let trainer = Trainer::new(four(5.0), regression.clone());
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
        .install(|| train(&trainer, sweep, &|_| ()).unwrap())
}

#[test]
fn trained_sweeps_do_not_depend_on_threads() {
    for regression in [gaussian(steps(10, 1.0)), top(steps(1, 0.4))] {
        for (mode, replicates) in [(Mode::Expected, 1), (Mode::SAMPLED, 9)] {
            let sweep = sweep(mode, replicates);
            let (one, three) = (on(1, &regression, &sweep), on(3, &regression, &sweep));
            assert_eq!(one, three);
            assert_eq!(one.table.len(), 12 * replicates as usize);
            assert_eq!(one.diverged, 0);
            // Replicates differ; unlimited samples are only as random as their projection.
            if mode == Mode::SAMPLED {
                assert_ne!(one.table.loss(0, 0), one.table.loss(1, 0));
                let unlimited = 3 * 9;
                assert_eq!(one.table.tokens(unlimited), Some(f64::INFINITY));
                assert_eq!(
                    one.table.loss(unlimited, 0),
                    one.table.loss(unlimited + 1, 0)
                );
            }
            // The last point of a curve is the run.
            let mut lines = one.curves.lines().skip(1);
            assert!(lines.next().unwrap().contains(",step,tokens-seen,loss_"));
            let of_run_0 = lines.clone().take_while(|line| line.starts_with("0,0,"));
            let last = of_run_0.last().unwrap();
            let losses: Vec<&str> = last.split(',').skip(4 + 4 + 2).collect();
            assert_eq!(losses[0].parse().ok(), one.table.loss(0, 0));
            assert!(lines.count() > 12);
        }
    }
}

/// Ridge regressions have no curves; with the best penalty unlimited samples are the minimiser.
#[test]
fn ridge_sweeps_do_not_depend_on_threads() {
    for penalty in [Penalty::Fixed(1e-3), Penalty::Best] {
        let ridge = Estimator::Ridge {
            penalty,
            noise: 0.1,
        };
        for regression in [gaussian(ridge.clone()), top(ridge.clone())] {
            for (mode, replicates) in [(Mode::Expected, 1), (Mode::SAMPLED, 3)] {
                let sweep = sweep(mode, replicates);
                let (one, three) = (on(1, &regression, &sweep), on(3, &regression, &sweep));
                assert_eq!(one, three);
                assert!(one.curves.is_empty() && one.limits.is_none());
                assert_eq!(one.diverged, 0);
                if mode == Mode::SAMPLED {
                    assert_ne!(one.table.loss(0, 0), one.table.loss(1, 0));
                }
                // More samples lower the loss of the mixture.
                let mean = |run: usize| -> f64 {
                    let loss = |i| one.table.loss(run, i).unwrap();
                    (0..4).map(|i| one.table.weights(run)[i] * loss(i)).sum()
                };
                assert!(mean(0) > mean(3 * replicates as usize));
            }
        }
    }
}

#[test]
fn a_step_beyond_the_limit_is_refused_with_the_limit() {
    for regression in [gaussian(steps(10, 20.0)), top(steps(1, 20.0))] {
        let trainer = Trainer::new(four(5.0), regression);
        let error = train(&trainer, &sweep(Mode::Expected, 1), &|_| ()).unwrap_err();
        let SweepError::Training(TrainingError::Step { step, limit, .. }) = error else {
            panic!("{error}");
        };
        println!("{step} is beyond {limit}");
        assert!(limit > 0.5 && limit < step);
    }
}

/// A run that runs off has no losses, and says so. (A sweep refuses such steps beforehand.)
#[test]
fn a_run_that_diverges_has_no_losses() {
    let trainer = Trainer::new(
        four(5.0),
        top(Estimator::OnePass(geometric(50.0, 1, 1.0, 0.1))),
    );
    let view = trainer.average_view(32.0);
    let trained = trainer.expected(&view, &[0.25; 4], 1e5);
    assert!(trained.losses.iter().all(|loss| loss.is_nan()));
    assert!(trained.curve[0].1.iter().all(|loss| loss.is_finite()));
}
