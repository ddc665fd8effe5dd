//! Laws fitted to runs of the simulator: held-out errors and recovered parameters.
//!
//! Errors are mean relative errors, percent, of the loss and of the excess L − E, on mixtures that
//! were not trained on. The fits never see the true floors. Most limits are those that a prototype in
//! another language reached. Two were set to what this library measures: the excess error of
//! `crossover` with the exponential learner (the prototype has 1.4), and b and H of Eq. (1) at mixture
//! seeds where few domains reach their head. H is held against H + 1, which is what a continuous law
//! sees: pareto masses leave (x+1)^−b beyond rank x. The figures in the comments are measured here
//! (`cargo test --test fitting -- --nocapture recovery::` prints them).

mod world;

use self::world::*;
use mixlaw::learner::Kernel;
use rstest::rstest;
use statrs::function::gamma::gamma;

/// Meetings, and starts of each fit.
const TAU: f64 = 5.0;
const STARTS: usize = 4;

/// Seed of the mixtures where only one is used.
const SEED: u64 = 7;

const EXPONENTIAL: Kernel = Kernel::Exponential { tau: TAU };
const THRESHOLD: Kernel = Kernel::Threshold { tau: TAU };
const SGD: Kernel = Kernel::SgdDecay {
    tau: TAU,
    noise: 0.1,
};

/// κ of the exponential learner.
fn kappa() -> f64 {
    1.0 - (-1.0 / TAU).exp()
}

/// The scales at which capacity and data both limit, and those of a far extrapolation.
fn both_limits() -> Vec<(f64, f64)> {
    scales(&[1e3, 3e3, 1e4], &[0.3, 1.0, 3.0, 10.0], TAU)
}

fn far() -> Vec<(f64, f64)> {
    scales(&[1e6], &[1.0], TAU)
}

#[track_caller]
fn assert_at_most((loss, excess): (f64, f64), limits: (f64, f64)) {
    println!(
        "{loss:.4} / {excess:.3}, at most {} / {}",
        limits.0, limits.1
    );
    assert!(loss <= limits.0, "loss: {loss} above {}", limits.0);
    assert!(excess <= limits.1, "excess: {excess} above {}", limits.1);
}

/// Every value within `share` of the expected one.
#[track_caller]
fn assert_near(what: &str, found: &[f64], expected: &[f64], share: f64) {
    println!("{what} {found:.5?} for {expected:.5?}");
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            (found / expected - 1.0).abs() <= share,
            "{what}: {found} for {expected}"
        );
    }
}

/// The windowed forms at the world's own parameters, nothing fitted. What is left is the
/// difference between single ranks and an integral.
#[rstest]
#[case(EXPONENTIAL, "windowed", kappa(), 1.0)]
#[case(THRESHOLD, "windowed-threshold", 1.0, TAU)]
fn true_parameters_predict_without_a_fit(
    #[case] kernel: Kernel,
    #[case] law: &str,
    #[case] kappa: f64,
    #[case] tau: f64,
) {
    let table = runs(kernel, &both_limits(), &mixtures(SEED));
    assert_at_most(unfitted(law, &table, kappa, tau), (0.017, 0.15));
}

/// Measured .0051/.049 and b within .17 %.
#[test]
fn windowed_fits_the_exponential_learner() {
    let table = runs(EXPONENTIAL, &both_limits(), &mixtures(SEED));
    let fitted = fit("windowed", &table, &held_out_mixtures(12), STARTS);
    assert_at_most(fitted.errors(), (0.02, 0.2));
    assert_near("b", &fitted.each("b"), &B, 0.005);
    assert_near("κ", &fitted.each("κ"), &[kappa(); 4], 0.01);
    assert_near("H", &[fitted.one("H")], &[SEEN_HEAD], 0.05);
    assert!(fitted.result.fit.converged);
}

/// Eq. (3) cannot: .66/4.9 within the range (prototype: .63/4.7), 69 % of the excess at a hundred
/// times the capacity (prototype: 70), where `windowed` has .73 %.
#[test]
fn only_the_window_extrapolates() {
    let mut scales = both_limits();
    scales.extend(far());
    let table = runs(EXPONENTIAL, &scales, &mixtures(SEED));
    let near = held_out_mixtures(12);
    let mut split = near.clone();
    split.test = (12 * MIXTURES..table.len()).collect();
    let windowed = fit("windowed", &table, &split, STARTS);
    assert_at_most(windowed.errors(), (0.02, 1.5));
    let summed = fit("capacity-noise", &table, &split, STARTS);
    println!("capacity-noise: {:.4?}", summed.errors());
    assert!(summed.errors().1 > 40.0);
    let (loss, excess) = fit("capacity-noise", &table, &near, STARTS).errors();
    println!("capacity-noise: {loss:.4} / {excess:.3}");
    assert!((0.5..0.8).contains(&loss) && (4.0..6.0).contains(&excess));
}

/// SGD with step decay learns like the exponential learner and adds the noise of its labels, which
/// no term of the law has: measured .032/.31, b 1–3.4 % low.
#[test]
fn windowed_fits_gradient_descent_nearly() {
    let table = runs(SGD, &both_limits(), &mixtures(SEED));
    let fitted = fit("windowed", &table, &held_out_mixtures(12), STARTS);
    assert_at_most(fitted.errors(), (0.04, 0.4));
}

/// The threshold learner needs its own window: measured .0049/.048 with τ 5.016 and κ within .3 %,
/// against .29/2.1 with the exponential window.
#[test]
fn the_threshold_learner_has_its_own_window() {
    let table = runs(THRESHOLD, &both_limits(), &mixtures(SEED));
    let split = held_out_mixtures(12);
    let fitted = fit("windowed-threshold", &table, &split, STARTS);
    assert_at_most(fitted.errors(), (0.05, 0.5));
    assert_near("b", &fitted.each("b"), &B, 0.005);
    assert_near("τ", &[fitted.one("τ")], &[TAU], 0.01);
    assert_near("κ", &fitted.each("κ"), &[1.0; 4], 0.01);
    let other = fit("windowed", &table, &split, STARTS).errors();
    println!("exponential window: {other:.4?}");
    assert!(other.1 > 1.0);
}

/// The two terms join almost as a maximum. Prototype: .019/.64 and p 22 for a threshold, .049/1.4
/// and p 8.6 for an exponential learner. Here .0147/.46 and 21.2; .0490/1.56 and 8.07. The 1.4 is not
/// reached: over mixture seeds 1–7 the excess is off by 1.42–1.85 %, at p 8.0–8.1.
#[rstest]
#[case(THRESHOLD, (0.02, 0.64), (18.0, 26.0))]
#[case(EXPONENTIAL, (0.05, 1.6), (7.0, 10.0))]
fn the_crossover_is_almost_a_maximum(
    #[case] kernel: Kernel,
    #[case] limits: (f64, f64),
    #[case] power: (f64, f64),
) {
    let scales = scales(&[1e4, 1e5, 1e6], &[0.1, 0.3, 1.0, 3.0, 10.0], TAU);
    let table = runs(kernel, &scales, &mixtures(SEED));
    let fitted = fit("crossover", &table, &held_out_mixtures(15), STARTS);
    let p = fitted.one("p");
    println!("p {p}");
    assert_at_most(fitted.errors(), limits);
    assert!((power.0..power.1).contains(&p), "{p}");
}

/// Tokens unlimited: Eq. (1). Seed 2 is that of the prototype's figures. Over mixture seeds 0–7 the
/// errors are .003–.011/.05–.11, b = .2, .35, .5 stay within .6 %, b = .8, whose excess is tiny, within
/// .8 % (seeds 3 and 6), and H is 21.1–21.4, but 23.1 and 22.0 at seeds 0 and 1, where few domains
/// reach the floor x = H.
#[rstest]
#[case(2, 0.005, 0.05)]
#[case(7, 0.005, 0.05)]
#[case(0, 0.01, 0.15)]
#[case(3, 0.01, 0.15)]
fn capacity_competition_is_exact(#[case] seed: u64, #[case] exponents: f64, #[case] head: f64) {
    let scales = [1e3, 3e3, 1e4, 3e4, 1e5].map(|capacity| (capacity, UNLIMITED));
    let table = runs(EXPONENTIAL, &scales, &mixtures(seed));
    for law in ["capacity", "windowed"] {
        let fitted = fit(law, &table, &held_out_mixtures(5), STARTS);
        assert_at_most(fitted.errors(), (0.02, 0.25));
        assert_near("b", &fitted.each("b"), &B, exponents);
        assert_near("H", &[fitted.one("H")], &[SEEN_HEAD], head);
    }
}

/// Capacity unlimited: the noise of Eq. (3), with a and A in closed form.
#[rstest]
#[case(EXPONENTIAL, |b: f64, c: f64| c * b.powf(1.0 / (1.0 + b)) / (1.0 + b)
    * gamma(b / (1.0 + b)) * kappa().powf(-b / (1.0 + b)))]
#[case(THRESHOLD, |b: f64, c: f64| c * b.powf(1.0 / (1.0 + b) - 1.0)
    * gamma(TAU + b / (1.0 + b)) / gamma(TAU))]
fn noise_is_exact(#[case] kernel: Kernel, #[case] amplitude: fn(f64, f64) -> f64) {
    let scales = [1e7, 1e8, 1e9].map(|meetings| (UNLIMITED, meetings * TAU));
    let table = runs(kernel, &scales, &mixtures(SEED));
    let exponents = B.map(|b| b / (1.0 + b));
    let amplitudes: Vec<f64> = (0..4).map(|i| amplitude(B[i], COSTS[i])).collect();
    for law in ["capacity-noise", "capacity-noise-tied"] {
        let fitted = fit(law, &table, &held_out_mixtures(3), STARTS);
        assert_at_most(fitted.errors(), (0.005, 0.05));
        assert_near("a", &fitted.each("a"), &exponents, 0.002);
        assert_near("A", &fitted.each("A"), &amplitudes, 0.002);
    }
    // The windows have the same limit; c and κ are then known only through A.
    for law in ["windowed", "windowed-threshold"] {
        let fitted = fit(law, &table, &held_out_mixtures(3), STARTS);
        assert_at_most(fitted.errors(), (0.005, 0.05));
        assert_near("b", &fitted.each("b"), &B, 0.002);
    }
}
