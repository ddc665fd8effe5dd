//! The best mixture where it is known in closed form.

use mixlaw::fit::FittedLaw;
use mixlaw::law::{Observations, by_name};
use mixlaw::learner::{Kernel, Ranking, Selection};
use mixlaw::numeric::random::{Purpose, stream};
use mixlaw::optimum::{
    Aim, Constraints, Group, LawLosses, Losses, Near, Optimum, Price, Problem, SimulatorLosses,
    best, searchable,
};
use mixlaw::simulate::Simulator;
use mixlaw::world::{HeadOrder, Overlap, Resolution};
use ndarray::Array2;
use proptest::prelude::*;
use statrs::function::gamma::ln_gamma;

use crate::small_worlds;

/// Rows for binding laws: uniform mixtures at these scales, all losses 2 to 3 nats.
fn rows(domains: usize, scales: &[(f64, f64)]) -> Observations {
    let loss = |row: usize, column: usize| 2.0 + ((row + column) % 3) as f64 * 0.5;
    Observations {
        loss_names: names(domains),
        own_weight: (0..domains).map(Some).collect(),
        weights: Array2::from_elem((scales.len(), domains), 1.0 / domains as f64),
        capacity: scales.iter().map(|scale| scale.0).collect(),
        tokens: scales.iter().map(|scale| scale.1).collect(),
        losses: Array2::from_shape_fn((scales.len(), domains), |(r, c)| loss(r, c)),
        weight_floor: 1e-3,
    }
}

fn names(domains: usize) -> Vec<String> {
    (0..domains).map(|i| format!("domain{i}")).collect()
}

/// A law of one part with these parameters.
fn law(name: &str, rows: &Observations, theta: Vec<f64>) -> FittedLaw {
    let law = by_name(name).unwrap();
    FittedLaw::with_parameters(law.as_ref(), &searchable(rows), &[theta])
        .unwrap()
        .unwrap()
}

/// A ∑ w_i L_i with L_i = 1 + A_i (D h_i)^(−a_i), by Eq. (3) without a limit of capacity.
fn noise(amplitudes: &[f64], exponents: &[f64]) -> FittedLaw {
    let rows = rows(
        amplitudes.len(),
        &[(f64::INFINITY, 1.0), (f64::INFINITY, 1.0)],
    );
    // Tokens count in units of D/K.
    let unit = 1.0 / amplitudes.len() as f64;
    let theta = amplitudes
        .iter()
        .zip(exponents)
        .flat_map(|(amplitude, a)| [1.0, (amplitude * unit.powf(-a)).ln(), a.ln()])
        .collect();
    law("capacity-noise", &rows, theta)
}

fn solve(
    fitted: &FittedLaw,
    domains: usize,
    scale: (f64, f64),
    aim: Aim,
    near: Option<Near>,
    constraints: &Constraints,
) -> Optimum {
    let losses = LawLosses::new(fitted, "law", (domains, domains), scale).unwrap();
    let region = constraints.region(&names(domains), scale.1).unwrap();
    let problem = Problem {
        losses: &losses,
        aim,
        near,
    };
    let optimum = best(&problem, &region, 0).unwrap();
    assert!(region.contains(&optimum.weights, 1e-12));
    optimum
}

fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    for (found_one, expected_one) in found.iter().zip(expected) {
        assert!(
            (found_one - expected_one).abs() < tolerance,
            "{found:?} is not {expected:?}"
        );
    }
}

/// Medvedev et al. 2025 (arXiv:2510.25108): h*_i ∝ (w_i A_i)^(1/(a+1)).
#[test]
fn noise_of_one_exponent() {
    let optimum = |w: &[f64], amplitudes: &[f64], a: f64| {
        let fitted = noise(amplitudes, &vec![a; w.len()]);
        let free = Constraints::none(w.len());
        solve(
            &fitted,
            w.len(),
            (f64::INFINITY, 1.0),
            Aim::Mean(w.into()),
            None,
            &free,
        )
    };
    let found = optimum(&[0.9, 0.1], &[0.3, 0.3], 1.0);
    assert_close(&found.weights, &[0.75, 0.25], 1e-9);
    assert!(found.certificate.within(1e-10) && found.certificate.convex_here());
    assert_eq!(found.certificate.agreeing.0, found.certificate.agreeing.1);
    let (w, amplitudes) = ([0.1f64, 0.2, 0.3, 0.35, 0.05], [2.0, 0.1, 1e-3, 0.5, 7.0]);
    for a in [0.05f64, 0.3, 1.0, 2.5] {
        let wish = w
            .iter()
            .zip(&amplitudes)
            .map(|(w, amplitude)| (w * amplitude).powf(1.0 / (a + 1.0)));
        let wish: Vec<f64> = wish.collect();
        let sum: f64 = wish.iter().sum();
        let expected: Vec<f64> = wish.iter().map(|h| h / sum).collect();
        assert_close(&optimum(&w, &amplitudes, a).weights, &expected, 1e-6);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Where capacity alone limits, the best mixture is the target (Dai and Zheng 2026, section 3).
    #[test]
    fn capacity_alone_gives_the_target(
        raw in proptest::collection::vec(0.1f64..1.0, 2..9),
        seed: u64,
    ) {
        let sum: f64 = raw.iter().sum();
        let target: Vec<f64> = raw.iter().map(|w| w / sum).collect();
        let rows = rows(raw.len(), &[(1e4, f64::INFINITY), (1e5, f64::INFINITY)]);
        let model = &by_name("capacity").unwrap().bind(&rows).unwrap()[0];
        let mut theta = model.start(1, &mut stream(seed, Purpose::Starts, 0, 0));
        // A small head: no domain stands at it.
        *theta.last_mut().unwrap() = 1e-9f64.ln();
        let fitted = law("capacity", &rows, theta);
        let free = Constraints::none(raw.len());
        let found = solve(&fitted, raw.len(), (3e4, f64::INFINITY), Aim::Mean(target.clone()), None, &free);
        assert_close(&found.weights, &target, 1e-6);
        prop_assert!(found.certificate.within(1e-9), "{:?}", found.certificate);
    }

    /// No allowed mixture is better, and the price of every bound is what loosening it gains.
    #[test]
    fn bounded_optima_are_certified_and_priced(
        amplitudes in proptest::collection::vec(0.01f64..3.0, 5),
        exponents in proptest::collection::vec(0.1f64..1.5, 5),
        lower in 0.0f64..0.3,
        upper in 0.1f64..0.6,
        group in (0.1f64..0.9, 0.1f64..0.9),
        others in proptest::collection::vec(proptest::collection::vec(1e-3f64..1.0, 5), 8),
    ) {
        let fitted = noise(&amplitudes, &exponents);
        let constraints = Constraints {
            lower: vec![lower, 0.0, 0.0, 0.0, 0.0],
            upper: vec![1.0, upper, 1.0, 1.0, 0.9],
            groups: vec![Group {
                name: "code".into(),
                members: vec![1, 2],
                lower: group.0.min(group.1),
                upper: group.0.max(group.1),
            }],
            ..Constraints::none(5)
        };
        // Some bounds leave no mixture.
        if constraints.region(&names(5), 1.0).is_err() {
            return Ok(());
        }
        let scale = (f64::INFINITY, 1.0);
        let aim = || Aim::Mean(vec![0.2; 5]);
        let found = solve(&fitted, 5, scale, aim(), None, &constraints);
        // Where hardly a mixture is allowed, a loss may be thousands of nats.
        let size = found.target_loss.max(1.0);
        prop_assert!(found.certificate.within(1e-9 * size), "{size}: {:?}", found.certificate);
        prop_assert!(found.certificate.convex_here());
        let losses = LawLosses::new(&fitted, "law", (5, 5), scale).unwrap();
        let region = constraints.region(&names(5), 1.0).unwrap();
        for other in others {
            let other = aim().exact(&losses.losses(&region.closest(&other)));
            prop_assert!(found.target_loss <= other + 1e-9 * size);
        }
        let step = 1e-6;
        for price in &found.prices {
            let mut looser = constraints.clone();
            match *price {
                Price::Lower { domain, .. } => looser.lower[domain] -= step,
                Price::Upper { domain, .. } => looser.upper[domain] += step,
                Price::GroupLower { group, .. } => looser.groups[group].lower -= step,
                Price::GroupUpper { group, .. } => looser.groups[group].upper += step,
            }
            let after = solve(&fitted, 5, scale, aim(), None, &looser);
            let gained = (found.target_loss - after.target_loss) / step;
            // The best loss is convex in the bound, so that what it gains lies between the prices of the
            // bound before and after.
            let mut same = after.prices.iter().filter(|other| bound(other) == bound(price));
            let least = same.next().map_or(0.0, Price::price);
            let rounding = 1e-3 * price.price() + 1e-5 * size;
            prop_assert!(
                least - rounding < gained && gained < price.price() + rounding,
                "{price:?} gained {gained}, and costs {least} after"
            );
        }
    }
}

/// Which bound has a price: its kind, and its domain or group.
fn bound(price: &Price) -> (u8, usize) {
    match *price {
        Price::Lower { domain, .. } => (0, domain),
        Price::Upper { domain, .. } => (1, domain),
        Price::GroupLower { group, .. } => (2, group),
        Price::GroupUpper { group, .. } => (3, group),
    }
}

/// The least largest loss makes all losses equal where each falls with its own weight alone.
#[test]
fn the_worst_domain_is_levelled() {
    let fitted = noise(&[0.5, 1.0, 2.0], &[0.5, 0.5, 0.5]);
    let free = Constraints::none(3);
    let aim = Aim::Worst(vec![true; 3]);
    let found = solve(&fitted, 3, (f64::INFINITY, 1.0), aim, None, &free);
    // A_i h_i^(−1/2) equal: h_i ∝ A_i².
    assert_close(&found.weights, &[0.25 / 5.25, 1.0 / 5.25, 4.0 / 5.25], 1e-5);
    assert!(found.certificate.gap < 1e-5, "{:?}", found.certificate);
}

/// A strong pull toward a mixture leaves it; a weak one leaves the optimum.
#[test]
fn staying_near_a_mixture() {
    let fitted = noise(&[0.5, 1.0, 2.0], &[0.5, 0.5, 0.5]);
    let free = Constraints::none(3);
    let mixture = vec![0.6, 0.3, 0.1];
    let at = |strength: f64| {
        let near = Near {
            mixture: mixture.clone(),
            strength,
        };
        let aim = Aim::Mean(vec![1.0 / 3.0; 3]);
        solve(&fitted, 3, (f64::INFINITY, 1.0), aim, Some(near), &free)
    };
    assert_close(&at(1e6).weights, &mixture, 1e-5);
    let expected: Vec<f64> = [0.5f64, 1.0, 2.0]
        .iter()
        .map(|a| a.powf(2.0 / 3.0))
        .collect();
    let sum: f64 = expected.iter().sum();
    let expected: Vec<f64> = expected.iter().map(|h| h / sum).collect();
    assert_close(&at(1e-9).weights, &expected, 1e-6);
}

/// One billion more tokens of a scarce domain lower the target loss by their price.
#[test]
fn scarce_tokens_have_a_price() {
    let fitted = noise(&[0.5, 1.0, 2.0], &[0.5, 0.5, 0.5]);
    let scale = (f64::INFINITY, 1e11);
    let with = |tokens: f64| {
        let constraints = Constraints {
            available: vec![None, None, Some(tokens)],
            epochs: 4.0,
            ..Constraints::none(3)
        };
        solve(
            &fitted,
            3,
            scale,
            Aim::Mean(vec![1.0 / 3.0; 3]),
            None,
            &constraints,
        )
    };
    let found = with(5e9);
    assert_close(&found.weights[2..], &[0.2], 1e-12);
    let [price] = found.prices[..] else {
        panic!("{:?}", found.prices)
    };
    let per_token = price.price() * 4.0 / scale.1;
    let gained = found.target_loss - with(5e9 + 1e5).target_loss;
    assert!((gained / 1e5 / per_token - 1.0).abs() < 1e-3);
    assert!(with(1e12).prices.is_empty());
}

/// The words of bounds that no mixture keeps.
#[test]
fn conflicts_are_told() {
    let names: Vec<String> = ["web", "code", "math"].map(String::from).into();
    let free = || Constraints::none(3);
    let told = |constraints: Constraints| constraints.region(&names, 1e11).unwrap_err().to_string();
    assert_eq!(
        told(Constraints {
            lower: vec![0.5, 0.4, 0.3],
            ..free()
        }),
        "the smallest weights of `web`, `code`, `math` sum to 1.200000, which is 0.200000 more than the whole mixture"
    );
    assert_eq!(
        told(Constraints {
            upper: vec![0.5, 0.2, 0.1],
            ..free()
        }),
        "the largest weights of `web`, `code`, `math` sum to 0.800000, which is 0.200000 less than the whole mixture"
    );
    assert_eq!(
        told(Constraints {
            lower: vec![0.0, 0.0, 0.1],
            available: vec![None, None, Some(0.0)],
            ..free()
        }),
        "`math` must have at least 0.100000 of the mixture and can have at most 0.000000 (`math` has 0.0000e0 tokens for 1 epochs of a run of 1.0000e11): 0.100000 too little"
    );
    let group = |lower: f64, upper: f64| Group {
        name: "technical".into(),
        members: vec![1, 2],
        lower,
        upper,
    };
    assert_eq!(
        told(Constraints {
            lower: vec![0.0, 0.3, 0.3],
            groups: vec![group(0.0, 0.5)],
            ..free()
        }),
        "the smallest weights of `code`, `math` sum to 0.600000, which is 0.100000 more than the 0.500000 that their group `technical` may have"
    );
    assert!(matches!(
        Constraints {
            groups: vec![group(0.0, 0.5), group(0.0, 0.6)],
            ..free()
        }
        .region(&names, 1e11),
        Err(mixlaw::optimum::ConstraintError::TwoGroups { .. })
    ));
}

/// The simulator's derivatives by the weights, and its smooth losses against the discrete ones.
#[test]
fn simulated_losses_are_smooth() {
    for (kernel, tokens) in [
        (Kernel::Threshold { tau: 5.0 }, 3e6),
        (Kernel::Exponential { tau: 5.0 }, 3e6),
        (Kernel::Reciprocal { tau: 5.0 }, 1e7),
        (
            Kernel::SgdDecay {
                tau: 5.0,
                noise: 0.2,
            },
            3e6,
        ),
        (Kernel::Exponential { tau: 5.0 }, f64::INFINITY),
    ] {
        for overlap in [Overlap::None, Overlap::All { fraction: 0.3 }] {
            for ranking in [Ranking::Value, Ranking::Count] {
                for capacity in [3e3, f64::INFINITY] {
                    let simulator = simulator(&FOUR, overlap.clone(), kernel, ranking);
                    check_smooth(&simulator, (capacity, tokens));
                }
            }
        }
    }
}

fn check_smooth(simulator: &Simulator, (capacity, tokens): (f64, f64)) {
    let weights = [0.4, 0.3, 0.2, 0.1];
    let smooth = |weights: &[f64], slopes: Option<&mut [f64]>| {
        let mut losses = [0.0; 4];
        simulator.smooth_losses(weights, (capacity, tokens), &mut losses, slopes);
        losses
    };
    let mut slopes = [0.0; 16];
    let losses = smooth(&weights, Some(&mut slopes));
    let discrete = simulator.losses(&weights, capacity, tokens);
    for (smooth, discrete) in losses.iter().zip(&discrete) {
        assert!(
            (smooth / discrete - 1.0).abs() < 2e-4,
            "{losses:?} {discrete:?}"
        );
    }
    let largest = slopes
        .iter()
        .fold(0.0f64, |most, slope| most.max(slope.abs()));
    for source in 0..4 {
        let step = 1e-4 * weights[source];
        let at = |shift: f64| {
            let mut moved = weights;
            moved[source] += shift;
            smooth(&moved, None)
        };
        let (up, down) = (at(step), at(-step));
        for column in 0..4 {
            let difference = (up[column] - down[column]) / (2.0 * step);
            let slope = slopes[column * 4 + source];
            assert!(
                (difference - slope).abs() < 1e-4 * largest + 1e-9,
                "{:?} {capacity} {tokens} loss {column} by {source}: {slope}, {difference}",
                simulator.learner()
            );
        }
    }
}

const FOUR: [(f64, f64); 4] = [(1.2, 2.0), (1.35, 1.5), (1.5, 2.5), (1.8, 1.0)];

fn simulator(
    domains: &[(f64, f64)],
    overlap: Overlap,
    kernel: Kernel,
    ranking: Ranking,
) -> Simulator {
    Simulator::new(
        small_worlds::world(domains, 1.0, 20.0, 1e14, overlap),
        small_worlds::learner(kernel, ranking, Selection::Expected),
        Resolution::default(),
    )
}

fn best_of_simulator(simulator: &Simulator, target: &[f64], scale: (f64, f64)) -> Optimum {
    let losses = SimulatorLosses::new(simulator, scale.0, scale.1);
    let region = Constraints::none(target.len())
        .region(&names(target.len()), 1.0)
        .unwrap();
    let problem = Problem {
        losses: &losses,
        aim: Aim::Mean(target.into()),
        near: None,
    };
    best(&problem, &region, 0).unwrap()
}

/// Where capacity alone limits: the target if skills are ranked by value, target × cost if by count.
#[test]
fn simulated_capacity_competition() {
    let threshold = Kernel::Threshold { tau: 5.0 };
    for target in [[0.25; 4], [0.4, 0.3, 0.2, 0.1]] {
        let by_value = simulator(&FOUR, Overlap::None, threshold, Ranking::Value);
        let found = best_of_simulator(&by_value, &target, (1e4, f64::INFINITY));
        assert_close(&found.weights, &target, 1e-3);
        assert!(found.certificate.within(1e-7), "{:?}", found.certificate);
        let by_count = simulator(&FOUR, Overlap::None, threshold, Ranking::Count);
        let found = best_of_simulator(&by_count, &target, (1e4, f64::INFINITY));
        let wish: Vec<f64> = target.iter().zip(&FOUR).map(|(w, (_, c))| w * c).collect();
        let sum: f64 = wish.iter().sum();
        let expected: Vec<f64> = wish.iter().map(|h| h / sum).collect();
        assert_close(&found.weights, &expected, 1e-2);
    }
}

/// The best uniform-target mixture of a threshold learner that data alone limit, in closed form:
/// L_i = A_i (D h_i)^(−a_i) with a = b/α and A = c b^(1/α−1) Γ(τ+1−1/α)/Γ(τ) makes every
/// a_i A_i D^(−a_i) h_i^(−a_i−1) the same.
fn data_limited(domains: &[(f64, f64)], tau: f64, tokens: f64) -> Vec<f64> {
    let terms: Vec<(f64, f64)> = domains
        .iter()
        .map(|(alpha, cost)| {
            let a = (alpha - 1.0) / alpha;
            let gammas = ln_gamma(tau + a) - ln_gamma(tau);
            let amplitude = cost.ln() + (1.0 / alpha - 1.0) * (alpha - 1.0).ln() + gammas;
            (a, a.ln() + amplitude - a * tokens.ln())
        })
        .collect();
    let at = |level: f64| -> Vec<f64> {
        let weights = terms
            .iter()
            .map(|(a, ln_term)| ((ln_term - level) / (a + 1.0)).exp());
        weights.collect()
    };
    let (mut low, mut high) = (-60.0, 60.0);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if at(middle).iter().sum::<f64>() > 1.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    at(low)
}

/// Where data alone limit the best mixture moves from the target, mostly to harder domains.
#[test]
fn simulated_noise_moves_the_optimum() {
    let tau = 5.0;
    let check = |domains: &[(f64, f64)], tokens: f64, expected: [f64; 4], tolerance: f64| {
        let threshold = Kernel::Threshold { tau };
        let world = simulator(domains, Overlap::None, threshold, Ranking::Value);
        let found = best_of_simulator(&world, &[0.25; 4], (f64::INFINITY, tokens));
        assert_close(
            &found.weights,
            &data_limited(domains, tau, tokens),
            tolerance,
        );
        assert_close(&found.weights, &expected, 1e-3);
        assert!(found.certificate.within(1e-8), "{:?}", found.certificate);
    };
    check(&FOUR, 2.15e6, [0.507, 0.232, 0.210, 0.051], 5e-4);
    // The hardest domain gets less than the one after it.
    let hard = [(1.02, 1.0), (1.1, 1.0), (1.3, 1.0), (1.8, 1.0)];
    check(&hard, 1e7 * tau, [0.284, 0.493, 0.192, 0.031], 1e-3);
}

/// The smooth cut in worlds that break an assumption each.
#[test]
fn simulated_losses_are_smooth_in_broken_worlds() {
    let pair = |rank_jitter: f64| Overlap::Pair {
        fraction: 0.3,
        rank_jitter,
    };
    let world = |overlap: Overlap| small_worlds::world(&FOUR, 1.0, 20.0, 1e14, overlap);
    let spread = vec![0.5, 0.0, 1.0, 0.3];
    for (what, world) in [
        ("pairs at one rank", world(pair(0.0))),
        ("pairs with jitter", world(pair(1.0))),
        (
            "costs that spread",
            world(Overlap::None).with_cost_spread(spread).unwrap(),
        ),
        (
            "a permuted head",
            world(Overlap::None)
                .with_head_order(HeadOrder::Permuted { seed: 3 })
                .unwrap(),
        ),
    ] {
        println!("{what}");
        let learner = small_worlds::learner(
            Kernel::Exponential { tau: 5.0 },
            Ranking::Value,
            Selection::Expected,
        );
        let simulator = Simulator::new(world, learner, Resolution::default());
        for scale in [(3e3, 3e6), (3e3, f64::INFINITY), (f64::INFINITY, 3e6)] {
            check_smooth(&simulator, scale);
        }
    }
}

/// From the target to harder domains as data become scarce: the best uniform-target mixture of a
/// threshold learner of 1e4 skills against the data per skill q, measured with an independent
/// prototype on 300 buckets a decade to two or three digits. The prototype took the score of the last
/// skill from its buckets, so that q = 1 is known as a number of tokens only through its optimum of
/// unlimited capacity, whose digits belong to 2.15e6 tokens ([`simulated_noise_moves_the_optimum`]).
#[test]
fn the_optimum_moves_with_the_data_per_skill() {
    let unit = 2.15e6;
    let threshold = Kernel::Threshold { tau: 5.0 };
    let simulator = simulator(&FOUR, Overlap::None, threshold, Ranking::Value);
    let rows = [
        (100.0, [0.25, 0.25, 0.25, 0.25], 2e-3),
        (10.0, [0.25, 0.25, 0.25, 0.25], 2e-3),
        (3.0, [0.26, 0.25, 0.25, 0.23], 7e-3),
        (1.0, [0.385, 0.267, 0.254, 0.093], 7e-3),
        (0.3, [0.46, 0.24, 0.23, 0.06], 1e-2),
    ];
    let found = rows.map(|(q, ..)| {
        let found = best_of_simulator(&simulator, &[0.25; 4], (1e4, q * unit));
        println!("q = {q}: {:.4?}", found.weights);
        found
    });
    for (found, (_, expected, tolerance)) in found.iter().zip(rows) {
        assert_close(&found.weights, &expected, tolerance);
    }
}

/// A weight that rounding has put a last digit above its bound is at its bound.
#[test]
fn a_bound_is_met_within_rounding() {
    let amplitudes = [
        2.447731046643961,
        0.01,
        0.7403820200062198,
        0.5798339112895622,
        0.2239772961395865,
    ];
    let exponents = [
        0.4556852363365026,
        0.6817807106827511,
        0.537230254540022,
        0.786099538983742,
        1.2441399960903088,
    ];
    let constraints = Constraints {
        lower: vec![0.19295277412536918, 0.0, 0.0, 0.0, 0.0],
        upper: vec![1.0, 0.1, 1.0, 1.0, 0.9],
        groups: vec![Group {
            name: "code".into(),
            members: vec![1, 2],
            lower: 0.4843873658728454,
            upper: 0.8369999042040257,
        }],
        ..Constraints::none(5)
    };
    let found = solve(
        &noise(&amplitudes, &exponents),
        5,
        (f64::INFINITY, 1.0),
        Aim::Mean(vec![0.2; 5]),
        None,
        &constraints,
    );
    assert!(found.certificate.within(1e-9), "{:?}", found.certificate);
}
